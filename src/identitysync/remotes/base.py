"""What every place for files can do."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import BinaryIO, Protocol, Self

import attrs

from identitysync.contract import Staged
from identitysync.remotes.storage import Source


@attrs.frozen
class Entry:
    """A file in a listing.

    Attributes:
        name: Its name, without folders.
        path: Where it is, for ``fetch``.
        size: Its bytes.
        modified: When it was last changed, where that is known.
    """

    name: str
    path: str
    size: int
    modified: datetime | None = None


class SortBy(StrEnum):
    """By what files are put in order."""

    TIME = "time"
    NAME = "name"
    SIZE = "size"


class Order(StrEnum):
    """In which direction."""

    ASCENDING = "ASC"
    DESCENDING = "DESC"


class Remote(Protocol):
    """A place for files. Nothing that it writes is seen under its final name before ``publish``."""

    def list(self, folder: str) -> list[Entry]:
        """Give the files of a folder, without its sub-folders.

        Raises:
            RemoteNotFound: There is no such folder.
        """
        ...

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into an empty stream, from the start again when the connection drops.

        Returns:
            How many bytes it has.

        Raises:
            RemoteNotFound: There is no such file.
            RemoteUnavailable: It could not be had as a whole.
            LocalStorageError: The stream cannot be written.
        """
        ...

    def stage(self, source: Source, path: str) -> Staged:
        """Upload a file under a temporary name in the folder of its final one; missing folders are made.

        Its size is verified. Nothing stays behind when it fails, as far as the connection allows.

        Raises:
            RemoteUnavailable: The connection dropped too often.
            LocalStorageError: The source cannot be read, or a disk of this machine is full.
        """
        ...

    def delete(self, path: str) -> None:
        """Remove a file.

        Raises:
            RemoteNotFound: There is no such file.
        """
        ...

    def move(self, entry: Entry, path: str) -> None:
        """Give a file another place, over what is there; missing folders are made.

        Raises:
            RemoteNotFound: There is no such file.
        """
        ...

    def address(self, path: str) -> str:
        """Give the address of a file or folder for people; it holds no credentials."""
        ...

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it, where they are missing."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def sorted_entries(entries: Iterable[Entry], by: SortBy, order: Order) -> list[Entry]:
    """Put files in order; equals are ordered by name.

    Args:
        entries: The files.
        by: By what.
        order: In which direction.

    Returns:
        The files in order.
    """
    long_ago = datetime.min.replace(tzinfo=UTC)
    keys = {
        SortBy.TIME: lambda entry: (entry.modified or long_ago, entry.name),
        SortBy.NAME: lambda entry: (entry.name,),
        SortBy.SIZE: lambda entry: (entry.size, entry.name),
    }
    return sorted(entries, key=keys[by], reverse=order is Order.DESCENDING)
