"""``file.compress.lzo``: compress files with LZO, for Hadoop and its kin."""

from collections.abc import Iterator
from typing import Self

from identitysync.codecs import lzo as codec
from identitysync.contract import Example, File, FileBlocks, FileFlatMapper, param, script


@script(
    "file.compress.lzo",
    summary="Compress files with LZO.",
    examples=(
        Example(
            "with an index, as Krux wants it",
            {"createIndexFile": True},
            {"users.txt": "u1^gender:male\n"},
            {"users.txt.lzo": None, "users.txt.lzo.index": bytes.fromhex("0000000000000026")},
        ),
        Example("the file alone", {}),
    ),
)
class CompressLzo(FileFlatMapper):
    """Compress each file as lzop does, and add `.lzo` to its name.

    With `createIndexFile` a second file, `.lzo.index`, tells where each block of 256 KiB begins, as Hadoop wants it to
    divide the work. Equal files give equal results: neither time nor name is stored. Needs the extra `lzo`.
    """

    create_index_file: bool = param(
        default=False, doc="Whether an index is written beside each file.", example=True, text=True
    )

    def open(self) -> Self:
        """See that LZO is installed, before anything is read."""
        codec.library()
        return self

    def expand(self, file: File) -> Iterator[FileBlocks]:
        """Give the compressed file, and its index."""
        offsets: list[int] = []
        with file.open() as source:
            yield f"{file.name}.lzo", codec.compress(source, offsets)
        if self.create_index_file:
            yield f"{file.name}.lzo.index", (codec.index(offsets),)
