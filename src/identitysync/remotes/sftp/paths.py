"""What is done to paths on the server: folders are made, files get other names."""

import errno
import posixpath
import stat
from typing import TYPE_CHECKING, Final

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


def aside(path: str) -> str:
    """Give the name under which an older file waits while a newer one takes its place.

    Args:
        path: The temporary name of the newer one.

    Returns:
        The name.
    """
    return f"{path}.old"


def replace(client: "PipelinedClient", old: str, new: str) -> None:
    """Rename a file over what is there.

    A server without OpenSSH's extension cannot do so in one go: there the older file waits aside, and comes back when
    the newer one cannot take its name.

    Args:
        client: Talks to the server.
        old: The name that the file has.
        new: The name that it gets.

    Raises:
        OSError: The server refuses; the older file is where it was.
    """
    try:
        client.posix_rename(old, new)
    except (FileNotFoundError, PermissionError, TimeoutError, ConnectionError):
        raise
    except OSError as fault:  # the server has no such extension, and its rename does not overwrite
        if dropped(fault) or _is_folder(client, new):
            raise
        older = size_of(client, new) is not None
        if older:
            client.rename(new, aside(old))
        try:
            client.rename(old, new)
        except OSError as second:
            if older and not dropped(second):
                client.rename(aside(old), new)
            raise
        if older or size_of(client, aside(old)) is not None:
            client.remove(aside(old))


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


def size_of(client: "PipelinedClient", path: str) -> int | None:
    """Tell how large a file is.

    Args:
        client: Talks to the server.
        path: The file.

    Returns:
        Its bytes, or None when there is no such file.
    """
    try:
        return client.stat(path).st_size or 0
    except FileNotFoundError:
        return None
