"""Leave accounts out that cannot fit, by the columns that SQLite keeps beside them, before anything is read as JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.languages.query import Among, And, Compare, Comparison, Condition, Or
from identitysync.testing.gigya.accounts import Narrowing

Columns = Mapping[str, str]
"""The column of a field."""

ACCOUNTS: Final[Columns] = {"UID": "uid", "profile.email": "email", "lastUpdatedTimestamp": "updated"}
EMAIL_ACCOUNTS: Final[Columns] = {"email": "email", "profile.email": "email"}
"""Rows with the same address become one e-mail account, so that no other column may tell them apart."""

_ORDERS: Final = frozenset({
    Comparison.LESS, Comparison.LESS_OR_EQUAL, Comparison.GREATER, Comparison.GREATER_OR_EQUAL,
})  # fmt: skip
_AMONG: Final = {
    "uid": "uid IN (SELECT value FROM json_each(?))",
    "email": "email IN (SELECT value FROM json_each(?)) OR email IS NULL",
}
_TEXTS: Final[Mapping[str, Callable[[str], str]]] = {"uid": str, "email": str.lower}
_MANY: Final = 100
_BIGGEST: Final = 2**53


def narrowing(condition: Condition | None, columns: Columns) -> Narrowing | None:
    """Say in SQL what must hold of the columns of an account that fits.

    Args:
        condition: The WHERE of a query.
        columns: The columns that may be used.

    Returns:
        A condition that holds for all accounts that fit, and perhaps for more; None when nothing can be said.
    """
    match condition:
        case Compare(path, how, int() | float() as value) if how in _ORDERS and columns.get(str(path)) == "updated":
            if isinstance(value, bool) or not -_BIGGEST < value < _BIGGEST:
                return None
            return f"updated {how} ? OR updated IS NULL", [value]
        case And(conditions):
            parts = [part for each in conditions if (part := narrowing(each, columns)) is not None]
            return _joined(" AND ", parts) if parts else None
        case None:
            return None
    column, values = _equal_to(condition, columns)
    if column:
        wanted = json.dumps(sorted(set(map(_TEXTS[column], values))))
        return _AMONG[column], [wanted]
    if isinstance(condition, Or) and len(condition.conditions) <= _MANY:
        any_of = [narrowing(each, columns) for each in condition.conditions]
        return None if None in any_of else _joined(" OR ", [part for part in any_of if part is not None])
    return None


def _equal_to(condition: Condition, columns: Columns) -> tuple[str, tuple[str, ...]]:
    """Give the one column and the texts that a condition is about: ``UID = "a"``, a list of them, or any of those."""
    nothing: tuple[str, tuple[str, ...]] = "", ()
    match condition:
        case Compare(path, Comparison.EQUAL, value):
            values: tuple[Any, ...] = (value,)
        case Among(path, values, False):
            pass
        case Or(conditions):
            found = [_equal_to(each, columns) for each in conditions]
            same = len({column for column, _ in found}) == 1
            return (found[0][0], tuple(text for _, texts in found for text in texts)) if same else nothing
        case _:
            return nothing
    column = columns.get(str(path), "")
    plain = all(isinstance(value, str) and value.isprintable() for value in values)  # SQLite minds NUL and surrogates
    return (column, values) if column in _TEXTS and plain else nothing


def _joined(word: str, parts: list[Narrowing]) -> Narrowing:
    return word.join(f"({text})" for text, _ in parts), [value for _, values in parts for value in values]
