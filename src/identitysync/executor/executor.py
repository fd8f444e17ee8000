"""Carry out a plan: build a stage for each step, pump the readers, finish in order, publish at the end."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from identitysync.contract import (
    BlockTransform,
    File,
    FileFlatMapper,
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
from identitysync.executor.answer_stage import AnswerStage
from identitysync.executor.chain_stage import ChainStage, chained
from identitysync.executor.expand_stage import ExpandStage
from identitysync.executor.file_stages import ConvertStage, PassStage, WriteFilesStage
from identitysync.executor.format_stage import FormatStage, PackStage
from identitysync.executor.pool_maker import PoolMaker
from identitysync.executor.record_stages import FlatMapStage, MapStage, RouteStage
from identitysync.executor.region import Region, packer_of, region_of
from identitysync.executor.region_stage import MemberStage, RegionStage
from identitysync.executor.run import Run, Tap
from identitysync.executor.source_stages import FedStage, ParseStage, ReadFilesStage, ReadRecordsStage
from identitysync.executor.stage import Stage, blamed
from identitysync.plan import Plan, PlannedStep
from identitysync.report import StepReport

_STAGES: tuple[tuple[type[Shape], Callable[..., Stage]], ...] = (
    (FileReader, ReadFilesStage),
    (RecordReader, ReadRecordsStage),
    (FileTransform, ConvertStage),
    (FileFlatMapper, ExpandStage),
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
        make_pool: PoolMaker | None = None,
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
            make_pool: Starts processes for parts of the plan that can be worked on apart; None runs step by step.
        """
        self.run = run
        self._real = not simulate and run.services.run.limit is None
        self.stages: dict[str, Stage] = {}
        self.chains: list[ChainStage] = []
        idle = {
            id
            for id, planned in plan.steps.items()
            if id in inputs or self._is_passed(planned, outputs, simulate=simulate)
        }
        try:
            scripts = {id: planned.script if id in idle else ready(planned) for id, planned in plan.steps.items()}
            watched = idle | {id for id, each in taps.items() if each}
            regions = _regions(plan, scripts, watched) if make_pool is not None else {}
            apart = {id for region in regions.values() for id in region.steps}
            for planned in plan.steps.values():
                if planned.id in inputs:
                    stage: Stage = FedStage(planned, inputs[planned.id], run)
                elif planned.id in idle:
                    stage = PassStage(planned, run, outputs.get(planned.id))
                elif planned.id in regions and make_pool is not None:
                    stage = RegionStage(planned, regions[planned.id], run, make_pool)
                elif planned.id in apart and not isinstance(scripts[planned.id], Formatter):
                    stage = MemberStage(planned, run)
                else:
                    stage = _stage(planned, scripts[planned.id], run)
                stage.taps = list(taps.get(planned.id, ()))
                self.stages[planned.id] = stage
        except BaseException:
            self.close()
            raise
        for planned in plan.steps.values():
            stage = self.stages[planned.id]
            stage.next = [self.stages[id] for id in planned.next]
            stage.error = [self.stages[id] for id in planned.error]
            if isinstance(stage, RegionStage):
                stage.join(self.stages)
        self.run.delivery.order(self.stages)
        self._formatters = [stage for stage in self.stages.values() if isinstance(stage, FormatStage)]
        for id, behind in _packs(plan, scripts, watched).items():
            self._pack(id, behind, scripts[behind])
        if make_pool is not None:
            formatters = {id: script for id, script in scripts.items() if isinstance(script, Formatter)}
            self.chains = chained(
                self.stages, {id: each for id, each in formatters.items() if id not in watched | apart}
            )

    def steps(self) -> Iterator[None]:
        """Carry out everything but the publication; yields after every batch, and checks there for a stop."""
        for stage in self.stages.values():
            yield from self._watched(stage, stage.pump())
        # uploads at the ends are awaited last, so that they go side by side with each other and with what formatters do
        for stage in sorted(self.stages.values(), key=_is_end):
            yield from self._watched(stage, stage.finish())
        self.run.judge(at_end=True)

    def _watched(self, stage: Stage, work: Iterator[None]) -> Iterator[None]:
        for _ in blamed(stage, work):
            yield
            self.run.check()
            for formatter in self._formatters:
                for _ in blamed(formatter, formatter.hand_over()):
                    yield
                    self.run.check()

    def publish(self) -> None:
        """Give all files their names, and tell the readers that what they brought was delivered.

        What was only looked at, or cut short by a limit, was not.
        """
        self.run.delivery.publish()
        self._settle(delivered=self._real)

    def fail(self) -> None:
        """Take back what was not named yet, and tell the readers that what they brought was not delivered."""
        self.run.cancel()  # what is under way in other threads need not go on
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

    @staticmethod
    def _is_passed(planned: PlannedStep, outputs: Mapping[str, Callable[[Any], object]], *, simulate: bool) -> bool:
        return issubclass(planned.spec.cls, WRITERS) and (planned.id in outputs or simulate)

    def _pack(self, id: str, behind: str, script: Shape) -> None:
        """Let a formatter's blocks be packed one by one."""
        formatter, before = self.stages[id], self.stages[behind]
        if (
            isinstance(formatter, FormatStage)
            and isinstance(script, FileTransform)
            and isinstance(script, BlockTransform)
        ):
            packer = PackStage(before, script, self.run)
            packer.next, packer.error, packer.taps = before.next, before.error, before.taps
            packer.counter = before.counter
            self.stages[behind] = packer
            formatter.pack_by(packer, script)


def _regions(plan: Plan, scripts: Mapping[str, Shape], watched: Collection[str]) -> dict[str, Region]:
    found: dict[str, Region] = {}
    for planned in plan.steps.values():
        if isinstance(scripts[planned.id], Parser) and planned.id not in watched:
            region = region_of(planned, plan.steps, scripts, watched)
            if region is not None:
                found[planned.id] = region
    return found


def _packs(plan: Plan, scripts: Mapping[str, Shape], watched: Collection[str]) -> dict[str, str]:
    found = {}
    for id, planned in plan.steps.items():
        if isinstance(scripts[id], Formatter) and id not in watched:
            behind = packer_of(planned, plan.steps, scripts, watched)
            if behind:
                found[id] = behind
    return found


def _is_end(stage: Stage) -> bool:
    return isinstance(stage, WriteFilesStage) and not (stage.next or stage.error)


def _stage(planned: PlannedStep, script: Shape, run: Run) -> Stage:
    make = next(make for shape, make in _STAGES if isinstance(script, shape))
    return make(planned, script, run)


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
