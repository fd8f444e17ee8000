"""Batches of records on their way to a platform, several at once, never two with the same record in them."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import attrs

from identitysync.contract import Rejected, Services
from identitysync.platforms.connection import PlatformConnection
from identitysync.values import Record
from identitysync.world.calls import Calls

WriteBatch = Callable[[Sequence[Record]], Sequence[Record | Rejected]]
"""Writes records of different keys in one call; answers once for each, in order."""

_AHEAD = 3
"""Batches that may be under way for each connection, so that none waits for the engine's next batch."""


@attrs.frozen
class _Group:
    """Records that can go in one call: each key stands in it once.

    Attributes:
        records: The records.
        keys: Their keys.
        places: Their places among the records that came with them.
    """

    records: list[Record] = attrs.field(factory=list)
    keys: dict[Hashable, None] = attrs.field(factory=dict)
    places: list[int] = attrs.field(factory=list)


class BatchCalls:
    """A writer at work: a call for each batch, as many at once as there are connections.

    A record whose key stands in a batch that is still under way waits for it, so that the last one wins.

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
        self._calls: Calls[_Group, Sequence[Record | Rejected]] = Calls(
            self._write_group, connections, keys=lambda group: group.keys
        )
        self.window = _AHEAD * size * connections

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Any]]":
        """Begin with records."""
        groups = self._groups(records)
        answers: Future[list[Any]] = Future()
        self._calls.begin(groups).add_done_callback(lambda done: _settle(answers, done, groups, len(records)))
        return answers

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
        """Wait for the calls that are under way, and let go."""
        self._connection.stop()
        self._calls.close()
        self._connection.close()

    def _write_group(self, group: _Group) -> Sequence[Record | Rejected]:
        answers = self._write(group.records)
        if len(answers) != len(group.records):
            raise AssertionError(f"{len(answers)} answers for {len(group.records)} records")
        return answers

    def _groups(self, records: Sequence[Record]) -> list[_Group]:
        """Part records into groups without a key twice: each goes into the first group after the last of its key."""
        groups: list[_Group] = []
        after: dict[Hashable, int] = {}
        first_open = 0
        for place, record in enumerate(records):
            key = self._key(record) if self._key else place
            number = max(after.get(key, 0), first_open)
            while number < len(groups) and len(groups[number].records) >= self._size:
                number += 1
            if number == len(groups):
                groups.append(_Group())
            group = groups[number]
            group.records.append(record)
            if self._key:
                group.keys[key] = None
            group.places.append(place)
            after[key] = number + 1
            while first_open < len(groups) and len(groups[first_open].records) >= self._size:
                first_open += 1
        return groups


def _settle(
    answers: "Future[list[Any]]", done: "Future[list[Sequence[Record | Rejected]]]", groups: list[_Group], count: int
) -> None:
    if done.cancelled():
        answers.cancel()
    elif fault := done.exception():
        answers.set_exception(fault)
    else:
        result: list[Any] = [None] * count
        for group, given in zip(groups, done.result(), strict=True):
            for place, answer in zip(group.places, given, strict=True):
                result[place] = answer
        answers.set_result(result)
