"""``datasource.read.file``: files of this machine, or of any place that fsspec knows."""

import fnmatch
import glob
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.errors import RemoteNotFound
from identitysync.remotes import Entry, Order, SortBy, safe_name
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.url import UrlFolder, is_local, local_path
from identitysync.scripts.read.matching import check_name_regex, chosen


@script(
    "datasource.read.file",
    summary="Read files of this machine, or of any place that fsspec knows.",
    examples=(
        Example("one file", {"url": "accounts.jsonl"}),
        Example("a folder", {"url": "incoming", "fileNameRegex": ".*\\.csv", "sortBy": "name"}),
        Example("a place elsewhere", {"url": "memory://incoming", "fileNameRegex": "accounts.*"}),
    ),
)
class ReadFile(FileReader):
    """Read a file, all files of a folder, or all that a glob such as `incoming/*.csv` names. A script of ours.

    Local files are read where they are; files from elsewhere are copied into the run's spool first. Sub-folders are
    not looked into. When nothing fits, the trace says what is there.
    """

    url: str = param(
        doc="A file, a folder or a glob: a local path, or any fsspec URL.", example="incoming", variables=True
    )
    file_name_regex: str = param(
        default="", doc="A Java regular expression for the whole file name; empty takes all.", example=".*\\.csv",
        check=check_name_regex,
    )  # fmt: skip
    sort_by: SortBy = param(default=SortBy.TIME, doc="By what files are ordered.", example="name")
    sort_order: Order = param(default=Order.ASCENDING, doc="In which direction.", example="DESC")

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        if is_local(self.url):
            for entry in self._chosen(_local_entries(local_path(self.url)), services):
                yield File(entry.name, Path(entry.path), entry.modified)
            return
        with _Place(self.url) as place:
            for entry in self._chosen(place.entries(), services):
                path = services.spool.path()
                with path.open("wb") as target:
                    place.folder.fetch(entry.path, target)
                yield File(safe_name(entry.name), path, entry.modified)

    def _chosen(self, entries: list[Entry], services: Services) -> list[Entry]:
        return chosen(entries, self.file_name_regex, self.sort_by, self.sort_order, services.log, self.url)


def _local_entries(path: Path) -> list[Entry]:
    if path.is_dir():
        return [_absolute(path, entry) for entry in LocalFolder(path).list()]
    found = [path] if path.is_file() else [Path(each) for each in glob.glob(str(path)) if Path(each).is_file()]  # noqa: PTH207 - a whole path may be a glob
    if not found and not glob.has_magic(str(path)):
        raise RemoteNotFound(f"there is no file or folder {path}")
    return [_entry(each) for each in found]


def _absolute(folder: Path, entry: Entry) -> Entry:
    return Entry(entry.name, str(folder / entry.path), entry.size, entry.modified)


def _entry(path: Path) -> Entry:
    stat = path.stat()
    return Entry(path.name, str(path), stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


class _Place:
    """A folder behind a URL, with the part of the URL that names files in it."""

    def __init__(self, url: str) -> None:
        head, _, tail = url.rstrip("/").rpartition("/")
        self._glob = tail if glob.has_magic(tail) else ""
        self.folder = UrlFolder(head if self._glob else url)
        self._parent, self._name = head, tail

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.folder.close()

    def entries(self) -> list[Entry]:
        """Give the folder's files, or the one file that the URL names."""
        try:
            found = self.folder.list()
        except RemoteNotFound:
            if not self._parent.partition("://")[2]:
                raise
            found = []
        if not found and not self._glob and "://" in self._parent:
            self.folder = UrlFolder(self._parent)
            found = [entry for entry in self.folder.list() if entry.name == self._name]
        return [entry for entry in found if not self._glob or fnmatch.fnmatchcase(entry.name, self._glob)]
