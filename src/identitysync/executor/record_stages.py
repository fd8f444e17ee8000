"""Stages whose records become records: mappers, flat-mappers, routers, look-ups and writers."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any, cast

from identitysync.compiler import Entered, each_record
from identitysync.contract import FlatMapper, Lookup, Mapper, RecordWriter, Rejected, Router
from identitysync.errors import PluginError
from identitysync.executor.run import Run
from identitysync.executor.stage import Named, Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record, copy_records


class MapStage(Stage):
    """One record into one, or none."""

    def __init__(self, planned: Named, script: Mapper, run: Run) -> None:
        super().__init__(planned, run)
        self.script, self.worker = script, script.open()

    def records(self, batch: list[Record]) -> None:
        """Map the records and push them on."""
        started = perf_counter()
        out: list[Record | None] = []
        rejects = each_record(batch, self.worker.map, out.append, atomic=self.script.atomic)
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
        close_quietly(self.worker, self.script)


class FlatMapStage(Stage):
    """One record into any number."""

    def __init__(self, planned: Named, script: FlatMapper, run: Run) -> None:
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

    def __init__(self, planned: Named, script: Router, run: Run) -> None:
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


class AnswerStage(Stage):
    """Records to another system, which answers for each: look-ups and writers."""

    def __init__(self, planned: PlannedStep, script: Lookup | RecordWriter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)

    def records(self, batch: list[Record]) -> None:
        """Ask for all records, as many at a time as the script wants."""
        size = max(1, self._script.batch_size)
        for start in range(0, len(batch), size):
            self._some(batch[start : start + size])
            self.run.check()

    def _some(self, batch: list[Record]) -> None:
        started = perf_counter()
        before = Entered(batch, needed=not self._script.atomic)
        answers = self._answers(batch)
        if len(answers) != len(batch):
            raise PluginError(
                f"{self.id} answered {len(answers)} times for {len(batch)} records; one answer each is due"
            )
        out: list[Record] = []
        rejects: list[Rejected] = []
        count = self.counter
        for index, answer in enumerate(answers):
            if isinstance(answer, Rejected):
                rejects.append(
                    answer if answer.record is not batch[index] else _as_entered(answer, before.record(index))
                )
            elif answer is None or answer == []:
                count.dropped += 1
            else:
                count.passed += 1
                out.extend(answer if isinstance(answer, list) else (answer,))
        count.received += len(batch)
        self.timed(started)
        self.reject(rejects)
        self.give(out)

    def _answers(self, batch: list[Record]) -> Sequence[Any]:
        if isinstance(self._script, Lookup):
            return cast(Lookup, self._worker).look_up(batch, self.run.services)
        return cast(RecordWriter, self._worker).write(batch, self.run.services)

    def close(self) -> None:
        """Let go of connections."""
        close_quietly(self._worker, self._script)


def _as_entered(answer: Rejected, record: Record) -> Rejected:
    return Rejected(record, answer.message, answer.code, answer.replay, answer.error)
