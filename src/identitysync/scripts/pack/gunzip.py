"""``file.uncompress.gzip``: uncompress files."""

from typing import BinaryIO

from identitysync.codecs import gzip
from identitysync.contract import Example, FileTransform, param, script


@script("file.uncompress.gzip", summary="Uncompress gzip files.", examples=(Example("the default", {}),))
class UncompressGzip(FileTransform):
    """Uncompress each file, and take `.gz` off its name.

    What counts is what the file holds, not its name: another kind of file, a truncated or damaged one, and one that
    grows without measure are errors. Files of several members are read as a whole.
    """

    max_size: float = param(
        default=1_000_000.0, doc="Megabytes that a file may grow to; more is taken for a bomb.", example=5000, text=True
    )

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Uncompress the source."""
        gzip.decompress(source, target, max_bytes=int(self.max_size * 1_000_000))

    def rename(self, name: str) -> str:
        """Take ``.gz`` off."""
        return name[:-3] if name.lower().endswith(".gz") and len(name) > 3 else name
