"""A folder of this machine."""

import errno
import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import attrs

from identitysync.errors import LocalStorageError, RemoteNotFound, UnsafeName
from identitysync.remotes.base import Entry
from identitysync.remotes.names import safe_name


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
        try:
            found = [child for child in place.iterdir() if child.is_file()]
            return [_entry(child, child.relative_to(self.root).as_posix()) for child in found]
        except OSError as fault:
            raise _not_found(fault, place) from fault

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
        place = self._inside(path)
        try:
            with place.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
        except FileNotFoundError as fault:
            raise _not_found(fault, place) from fault
        return target.tell()

    def stage(self, source: Path, path: str) -> "StagedLocal":
        """Copy a file beside its final name."""
        final = self._inside(path)
        temporary = final.with_name(f".{final.name[-200:]}.{secrets.token_hex(4)}.part")
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as target, source.open("rb") as stream:
                shutil.copyfileobj(stream, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
        except OSError as fault:
            temporary.unlink(missing_ok=True)
            raise _cannot_write(fault, final) from fault
        return StagedLocal(temporary, final)

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._inside(path).unlink(missing_ok=True)

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


@attrs.frozen
class StagedLocal:
    """A file beside its final name."""

    _temporary: Path
    _final: Path

    def publish(self) -> str:
        """Give it its final name, and the rights that new files get."""
        try:
            mask = os.umask(0)
            os.umask(mask)
            self._temporary.chmod(0o666 & ~mask)
            self._temporary.replace(self._final)
            _sync_folder(self._final.parent)
        except OSError as fault:
            raise _cannot_write(fault, self._final) from fault
        return str(self._final)

    def discard(self) -> None:
        """Remove it."""
        self._temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _entry(place: Path, path: str) -> Entry:
    stat = place.stat()
    return Entry(place.name, path, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _not_found(fault: OSError, place: Path) -> RemoteNotFound:
    return RemoteNotFound(f"{place} cannot be read: {fault.strerror or fault}")


def _cannot_write(fault: OSError, place: Path) -> LocalStorageError:
    hint = "; make room there" if fault.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else ""
    return LocalStorageError(f"{place} cannot be written: {fault.strerror or fault}{hint}")
