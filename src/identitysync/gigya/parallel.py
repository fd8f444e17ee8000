"""Many calls at once, but no more than allowed, and never two for one user at a time."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run_bounded(
    items: Sequence[T],
    work: Callable[[T], R],
    pool: ThreadPoolExecutor,
    *,
    key: Callable[[T], Hashable] | None = None,
) -> list[R]:
    """Do something with each item, at most as many at once as the pool has threads.

    Args:
        items: The items.
        work: What is done with each. Its first exception ends everything: nothing new begins, what is under way is
            waited for, then the exception is raised.
        pool: The threads.
        key: Items with the same key are done one after the other, in order; None for none.

    Returns:
        The results, in the order of the items.
    """
    chains: dict[Hashable, list[int]] = {}
    for index, item in enumerate(items):
        chains.setdefault(index if key is None else key(item), []).append(index)
    results: dict[int, R] = {}
    stopped = threading.Event()

    def do(chain: list[int]) -> None:
        for index in chain:
            if stopped.is_set():
                return
            try:
                results[index] = work(items[index])
            except BaseException:
                stopped.set()  # at once: the next item may begin before the waiting thread wakes up
                raise

    futures = [pool.submit(do, chain) for chain in chains.values()]
    try:
        wait(futures, return_when=FIRST_EXCEPTION)
    finally:
        # Nothing goes on behind the back of whoever called, not even when the wait itself was broken off.
        stopped.set()
        for future in futures:
            future.cancel()
        wait(futures)
    for future in futures:
        if not future.cancelled():
            future.result()
    return [results[index] for index in range(len(items))]
