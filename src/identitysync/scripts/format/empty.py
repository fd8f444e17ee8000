"""``file.empty``: an empty file that tells others that the files beside it are complete."""

from collections.abc import Sequence

from identitysync.contract import Encoder, Example, Formatter, Layout, param, script
from identitysync.values import Record


@script(
    "file.empty",
    summary="Make an empty file, published after all others.",
    examples=(Example("a marker", {"fileName": "gigya.ok"}, [{"UID": "1"}], ""),),
)
class Empty(Formatter):
    """Make an empty file, whatever records come.

    It is published after all other files of the run, and not at all when one of these failed: whoever waits for it
    finds the other files complete.
    """

    marker = True
    create_empty_file = True

    file_name: str = param(doc="The file's name; it may hold sub-folders.", example="gigya.ok", variables=True)

    def encoder(self) -> Encoder:
        """Give what writes nothing."""
        return _Nothing()


class _Nothing:
    joint = b""

    def encode(self, records: Sequence[Record]) -> bytes:
        return b""

    def start(self) -> bytes:
        return b""

    def finish(self) -> bytes:
        return b""

    def layout(self) -> Layout:
        return ()

    def adopt(self, layout: Layout) -> bool:
        return not layout

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        return block
