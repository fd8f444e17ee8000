"""Sort documents: numbers before texts before booleans, and documents without the field last in both directions."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from identitysync.languages.query.finding import finder, spread
from identitysync.languages.query.tree import Order
from identitysync.values import Record

Key: TypeAlias = tuple[int, Any]

_RANKS: Final = {int: 1, float: 1, str: 2, bool: 3}
_LAST: Final = 9


def order_key(order: Order) -> Callable[[Record], Key]:
    """Make the key that one field of ORDER BY sorts by.

    Args:
        order: The field; an array counts by its least value, or by its greatest when descending.

    Returns:
        A function for ``sorted(…, key=…, reverse=order.descending)``.
    """
    find = finder(order.path)
    choose: Callable[[Iterable[Key]], Key] = max if order.descending else min
    nothing: Key = (-1 if order.descending else _LAST, 0)

    def key(document: Record) -> Key:
        keys = [(_RANKS[type(value)], value) for value in spread(find(document)) if type(value) in _RANKS]
        return choose(keys) if keys else nothing

    return key


def sort_documents(order_by: Sequence[Order], documents: Iterable[Record]) -> list[Record]:
    """Sort by several fields; documents that are equal in all of them keep their order.

    Args:
        order_by: The fields, the most important one first.
        documents: The documents.

    Returns:
        A new list.
    """
    found = list(documents)
    for order in reversed(order_by):
        found.sort(key=order_key(order), reverse=order.descending)
    return found
