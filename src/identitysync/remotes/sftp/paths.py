"""What is done to paths on the server: folders are made, files get other names."""

import errno
import posixpath
import stat
from typing import TYPE_CHECKING, Final

import attrs

from identitysync.remotes.renaming import swap

if TYPE_CHECKING:
    from identitysync.remotes.sftp.client import PipelinedClient

_NETWORK: Final = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EBADF, errno.ENOTCONN}


def dropped(fault: OSError) -> bool:
    """Tell whether the connection is the matter, and not what the server answered.

    Args:
        fault: What paramiko or a socket raised.

    Returns:
        Whether another connection may help.
    """
    if isinstance(fault, TimeoutError | ConnectionError) or fault.errno in _NETWORK:
        return True
    return fault.errno is None and "closed" in str(fault).lower()


@attrs.frozen
class SftpNames:
    """The names of files on the server."""

    _client: "PipelinedClient"

    def size_of(self, path: str) -> int | None:
        """Tell how large a file is, or None when there is no such file."""
        try:
            return self._client.stat(path).st_size or 0
        except FileNotFoundError:
            return None

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, which nobody has."""
        self._client.rename(old, new)

    def replace(self, old: str, new: str) -> None:
        """Rename a file over what is there: in one go by OpenSSH's extension, else by way of a third name."""
        try:
            self._client.posix_rename(old, new)
        except (FileNotFoundError, PermissionError, TimeoutError, ConnectionError):
            raise
        except OSError as fault:  # the server has no such extension, and its rename does not overwrite
            if dropped(fault) or _is_folder(self._client, new):
                raise
            swap(self, old, new, dropped=lambda second: isinstance(second, OSError) and dropped(second))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._client.remove(path)


def make_folders(client: "PipelinedClient", folder: str) -> None:
    """Make a folder and those above it, where they are missing.

    Args:
        client: Talks to the server.
        folder: The folder.

    Raises:
        OSError: The server refuses.
    """
    if not folder or _is_folder(client, folder):
        return
    make_folders(client, posixpath.dirname(folder.rstrip("/")))
    try:
        client.mkdir(folder)
    except OSError as fault:
        if dropped(fault) or not _is_folder(client, folder):  # somebody else may have made it meanwhile
            raise


def _is_folder(client: "PipelinedClient", folder: str) -> bool:
    try:
        return stat.S_ISDIR(client.stat(folder).st_mode or 0)
    except FileNotFoundError:
        return False
