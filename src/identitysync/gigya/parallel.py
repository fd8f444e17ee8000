"""Many calls at once, but no more than allowed, and never two for one user at a time."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
        work: What is done with each; an exception ends everything.
        pool: The threads.
        key: Items with the same key are done one after the other, in order; None for none.

    Returns:
        The results, in the order of the items.
    """
    if key is None:
        return list(pool.map(work, items))
    chains: dict[Hashable, list[int]] = {}
    for index, item in enumerate(items):
        chains.setdefault(key(item), []).append(index)
    results: dict[int, R] = {}
    lock = threading.Lock()

    def do(chain: list[int]) -> None:
        for index in chain:
            result = work(items[index])
            with lock:
                results[index] = result

    for done in [pool.submit(do, chain) for chain in chains.values()]:
        done.result()
    return [results[index] for index in range(len(items))]
