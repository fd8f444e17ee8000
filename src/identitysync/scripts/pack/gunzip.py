"""``file.uncompress.gzip``: uncompress files."""

from typing import BinaryIO

from identitysync.codecs import gzip
from identitysync.contract import Example, FileTransform, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.sizes import in_bytes, max_size


@script("file.uncompress.gzip", summary="Uncompress gzip files.", examples=(Example("the default", {}),))
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
