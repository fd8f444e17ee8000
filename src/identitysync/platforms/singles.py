"""Calls of which each concerns one record, where a platform has no batches for them: several at once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from identitysync.platforms.connection import PlatformConnection
from identitysync.world.calls import Calls

T = TypeVar("T")
R = TypeVar("R")


def call_each(connection: PlatformConnection, work: Callable[[T], R], items: Sequence[T], *, at_once: int) -> list[R]:
    """Make a call for each item.

    Args:
        connection: The connection that ``work`` uses; once it is stopped, no further call begins.
        work: Makes the call; what it raises ends everything.
        items: The items.
        at_once: How many calls are under way at once.

    Returns:
        The results, in the order of the items.
    """

    def checked(item: T) -> R:
        connection.check()
        return work(item)

    if not items:
        return []
    calls: Calls[T, R] = Calls(checked, min(at_once, len(items)))
    try:
        return calls.begin(items).result()
    finally:
        calls.close()
