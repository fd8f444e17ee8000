"""Carry out a plan: build a stage for each step, pump the readers, finish in order, publish at the end."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from identitysync.contract import (
    File,
    FileReader,
    FileTransform,
    FileWriter,
    FlatMapper,
    Formatter,
    Lookup,
    Mapper,
    Parser,
    RecordReader,
    RecordWriter,
    Router,
    Shape,
)
from identitysync.errors import IdentitySyncError
from identitysync.executor.file_stages import ConvertStage, PassStage, WriteFilesStage
from identitysync.executor.format_stage import FormatStage
from identitysync.executor.record_stages import AnswerStage, FlatMapStage, MapStage, RouteStage
from identitysync.executor.run import Run, Tap
from identitysync.executor.source_stages import FedStage, ParseStage, ReadFilesStage, ReadRecordsStage
from identitysync.executor.stage import Stage, blame
from identitysync.plan import Plan, PlannedStep
from identitysync.report import StepReport

_STAGES: tuple[tuple[type[Shape], Callable[..., Stage]], ...] = (
    (FileReader, ReadFilesStage),
    (RecordReader, ReadRecordsStage),
    (FileTransform, ConvertStage),
    (Parser, ParseStage),
    (Mapper, MapStage),
    (FlatMapper, FlatMapStage),
    (Router, RouteStage),
    (Lookup, AnswerStage),
    (Formatter, FormatStage),
    (FileWriter, WriteFilesStage),
    (RecordWriter, AnswerStage),
)
WRITERS = (FileWriter, RecordWriter)


class Executor:
    """The stages of one run.

    Attributes:
        run: What they share.
        stages: The stages by step id, each after everything that leads to it.
    """

    def __init__(
        self,
        plan: Plan,
        run: Run,
        *,
        ready: Callable[[PlannedStep], Shape],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Callable[[Any], object]],
        taps: Mapping[str, list[Tap]],
        simulate: bool,
    ) -> None:
        """Build the stages; connections are opened on the way.

        Args:
            plan: What to carry out.
            run: The shared state.
            ready: Gives a step's script with its variables expanded and its secrets resolved.
            inputs: Step ids to what they shall give out, instead of running.
            outputs: Step ids to what receives their records or files; a writer does not write then.
            taps: Step ids to what sees what they give out.
            simulate: Whether no writer writes.
        """
        self.run = run
        self._real = not simulate and run.services.run.limit is None
        self.stages: dict[str, Stage] = {}
        try:
            for planned in plan.steps.values():
                stage = self._stage(planned, ready, inputs, outputs, simulate=simulate)
                stage.taps = list(taps.get(planned.id, ()))
                self.stages[planned.id] = stage
        except BaseException:
            self.close()
            raise
        for planned in plan.steps.values():
            stage = self.stages[planned.id]
            stage.next = [self.stages[id] for id in planned.next]
            stage.error = [self.stages[id] for id in planned.error]

    def steps(self) -> Iterator[None]:
        """Carry out everything but the publication; yields after every batch, and checks there for a stop."""
        for stage in self.stages.values():
            yield from self._watched(stage, stage.pump())
        for stage in self.stages.values():
            yield from self._watched(stage, stage.finish())
        self.run.judge(at_end=True)

    def _watched(self, stage: Stage, work: Iterator[None]) -> Iterator[None]:
        try:
            for _ in work:
                yield
                self.run.check()
        except IdentitySyncError as fault:
            blame(fault, stage)
            raise

    def publish(self) -> None:
        """Give all files their names, and tell the readers that what they brought was delivered.

        What was only looked at, or cut short by a limit, was not.
        """
        self.run.delivery.publish()
        self._settle(delivered=self._real)

    def fail(self) -> None:
        """Take back what was not named yet, and tell the readers that what they brought was not delivered."""
        self.run.delivery.discard()
        self._settle(delivered=False)

    def close(self) -> None:
        """Let go of all connections."""
        for stage in self.stages.values():
            try:
                stage.close()
            except (IdentitySyncError, OSError) as fault:
                self.run.services.log.error(f"{stage.id} did not close well: {fault}")

    def counts(self) -> dict[str, StepReport]:
        """Give the counts of all steps as they are now."""
        return {id: stage.counter.report() for id, stage in self.stages.items()}

    def _settle(self, *, delivered: bool) -> None:
        first: IdentitySyncError | None = None
        for reader, file in self.run.read_files:
            settle = getattr(reader, "settle", None)
            try:
                if settle is not None:
                    settle(file, delivered=delivered)
            except IdentitySyncError as fault:  # the other files are settled all the same
                self.run.services.log.error(str(fault))
                first = first or fault
        if first is not None:
            raise first

    def _stage(
        self,
        planned: PlannedStep,
        ready: Callable[[PlannedStep], Shape],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Callable[[Any], object]],
        *,
        simulate: bool,
    ) -> Stage:
        if planned.id in inputs:
            return FedStage(planned, inputs[planned.id], self.run)
        if issubclass(planned.spec.cls, WRITERS) and (planned.id in outputs or simulate):
            return PassStage(planned, self.run, outputs.get(planned.id))
        script = ready(planned)
        make = next(make for shape, make in _STAGES if isinstance(script, shape))
        return make(planned, script, self.run)


def collect_into(target: list[Any]) -> Callable[[Any], None]:
    """Make what an output list receives: records as they are, files with their bytes in memory.

    Args:
        target: The caller's list.

    Returns:
        A function that takes one record or file.
    """

    def collect(item: Any) -> None:
        if isinstance(item, File):
            with item.open() as stream:
                target.append(File(item.name, stream.read(), item.modified, item.marker))
        else:
            target.append(item)

    return collect
