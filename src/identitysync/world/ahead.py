"""Fetch what comes next while the present is worked on."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from enum import Enum
from typing import Final, TypeAlias, TypeVar

from identitysync.world.aside import Aside

T = TypeVar("T")

_CHECK_EVERY: Final = 0.25
"""Seconds."""


def awaited(answer: "Future[T]", check: Callable[[], object]) -> T:
    """Wait for an answer.

    Args:
        answer: The answer to come.
        check: Is called now and then meanwhile, and may raise.

    Returns:
        The answer; an exception that stands in its place is raised.
    """
    _some([answer], check)
    return answer.result()


def _some(answers: "Collection[Future[T]]", check: Callable[[], object]) -> "set[Future[T]]":
    while not (done := wait(answers, _CHECK_EVERY, FIRST_COMPLETED).done):
        check()
    return done


class _End(Enum):
    END = "end"


_Coming: TypeAlias = "Future[T | _End]"


def read_ahead(
    source: Iterator[T],
    *,
    ahead: bool = True,
    check: Callable[[], object] = lambda: None,
    stop: Callable[[], object] = lambda: None,
    thread: Aside | None = None,
) -> Generator[T, None, None]:
    """Give the items of a source, each next one fetched in a thread meanwhile: one at most, so that memory is bounded.

    Args:
        source: The items, which are fetched by one thread, one after the other.
        ahead: Whether the next item is fetched meanwhile, or only when it is wanted.
        check: Is called now and then while an item is awaited, and may raise.
        stop: Is called when the items end early, and shall shorten what is under way.
        thread: The thread, for a caller who ends it; else it is one of its own, whose end is awaited.

    Yields:
        The items, in order; what the source raises is raised in its place.
    """
    mine = thread or Aside("read-ahead")

    def fetch() -> "_Coming[T]":
        return mine.do(lambda: next(source, _End.END))

    coming = fetch()
    try:
        while True:
            item = awaited(coming, check)
            if item is _End.END:
                return
            if ahead:
                coming = fetch()
            yield item
            if not ahead:
                coming = fetch()
    finally:
        if not coming.done():
            stop()
        if thread is None:
            mine.end()


def read_together(
    sources: Iterable[Iterator[T]],
    *,
    check: Callable[[], object] = lambda: None,
    stop: Callable[[], object] = lambda: None,
) -> Generator[T, None, None]:
    """Give the items of several sources as they come, each fetched in its own thread; of each one waits at most.

    Args:
        sources: The sources. Each begins when the one before has given its first item, or has ended.
        check: Is called now and then while items are awaited, and may raise.
        stop: Is called when the items end early, and shall shorten what is under way.

    Yields:
        The items, those of one source in order; what a source raises ends all of them.
    """
    threads: list[Aside] = []
    coming: dict[_Coming[T], tuple[Aside, Iterator[T]]] = {}

    def fetch(thread: Aside, source: Iterator[T]) -> "_Coming[T]":
        answer = thread.do(lambda: next(source, _End.END))
        coming[answer] = thread, source
        return answer

    def begun() -> "Iterator[_Coming[T]]":
        for source in sources:
            threads.append(Aside(f"read-together-{len(threads) + 1}"))
            yield fetch(threads[-1], source)

    beginning = begun()
    newest = next(beginning, None)
    try:
        while coming:
            for answer in _some(coming, check):
                item = answer.result()
                if answer is newest:
                    newest = next(beginning, None)
                thread, source = coming.pop(answer)
                if item is not _End.END:
                    fetch(thread, source)
                    yield item
    finally:
        if coming:
            stop()
        for thread in threads:
            thread.end()
