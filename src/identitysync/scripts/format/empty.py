"""``file.empty``: an empty file that tells others that the files beside it are complete."""

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.scripts.format.plain import PlainEncoder


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
        return PlainEncoder(lambda _: b"")
