"""``file.uncompress.lzo``: uncompress files of lzop."""

from collections.abc import Iterator
from typing import Final, Self

from identitysync.codecs import lzo as codec
from identitysync.contract import Example, File, FileBlocks, FileFlatMapper, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.sizes import in_bytes, max_size

_INDEX: Final = ".lzo.index"
_FILE: Final = bytes.fromhex(
    "894c5a4f000d0a1a0a104020a0094001050300000d000000000000000000000000001f5c0170"
    "0000000500000005042c011369640a310a00000000"
)


@script(
    "file.uncompress.lzo",
    summary="Uncompress LZO files.",
    examples=(
        Example("a file of lzop", {}, {"a.csv.lzo": _FILE}, {"a.csv": "id\n1\n"}),
        Example("an index beside it is left out", {}, {"a.csv.lzo.index": bytes.fromhex("0000000000000026")}, {}),
    ),
)
class UncompressLzo(FileFlatMapper):
    """Uncompress each file, and take `.lzo` off its name.

    What counts is what the file holds, not its name: a file that is not of lzop, that is cut off or damaged, that
    something else follows, or that grows without measure is an error. Files of several members are read as a whole;
    blocks may have 1 MiB, four times what lzop and Hadoop write. An index (`.lzo.index`) that lies beside its file is
    dropped (*our choice*, as is `maxSize`). Needs the extra `lzo`.
    """

    max_size: float = max_size()

    def open(self) -> Self:
        """See that LZO is installed, before anything is read."""
        codec.library()
        return self

    def expand(self, file: File) -> Iterator[FileBlocks]:
        """Give the file."""
        with file.open() as source:
            if file.name.lower().endswith(_INDEX) and codec.is_index(source):
                return
            source.seek(0)
            yield bare(file.name, ".lzo"), codec.blocks(source, max_bytes=in_bytes(self.max_size))
