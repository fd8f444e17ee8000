"""Give a file on a server its name: over what is there, and again after a drop without harm."""

from collections.abc import Callable
from typing import Protocol

import attrs


class Names(Protocol):
    """What is done to names on a server; each call may find the connection dropped."""

    def size_of(self, path: str) -> int | None:
        """Tell how large a file is, or None when there is no such file."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, which nobody has; whether a taken one is refused is the server's affair."""
        ...

    def replace(self, old: str, new: str) -> None:
        """Give a file another name, over what is there."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file."""
        ...


@attrs.define
class Rename:
    """Rename a file over what is there; done again after a drop, it finds itself done.

    Attributes:
        old: The name that the file has.
        new: The name that it gets.
        size: Its bytes.
    """

    old: str
    new: str
    size: int
    _again: bool = attrs.field(default=False, init=False)

    def __call__(self, names: Names) -> None:
        """Do it, on a connection that is open."""
        again, self._again = self._again, True
        if not (again and names.size_of(self.old) is None and names.size_of(self.new) == self.size):
            names.replace(self.old, self.new)
        if again and names.size_of(aside(self.old)) is not None:  # where it was put before the drop
            names.remove(aside(self.old))


def swap(names: Names, old: str, new: str, *, dropped: Callable[[Exception], bool]) -> None:
    """Rename a file over what is there, where the server does not do so in one go.

    The older file waits aside, and comes back when the newer one cannot take its name.

    Args:
        names: The names on the server.
        old: The name that the file has.
        new: The name that it gets.
        dropped: Tells of an error whether the connection is the matter, so that nothing can be put back.

    Raises:
        Exception: The server refuses; the older file is where it was.
    """
    older = names.size_of(new) is not None
    if older:
        names.rename(new, aside(old))
    try:
        names.rename(old, new)
    except Exception as fault:
        if older and not dropped(fault):
            names.rename(aside(old), new)
        raise
    if older or names.size_of(aside(old)) is not None:
        names.remove(aside(old))


def aside(path: str) -> str:
    """Give the name under which an older file waits while a newer one takes its place.

    Args:
        path: The temporary name of the newer one.

    Returns:
        The name.
    """
    return f"{path}.old"
