"""Stages whose records become records: mappers, flat-mappers, routers, look-ups and writers."""

import marshal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from time import perf_counter
from typing import Any, Final, TypeVar, cast

import attrs

from identitysync.contract import Answer, FlatMapper, GoesAhead, Lookup, Mapper, RecordWriter, Rejected, Router
from identitysync.errors import IdentitySyncError, LanguageError, PluginError, RecordRejected
from identitysync.executor.run import Run
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record, copy_records

T = TypeVar("T")
Outcome = tuple[list[Record], list[Rejected]]

_LOOK_UP_EVERY: Final = 0.25
"""Seconds after which a stage that awaits answers looks whether the run shall stop."""


class _Copy:
    """The records of a batch as they came, brought back only when one is rejected."""

    def __init__(self, batch: list[Record], *, needed: bool) -> None:
        self._batch = batch
        self._bytes: bytes | None = None
        self._records: list[Record] | None = None
        if needed:
            try:
                self._bytes = marshal.dumps(batch)
            except ValueError:  # values that are no plain data
                self._records = copy_records(batch)

    def record(self, index: int) -> Record:
        """Give a record as it entered."""
        if self._records is None and self._bytes is not None:
            self._records = cast(list[Record], marshal.loads(self._bytes))  # noqa: S302 - bytes made above
        return (self._records or self._batch)[index]


def _refusal(fault: Exception, record: Record) -> Rejected:
    """Say why a record is rejected; faults that concern the whole run are raised again."""
    if isinstance(fault, RecordRejected):
        return Rejected(record, fault.message, fault.code)
    if isinstance(fault, LanguageError):
        return Rejected(record, str(fault), "expression")
    if isinstance(fault, IdentitySyncError | OSError | MemoryError):
        raise fault
    return Rejected(record, f"the script failed: {type(fault).__name__}: {fault}", "script-failed")


def each_record(
    batch: list[Record], work: Callable[[Record], T], take: Callable[[T], None], *, atomic: bool
) -> list[Rejected]:
    """Do one thing with every record of a batch; a record that cannot go on is rejected as it entered.

    Args:
        batch: The records.
        work: What is done with each.
        take: Receives what came of it.
        atomic: Whether a record that ``work`` refuses is left as it was.

    Returns:
        The rejects.
    """
    before = _Copy(batch, needed=not atomic)
    rejects: list[Rejected] = []
    for index, record in enumerate(batch):
        try:
            result = work(record)
        except Exception as fault:  # noqa: BLE001 - whatever a script raises concerns this record alone
            rejects.append(_refusal(fault, before.record(index)))
        else:
            take(result)
    return rejects


