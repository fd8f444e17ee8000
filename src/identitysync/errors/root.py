"""The root of the tree, and how an error that is built with keywords is pickled."""

from typing import Any


class IdentitySyncError(Exception):
    """The root of all errors that the library raises on purpose."""


def rebuild(cls: type[Any], positional: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Build an error anew from what ``__reduce__`` gave: pickle alone passes no keywords on."""
    return cls(*positional, **keywords)
