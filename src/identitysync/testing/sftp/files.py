"""The files of one folder, served, and nothing outside of it."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BINARY: Final[int] = getattr(os, "O_BINARY", 0)


class Owner(Protocol):
    """The server, as its files see it."""

    root: Path
    posix_rename: bool
    refuse_rename: bool
    full_after: int | None
    broken_off: int

    def transfer(self, count: int) -> None:
        """Count bytes."""
        ...


class ServedFile(paramiko.SFTPHandle):
    """One open file."""

    def __init__(self, owner: Owner, flags: int, descriptor: int) -> None:
        super().__init__(flags)
        self._owner, self._descriptor, self._since = owner, descriptor, owner.broken_off

    def read(self, offset: int, length: int) -> bytes | int:
        """Give bytes."""
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            data = os.read(self._descriptor, length)
        except OSError as fault:
            return _code(fault)
        self._owner.transfer(len(data))
        return data

    def write(self, offset: int, data: "Buffer") -> int:
        """Take bytes, all of them or, on a full disk, none."""
        count = memoryview(data).nbytes
        if self._since != self._owner.broken_off:  # what had arrived and was waiting when the connection broke off
            return SFTP_FAILURE
        if self._owner.full_after is not None:
            if self._owner.full_after < count:
                return SFTP_FAILURE
            self._owner.full_after -= count
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            written = os.write(self._descriptor, data)
        except OSError as fault:
            return _code(fault)
        self._owner.transfer(written)
        return SFTP_OK if written == count else SFTP_FAILURE

    def stat(self) -> paramiko.SFTPAttributes | int:
        """Tell of the file."""
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


class ServedFiles(paramiko.SFTPServerInterface):
    """Do to files what a client asks for."""

    def __init__(self, server: paramiko.ServerInterface, owner: Owner, *args: Any, **more: Any) -> None:
        super().__init__(server, *args, **more)
        self._owner, self._since = owner, owner.broken_off

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        """Give what is in a folder; links are told as such."""
        try:
            return [_named(each) for each in self._place(path).iterdir()]
        except OSError as fault:
            return _code(fault)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """Tell of what a path leads to."""
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as fault:
            return _code(fault)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        """Tell of what is there, be it a link."""
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).lstat())
        except OSError as fault:
            return _code(fault)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        """Open a file."""
        try:
            return ServedFile(self._owner, flags, os.open(self._place(path), flags | _BINARY, 0o644))
        except OSError as fault:
            return _code(fault)

    def remove(self, path: str) -> int:
        """Remove a file."""
        return _try(lambda: self._place(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        """Rename, but over nothing."""

        def work() -> None:
            new = self._place(newpath)
            if new.exists() or self._owner.refuse_rename:
                raise OSError(errno.EEXIST, "there is something else")
            self._place(oldpath).rename(new)

        return _try(work)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        """Rename over what is there."""
        if not self._owner.posix_rename:
            return SFTP_OP_UNSUPPORTED
        if self._owner.refuse_rename:
            return SFTP_FAILURE
        return _try(lambda: self._place(oldpath).replace(self._place(newpath)))

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        """Make a folder."""
        return _try(lambda: self._place(path).mkdir())

    def rmdir(self, path: str) -> int:
        """Remove an empty folder."""
        return _try(lambda: self._place(path).rmdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        """Pretend to change rights and times."""
        return SFTP_OK

    def _place(self, path: str) -> Path:
        """Give the place of a path below the root; a link that leads outside is no place."""
        if self._since != self._owner.broken_off:
            raise ConnectionAbortedError(errno.ECONNABORTED, "the connection has been broken off")
        place = self._owner.root / self.canonicalize(path).lstrip("/")
        inside = place.resolve() if place.is_symlink() else place.parent.resolve()
        if place != self._owner.root and not inside.is_relative_to(self._owner.root):
            raise PermissionError(errno.EACCES, "outside of the root")
        return place


def _named(each: Path) -> paramiko.SFTPAttributes:
    attributes = paramiko.SFTPAttributes.from_stat(each.lstat())
    name: Any = each.name
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name)  # bytes that are no UTF-8 travel as they are
    attributes.filename = name
    return attributes


def _try(work: Callable[[], object]) -> int:
    try:
        work()
    except OSError as fault:
        return _code(fault)
    return SFTP_OK


def _code(fault: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(fault.errno or 0)
