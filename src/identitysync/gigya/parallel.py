"""Many calls at once, across batches: no more than allowed, never two for one user at a time, answers in order."""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

import attrs

T = TypeVar("T")
R = TypeVar("R")


@attrs.define(eq=False)
class _Batch(Generic[T, R]):
    """Items that came together.

    Attributes:
        items: The items.
        results: What came of them so far.
        left: How many have no result yet.
        answer: The results, once all are there.
    """

    items: Sequence[T]
    results: list[Any]
    left: int
    answer: "Future[list[R]]" = attrs.field(factory=Future)


class Calls(Generic[T, R]):
    """Do something with the items of many batches, at most so many at once.

    A batch that waits for its last item holds nobody up: the items of the next batch begin meanwhile. Safe to use from
    several threads.
    """

    def __init__(self, work: Callable[[T], R], threads: int, *, key: Callable[[T], Hashable] | None = None) -> None:
        """Prepare the threads; they start when they are needed.

        Args:
            work: What is done with each item. Its first exception ends everything: nothing new begins, what is under
                way is waited for, and every batch that is not complete by then fails with it.
            threads: How many items at most are at work at once.
            key: Items with the same key are done one after the other, in order, whatever their batches; None for none.
        """
        self._work, self._key = work, key
        self._pool = ThreadPoolExecutor(threads, "gigya-call")
        self._lock = threading.Lock()
        self._queues: dict[Hashable, deque[tuple[_Batch[T, R], int]]] = {}
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
        batch: _Batch[T, R] = _Batch(items, [None] * len(items), len(items))
        with self._lock:
            if self._fault is not None:
                batch.answer.set_exception(self._fault)
            elif not items:
                batch.answer.set_result([])
            else:
                self._open.add(batch)
                for index, item in enumerate(items):
                    self._enqueue(index if self._key is None else self._key(item), batch, index)
        return batch.answer

    def close(self) -> None:
        """Begin nothing new, and wait for what is under way; batches that are not complete are cancelled."""
        with self._lock:
            self._fault = self._fault or RuntimeError("the calls were closed")
            left, self._open = self._open, set()
        for batch in left:
            batch.answer.cancel()
        self._pool.shutdown(cancel_futures=True)

    def _enqueue(self, name: Hashable, batch: _Batch[T, R], index: int) -> None:
        if self._key is None:
            self._pool.submit(self._do, None, batch, index)
        elif name in self._queues:
            self._queues[name].append((batch, index))
        else:
            self._queues[name] = deque()
            self._pool.submit(self._do, name, batch, index)

    def _do(self, name: Hashable, batch: _Batch[T, R], index: int) -> None:
        with self._lock:
            if self._fault is not None:
                return
            self._running += 1
        fault: BaseException | None = None
        try:
            batch.results[index] = self._work(batch.items[index])
        except BaseException as raised:  # noqa: BLE001 - whoever waits for the batch gets it
            fault = raised
        self._end(name, batch, fault)

    def _end(self, name: Hashable, batch: _Batch[T, R], fault: BaseException | None) -> None:
        with self._lock:
            self._running -= 1
            self._fault = self._fault or fault
            if self._fault is None:
                self._done(name, batch)
            elif self._running == 0:
                for each in self._open:
                    each.answer.set_exception(self._fault)
                self._open.clear()

    def _done(self, name: Hashable, batch: _Batch[T, R]) -> None:
        batch.left -= 1
        if batch.left == 0:
            self._open.discard(batch)
            batch.answer.set_result(batch.results)
        if self._key is None:
            return
        if queue := self._queues[name]:
            self._pool.submit(self._do, name, *queue.popleft())
        else:
            del self._queues[name]
