"""``file.uncompress.zip``: the files of archives."""

from collections.abc import Iterator
from typing import Final

from identitysync.codecs import zip as codec
from identitysync.contract import Example, File, FileBlocks, FileFlatMapper, script
from identitysync.scripts.pack.sizes import in_bytes, max_size

_ARCHIVE: Final = bytes.fromhex(
    "504b0304140000000000000021000fe95bcd050000000500000005000000612e63737669640a310a504b030414000000"
    "000000002100ccba76e605000000050000000a0000006d6f72652f622e63737669640a320a504b010214031400000000"
    "00000021000fe95bcd0500000005000000050000000000000000000000800100000000612e637376504b010214031400"
    "0000000000002100ccba76e605000000050000000a00000000000000000000008001280000006d6f72652f622e637376"
    "504b050600000000020002006b000000550000000000"
)


@script(
    "file.uncompress.zip",
    summary="Unpack zip files.",
    examples=(
        Example(
            "an archive of two files",
            {},
            {"in/day.zip": _ARCHIVE},
            {"in/a.csv": "id\n1\n", "in/more/b.csv": "id\n2\n"},
        ),
    ),
)
class UncompressZip(FileFlatMapper):
    """Give all files of each archive, one after the other, as if they had come alone.

    What counts is what the file holds, not its name: a file that is no zip archive, that is cut off, damaged or
    encrypted, or that grows without measure is an error, and then none of its files goes on. Deflated and stored files
    are read, which is what zip tools write unless told otherwise.

    A file gets the folder of its archive and the name that it has in there, folders included; folders alone and an
    archive of nothing give nothing. A name that would lead out of its folder (`../x`, `/x`) is an error (*our choice*,
    as is `maxSize`).
    """

    max_size: float = max_size("Megabytes that the files of one archive may grow to; more is taken for a bomb.")

    def expand(self, file: File) -> Iterator[FileBlocks]:
        """Give the files of the archive."""
        folder = file.name[: file.name.rfind("/") + 1]
        with file.open() as source:
            for name, blocks in codec.members(source, max_bytes=in_bytes(self.max_size)):
                yield folder + name, blocks
