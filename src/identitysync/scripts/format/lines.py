"""Files in which every record is a line of its own, whatever came before."""

from collections.abc import Callable, Sequence

import attrs

from identitysync.contract import Layout
from identitysync.errors import RecordRejected
from identitysync.values import Record


@attrs.frozen
class LineEncoder:
    """Encode records as lines of UTF-8.

    Attributes:
        line: Writes one record, without the line feed; raises ``RecordRejected`` for one that cannot be written.
        joint: Nothing stands between blocks.
        settled: Nothing of the file changes later.
    """

    line: Callable[[Record], str]
    joint: bytes = b""
    settled: bool = True

    def encode(self, records: Sequence[Record]) -> bytes:
        """Encode a batch."""
        try:
            return "".join([f"{self.line(record)}\n" for record in records]).encode()
        except UnicodeEncodeError as fault:
            raise RecordRejected("half of a surrogate pair is no character that UTF-8 has", code="charset") from fault

    def start(self) -> bytes:
        """Give nothing: a file begins with its first line."""
        return b""

    def finish(self) -> bytes:
        """Give nothing: a file ends with its last line."""
        return b""

    def layout(self) -> Layout:
        """Give the one layout that there is."""
        return ()

    def adopt(self, layout: Layout) -> bool:
        """Go on from a block that was made elsewhere."""
        return not layout

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        """Give the block as it is."""
        return block
