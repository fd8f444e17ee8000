"""Fetch what comes next while the present is worked on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class _End(Enum):
    END = "end"


def read_ahead(source: Iterator[T], *, stop: Callable[[], object] = lambda: None) -> Iterator[T]:
    """Give the items of a source, each next one fetched in a thread meanwhile: one at most, so that memory is bounded.

    Args:
        source: The items, which are fetched by one thread, one after the other.
        stop: Is called when whoever takes the items ends early, and shall shorten what is under way.

    Yields:
        The items, in order; what the source raises is raised in its place.
    """
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming = thread.submit(next, source, _End.END)
        try:
            while (item := coming.result()) is not _End.END:
                coming = thread.submit(next, source, _End.END)
                yield item
        finally:
            if not coming.done():
                stop()
