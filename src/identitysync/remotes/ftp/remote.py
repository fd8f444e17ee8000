"""A server behind FTP as a place for files."""

import ftplib
import posixpath
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TypeVar

from identitysync.contract import Clock
from identitysync.errors import HostNotTrusted, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.attempts import ATTEMPTS, persist
from identitysync.remotes.base import Entry
from identitysync.remotes.beside import upload_beside
from identitysync.remotes.ftp.login import FtpLogin
from identitysync.remotes.names import safe_name
from identitysync.remotes.renaming import Rename
from identitysync.remotes.staged_file import StagedFile
from identitysync.remotes.storage import LocalTarget, Source, blocks

if TYPE_CHECKING:
    from identitysync.remotes.ftp.client import FtpClient
    from identitysync.remotes.ftp.connection import Connection

T = TypeVar("T")

_BLOCK: Final = 1 << 18
_FULL: Final = ("452", "552")
"""Answers of a server whose disk, or the user's share of it, is full."""


class FtpRemote:
    """A server behind FTP; the connection opens when it is needed, and again, protected as before, after it dropped."""

    def __init__(self, login: FtpLogin, clock: Clock) -> None:
        """Remember where to connect.

        Args:
            login: Where to, and as whom.
            clock: Passes the time between two attempts.
        """
        self._login, self._clock = login, clock
        self._connection: Connection | None = None
        self._lock = threading.RLock()

    def list(self, folder: str = "") -> list[Entry]:
        """Give the files of a folder, without its sub-folders; a link counts as what it leads to."""
        return self._do(f"list {folder or '.'}", lambda client: client.entries(folder))

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into an empty stream, from the start again when the connection drops."""
        kept = LocalTarget(target)

        def work(client: "FtpClient") -> int:
            size = client.size_of(path)
            if size is None:
                raise RemoteNotFound("there is no such file, or it may not be read")
            if kept.size != size:  # it is the same when all came, and only the server's last word did not
                kept.restart()
                client.download(path, kept.write)
            after = client.size_of(path)
            if kept.size != size or after != size:
                arrived = kept.size
                kept.restart()
                raise RemoteUnavailable(f"the file had {size} bytes, then {after}; {arrived} arrived")
            return size

        return self._do(f"read {path!r}", work)

    def stage(self, source: Source, path: str, *, uploading: bool = False) -> StagedFile:
        """Upload a file under a temporary name, a hidden one or one with ``.uploading``; see ``upload_beside``."""
        sent = False

        def content() -> Iterator[bytes]:
            nonlocal sent
            sent = False
            yield from blocks(source, _BLOCK)
            sent = True

        def send(client: "FtpClient", temporary: str, size: int) -> int | None:
            if not (sent and client.size_of(temporary) == size):  # else only the server's last word was missing
                client.make_folders(posixpath.dirname(path))
                client.upload(temporary, content())
            return client.size_of(temporary)

        return upload_beside(self, self._do, source, path, uploading=uploading, send=send)

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._do(f"remove {path!r}", lambda client: client.remove(path))

    def move(self, entry: Entry, path: str) -> None:
        """Give a file another place, over what is there; missing folders are made."""
        folder, name = posixpath.split(path)
        safe_name(name)
        self.make_folders(folder)
        self.rename(entry.path, path, entry.size)

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it, where they are missing."""
        self._do(f"make the folder {path!r}", lambda client: client.make_folders(path))

    def rename(self, old: str, new: str, size: int) -> None:
        """Give a file another name, over what is there; done again after a drop, it finds itself done.

        Args:
            old: Its name.
            new: The name that it gets.
            size: Its bytes.
        """
        self._do(f"rename {old!r} to {new!r}", Rename(old, new, size))

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of a file for people; it holds no credentials."""
        scheme = "ftp" if self._login.encryption == "none" else "ftps"
        return f"{scheme}://{self._login.place}/{path.lstrip('/')}"

    def _do(self, what: str, work: "Callable[[FtpClient], T]", attempts: int = ATTEMPTS) -> T:
        """Do something on the server, with a new connection when the old one drops."""
        where = f"{self._login.place}: cannot {what}"
        with self._lock:
            return persist(lambda: self._once(where, work), where, self._clock, attempts)

    def _once(self, where: str, work: "Callable[[FtpClient], T]") -> T:
        """Do something, and close the connection unless it is known to be in order afterwards."""
        from identitysync.remotes.ftp.client import FtpClient
        from identitysync.remotes.ftp.connection import Connection, code_of, told

        in_order = False
        try:
            if self._connection is None:
                self._connection = Connection(self._login)
            result = work(FtpClient(self._connection))
            in_order = True
        except ftplib.error_perm as fault:
            in_order = True
            raise RemoteError(f"{where}: {_refusal(code_of(fault))} {told(fault)!r}") from fault
        except ftplib.error_temp as fault:
            if code_of(fault) in _FULL:
                raise RemoteError(f"{where}: {_refusal(code_of(fault))} {told(fault)!r}") from fault
            raise RemoteUnavailable(f"the server says {told(fault)!r}") from fault
        except ssl.SSLCertVerificationError as fault:
            message = f"{where}: the data connection shows a certificate that is not trusted: {fault.verify_message}"
            raise HostNotTrusted(message) from fault
        except TimeoutError as fault:
            raise RemoteUnavailable(f"nothing moved for {self._login.timeout:g} s") from fault
        except (ftplib.Error, EOFError, OSError) as fault:
            raise RemoteUnavailable(told(fault) or "the connection dropped") from fault
        except RemoteError as fault:
            if type(fault) not in {RemoteNotFound, RemoteError} or self._connection is None:
                raise
            in_order = True
            raise type(fault)(f"{where}: {fault}") from fault
        finally:
            if not in_order and self._connection is not None:
                self._connection.close()
                self._connection = None
        return result


def _refusal(code: str) -> str:
    return "the server's disk is full; it says" if code in _FULL else "the server says"
