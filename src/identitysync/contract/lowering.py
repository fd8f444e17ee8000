"""How a script says what it does in terms of fields, so that a run of such scripts becomes one function.

``emit`` is provisional until 1.0. A script that has none works all the same; it is a barrier, before and behind which
records are made whole.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import attrs

from identitysync.values import FieldPath, Record

T = TypeVar("T")

TEXT = frozenset({"str"})
"""The kinds of a value that is text."""

ANY = frozenset({"str", "int", "float", "bool", "null", "list", "dict"})
"""The kinds of a value of which nothing is known."""


_KINDS = {str: "str", int: "int", float: "float", bool: "bool", type(None): "null", list: "list", dict: "dict"}


class Unfit(Exception):
    """Say why a step cannot be part of a function for such records; it is run as it is then."""


class Surprise(Exception):
    """A value that the function is not made for: this one record is run step by step."""


@attrs.frozen
class Value:
    """A value in the code of a function.

    Attributes:
        source: A Python expression that is cheap and has no effect: a name, an attribute of one, a constant's name.
        kinds: What it may be, of ``ANY``; with ``texts``, arrays hold nothing but text.
        maybe: Whether the field may be missing; the expression then gives ``UNSET`` of msgspec.
        computed: Whether it comes from an expression, so that it may be a number that no text stands for.
    """

    source: str
    kinds: frozenset[str] = ANY
    maybe: bool = False
    computed: bool = False

    @classmethod
    def of(cls, value: Any, source: str) -> "Value":
        """Make the value of something that is known already, under its name in the code."""
        return cls(source, frozenset({_KINDS[type(value)]}) if type(value) in _KINDS else ANY, computed=True)

    def made(self, fields: "Fields", source: str, kinds: frozenset[str] | None = None) -> "Value":
        """Compute something of this value, which stays missing when it is."""
        return attrs.evolve(fields.computed(source, kinds or self.kinds), maybe=self.maybe, computed=self.computed)


class Expression(Protocol):
    """An expression of some language that can be put into a function.

    Attributes:
        kinds: What it may give, as in ``Value``.
    """

    @property
    def kinds(self) -> frozenset[str]:
        """What it may give."""
        ...

    def emit(
        self, record: str, prefix: str, field: "Callable[[tuple[str, ...]], str] | None" = None
    ) -> tuple[str, dict[str, Any]]:
        """Give the source of a Python expression, and what the names in it stand for.

        Args:
            record: The name of the record.
            prefix: What generated names begin with.
            field: Gives the source for a field with this dotted name, when there is no record to look it up in.
        """
        ...


class Fields(Protocol):
    """A record, as the function that is being made knows it: each call adds the code that does it."""

    def constant(self, value: Any) -> str:
        """Give the name under which the function knows an object."""
        ...

    def computed(self, source: str, kinds: frozenset[str] = ANY) -> Value:
        """Compute something now and keep it.

        Args:
            source: A Python expression over values and constants. Whatever it raises sends this one record through
                the scripts themselves.
            kinds: What it may give.

        Returns:
            The value.
        """
        ...

    def expression(self, expression: Expression) -> Value:
        """Compute an expression of the dataflow."""
        ...

    def natively(self, value: Value, method: str, *given: bytes | int) -> Value | None:
        """Let the native kernel change a field in all records of a block at once.

        Args:
            value: The field; it stays missing or null where it is.
            method: The method of the kernel's tables that does it.
            given: What the method is given.

        Returns:
            The new value, of the same kinds; None where there is no kernel, or the field is none as it was read.
        """
        ...

    def get(self, path: FieldPath) -> Value | None:
        """Look a field up; None when no record has it. Raises ``Unfit`` for an object."""
        ...

    def set(self, path: FieldPath, value: Value) -> None:
        """Write a field as ``FieldPath.set`` does."""
        ...

    def update(self, path: FieldPath, change: Callable[[Value], Value], concerns: frozenset[str] = ANY) -> None:
        """Replace the value of a field where it is; a missing field stays missing.

        Args:
            path: The field.
            change: Gives the new value of the old one.
            concerns: The kinds of values that may be changed at all.
        """
        ...

    def pop(self, path: FieldPath) -> None:
        """Take a field out."""
        ...

    def move(self, source: FieldPath, target: FieldPath) -> None:
        """Take a field out, and write it as ``FieldPath.nest`` does."""
        ...

    def copy(self, source: FieldPath, target: FieldPath) -> None:
        """Write a copy of a field as ``FieldPath.nest`` does."""
        ...

    def spread(self, paths: Sequence[FieldPath], delimiter: str) -> None:
        """Put the fields of objects at the top, under names joined by the delimiter."""
        ...

    def keep(self, paths: Sequence[FieldPath]) -> None:
        """Drop all fields but these, and put these in order."""
        ...

    def reorder(self, names: Sequence[str], after: str) -> None:
        """Put fields at the top behind another one; to the front when ``after`` is empty."""
        ...

    def drop_unless(self, source: str) -> None:
        """Drop the record unless a Python expression is true."""
        ...

    def columns(self, known: "Layout") -> list[tuple[str, Value]]:
        """Give all fields, those of objects under dotted names; ``Unfit`` when one is new and its place varies."""
        ...

    def tree(self) -> "Tree":
        """Give all fields in their order, those of objects inside; ``Unfit`` when the order varies."""
        ...

    def whole(self) -> str:
        """Give a Python expression for what the JSON encoder takes for the record; ``Unfit`` when the order varies."""
        ...


@runtime_checkable
class Emitting(Protocol):
    """A script that can be part of a function."""

    def emit(self, fields: Fields) -> None:
        """Say in terms of fields what the script does with a record."""
        ...


@attrs.frozen
class Rows:
    """How a formatter's part of a function makes the bytes of a block.

    Attributes:
        source: A Python expression for what one record becomes: a row.
        row: Gives the row of a record that is run step by step; raises ``RecordRejected``.
        block: Gives the bytes of rows. Whatever it raises sends the block through the scripts themselves.
        layout: The layout in which they are.
    """

    source: str
    row: Callable[[Record], Any]
    block: Callable[[list[Any]], bytes]
    layout: "Layout" = ()


@attrs.frozen
class Cells:
    """How a formatter makes the bytes of a block of which most never became a Python object.

    Attributes:
        values: The cells of one record.
        block: Gives the bytes of records: takes the table of the native kernel, the source of each of ``values`` in it,
            and the numbers of the rows that are wanted, with bytes in the place of rows that are made already.
            Whatever it raises sends the block through the scripts themselves.
        row: Gives the bytes of a record that is run step by step; raises ``RecordRejected``.
        layout: The layout in which they are.
    """

    values: Sequence[Value]
    block: Callable[[Any, list[Any], list[Any]], bytes]
    row: Callable[[Record], bytes]
    layout: "Layout" = ()


@attrs.frozen
class Branch:
    """An object among the fields of a tree.

    Attributes:
        there: A value that is missing where the object is missing, and null where it is null; None where it always is
            there.
        fields: Its fields.
    """

    there: Value | None
    fields: "Tree"


Tree: TypeAlias = Sequence[tuple[str, Value | Branch]]
"""Fields with their names."""


def parts_of(fields: Tree) -> tuple[list[tuple[str, str]], list[Value]]:
    """Lay a tree out flat, as the native kernel takes it.

    Args:
        fields: The tree.

    Returns:
        Names, each with what it stands for: a ``value``, the beginning of an ``object``, or of an ``object?`` that may
        not be there, and the ``end`` of either, whose name is empty; and the values, those that tell of objects among
        them.
    """
    parts: list[tuple[str, str]] = []
    values: list[Value] = []
    for name, node in fields:
        if isinstance(node, Value):
            parts.append((name, "value"))
            values.append(node)
            continue
        inside, further = parts_of(node.fields)
        parts += [(name, "object" if node.there is None else "object?"), *inside, ("", "end")]
        values += [*([] if node.there is None else [node.there]), *further]
    return parts, values


Layout: TypeAlias = tuple[str, ...]
"""What the blocks of one file have in common: its columns; nothing where blocks are alike anyhow."""


@runtime_checkable
class EmittingRows(Protocol):
    """A formatter that can be the end of a function."""

    def emit_rows(self, fields: Fields, layout: Layout) -> Rows:
        """Say how a record becomes a row.

        Args:
            fields: The record.
            layout: The layout as far as it is known; the rows' own begins with it.
        """
        ...


@runtime_checkable
class EmittingCells(Protocol):
    """A formatter that the native kernel can write."""

    def emit_cells(self, fields: Fields, layout: Layout) -> Cells:
        """Say which cells a record becomes; as ``emit_rows``."""
        ...
