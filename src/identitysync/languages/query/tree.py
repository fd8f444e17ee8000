"""The tree of a query: frozen nodes whose ``str()`` is its text, so that ``parse_query(str(query)) == query``."""

from enum import StrEnum
from typing import Any, TypeAlias

import attrs

from identitysync.errors import InvalidParameter
from identitysync.languages.query.conditions import Condition, Path, is_name, must_not_be_empty, spelled


class Function(StrEnum):
    """What can be told of many documents at once."""

    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    AVG = "avg"
    SUM_OF_SQUARES = "sum_of_squares"
    VARIANCE = "variance"
    STD = "std"


def _named(_: Any, attribute: "attrs.Attribute[Any]", value: str | None) -> None:
    if value is not None and not is_name(value):
        raise InvalidParameter(f"{value!r} cannot be the {attribute.name} of a query")


def _not_negative(_: Any, attribute: "attrs.Attribute[Any]", value: int | None) -> None:
    if value is not None and value < 0:
        raise InvalidParameter(f"the {attribute.name} of a query cannot be {value}")


@attrs.frozen
class Everything:
    """``*``: the whole document."""

    def __str__(self) -> str:
        return "*"


@attrs.frozen
class Field:
    """A selected field or object; the alias takes the place of its last name, inside the same parent."""

    path: Path
    alias: str | None = attrs.field(default=None, validator=_named)

    def __str__(self) -> str:
        return f"{self.path}{_as(self.alias)}"


@attrs.frozen
class Aggregate:
    """A function over the documents: ``count(*)``, ``avg(profile.age)``.

    Attributes:
        function: Which one.
        path: The field; None, written ``*``, for ``count`` and only there.
        alias: The name of the result; without one it is the function's text.
    """

    function: Function = attrs.field(converter=Function)
    path: Path | None = None
    alias: str | None = attrs.field(default=None, validator=_named)

    def __attrs_post_init__(self) -> None:
        if (self.path is None) != (self.function is Function.COUNT):
            raise InvalidParameter("count takes *, every other function takes the path of one field")

    @property
    def name(self) -> str:
        """The key of the result."""
        return self.alias or f"{self.function}({self.path.dotted if self.path else '*'})"

    def __str__(self) -> str:
        return f"{self.function}({self.path or '*'}){_as(self.alias)}"


SelectItem: TypeAlias = Everything | Field | Aggregate
"""What can stand after SELECT, between commas."""


@attrs.frozen
class Filter:
    """``FILTER counters BY class = "_shares"``: only the elements that fit, of the array at a path.

    Without a path it is a second WHERE.
    """

    condition: Condition
    path: Path | None = None

    def __str__(self) -> str:
        return f"{self.path} BY {self.condition}" if self.path else str(self.condition)


@attrs.frozen
class Order:
    """One field to sort by."""

    path: Path
    descending: bool = False

    def __str__(self) -> str:
        return f"{self.path} {'DESC' if self.descending else 'ASC'}"


def _table(_: Any, __: "attrs.Attribute[Any]", value: str) -> None:
    Path(tuple(value.split(".")))


@attrs.frozen
class Query:
    """A whole query; its ``str()`` is its text.

    Attributes:
        select: What to give of each document.
        table: Where the documents are: ``accounts``, ``emailAccounts``, ``dataflow`` …
        where: What must hold of them, or None.
        filter: What must hold of the elements of an array, or None.
        group_by: The fields whose equal values make a group.
        order_by: The fields to sort by, the most important one first.
        start: How many documents to skip, or None.
        limit: How many documents to give at most, or None.
    """

    select: tuple[SelectItem, ...] = attrs.field(validator=must_not_be_empty)
    table: str = attrs.field(validator=_table)
    where: Condition | None = None
    filter: Filter | None = None
    group_by: tuple[Path, ...] = attrs.field(default=())
    order_by: tuple[Order, ...] = attrs.field(default=())
    start: int | None = attrs.field(default=None, validator=_not_negative)
    limit: int | None = attrs.field(default=None, validator=_not_negative)

    def __str__(self) -> str:
        parts = [f"SELECT {', '.join(map(str, self.select))} FROM {spelled(self.table)}"]  # noqa: S608 - every part checks or quotes itself
        parts += [f"WHERE {self.where}"] if self.where else []
        parts += [f"FILTER {self.filter}"] if self.filter else []
        parts += [f"GROUP BY {', '.join(map(str, self.group_by))}"] if self.group_by else []
        parts += [f"ORDER BY {', '.join(map(str, self.order_by))}"] if self.order_by else []
        parts += [f"START {self.start}"] if self.start is not None else []
        parts += [f"LIMIT {self.limit}"] if self.limit is not None else []
        return " ".join(parts)


def _as(alias: str | None) -> str:
    return f" AS {spelled(alias)}" if alias else ""
