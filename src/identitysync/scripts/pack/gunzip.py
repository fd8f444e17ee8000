"""``file.uncompress.gzip``: uncompress files."""

from typing import BinaryIO, Final

from identitysync.codecs import gzip
from identitysync.contract import Example, FileTransform, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.sizes import in_bytes, max_size

_FILE: Final = bytes.fromhex("1f8b0800000000000203cb4ce132e402000fe95bcd05000000")


@script(
    "file.uncompress.gzip",
    summary="Uncompress gzip files.",
    examples=(Example("a file in a folder", {}, {"in/a.csv.gz": _FILE}, {"in/a.csv": "id\n1\n"}),),
)
class UncompressGzip(FileTransform):
    """Uncompress each file, and take `.gz` off its name.

    What counts is what the file holds, not its name: a file that is no gzip, that is cut off or damaged, that something
    else follows, or that grows without measure is an error. Files of several members are read as a whole. A name
    without `.gz` is kept (*our choice*, as is `maxSize`).
    """

    max_size: float = max_size()

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Uncompress the source."""
        gzip.decompress(source, target, max_bytes=in_bytes(self.max_size))

    def rename(self, name: str) -> str:
        """Take ``.gz`` off."""
        return bare(name, ".gz")
