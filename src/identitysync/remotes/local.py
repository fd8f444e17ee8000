"""A folder of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import attrs

from identitysync.errors import LocalStorageError, RemoteNotFound, UnsafeName
from identitysync.remotes.base import Entry
from identitysync.remotes.names import safe_name, temporary_name
from identitysync.remotes.storage import LocalTarget, Source, local_storage


class LocalFolder:
    """Files below one folder of this machine; nothing outside is touched."""

    def __init__(self, root: Path) -> None:
        """Name the folder.

        Args:
            root: The folder; it is made when something is written.
        """
        self.root = root

    def list(self, folder: str = "") -> list[Entry]:
        """Give the files of a folder, without its sub-folders."""
        place = self._inside(folder) if folder else self.root
        with _reading(place):
            return [entry for child in place.iterdir() if (entry := self._entry(child)) is not None]

    def path(self, path: str) -> Path:
        """Give the place of a file of this folder.

        Args:
            path: Its path below the folder.

        Returns:
            The place.

        Raises:
            UnsafeName: It would be outside.
        """
        return self._inside(path)

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into a stream."""
        place, kept = self._inside(path), LocalTarget(target)
        with _reading(place), place.open("rb") as source:
            kept.copy(source)
        return kept.size

    def stage(self, source: Source, path: str) -> "StagedLocal":
        """Copy a file beside its final name; nobody but its owner can read it before it is published."""
        final = self._inside(path)
        temporary = final.with_name(temporary_name(final.name))
        with local_storage(f"write {final}"):
            final.parent.mkdir(parents=True, exist_ok=True)
            mode = _make_private(temporary)
        try:
            with local_storage(f"read {source}"):
                stream = source.open("rb")
            with stream, local_storage(f"write {final}"), temporary.open("wb") as target:
                LocalTarget(target).copy(stream)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return StagedLocal(temporary, final, mode)

    def delete(self, path: str) -> None:
        """Remove a file."""
        place = self._inside(path)
        try:
            with local_storage(f"remove {place}"):
                place.unlink()
        except LocalStorageError as fault:
            if isinstance(fault.__cause__, FileNotFoundError):
                raise RemoteNotFound(f"there is no file {place}") from fault
            raise

    def move(self, entry: Entry, path: str) -> None:
        """Give a file another place below the folder, over what is there; missing folders are made."""
        old, new = self._inside(entry.path), self._inside(path)
        with _reading(old):
            new.parent.mkdir(parents=True, exist_ok=True)
            old.replace(new)

    def address(self, path: str) -> str:
        """Give the path of a file or folder."""
        return str(self.root / path)

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it."""
        place = self._inside(path) if path else self.root
        with local_storage(f"make the folder {place}"):
            place.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Let go of nothing: there is no connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _inside(self, path: str) -> Path:
        place = self.root / safe_name(path)
        if not place.resolve().is_relative_to(self.root.resolve()):
            raise UnsafeName(f"{path!r} leaves the folder {self.root} by a link")
        return place

    def _entry(self, child: Path) -> Entry | None:
        if not child.is_file():
            return None
        with suppress(FileNotFoundError):  # gone meanwhile
            stat = child.stat()
            modified = datetime.fromtimestamp(stat.st_mtime, UTC)
            return Entry(child.name, child.relative_to(self.root).as_posix(), stat.st_size, modified)
        return None


@attrs.frozen
class StagedLocal:
    """A file beside its final name."""

    _temporary: Path
    _final: Path
    _mode: int

    def publish(self) -> str:
        """Give it its final name, and the rights that new files get."""
        with local_storage(f"write {self._final}"):
            self._temporary.chmod(self._mode)
            self._temporary.replace(self._final)
            _sync_folder(self._final.parent)
        return str(self._final)

    def discard(self) -> None:
        """Remove it, if it is there."""
        with local_storage(f"remove {self._temporary}"):
            self._temporary.unlink(missing_ok=True)


def _make_private(path: Path) -> int:
    """Make an empty file for its owner alone, and tell the rights that new files get here."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        mode = os.fstat(descriptor).st_mode & 0o777
        path.chmod(0o600)
    finally:
        os.close(descriptor)
    return mode


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _reading(place: Path) -> Iterator[None]:
    try:
        with local_storage(f"read {place}"):
            yield
    except LocalStorageError as fault:
        if isinstance(fault.__cause__, FileNotFoundError | NotADirectoryError):
            raise RemoteNotFound(f"there is no {place}") from fault
        raise
