"""Work on the blocks of a region: through one function where that can be, else step by step."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import attrs

from identitysync.compiler import PureStep, Segment, tree_of
from identitysync.contract import Block, Decoder, FlatMapper, Formatter, Layout, Mapper, Rejected, Router, Unfit
from identitysync.errors import PluginError
from identitysync.executor.block_stages import Exit, Leaf, Recorder, Source
from identitysync.executor.chain_stage import chained
from identitysync.executor.encoding import is_large
from identitysync.executor.outcome import Outcome
from identitysync.executor.record_stages import FlatMapStage, MapStage, RouteStage
from identitysync.executor.region import Region
from identitysync.executor.stage import Stage
from identitysync.values import Record

if TYPE_CHECKING:
    from identitysync.compiler import Program, Ran

_TIMED: Final = 64
"""The beginning of one block in so many goes through step by step, too, so that the time of all can be told apart
by steps."""

_BEGINNING: Final = 8
"""The part of such a block: one in so many of its bytes, since step by step takes ten times as long."""


@attrs.frozen
class Task:
    """One block to be worked on.

    Attributes:
        decoder: What decodes it.
        block: The block.
        layouts: What is known of the layouts of files, by the formatters' ids.
        room: How many of its records may enter; None for all.
    """

    decoder: Decoder
    block: Block
    layouts: Mapping[str, Layout]
    room: int | None = None


class BlockWork:
    """A region at work.

    Attributes:
        count: How many blocks it has worked on.
    """

    def __init__(
        self, region: Region, check: Callable[[], object] = lambda: None, program: "Program | None" = None
    ) -> None:
        """Open the scripts.

        Args:
            region: The region.
            check: Is called now and then, and raises ``Cancelled`` when the run shall stop; another process is ended
                instead.
            program: What others that work on it have learned, to be shared.
        """
        self._region, self._check = region, check
        self._run: Any = Recorder(check)
        self._parser = Source(region.parser, self._run)
        self._stages: dict[str, Stage] = {}
        self._workers: dict[str, Any] = {}
        for step in region.steps.values():
            self._stages[step.id] = self._stage(step)
        exits = {id: Exit(PureStep(id, region.parser.script, (), ()), self._run) for id in region.exits()}
        for step in (region.parser, *region.steps.values()):
            stage = self._stages.get(step.id, self._parser)
            if not isinstance(stage, Leaf):
                stage.next = [self._stages.get(id) or exits[id] for id in step.next]
            stage.error = [self._stages.get(id) or exits[id] for id in step.error]
        formatters = {step.id: step.script for step in region.steps.values() if isinstance(step.script, Formatter)}
        self.chains = chained({**self._stages, region.parser.id: self._parser}, formatters)
        self._task: Task | None = None
        self._tree, self.reason = self._tree_of(region)
        self._program = program
        self.count = 0
        self._shares: dict[str, float] = {}

    def work(self, task: Task) -> Outcome:
        """Work on a block.

        Args:
            task: The block.

        Returns:
            What became of it.
        """
        self.count += 1
        program = self._compiled(task.block)
        surprised = False
        if program is not None and task.room is None:
            if self.count % _TIMED == 1:
                self._sample(task)
            started = perf_counter()
            ran = program.run(task.decoder, task.block, task.layouts, self._workers, self._check)
            if ran is not None and not self._has_large(ran):
                return self._outcome(ran, started)
            surprised = ran is None
        self._task = task
        started = perf_counter()
        decoded = task.decoder.decode(task.block)
        if program is not None and surprised:
            program.learn(decoded.found)
        seconds = perf_counter() - started
        rejects = [each for each in decoded.found if isinstance(each, Rejected)]
        batch = [each for each in decoded.found if not isinstance(each, Rejected)]
        if task.room is not None and len(batch) > task.room:
            batch, rejects = batch[: task.room], []
        outcome = self.push(batch, rejects, task.layouts, seconds)
        self._task = None
        outcome.rest, outcome.fault = decoded.rest, decoded.fault
        if program is not None:
            self._learn_shares(outcome)
        return outcome

    def push(
        self, batch: list[Record], rejects: list[Rejected], layouts: Mapping[str, Layout], seconds: float = 0.0
    ) -> Outcome:
        """Send records through, step by step.

        Args:
            batch: The records.
            rejects: What could not be read.
            layouts: As in ``Task``.
            seconds: How long reading them took.

        Returns:
            What became of them.
        """
        run = self._run
        run.outcome = Outcome(len(batch))
        for chain in self.chains:
            chain.again = self._again if self._task is not None and chain in self._parser.next else None
        for id, stage in self._stages.items():
            if isinstance(stage, Leaf):
                stage.begin(layouts.get(id, ()))
        parser = self._parser
        parser.counter.received, parser.counter.passed = len(batch) + len(rejects), len(batch)
        parser.counter.seconds = seconds
        parser.reject(rejects, entering=True)
        parser.give(batch)
        for stage in (parser, *self._stages.values()):
            run.outcome.counts[stage.id] = stage.counter.report()
            stage.counter.clear()
        outcome: Outcome = run.outcome
        return outcome

    def close(self) -> None:
        """Let go of what the scripts hold."""
        for stage in self._stages.values():
            stage.close()

    @property
    def is_native(self) -> bool:
        """Whether the native kernel does most of the work."""
        return self._program is not None and self._program.is_native

    def another(self) -> "BlockWork":
        """Give one more for the same region, for another thread, which shares what has been learned."""
        return BlockWork(self._region, self._check, self._program)

    @property
    def source(self) -> str:
        """The source of the function that was made last, if there is one."""
        function = self._program.function if self._program else None
        return function.source if function else ""

    def _again(self) -> list[Record]:
        """Give the records of the present block once more."""
        found = self._task.decoder.decode(self._task.block).found if self._task is not None else ()
        return [each for each in found if not isinstance(each, Rejected)]

    def _stage(self, step: PureStep) -> Stage:
        script = step.script
        if isinstance(script, Mapper):
            made = MapStage(step, script, self._run)
            self._workers[step.id] = made.worker
            return made
        if isinstance(script, FlatMapper):
            return FlatMapStage(step, script, self._run)
        if isinstance(script, Router):
            return RouteStage(step, script, self._run)
        if isinstance(script, Formatter):
            pack = self._region.packs.get(step.id)
            return Leaf(step, script, pack and pack.script, self._run)
        raise PluginError(f"{step.id} cannot be worked on apart")

    def _tree_of(self, region: Region) -> tuple[Segment | None, str]:
        try:
            return tree_of(dict(region.steps), region.parser.next, region.parser.error), ""
        except Unfit as fault:
            return None, str(fault)

    def _compiled(self, block: Block) -> "Program | None":
        """Give what runs blocks through one function, unless the first one is all that there is so far."""
        if self._program is None and self._tree is not None and not (self.count == 1 and block.last):
            from identitysync.compiler import Program

            self._program = Program(self._tree)
        return self._program

    def _sample(self, task: Task) -> None:
        """Send the beginning of a block through for its times alone: nothing of what comes out counts."""
        data = task.block.bytes()
        size = data.rfind(b"\n", 0, len(data) // _BEGINNING) + 1
        if not size:
            return
        started = perf_counter()
        decoded = task.decoder.decode(Block(data[:size], task.block.offset, size, task.block.line))
        records = [each for each in decoded.found if not isinstance(each, Rejected)]
        self._learn_shares(self.push(records, [], task.layouts, perf_counter() - started))

    def _has_large(self, ran: "Ran") -> bool:
        return any(is_large(len(block), self._leaf(id).limit) for id, (block, _, _) in ran.blocks.items())

    def _leaf(self, id: str) -> Leaf:
        stage = self._stages[id]
        if not isinstance(stage, Leaf):
            raise PluginError(f"{id} is no formatter")
        return stage

    def _outcome(self, ran: "Ran", started: float) -> Outcome:
        """Tell of a block that went through the function, as if it had gone through the stages."""
        run = self._run
        run.outcome = outcome = Outcome(ran.entered, rest=ran.rest, fault=ran.fault)
        counter = self._parser.counter
        counter.received, counter.passed, counter.emitted = ran.entered + len(ran.unread), ran.entered, ran.entered
        self._parser.reject(ran.unread, entering=True)
        coming = dict.fromkeys(self._region.parser.next, ran.entered)
        for id, stage in self._stages.items():
            received = coming.get(id)
            if received is None:
                continue  # behind an error edge alone: it has counted what came
            counter = stage.counter
            rejects, dropped = ran.rejects.get(id, []), ran.dropped.get(id, 0)
            counter.received += received
            counter.dropped += dropped
            passed = received - dropped - len(rejects)
            counter.passed += passed
            stage.reject(rejects)
            if isinstance(stage, Leaf):
                block, rows, layout = ran.blocks[id]
                if rows:
                    stage.made(block, layout)
                continue
            counter.emitted += passed
            for target in self._region.steps[id].next:
                coming[target] = passed
        spent = perf_counter() - started
        for stage in (self._parser, *self._stages.values()):
            stage.counter.seconds += spent * self._shares.get(stage.id, 0.0)
            outcome.counts[stage.id] = stage.counter.report()
            stage.counter.clear()
        return outcome

    def _learn_shares(self, outcome: Outcome) -> None:
        whole = sum(count.seconds for count in outcome.counts.values())
        if whole and outcome.entered:
            self._shares = {id: count.seconds / whole for id, count in outcome.counts.items()}
