"""What is done to files and folders over one FTP connection, whichever commands the server has."""

import ftplib
import posixpath
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from identitysync.errors import RemoteNotFound, UnsafeName
from identitysync.remotes.base import Entry
from identitysync.remotes.ftp.connection import code_of, told, wire
from identitysync.remotes.ftp.listing import Found, moment, read_facts, read_lines
from identitysync.remotes.renaming import swap

if TYPE_CHECKING:
    from identitysync.remotes.ftp.connection import Connection

_NO: Final = "550"
"""The answer for a path that is not there, is no file, or may not be touched."""


class FtpClient:
    """Do things on the server; what it refuses is raised as ftplib raises it."""

    def __init__(self, connection: "Connection") -> None:
        """Use a connection.

        Args:
            connection: It is open, and the caller closes it.
        """
        self._line = connection

    def entries(self, folder: str) -> list[Entry]:
        """Give the files of a folder; a link counts as what it leads to.

        Raises:
            RemoteNotFound: There is no such folder.
        """
        entries = []
        for found in self._list(folder):
            path = posixpath.join(folder, found.name)
            size = self.told_size(path) if found.size is None else found.size
            if size is not None:
                entries.append(Entry(found.name, path, size, found.modified or self._modified(path)))
        return entries

    def size_of(self, path: str) -> int | None:
        """Tell how large a file is, or None when there is no such file."""
        if "SIZE" in self._line.features or not self._line.features:
            size = self.told_size(path)
            if size is not None:
                return size
            if self._line.features:
                return None
        try:
            listed = self._list(posixpath.dirname(path))
        except RemoteNotFound:
            return None
        return next((found.size for found in listed if found.name == posixpath.basename(path)), None)

    def told_size(self, path: str) -> int | None:
        """Tell a file's size as SIZE does; None when it does not."""
        self._line.as_bytes()
        try:
            answer = self._line.knows("SIZE", self._whole(path))
        except ftplib.error_perm as fault:
            if code_of(fault) == _NO:
                return None
            raise
        size = (answer or "").partition(" ")[2].strip()
        return int(size) if size.isdecimal() else None

    def upload(self, path: str, blocks: Iterable[bytes]) -> None:
        """Write a file anew."""
        self._line.send(f"STOR {self._whole(path)}", blocks)

    def download(self, path: str, keep: Callable[[bytes], object]) -> None:
        """Read a file from its start to its end."""
        self._line.receive(f"RETR {self._whole(path)}", keep)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name; whether a taken one is refused is the server's affair."""
        with self._missing(old):
            self._line.rename(self._whole(old), self._whole(new))

    def replace(self, old: str, new: str) -> None:
        """Rename a file over what is there, by way of a third name where the server refuses to."""
        try:
            self.rename(old, new)
        except ftplib.error_perm:
            if self.size_of(new) is None:
                raise
            swap(self, old, new, dropped=lambda second: not isinstance(second, ftplib.error_perm))

    def remove(self, path: str) -> None:
        """Remove a file."""
        with self._missing(path):
            self._line.delete(self._whole(path))

    def make_folders(self, folder: str) -> None:
        """Make a folder and those above it, where they are missing."""
        if not folder or self._is_folder(folder):
            return
        self.make_folders(posixpath.dirname(folder.rstrip("/")))
        try:
            self._line.mkd(self._whole(folder))
        except ftplib.error_perm:
            if not self._is_folder(folder):  # somebody else may have made it meanwhile
                raise

    def _list(self, folder: str) -> list[Found]:
        try:
            self._line.cwd(self._whole(folder) or ".")
        except ftplib.error_perm as fault:
            if code_of(fault) == _NO:
                raise RemoteNotFound(f"there is no such folder, or it may not be seen: {told(fault)!r}") from fault
            raise
        listing = bytearray()
        facts = "MLST" in self._line.features or "MLSD" in self._line.features
        self._line.receive("MLSD" if facts else "LIST", listing.extend, text=True)
        found = read_facts(bytes(listing)) if facts else read_lines(bytes(listing))
        return [each for each in found if each.name not in {".", ".."}]

    def _modified(self, path: str) -> datetime | None:
        """Ask for the exact time of a file, which LIST does not tell."""
        try:
            answer = self._line.knows("MDTM", self._whole(path))
        except ftplib.error_perm:
            return None
        return moment((answer or "").partition(" ")[2])

    def _is_folder(self, folder: str) -> bool:
        try:
            self._line.cwd(self._whole(folder))
        except ftplib.error_perm as fault:
            if code_of(fault) == _NO:
                return False
            raise
        return True

    @contextmanager
    def _missing(self, path: str) -> Iterator[None]:
        """Tell a file that is not there from one that may not be touched, which FTP answers alike."""
        try:
            yield
        except ftplib.error_perm as fault:
            if self.size_of(path) is None:
                raise RemoteNotFound("there is no such file") from fault
            raise

    def _whole(self, path: str) -> str:
        """Give a path as it travels, from the root where that is known: then no name looks like an option."""
        if "\r" in path or "\n" in path:
            raise UnsafeName(f"the path {path!r} holds line ends, which FTP cannot carry")
        return posixpath.join(self._line.home, wire(path)) if path else self._line.home
