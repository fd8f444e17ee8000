"""Files whose blocks are all of one layout, whatever came before."""

from collections.abc import Callable, Sequence

import attrs

from identitysync.contract import Layout
from identitysync.errors import RecordRejected
from identitysync.values import Record


@attrs.frozen
class PlainEncoder:
    """Encode a file that begins and ends in one way.

    Attributes:
        encode: Encodes a batch; raises ``RecordRejected`` for a record that cannot be written.
        opening: What the file starts with.
        closing: What it ends with.
        joint: What stands between two blocks.
        settled: Nothing of the file changes later.
    """

    encode: Callable[[Sequence[Record]], bytes]
    opening: bytes = b""
    closing: bytes = b""
    joint: bytes = b""
    settled: bool = True

    def start(self) -> bytes:
        """Give what the file starts with."""
        return self.opening

    def finish(self) -> bytes:
        """Give what it ends with."""
        return self.closing

    def layout(self) -> Layout:
        """Give the one layout that there is."""
        return ()

    def adopt(self, layout: Layout) -> bool:
        """Go on from a block that was made elsewhere."""
        return not layout

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        """Give the block as it is."""
        return block


def line_encoder(line: Callable[[Record], str]) -> PlainEncoder:
    """Encode records as lines of UTF-8.

    Args:
        line: Writes one record, without the line feed; raises ``RecordRejected`` for one that cannot be written.

    Returns:
        What encodes one file.
    """

    def encode(records: Sequence[Record]) -> bytes:
        try:
            return "".join([f"{line(record)}\n" for record in records]).encode()
        except UnicodeEncodeError as fault:
            raise RecordRejected("half of a surrogate pair is no character that UTF-8 has", code="charset") from fault

    return PlainEncoder(encode)
