"""Many calls at once, across batches: no more than allowed, never two that touch the same key, answers in order."""

import threading
from collections.abc import Callable, Collection, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

import attrs

T = TypeVar("T")
R = TypeVar("R")


@attrs.define(eq=False)
class _Batch(Generic[T, R]):
    """Items that came together.

    Attributes:
        results: What came of them so far.
        left: How many have no result yet.
        answer: The results, once all are there.
    """

    results: list[Any]
    left: int
    answer: "Future[list[R]]" = attrs.field(factory=Future)


@attrs.define(eq=False)
class _Task(Generic[T, R]):
    """One item to work on.

    Attributes:
        item: The item.
        batch: The batch that it came with.
        index: Its place there.
        keys: What it touches.
        waits: How many tasks before it touch one of its keys, and are not done.
        followers: Those that wait for it.
    """

    item: T
    batch: _Batch[T, R]
    index: int
    keys: Collection[Hashable]
    waits: int = 0
    followers: "list[_Task[T, R]]" = attrs.field(factory=list)


def _no_keys(_: object) -> tuple[Hashable, ...]:
    return ()


class Calls(Generic[T, R]):
    """Do something with the items of many batches, at most so many at once.

    A batch that waits for its last item holds nobody up: the items of the next batch begin meanwhile. Safe to use from
    several threads.
    """

    def __init__(
        self, work: Callable[[T], R], threads: int, *, keys: Callable[[T], Collection[Hashable]] = _no_keys
    ) -> None:
        """Prepare the threads; they start when they are needed.

        Args:
            work: What is done with each item. Its first exception ends everything: nothing new begins, what is under
                way is waited for, and every batch that is not complete by then fails with it.
            threads: How many items at most are at work at once.
            keys: What an item touches: items that share a key are done one after the other, in order, whatever their
                batches.
        """
        self._work, self._keys = work, keys
        self._pool = ThreadPoolExecutor(threads, "call")
        self._lock = threading.Lock()
        self._last: dict[Hashable, _Task[T, R]] = {}
        self._open: set[_Batch[T, R]] = set()
        self._running = 0
        self._fault: BaseException | None = None

    def begin(self, items: Sequence[T]) -> "Future[list[R]]":
        """Begin with a batch.

        Args:
            items: The items; they must not change meanwhile.

        Returns:
            The results to come, in the order of the items.
        """
        batch: _Batch[T, R] = _Batch([None] * len(items), len(items))
        with self._lock:
            if self._fault is not None:
                batch.answer.set_exception(self._fault)
            elif not items:
                batch.answer.set_result([])
            else:
                self._open.add(batch)
                for index, item in enumerate(items):
                    self._enqueue(_Task(item, batch, index, self._keys(item)))
        return batch.answer

    def close(self) -> None:
        """Begin nothing new, and wait for what is under way; batches that are not complete are cancelled."""
        with self._lock:
            self._fault = self._fault or RuntimeError("the calls were closed")
            left, self._open = self._open, set()
        for batch in left:
            batch.answer.cancel()
        self._pool.shutdown(cancel_futures=True)

    def _enqueue(self, task: _Task[T, R]) -> None:
        for key in task.keys:
            before = self._last.get(key)
            if before is not None and before is not task:
                before.followers.append(task)
                task.waits += 1
            self._last[key] = task
        if not task.waits:
            self._pool.submit(self._do, task)

    def _do(self, task: _Task[T, R]) -> None:
        with self._lock:
            if self._fault is not None:
                return
            self._running += 1
        fault: BaseException | None = None
        try:
            task.batch.results[task.index] = self._work(task.item)
        except BaseException as raised:  # noqa: BLE001 - whoever waits for the batch gets it
            fault = raised
        self._end(task, fault)

    def _end(self, task: _Task[T, R], fault: BaseException | None) -> None:
        with self._lock:
            self._running -= 1
            self._fault = self._fault or fault
            if self._fault is None:
                self._done(task)
            elif self._running == 0:
                for each in self._open:
                    each.answer.set_exception(self._fault)
                self._open.clear()

    def _done(self, task: _Task[T, R]) -> None:
        task.batch.left -= 1
        if task.batch.left == 0:
            self._open.discard(task.batch)
            task.batch.answer.set_result(task.batch.results)
        for key in task.keys:
            if self._last.get(key) is task:
                del self._last[key]
        for follower in task.followers:
            follower.waits -= 1
            if not follower.waits:
                self._pool.submit(self._do, follower)
