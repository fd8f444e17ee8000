"""``file.compress.zip``: each file into an archive of its own, or all files of a run into one."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Self

from identitysync.codecs import zip as codec
from identitysync.contract import KEPT, Example, File, FileBlocks, FileFlatMapper, Kept, param, script
from identitysync.errors import FormatError


@script(
    "file.compress.zip",
    summary="Compress files with zip.",
    examples=(
        Example("a file in a folder", {}, {"out/a.csv": "id\n1\n"}, {"out/a.csv.zip": None}),
        Example("as small as zip can", {"compressionLevel": 9}),
        Example(
            "all files of the run in one archive",
            {"fileName": "day.zip"},
            {"a.csv": "id\n1\n", "more/b.csv": "id\n2\n"},
            {"day.zip": None},
        ),
    ),
)
class CompressZip(FileFlatMapper):
    """Put each file into a zip archive of its own, or with `fileName` all files of the run into one.

    Without `fileName`, `.zip` is added to each file's name, and in the archive the file has its name without folders.

    With it, all files that reach the step go into one archive, in the order in which they come and under their names,
    folders included. The second of two files that have the same name is an error, and goes along the step's `error`
    edges when it has any. Without any file there is no archive. It is made when the last file has come: `TMPDIR` needs
    room for all of them and for the archive, but memory does not grow with their size. Large archives are Zip64.

    Equal files give equal archives: no time is told. The parameters are *our choice*: the original has none.
    """

    file_name: str = param(
        default="",
        doc="The name of the one archive; it may hold sub-folders. Empty for an archive of each file.",
        example="day_${now}.zip",
        variables=True,
    )
    compression_level: int = param(
        default=6, doc="0 (not compressed) to 9 (smallest), as in zip.", example=9, text=True, check=codec.check_level
    )

    def open(self) -> Self:
        """Begin an archive of all files, where that is wanted."""
        if not self.file_name:
            return self
        return _Whole(self.file_name, self.compression_level)  # type: ignore[return-value]  # it expands as this class does

    def expand(self, file: File) -> Iterator[FileBlocks | Kept]:
        """Give the file's own archive."""
        with file.open() as source:
            found = (PurePosixPath(file.name).name, source, file.size)
            yield f"{file.name}.zip", codec.compress([found], self.compression_level)


class _Whole:
    def __init__(self, name: str, level: int) -> None:
        self._name, self._level = name, level
        self._files: dict[str, File] = {}

    def expand(self, file: File) -> Iterator[Kept]:
        if file.name in self._files:
            raise FormatError(f"{self._name} holds a file of this name already; give the files different names")
        yield KEPT
        self._files[file.name] = file

    def finish(self) -> Iterator[FileBlocks]:
        if self._files:
            yield self._name, codec.compress(self._sources(), self._level)

    def _sources(self) -> Iterator[tuple[str, BinaryIO, int]]:
        for file in self._files.values():
            with file.open() as source:
                yield file.name, source, file.size
