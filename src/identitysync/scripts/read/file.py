"""``datasource.read.file``: files of this machine, or of any place that fsspec knows."""

import fnmatch
import glob
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.errors import RemoteNotFound
from identitysync.remotes import Entry
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.url import UrlFolder, is_local, local_path
from identitysync.scripts.read.incoming import Incoming
from identitysync.scripts.read.matching import FileChoice


@script(
    "datasource.read.file",
    summary="Read files of this machine, or of any place that fsspec knows.",
    examples=(
        Example("one file", {"url": "accounts.jsonl"}),
        Example("a folder", {"url": "incoming", "fileNameRegex": ".*\\.csv", "sortBy": "name"}),
        Example("a place elsewhere", {"url": "memory://incoming", "fileNameRegex": "accounts.*"}),
    ),
)
class ReadFile(FileChoice, FileReader):
    """Read a file, all files of a folder, or all that a glob such as `incoming/*.csv` names. A script of ours.

    Local files are read where they are; files from elsewhere are copied into the run's spool first. Sub-folders are
    not looked into. When nothing fits, the trace says what is there. With a store, a flow reads a file once, as long as
    it does not change. `archivePath` is below the folder that is read.
    """

    url: str = param(
        doc="A file, a folder or a glob: a local path, or any fsspec URL.", example="incoming", variables=True
    )

    def open(self, services: Services) -> Self:
        """Find the place; nothing is opened yet."""
        return self._incoming(services)  # type: ignore[return-value]  # it reads as this class does

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        yield from self._incoming(services).files_alone(services)

    def _incoming(self, services: Services) -> Incoming:
        if is_local(self.url):
            place = _LocalPlace(local_path(self.url))
            return Incoming(
                place.folder, self, services, place=self.url, listed=place.entries,
                local=lambda entry: place.folder.root / entry.path,
            )  # fmt: skip
        elsewhere = _UrlPlace(self.url)
        return Incoming(elsewhere, self, services, place=self.url, listed=elsewhere.entries)


class _LocalPlace:
    """A folder of this machine, with the part of the path that names files in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.is_dir()
        above = path if self._folder else path.parent
        while not self._folder and glob.has_magic(str(above)):
            above = above.parent
        self.folder = LocalFolder(above)

    def entries(self) -> list[Entry]:
        """Give the folder's files, the one file that the path names, or those that fit the glob."""
        if self._folder:
            return self.folder.list()
        path = self._path
        found = [path] if path.is_file() else [Path(each) for each in glob.glob(str(path)) if Path(each).is_file()]  # noqa: PTH207 - a whole path may be a glob
        if not found and not glob.has_magic(str(path)):
            raise RemoteNotFound(f"there is no file or folder {path}")
        return [_entry(each, self.folder.root) for each in found]


def _entry(path: Path, root: Path) -> Entry:
    stat = path.stat()
    return Entry(path.name, path.relative_to(root).as_posix(), stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


class _UrlPlace(UrlFolder):
    """A folder behind a URL, with the part of the URL that names files in it."""

    def __init__(self, url: str) -> None:
        self._parent, _, self._name = url.rstrip("/").rpartition("/")
        self._glob = self._name if glob.has_magic(self._name) else ""
        super().__init__(self._parent if self._glob else url)

    def entries(self) -> list[Entry]:
        """Give the folder's files, or the one file that the URL names; then the folder is that file's."""
        try:
            found = self.list()
        except RemoteNotFound:
            if not self._parent.partition("://")[2]:
                raise
            found = []
        if not found and not self._glob and "://" in self._parent:
            super().__init__(self._parent)
            found = [entry for entry in self.list() if entry.name == self._name]
        return [entry for entry in found if not self._glob or fnmatch.fnmatchcase(entry.name, self._glob)]
