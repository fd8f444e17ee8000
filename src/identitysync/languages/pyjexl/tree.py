"""What the tree of a Mozilla expression has besides the nodes of JEXL."""

from typing import Any

from msgspec import Struct


class Transform(Struct, frozen=True):
    """``subject|name(arguments)``."""

    subject: Any
    name: str
    arguments: tuple[Any, ...]
    offset: int


class Filter(Struct, frozen=True):
    """``subject[.field == value]``: the elements for which the test is true."""

    subject: Any
    test: Any
    offset: int


class Pick(Struct, frozen=True):
    """``subject[key]``: an element; all of it where the key is true, and nothing where it is false."""

    subject: Any
    key: Any
    offset: int


class Current(Struct, frozen=True):
    """The element that a filter looks at; ``.field`` is a member of it."""

    offset: int
