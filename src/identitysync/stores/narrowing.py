"""Turn what a database can decide of a query into SQL; what it cannot is decided from documents afterwards.

What is turned over means the same in both places, for every document: texts are compared by code point, and a missing
field is equal to nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from identitysync.languages.query import (
    Among,
    And,
    Compare,
    Comparison,
    Condition,
    Literal,
    Or,
    Path,
    Query,
    has_functions,
)

_OPERATORS: Final = {
    Comparison.EQUAL: "=",
    Comparison.LESS: "<",
    Comparison.LESS_OR_EQUAL: "<=",
    Comparison.GREATER: ">",
    Comparison.GREATER_OR_EQUAL: ">=",
}


_EXACT: Final = 1 << 53
"""Whole numbers below this are the same for every database."""


@attrs.frozen
class Column:
    """A column that holds the value of a document's field.

    Attributes:
        name: Its name.
        kind: The type of its values.
        always: Whether no document lacks the field.
    """

    name: str
    kind: type = str
    always: bool = True


@attrs.frozen
class Narrowing:
    """What a database decides of a query.

    Attributes:
        where: The condition in SQL; ``1 = 1`` for all.
        values: What it names.
        order: The order in SQL.
        limit: How many rows are enough; None for all that fit.
        exact: Whether all rows that it gives fit the query, so that nobody needs to look at them again.
    """

    where: str
    values: Mapping[str, Any]
    order: str
    limit: int | None
    exact: bool


def narrow(query: Query, columns: Mapping[str, Column]) -> Narrowing:
    """Find out what the database can decide.

    Args:
        query: The query.
        columns: Fields of documents that have columns of their own.

    Returns:
        What it decides.
    """
    values: dict[str, Any] = {}
    parts = query.where.conditions if isinstance(query.where, And) else [query.where] if query.where else []
    told = [_sql(part, columns, values) for part in parts]
    exact = all(told) and query.filter is None
    where = " AND ".join(f"({text})" for text in told if text) or "1 = 1"
    orders = [columns.get(str(order.path)) for order in query.order_by]
    ordered = all(column is not None and column.always for column in orders)
    order = "seq"
    limit = None
    if exact and ordered:
        terms = [
            f"{column.name}{' DESC' if one.descending else ''}"
            for one, column in zip(query.order_by, orders, strict=True)
            if column is not None
        ]
        order = ", ".join([*terms, "seq"])
        if query.limit is not None and not query.group_by and not has_functions(query.select):
            limit = (query.start or 0) + query.limit
    return Narrowing(where, values, order, limit, exact)


def _sql(condition: Condition, columns: Mapping[str, Column], values: dict[str, Any]) -> str:
    """Give a condition in SQL, or nothing when the database cannot decide it."""
    match condition:
        case Compare(path, operator, value) if operator in _OPERATORS and _fits(path, value, columns):
            return f"{columns[str(path)].name} {_OPERATORS[operator]} :{_name(values, value)}"
        case Among(path, listed, False) if all(_fits(path, value, columns) for value in listed):
            names = ", ".join(f":{_name(values, value)}" for value in listed)
            return f"{columns[str(path)].name} IN ({names})"
        case And(conditions) | Or(conditions):
            word = " AND " if isinstance(condition, And) else " OR "
            told = [_sql(part, columns, values) for part in conditions]
            return word.join(f"({text})" for text in told) if all(told) else ""
    return ""


def _fits(path: Path, value: Literal, columns: Mapping[str, Column]) -> bool:
    column = columns.get(str(path))
    if column is None or type(value) is not column.kind:
        return False
    return "\0" not in value if isinstance(value, str) else -_EXACT < value < _EXACT


def _name(values: dict[str, Any], value: Any) -> str:
    name = f"v{len(values)}"
    values[name] = value
    return name
