"""Batches of records on their way to a platform, several at once, never two with the same record in them."""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import attrs

from identitysync.contract import Rejected, Services
from identitysync.platforms.connection import PlatformConnection
from identitysync.values import Record

WriteBatch = Callable[[Sequence[Record]], Sequence[Record | Rejected]]
"""Writes records of different keys in one call; answers once for each, in order."""

_AHEAD = 3
"""Batches that may be under way for each connection, so that none waits for the engine's next batch."""


@attrs.define(eq=False)
class _Begun:
    """Records that came together.

    Attributes:
        results: What became of them so far.
        left: How many have no result yet.
        answers: The results, once all are there.
    """

    results: list[Any]
    left: int
    answers: "Future[list[Any]]" = attrs.field(factory=Future)


@attrs.frozen(eq=False)
class _Waiting:
    """A record that no call has taken yet.

    Attributes:
        record: The record.
        key: Its key; None when it is like no other.
        begun: The records that it came with.
        place: Its place among them.
    """

    record: Record
    key: Hashable | None
    begun: _Begun
    place: int


class BatchCalls:
    """A writer at work: a call for each batch, as many at once as there are connections.

    A connection that is free takes what waits by then, so that calls are full while all are busy, and nothing waits
    while one is idle. A record whose key is in a call under way waits for it, so that the last one wins.

    Attributes:
        window: Records that may be under way.
    """

    def __init__(
        self,
        connection: PlatformConnection,
        write: WriteBatch,
        *,
        size: int,
        connections: int = 1,
        key: Callable[[Record], Hashable] | None = None,
    ) -> None:
        """Prepare; connections open with the first batch.

        Args:
            connection: The connection that ``write`` uses; it is closed with the writer.
            write: Writes one batch. Its first exception ends everything: nothing new begins, what is under way is
                waited for, and all that is not answered by then fails with it.
            size: Records of one call at most.
            connections: How many calls at most are under way at once.
            key: What the platform tells records apart by, such as a lower-case e-mail address; ``id(record)`` for one
                that has none. None when two records are never the same.
        """
        self._connection, self._write, self._size, self._key = connection, write, size, key
        self._connections = connections
        self._pool = ThreadPoolExecutor(connections, "batch")
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._open: set[_Begun] = set()
        self._under_way: set[Hashable] = set()
        self._at_work = 0
        self._fault: BaseException | None = None
        self.window = _AHEAD * size * connections

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Any]]":
        """Begin with records."""
        begun = _Begun([None] * len(records), len(records))
        with self._lock:
            if self._fault is not None:
                begun.answers.set_exception(self._fault)
            elif not records:
                begun.answers.set_result([])
            else:
                self._open.add(begun)
                key = self._key or (lambda _: None)
                self._waiting.extend(
                    _Waiting(record, key(record), begun, place) for place, record in enumerate(records)
                )
                self._wake()
        return begun.answers

    def write(self, records: Sequence[Record], services: Services) -> list[Any]:
        """Write records and wait for the answers."""
        return self.begin(records, services).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the calls that are under way, and let go; what is not answered is cancelled."""
        self._connection.stop()
        with self._lock:
            self._fault = self._fault or RuntimeError("the writer was closed")
            left, self._open = self._open, set()
            self._waiting.clear()
        for begun in left:
            begun.answers.cancel()
        self._pool.shutdown(cancel_futures=True)
        self._connection.close()

    def _wake(self) -> None:
        """Set connections to work that are free, as far as there is work for them."""
        calls = -(-len(self._waiting) // self._size)
        for _ in range(min(calls, self._connections - self._at_work)):
            self._at_work += 1
            self._pool.submit(self._work)

    def _work(self) -> None:
        while group := self._take():
            fault: BaseException | None = None
            answers: Sequence[Any] = ()
            try:
                answers = self._answers([each.record for each in group])
            except BaseException as raised:  # noqa: BLE001 - whoever waits for the answers gets it
                fault = raised
            self._settle(group, answers, fault)

    def _answers(self, records: list[Record]) -> Sequence[Any]:
        answers = self._write(records)
        if len(answers) != len(records):
            raise AssertionError(f"{len(answers)} answers for {len(records)} records")
        return answers

    def _take(self) -> list[_Waiting]:
        """Take the records of one call: each key once, and none before an earlier record of its key."""
        with self._lock:
            group: list[_Waiting] = []
            passed_over: list[_Waiting] = []
            busy = set(self._under_way)
            while self._waiting and len(group) < self._size and self._fault is None:
                each = self._waiting.popleft()
                if each.key is not None and each.key in busy:
                    passed_over.append(each)
                    continue
                group.append(each)
                busy.add(each.key)
            self._waiting.extendleft(reversed(passed_over))
            self._under_way.update(each.key for each in group if each.key is not None)
            if not group:
                self._at_work -= 1
                self._fail_when_idle()
            return group

    def _settle(self, group: list[_Waiting], answers: Sequence[Any], fault: BaseException | None) -> None:
        done: list[_Begun] = []
        with self._lock:
            self._fault = self._fault or fault
            self._under_way.difference_update(each.key for each in group if each.key is not None)
            for each, answer in zip(group, answers, strict=fault is None):
                each.begun.results[each.place] = answer
                each.begun.left -= 1
                if not each.begun.left and each.begun in self._open:
                    self._open.remove(each.begun)
                    done.append(each.begun)
            self._wake()  # what had to wait for this call may have let connections fall idle
        for begun in done:
            begun.answers.set_result(begun.results)

    def _fail_when_idle(self) -> None:
        if self._fault is None or self._at_work:
            return
        for begun in self._open:
            begun.answers.set_exception(self._fault)
        self._open.clear()
        self._waiting.clear()
