"""A server behind SSH as a place for files."""

import posixpath
import stat
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TypeVar

from identitysync.contract import Clock
from identitysync.errors import RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.attempts import ATTEMPTS, persist
from identitysync.remotes.base import Entry
from identitysync.remotes.beside import upload_beside
from identitysync.remotes.names import safe_name
from identitysync.remotes.renaming import Rename
from identitysync.remotes.sftp.login import SftpLogin
from identitysync.remotes.sftp.paths import SftpNames, dropped, make_folders
from identitysync.remotes.staged_file import StagedFile
from identitysync.remotes.storage import LocalTarget, Source, blocks

if TYPE_CHECKING:
    from identitysync.remotes.sftp.client import PipelinedClient
    from identitysync.remotes.sftp.connection import Connection

T = TypeVar("T")

_BLOCK: Final = 1 << 18


class SftpRemote:
    """A server behind SSH; the connection opens when it is needed, and again after it dropped."""

    def __init__(self, login: SftpLogin, clock: Clock) -> None:
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
        from identitysync.remotes.sftp.client import wire

        def work(client: "PipelinedClient") -> list[Entry]:
            entries = []
            for found in client.entries(folder or "."):
                path, size, kind = posixpath.join(folder, found.name), found.size, stat.S_IFMT(found.mode)
                if kind == stat.S_IFLNK or size is None:
                    try:
                        target = client.stat(wire(path))
                    except OSError:
                        continue  # a link to nowhere is no file
                    kind, size = stat.S_IFMT(target.st_mode or 0), target.st_size
                if kind in {stat.S_IFREG, 0}:
                    entries.append(Entry(found.name, path, size or 0, found.modified))
            return entries

        return self._do(f"list {folder or '.'}", work)

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into an empty stream, from the start again when the connection drops."""
        from identitysync.remotes.sftp.client import wire

        kept = LocalTarget(target)

        def work(client: "PipelinedClient") -> int:
            kept.restart()
            size = client.stat(wire(path)).st_size or 0
            client.download(path, size, kept.write)
            after = client.stat(wire(path)).st_size or 0
            if kept.size != size or after != size:
                raise RemoteUnavailable(f"the file had {size} bytes, then {after}; {kept.size} arrived")
            return size

        return self._do(f"read {path!r}", work)

    def stage(self, source: Source, path: str, *, uploading: bool = False) -> StagedFile:
        """Upload a file under a temporary name, a hidden one or one with ``.uploading``; see ``upload_beside``."""

        def send(client: "PipelinedClient", temporary: str, _: int) -> int | None:
            make_folders(client, posixpath.dirname(path))
            client.upload(temporary, blocks(source, _BLOCK))
            return client.stat(temporary).st_size

        return upload_beside(self, self._do, source, path, uploading=uploading, send=send)

    def delete(self, path: str) -> None:
        """Remove a file."""
        from identitysync.remotes.sftp.client import wire

        self._do(f"remove {path!r}", lambda client: client.remove(wire(path)))

    def move(self, entry: Entry, path: str) -> None:
        """Give a file another place, over what is there; missing folders are made."""
        folder, name = posixpath.split(path)
        safe_name(name)
        self.make_folders(folder)
        self.rename(entry.path, path, entry.size)

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it, where they are missing."""
        self._do(f"make the folder {path!r}", lambda client: make_folders(client, path))

    def rename(self, old: str, new: str, size: int) -> None:
        """Give a file another name, over what is there; done again after a drop, it finds itself done.

        Args:
            old: Its name.
            new: The name that it gets.
            size: Its bytes.
        """
        step = Rename(old, new, size)
        self._do(f"rename {old!r} to {new!r}", lambda client: step(SftpNames(client)))

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of a file for people; it holds no credentials."""
        return f"sftp://{self._login.place}/{path.lstrip('/')}"

    def _do(self, what: str, work: "Callable[[PipelinedClient], T]", attempts: int = ATTEMPTS) -> T:
        """Do something on the server, with a new connection when the old one drops."""
        where = f"{self._login.place}: cannot {what}"
        with self._lock:
            return persist(lambda: self._once(where, work), where, self._clock, attempts)

    def _once(self, where: str, work: "Callable[[PipelinedClient], T]") -> T:
        """Do something, and close the connection unless it is known to be in order afterwards."""
        import paramiko
        from paramiko.sftp import SFTPError

        from identitysync.remotes.sftp.connection import Connection

        in_order = False
        watch = None
        try:
            if self._connection is None:
                self._connection = Connection(self._login)
            with self._connection.watch() as watch:
                self._connection.client.moved = watch.moved
                result = work(self._connection.client)
            in_order = True
        except (paramiko.SSHException, SFTPError, EOFError, OSError) as fault:
            if watch is not None and watch.expired:
                raise RemoteUnavailable(f"nothing moved for {self._login.timeout:g} s") from fault
            if isinstance(fault, OSError) and not dropped(fault):
                in_order = True
                raise _refusal(fault, where) from fault
            raise RemoteUnavailable(str(fault) or "the connection dropped") from fault
        finally:
            if not in_order:
                self.close()
        return result


def _refusal(fault: OSError, where: str) -> RemoteError:
    if isinstance(fault, FileNotFoundError):
        return RemoteNotFound(f"{where}: there is no such file or folder")
    if isinstance(fault, PermissionError):
        return RemoteError(f"{where}: the server does not permit it")
    return RemoteError(f"{where}: the server says {str(fault) or 'that it failed'!r}")
