"""What the tree of a Mozilla expression has besides the nodes of JEXL."""

from typing import Any

import attrs


@attrs.frozen
class Transform:
    """``subject|name(arguments)``."""

    subject: Any
    name: str
    arguments: tuple[Any, ...]
    offset: int


@attrs.frozen
class Filter:
    """``subject[.field == value]``: the elements for which the test is true."""

    subject: Any
    test: Any
    offset: int


@attrs.frozen
class Pick:
    """``subject[key]``: an element; all of it where the key is true, and nothing where it is false."""

    subject: Any
    key: Any
    offset: int


@attrs.frozen
class Current:
    """The element that a filter looks at; ``.field`` is a member of it."""

    offset: int
