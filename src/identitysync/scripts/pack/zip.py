"""``file.compress.zip``: each file into an archive of its own."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from identitysync.codecs import zip as codec
from identitysync.contract import Example, File, FileBlocks, FileFlatMapper, param, script


@script(
    "file.compress.zip",
    summary="Compress files with zip.",
    examples=(
        Example("a file in a folder", {}, {"out/a.csv": "id\n1\n"}, {"out/a.csv.zip": None}),
        Example("as small as zip can", {"compressionLevel": 9}),
    ),
)
class CompressZip(FileFlatMapper):
    """Put each file into a zip archive of its own, and add `.zip` to its name.

    In the archive the file has its name without folders. Equal files give equal archives: no time is told. The level is
    *our choice*: the original has no such parameter.
    """

    compression_level: int = param(
        default=6, doc="0 (not compressed) to 9 (smallest), as in zip.", example=9, text=True, check=codec.check_level
    )

    def expand(self, file: File) -> Iterator[FileBlocks]:
        """Give the archive."""
        with file.open() as source:
            name = PurePosixPath(file.name).name
            yield f"{file.name}.zip", codec.compress(name, source, file.size, self.compression_level)
