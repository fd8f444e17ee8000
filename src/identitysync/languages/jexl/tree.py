"""The tree of a JEXL expression, and of the statements around it.

Its nodes are structs of msgspec: as classes of attrs, they would be a tenth of the time of a first call.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct


class Literal(Struct, frozen=True):
    """A number, a text, ``true``, ``false`` or ``null``."""

    value: Any
    offset: int


class Name(Struct, frozen=True):
    """A field of the record; ``parts`` are the names between the dots."""

    parts: tuple[str, ...]
    offset: int


class Unary(Struct, frozen=True):
    """``- ! ~ empty size`` before an operand."""

    sign: str
    operand: "Node"
    offset: int


class Binary(Struct, frozen=True):
    """An operator between two operands."""

    sign: str
    left: "Node"
    right: "Node"
    offset: int


class Choice(Struct, frozen=True):
    """``condition ? yes : no``."""

    condition: "Node"
    yes: "Node"
    no: "Node"
    offset: int


class Member(Struct, frozen=True):
    """``owner[key]``, or ``owner.key`` behind something that is no name."""

    owner: "Node"
    key: "Node"
    offset: int


class Call(Struct, frozen=True):
    """``owner.method(arguments)``."""

    owner: "Node"
    method: str
    arguments: tuple["Node", ...]
    offset: int


class Array(Struct, frozen=True):
    """``[a, b]``; and ``{a, b}``, which is the same without doubles."""

    items: tuple["Node", ...]
    offset: int
    unique: bool = False


class Map(Struct, frozen=True):
    """``{key: value}``."""

    items: tuple[tuple["Node", "Node"], ...]
    offset: int


class Range(Struct, frozen=True):
    """``first..last``: whole numbers, up or down."""

    first: "Node"
    last: "Node"
    offset: int


class Template(Struct, frozen=True):
    """Texts with expressions between them."""

    parts: tuple["Node", ...]
    offset: int


class Static(Struct, frozen=True):
    """``Math.name(arguments)``."""

    name: str
    arguments: tuple["Node", ...]
    offset: int


class Local(Struct, frozen=True):
    """A variable of the function; ``slot`` is its number."""

    slot: int
    offset: int


class Assign(Struct, frozen=True):
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


class Lambda(Struct, frozen=True):
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


class Invoke(Struct, frozen=True):
    """``function(arguments)``, where the function is a variable or a lambda."""

    function: "Node"
    arguments: tuple["Node", ...]
    offset: int


class Block(Struct, frozen=True):
    """Statements in a row; its value is that of the last."""

    statements: tuple["Statement", ...]
    offset: int


class If(Struct, frozen=True):
    """``if (condition) yes else no``."""

    condition: "Node"
    yes: "Statement"
    no: "Statement"
    offset: int


class ForEach(Struct, frozen=True):
    """``for (variable : items) body``."""

    variable: Local | Name
    items: "Node"
    body: "Statement"
    offset: int


class Loop(Struct, frozen=True):
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


class Return(Struct, frozen=True):
    """``return value``."""

    value: "Node"
    offset: int


class Jump(Struct, frozen=True):
    """``break`` or ``continue``."""

    word: str
    offset: int


class Program(Struct, frozen=True):
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
