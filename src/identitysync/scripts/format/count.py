"""``file.format.count``: a file that tells how many records there were."""

from collections.abc import Sequence

import attrs

from identitysync.contract import Encoder, Example, Formatter, Layout, param, script
from identitysync.values import Record


@script(
    "file.format.count",
    summary="Write the number of records into a file.",
    examples=(
        Example("two records", {"fileName": "accounts.count"}, [{"UID": "1"}, {"UID": "2"}], "2\n"),
        Example("none", {"fileName": "accounts.count"}, [], "0\n"),
    ),
)
class FormatCount(Formatter):
    """Count the records that come, and write the number with a line feed; a run without records writes 0.

    That the number stands alone on its line, and that 0 is written, is *our choice*.
    """

    create_empty_file = True
    stateful = True  # all records pass by one counter

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="accounts_${now}.count", variables=True
    )

    def encoder(self) -> Encoder:
        """Give what counts."""
        return _Count()


@attrs.define
class _Count:
    """The number stands where a file starts, because that is asked for again at its end."""

    joint: bytes = b""
    _count: int = 0

    def encode(self, records: Sequence[Record]) -> bytes:
        self._count += len(records)
        return b""

    def start(self) -> bytes:
        return b"%d\n" % self._count

    def finish(self) -> bytes:
        return b""

    def layout(self) -> Layout:
        return ()

    def adopt(self, layout: Layout) -> bool:
        return not layout

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        return block
