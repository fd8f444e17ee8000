"""The tree of a JEXL expression."""

from typing import Any, TypeAlias

import attrs


@attrs.frozen
class Literal:
    """A number, a text, ``true``, ``false`` or ``null``."""

    value: Any
    offset: int


@attrs.frozen
class Name:
    """A field of the record; ``parts`` are the names between the dots."""

    parts: tuple[str, ...]
    offset: int


@attrs.frozen
class Unary:
    """``- ! ~ empty size`` before an operand."""

    sign: str
    operand: "Node"
    offset: int


@attrs.frozen
class Binary:
    """An operator between two operands."""

    sign: str
    left: "Node"
    right: "Node"
    offset: int


@attrs.frozen
class Choice:
    """``condition ? yes : no``."""

    condition: "Node"
    yes: "Node"
    no: "Node"
    offset: int


@attrs.frozen
class Member:
    """``owner[key]``, or ``owner.key`` behind something that is no name."""

    owner: "Node"
    key: "Node"
    offset: int


@attrs.frozen
class Call:
    """``owner.method(arguments)``."""

    owner: "Node"
    method: str
    arguments: tuple["Node", ...]
    offset: int


@attrs.frozen
class Array:
    """``[a, b]``; and ``{a, b}``, which is the same without doubles."""

    items: tuple["Node", ...]
    offset: int
    unique: bool = False


@attrs.frozen
class Map:
    """``{key: value}``."""

    items: tuple[tuple["Node", "Node"], ...]
    offset: int


Node: TypeAlias = Literal | Name | Unary | Binary | Choice | Member | Call | Array | Map
