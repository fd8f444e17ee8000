"""Stages whose records become records: mappers, flat-mappers and routers."""

from collections.abc import Iterator
from itertools import islice
from time import perf_counter
from typing import Any, cast

from identitysync.compiler import each_record
from identitysync.contract import KEPT, BatchExpander, FlatMapper, Mapper, Note, Rejected, Router, Sharing
from identitysync.errors import PluginError
from identitysync.executor.run import Run
from identitysync.executor.stage import Named, Routed, Stage, close_quietly
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
        rejects = each_record(batch, self.worker.map, out.append, atomic=self.script.atomic, check=self.run.check)
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
        if script.stateful and isinstance(self._worker, Sharing):
            self._worker.share_in_run(run.common)

    def records(self, batch: list[Record]) -> None:
        """Expand the records and push what comes of them."""
        started = perf_counter()
        out: list[Record] = []
        rejects: list[Rejected] = []
        more: list[Rejected] = []
        passed = dropped = 0

        def take(results: list[Any]) -> None:
            nonlocal passed, dropped
            records, refused = self._sorted_out(results)
            out.extend(records)
            if refused:
                # one record, one fate: the first reason stands for all
                rejects.append(refused[0])
                more.extend(each for each in refused[1:] if each.record is not refused[0].record)
            elif records or KEPT in results:
                passed += 1
            else:
                dropped += 1

        if isinstance(self._worker, BatchExpander):
            answered = 0
            for answered, results in enumerate(self._worker.expand_all(batch), 1):
                if answered > len(batch):
                    break
                take(list(results))
                self.run.check()
            if answered != len(batch):
                found = answered if answered < len(batch) else f"{answered} or more"
                raise PluginError(f"{self.id} expanded {len(batch)} records into {found} answers; one each is due")
        else:
            rejects += each_record(
                batch,
                lambda record: list(self._worker.expand(record)),
                take,
                atomic=self._script.atomic,
                check=self.run.check,
            )
        count = self.counter
        count.received += len(batch)
        count.passed += passed
        count.dropped += dropped
        self.timed(started)
        self.reject(rejects)
        self.reject_besides(more)
        self.give(out)

    def finish(self) -> Iterator[None]:
        """Push what the script kept back, batch by batch."""
        left = iter(self._worker.finish())
        while True:
            started = perf_counter()
            results = list(islice(left, self.run.batch_size))
            records, refused = self._sorted_out(results)
            self.counter.received += len(refused)  # none of those that came: they were counted when they came
            self.timed(started)
            self.reject(refused)
            self.give(records)
            yield
            if len(results) < self.run.batch_size:
                return

    def _sorted_out(self, results: list[Any]) -> tuple[list[Record], list[Rejected]]:
        """Tell records from rejects and notes; the notes are written."""
        records: list[Record] = []
        refused: list[Rejected] = []
        for each in results:
            if isinstance(each, Rejected):
                refused.append(each)
            elif isinstance(each, Note):
                self.note(each)
            elif each is not KEPT:
                records.append(each)
        return records, refused

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


class RouteStage(Stage):
    """Records to some of the next stages; what goes to a step that does not run is seen by the taps alone."""

    def __init__(self, planned: Routed, script: Router, run: Run) -> None:
        super().__init__(planned, run)
        self._ids = planned.ways
        self._script, self._worker = script, script.open()

    def records(self, batch: list[Record]) -> None:
        """Send each record where the script says."""
        started = perf_counter()
        ways: dict[str, list[Record]] = {id: [] for id in self._ids}
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
        running = {stage.id: stage for stage in self.next}
        for id, records in ways.items():
            if records:
                count.emitted += len(records)
                for tap in self.taps:
                    tap(self.id, records)
                if id in running:
                    running[id].records(records)

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)