class MapStage(Stage):
    """One record into one, or none."""

    def __init__(self, planned: PlannedStep, script: Mapper, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()

    def records(self, batch: list[Record]) -> None:
        """Map the records and push them on."""
        started = perf_counter()
        out: list[Record | None] = []
        rejects = each_record(batch, self._worker.map, out.append, atomic=self._script.atomic)
        kept = cast(list[Record], out if None not in out else [record for record in out if record is not None])
        count = self.counter
        count.received += len(batch)
        count.passed += len(kept)
        count.dropped += len(out) - len(kept)
        self.timed(started)
        self.reject(rejects)
        self.give(kept)

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


class FlatMapStage(Stage):
    """One record into any number."""

    def __init__(self, planned: PlannedStep, script: FlatMapper, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()

    def records(self, batch: list[Record]) -> None:
        """Expand the records and push what comes of them."""
        started = perf_counter()
        out: list[Record] = []
        rejects: list[Rejected] = []
        count = self.counter

        def take(results: list[Record | Rejected]) -> None:
            records = [each for each in results if not isinstance(each, Rejected)]
            refused = [each for each in results if isinstance(each, Rejected)]
            out.extend(records)
            if refused:
                # one record, one fate: the first reason stands for all
                rejects.append(refused[0])
            elif records:
                count.passed += 1
            else:
                count.dropped += 1

        rejects += each_record(
            batch, lambda record: list(self._worker.expand(record)), take, atomic=self._script.atomic
        )
        count.received += len(batch)
        self.timed(started)
        self.reject(rejects)
        self.give(out)

    def finish(self) -> Iterator[None]:
        """Push what the script kept back."""
        started = perf_counter()
        left = list(self._worker.finish())
        self.timed(started)
        self.give(left)
        yield

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


class RouteStage(Stage):
    """Records to some of the next stages."""

    def __init__(self, planned: PlannedStep, script: Router, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()

    def records(self, batch: list[Record]) -> None:
        """Send each record where the script says."""
        started = perf_counter()
        ways: dict[str, list[Record]] = {stage.id: [] for stage in self.next}
        count = self.counter

        def route(record: Record) -> tuple[Record, list[str]]:
            ids = list(dict.fromkeys(self._worker.route(record)))
            for id in ids:
                if id not in ways:
                    raise PluginError(f"{self.id} routes a record to {id!r}, which is not among its next steps")
            return record, ids

        def take(routing: tuple[Record, list[str]]) -> None:
            record, ids = routing
            for id in ids[:-1]:
                ways[id] += copy_records([record])
            if ids:
                ways[ids[-1]].append(record)
                count.passed += 1
            else:
                count.dropped += 1

        rejects = each_record(batch, route, take, atomic=True)
        count.received += len(batch)
        self.timed(started)
        self.reject(rejects)
        for stage in self.next:
            records = ways[stage.id]
            if records:
                count.emitted += len(records)
                for tap in self.taps:
                    tap(self.id, records)
                stage.records(records)

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


@attrs.frozen(eq=False)
class _Asked:
    """A batch whose answers are under way."""

    batch: list[Record]
    before: _Copy
    answers: "Future[list[Answer]]"


class AnswerStage(Stage):
    """Records to another system, which answers for each: look-ups and writers.

    What goes ahead is given batch after batch, as long as its window allows; answers are taken in the order of the
    records, and only then, so that what comes out does not depend on how fast they came.
    """

    def __init__(self, planned: PlannedStep, script: Lookup | RecordWriter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)
        self._asked: deque[_Asked] = deque()

    def records(self, batch: list[Record]) -> None:
        """Ask for all records, as many at a time as the script wants."""
        size = max(1, self._script.batch_size)
        for start in range(0, len(batch), size):
            some = batch[start : start + size]
            started = perf_counter()
            before = _Copy(some, needed=not self._script.atomic)
            if isinstance(self._worker, GoesAhead):
                self._begin(self._worker, some, before)
            else:
                self._take(some, before, self._answers(some), started)
            self.run.check()

    def finish(self) -> Iterator[None]:
        """Await what is still under way."""
        while self._asked:
            self._await()
            yield

    def _begin(self, worker: GoesAhead, batch: list[Record], before: _Copy) -> None:
        while self._asked and sum(len(each.batch) for each in self._asked) + len(batch) > worker.window:
            self._await()
        started = perf_counter()
        asked = _Asked(batch, before, worker.begin(batch, self.run.services))
        self.run.awaited[asked] = self.run.carried
        self._asked.append(asked)
        self.timed(started)

    def _await(self) -> None:
        started = perf_counter()
        asked = self._asked[0]
        while not wait([asked.answers], _LOOK_UP_EVERY).done:
            self.run.check()
        answers = asked.answers.result()
        self._asked.popleft()
        self._take(asked.batch, asked.before, answers, started)
        del self.run.awaited[asked]

    def _take(self, batch: list[Record], before: _Copy, answers: Sequence[Any], started: float) -> None:
        if len(answers) != len(batch):
            raise PluginError(
                f"{self.id} answered {len(answers)} times for {len(batch)} records; one answer each is due"
            )
        out: list[Record] = []
        rejects: list[Rejected] = []
        for index, answer in enumerate(answers):
            if isinstance(answer, Rejected):
                rejects.append(
                    answer if answer.record is not batch[index] else _as_entered(answer, before.record(index))
                )
            elif answer is not None:
                out.extend(answer if isinstance(answer, list) else (answer,))
        self._count(answers)
        self.timed(started)
        self.reject(rejects)
        self.give(out)

    def _count(self, answers: Sequence[Any]) -> int:
        """Count answers; give how many of them are rejects, which are counted where they are sent on."""
        rejected = sum(isinstance(answer, Rejected) for answer in answers)
        dropped = sum(answer is None or answer == [] for answer in answers)
        count = self.counter
        count.received += len(answers)
        count.dropped += dropped
        count.passed += len(answers) - rejected - dropped
        return rejected

    def _answers(self, batch: list[Record]) -> Sequence[Any]:
        if isinstance(self._script, Lookup):
            return cast(Lookup, self._worker).look_up(batch, self.run.services)
        return cast(RecordWriter, self._worker).write(batch, self.run.services)

    def close(self) -> None:
        """Let go of connections; what was answered by then counts, though the run has failed."""
        close_quietly(self._worker, self._script)
        for asked in self._asked:
            if asked.answers.done() and not asked.answers.cancelled() and asked.answers.exception() is None:
                self.counter.rejected += self._count(asked.answers.result())
        self._asked.clear()


def _as_entered(answer: Rejected, record: Record) -> Rejected:
    return Rejected(record, answer.message, answer.code, answer.replay, answer.error)
