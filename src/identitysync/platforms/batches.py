"""Batches of records on their way to a platform, several at once, never two with the same record in them."""

import threading
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
        results: What came of them so far.
        left: How many have no result yet.
        answers: The results, once all are there.
    """

    results: list[Any]
    left: int
    answers: "Future[list[Any]]" = attrs.field(factory=Future)


@attrs.frozen(eq=False)
class _Group:
    """Records that can go in one call: each key stands in it once.

    Attributes:
        records: The records.
        keys: Their keys.
        places: With which others each of them came, and its place among these.
    """

    records: list[Record] = attrs.field(factory=list)
    keys: set[Hashable] = attrs.field(factory=set)
    places: list[tuple[_Begun, int]] = attrs.field(factory=list)


class BatchCalls:
    """A writer at work: a call for each batch, as many at once as there are connections.

    A batch goes out as soon as a connection is free, full or not; until then, records that come later fill it up. A
    record whose key stands in a batch that is still under way waits for it, so that the last one wins.

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
            write: Writes one batch.
            size: Records of one call at most.
            connections: How many calls at most are under way at once.
            key: What the platform tells records apart by, such as a lower-case e-mail address; ``id(record)`` for one
                that has none. None when two records are never the same.
        """
        self._connection, self._write, self._size, self._key = connection, write, size, key
        self._pool = ThreadPoolExecutor(connections, "batch")
        self._free = self._connections = connections
        self._lock = threading.Lock()
        self._waiting: list[_Group] = []
        self._last: dict[Hashable, _Group] = {}  # of those that wait, the last one with a key
        self._busy: set[Hashable] = set()
        self._open: set[_Begun] = set()
        self._fault: BaseException | None = None
        self.window = _AHEAD * size * connections

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Any]]":
        """Begin with records, which must not change meanwhile; what a batch raises ends everything."""
        begun = _Begun([None] * len(records), len(records))
        keys = [self._key(record) for record in records] if self._key else [None] * len(records)
        with self._lock:
            if self._fault is not None:
                begun.answers.set_exception(self._fault)
            elif not records:
                begun.answers.set_result([])
            else:
                self._open.add(begun)
                self._enqueue(records, keys, begun)
                self._start()
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
        """Wait for the calls that are under way, and let go; what has no answer by then is cancelled."""
        self._connection.stop()
        with self._lock:
            self._fault = self._fault or RuntimeError("the calls were closed")
            left, self._open = self._open, set()
        for begun in left:
            begun.answers.cancel()
        self._pool.shutdown(cancel_futures=True)
        self._connection.close()

    def _enqueue(self, records: Sequence[Record], keys: Sequence[Hashable], begun: _Begun) -> None:
        """Put each record into the first waiting group with room that is behind the last one with its key."""
        groups, size = self._waiting, self._size
        first_open = next((number for number, group in enumerate(groups) if len(group.records) < size), len(groups))
        for place, (record, key) in enumerate(zip(records, keys, strict=True)):
            number = first_open
            if self._key and (before := self._last.get(key)):
                number = max(number, groups.index(before) + 1)
                while number < len(groups) and len(groups[number].records) >= size:
                    number += 1
            if number == len(groups):
                groups.append(_Group())
            group = groups[number]
            group.records.append(record)
            group.places.append((begun, place))
            if self._key:
                group.keys.add(key)
                self._last[key] = group
            while first_open < len(groups) and len(groups[first_open].records) >= size:
                first_open += 1

    def _start(self) -> None:
        """Send what can go: the first groups none of whose keys are under way, or wait before them."""
        ahead: set[Hashable] = set(self._busy)
        number = 0
        while self._free and number < len(self._waiting):
            group = self._waiting[number]
            if ahead.isdisjoint(group.keys):
                del self._waiting[number]
                self._depart(group)
                self._free -= 1
                self._pool.submit(self._do, group)
            else:
                number += 1
            ahead |= group.keys

    def _depart(self, group: _Group) -> None:
        """Remember that the keys of a group are under way, and wait no more."""
        self._busy |= group.keys
        for key in group.keys:
            if self._last[key] is group:
                del self._last[key]

    def _do(self, group: _Group) -> None:
        fault: BaseException | None = None
        answers: Sequence[Record | Rejected] = ()
        try:
            if self._fault is None:
                answers = self._write(group.records)
                if len(answers) != len(group.records):
                    raise AssertionError(f"{len(answers)} answers for {len(group.records)} records")  # noqa: TRY301
        except BaseException as raised:  # noqa: BLE001 - whoever waits for the records gets it
            fault = raised
            with self._lock:
                self._fault = self._fault or fault  # before others wake, and find that nobody waits for them any more
            self._connection.stop()  # whoever sleeps between two tries, or until a job is done, need not go on
        with self._lock:
            self._free += 1
            self._busy -= group.keys
            self._fault = self._fault or fault
            if self._fault is None:
                self._answer(group, answers)
                self._start()
            elif self._free == self._connections:
                for begun in self._open:
                    begun.answers.set_exception(self._fault)
                self._open.clear()

    def _answer(self, group: _Group, answers: Sequence[Record | Rejected]) -> None:
        for (begun, place), answer in zip(group.places, answers, strict=True):
            begun.results[place] = answer
            begun.left -= 1
            if begun.left == 0:
                self._open.discard(begun)
                begun.answers.set_result(begun.results)
