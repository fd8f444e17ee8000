"""``file.uncompress.gzip``: uncompress files."""

from typing import BinaryIO, Final

from identitysync.codecs import gzip
from identitysync.contract import Example, FileTransform, param, script
from identitysync.errors import InvalidParameter

_MOST: Final = 1_000_000_000


def _check_size(megabytes: float) -> None:
    if not 0 < megabytes <= _MOST:
        raise InvalidParameter(f"a file has more than 0 and at most {_MOST:,} megabytes; found {megabytes}")


@script("file.uncompress.gzip", summary="Uncompress gzip files.", examples=(Example("the default", {}),))
class UncompressGzip(FileTransform):
    """Uncompress each file, and take `.gz` off its name.

    What counts is what the file holds, not its name: a file that is no gzip, that is cut off or damaged, that something
    else follows, or that grows without measure is an error. Files of several members are read as a whole. A name
    without `.gz` is kept (*our choice*, as is `maxSize`).
    """

    max_size: float = param(
        default=1_000_000.0,
        doc="Megabytes that a file may grow to; more is taken for a bomb.",
        example=5000,
        text=True,
        check=_check_size,
    )

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Uncompress the source."""
        gzip.decompress(source, target, max_bytes=int(self.max_size * 1_000_000))

    def rename(self, name: str) -> str:
        """Take ``.gz`` off."""
        bare = name[:-3]
        return bare if name[-3:].lower() == ".gz" and bare and not bare.endswith("/") else name
