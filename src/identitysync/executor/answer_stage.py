"""The stage of scripts that ask another system, which answers for each record: look-ups and record writers."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import Any, cast

import attrs

from identitysync.compiler import Entered
from identitysync.contract import Answer, GoesAhead, Lookup, RecordWriter, Rejected
from identitysync.errors import PluginError
from identitysync.executor.run import Run
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record
from identitysync.world import awaited


@attrs.frozen(eq=False)
class _Asked:
    """A batch whose answers are under way."""

    batch: list[Record]
    before: Entered
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
            before = Entered(some, needed=not self._script.atomic)
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

    def _begin(self, worker: GoesAhead, batch: list[Record], before: Entered) -> None:
        while self._asked and sum(len(each.batch) for each in self._asked) + len(batch) > worker.window:
            self._await()
        started = perf_counter()
        asked = _Asked(batch, before, worker.begin(batch, self.run.services))
        self.run.awaited[asked] = self.run.processed
        self._asked.append(asked)
        self.timed(started)

    def _await(self) -> None:
        started = perf_counter()
        asked = self._asked[0]
        answers = awaited(asked.answers, self.run.check)
        self._asked.popleft()
        self._take(asked.batch, asked.before, answers, started)
        del self.run.awaited[asked]

    def _take(self, batch: list[Record], before: Entered, answers: Sequence[Any], started: float) -> None:
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
