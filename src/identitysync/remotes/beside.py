"""Upload a file beside its final name, to a server on which it is renamed when it may be seen."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from identitysync.errors import RemoteError, RemoteUnavailable
from identitysync.remotes.names import upload_path
from identitysync.remotes.staged_file import Server, StagedFile
from identitysync.remotes.storage import Source, local_storage


def upload_beside(
    server: Server,
    do: Callable[..., Any],
    source: Source,
    path: str,
    *,
    uploading: bool,
    send: Callable[[Any, str, int], int | None],
) -> StagedFile:
    """Upload a file under a temporary name in the folder of its final one, and verify its size.

    Args:
        server: The server.
        do: Does something on the server, with a new connection when the old one drops: told what, the work and how
            often it is tried.
        source: The file.
        path: Its final place.
        uploading: Whether the temporary name is the final one with ``.uploading``, instead of a hidden one.
        send: Uploads the file by the server's client, told its temporary name and its size; gives its size there.

    Returns:
        The file, to be published.

    Raises:
        UnsafeName: Its name cannot be one.
        LocalStorageError: The source cannot be read.
        RemoteError: The server does not permit it, or its disk is full.
        RemoteUnavailable: The connection dropped too often.
    """
    temporary = upload_path(path, uploading=uploading)
    with local_storage(f"read {source}"):
        size = source.stat().st_size
    begun = False

    def work(client: Any) -> None:
        nonlocal begun
        begun = True
        there = send(client, temporary, size)
        if there != size:
            raise RemoteUnavailable(f"{there} bytes are there, {size} were sent")

    try:
        do(f"write {path!r}", work)
    except BaseException:
        if begun:
            with suppress(RemoteError):  # the first error matters more
                do(f"remove {temporary!r}", lambda client: client.remove(temporary), attempts=1)
        raise
    return StagedFile(server, temporary, path, size)
