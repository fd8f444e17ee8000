"""The tree of a JEXL expression, and of the statements around it."""

from collections.abc import Iterator
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


@attrs.frozen
class Range:
    """``first..last``: whole numbers, up or down."""

    first: "Node"
    last: "Node"
    offset: int


@attrs.frozen
class Template:
    """Texts with expressions between them."""

    parts: tuple["Node", ...]
    offset: int


@attrs.frozen
class Static:
    """``Math.name(arguments)``."""

    name: str
    arguments: tuple["Node", ...]
    offset: int


@attrs.frozen
class Local:
    """A variable of the function; ``slot`` is its number."""

    slot: int
    offset: int


@attrs.frozen
class Assign:
    """``target = value``.

    Attributes:
        target: What is given a value.
        sign: The operator of ``+=`` and its like, or nothing.
        value: The value, or the operator's right side.
        old: Whether its own value is the one before, as that of ``i++`` is.
    """

    target: "Local | Name | Member"
    sign: str
    value: "Node"
    offset: int
    old: bool = False


@attrs.frozen
class Lambda:
    """``(a, b) -> { … }``; its variables are numbered from 0, the parameters first.

    Attributes:
        parameters: How many.
        captured: Which of its variables begin with the value of which variable around it.
        slots: How many variables it has.
        body: What it does.
    """

    parameters: int
    captured: tuple[tuple[int, int], ...]
    slots: int
    body: "Statement"
    offset: int


@attrs.frozen
class Invoke:
    """``function(arguments)``, where the function is a variable or a lambda."""

    function: "Node"
    arguments: tuple["Node", ...]
    offset: int


@attrs.frozen
class Block:
    """Statements in a row; its value is that of the last."""

    statements: tuple["Statement", ...]
    offset: int


@attrs.frozen
class If:
    """``if (condition) yes else no``."""

    condition: "Node"
    yes: "Statement"
    no: "Statement"
    offset: int


@attrs.frozen
class ForEach:
    """``for (variable : items) body``."""

    variable: Local | Name
    items: "Node"
    body: "Statement"
    offset: int


@attrs.frozen
class Loop:
    """``while (condition) body``; ``do body while (condition)``; ``for (…; condition; step) body``.

    Attributes:
        condition: What is asked before each round.
        step: What is done between two rounds.
        body: What is done in each round.
        late: Whether the first round comes before the first question.
    """

    condition: "Node"
    step: "Statement"
    body: "Statement"
    offset: int
    late: bool = False


@attrs.frozen
class Return:
    """``return value``."""

    value: "Node"
    offset: int


@attrs.frozen
class Jump:
    """``break`` or ``continue``."""

    word: str
    offset: int


@attrs.frozen
class Program:
    """A whole expression that is more than one value: it has statements, variables or functions.

    Attributes:
        slots: How many variables it has.
        body: What it does.
    """

    slots: int
    body: "Statement"
    offset: int = 0


Node: TypeAlias = (
    Literal | Name | Unary | Binary | Choice | Member | Call | Array | Map | Range | Template | Static | Local | Assign
    | Lambda | Invoke
)  # fmt: skip
Statement: TypeAlias = Node | Block | If | ForEach | Loop | Return | Jump


def walk(tree: "Statement | Program") -> Iterator[Any]:
    """Visit a tree.

    Args:
        tree: The tree.

    Yields:
        Every node of it.
    """
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is tuple:
            waiting += node
        elif names := getattr(kind, "__match_args__", None):
            yield node
            waiting += [getattr(node, name) for name in names]
