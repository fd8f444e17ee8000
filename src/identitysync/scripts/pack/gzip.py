"""``file.compress.gzip``: compress files."""

from typing import BinaryIO

from identitysync.codecs import gzip
from identitysync.contract import Example, FileTransform, param, script


def _check_level(level: int) -> None:
    gzip.compressor(level)


@script(
    "file.compress.gzip",
    summary="Compress files with gzip.",
    examples=(
        Example("the default", {}, {"out/a.csv": "id\n1\n"}, {"out/a.csv.gz": None}),
        Example("as small as gzip can", {"compressionLevel": 9}),
    ),
)
class CompressGzip(FileTransform):
    """Compress each file, and add `.gz` to its name.

    Equal files give equal results: neither time nor name is stored. Large files have several members, which every
    reader of gzip takes for one file. The level is *our choice*: the original has no such parameter.
    """

    compression_level: int = param(
        default=1,
        doc="0 to 9 as in gzip: 0 to 3 are very fast (ISA-L), 4 to 9 smaller and slower (zlib).",
        example=6,
        text=True,
        check=_check_level,
    )

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Compress the source."""
        gzip.compress(source, target, self.compression_level)

    def pack(self, block: bytes) -> bytes:
        """Compress a block into a member of its own."""
        return gzip.member(block, self.compression_level)

    def unpack(self, block: bytes) -> bytes:
        """Uncompress a member."""
        return gzip.plain(block)

    def rename(self, name: str) -> str:
        """Add ``.gz``."""
        return f"{name}.gz"
