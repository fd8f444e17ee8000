"""A file that is complete on a server under its temporary name."""

from contextlib import suppress
from typing import Protocol

import attrs

from identitysync.errors import RemoteNotFound


class Server(Protocol):
    """A server on which files are renamed."""

    def rename(self, old: str, new: str, size: int) -> None:
        """Give a file of so many bytes another name, over what is there."""
        ...

    def delete(self, path: str) -> None:
        """Remove a file."""
        ...

    def address(self, path: str) -> str:
        """Give the address of a file for people."""
        ...


@attrs.frozen
class StagedFile:
    """A file on a server that renames; its size has been verified."""

    _server: Server
    _temporary: str
    _final: str
    _size: int

    def publish(self) -> str:
        """Give it its final name, over what is there."""
        self._server.rename(self._temporary, self._final, self._size)
        return self._server.address(self._final)

    def discard(self) -> None:
        """Remove it, if it is there."""
        with suppress(RemoteNotFound):
            self._server.delete(self._temporary)
