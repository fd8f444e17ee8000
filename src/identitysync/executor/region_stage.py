"""A parser with the region behind it: blocks go out to be worked on, and what became of them is counted in order."""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

import attrs

from identitysync.contract import Block, Cut, File, Rejected
from identitysync.contract.blocks import Seam
from identitysync.errors import FormatError, IdentitySyncError
from identitysync.executor.block_work import BlockWork, Task
from identitysync.executor.format_stage import FormatStage
from identitysync.executor.outcome import Gone, Made, Outcome, Refused
from identitysync.executor.pool_maker import CannotLoad, PoolMaker, no_pool
from identitysync.executor.region import Region
from identitysync.executor.run import Run
from identitysync.executor.source_stages import ParseStage
from identitysync.executor.stage import Named, Stage, blame
from identitysync.values import Record
from identitysync.world import awaited

if TYPE_CHECKING:
    from identitysync.executor.pool_maker import AnyPool

_FIRST: Final = 4
"""Blocks that are worked on here, to see who else shall work on others."""


@attrs.define
class _Reading:
    """A file that is being read.

    Attributes:
        file: The file.
        cut: The file in blocks.
        seam: What a block has left over.
        ended: Whether nothing more is wanted of it.
        waiting: How many of its blocks are on their way.
        sent: Whether all of its blocks have been given out.
    """

    file: File
    cut: Cut
    seam: Seam = attrs.field(factory=Seam)
    ended: bool = False
    waiting: int = 0
    sent: bool = False


@attrs.define
class _Sent:
    """A block that has been given out, or is left for this thread.

    Attributes:
        reading: Its file.
        block: The block.
        task: What others were given, if they were.
        coming: What will become of it then.
    """

    reading: _Reading
    block: Block
    task: Task | None = None
    coming: "Future[Outcome] | None" = None

    def claim(self) -> bool:
        """Take it back, unless another has begun with it."""
        return self.coming is not None and self.coming.cancel()


class RegionStage(ParseStage):
    """Files into records, and these into whatever becomes of them in the region."""

    def __init__(self, planned: Named, region: Region, run: Run, make_pool: PoolMaker) -> None:
        super().__init__(planned, region.parser.script, run)  # type: ignore[arg-type]  # it is a parser
        self._region, self._make_pool = region, make_pool
        self._work = BlockWork(region, run.check)
        self._pool: AnyPool | None = None
        self._sent: deque[_Sent] = deque()
        self._members: Mapping[str, Stage] = {}
        self._bytes = 0

    def join(self, stages: Mapping[str, Stage]) -> None:
        """Learn which stages there are, inside of the region and outside."""
        self._members = stages

    @property
    def work(self) -> BlockWork:
        """What works on blocks in this process."""
        return self._work

    def file(self, file: File) -> Iterator[None]:
        """Cut a file, and work on its blocks."""
        try:
            cut = self.worker.cut(file)
        except FormatError as fault:
            yield from self._drained()
            self.counter.bytes += file.size
            self.give_up(file, fault)
            return
        if cut is None:
            yield from self._drained()
            yield from super().file(file)
            return
        self.counter.bytes += file.size
        self._bytes += file.size
        for note in cut.notes:
            self.note(note)
        asked = self._pool is not None
        reading = _Reading(file, cut)
        self.run.lend(file)
        blocks = iter(cut.blocks)
        while not reading.ended and self.run.left != 0:
            try:
                block = next(blocks, None)
            except FormatError as fault:
                yield from self._drained()
                self._end(reading, fault)
                break
            if block is None:
                break
            if not asked and self._work.count >= _FIRST:
                asked, self._pool = True, self._make_pool(self._region, self._work, self._bytes)
            self._send(reading, block)
            while len(self._sent) > (self._pool.depth if self._pool and self._pool.ready else 0):
                self._receive()
                yield
        close = getattr(cut.blocks, "close", None)
        if close is not None:
            close()
        reading.sent = True
        if not reading.waiting:
            self.run.give_back(file)

    def finish(self) -> Iterator[None]:
        """Wait for what is on its way."""
        yield from self._drained()

    def take(self, batch: list[Record], rejects: list[Rejected]) -> None:
        """Send records through that do not come in blocks."""
        self._count(self._work.push(batch, rejects, self._layouts()))

    def close(self) -> None:
        """Let go of what the scripts hold, and of other processes."""
        if self._pool is not None:
            self._pool.close()
        self._work.close()
        super().close()

    def _layouts(self) -> dict[str, Any]:
        return {
            id: stage.layout
            for id, stage in self._members.items()
            if id in self._region.steps and isinstance(stage, FormatStage)
        }

    def _send(self, reading: _Reading, block: Block) -> None:
        sent = _Sent(reading, block)
        pool = self._pool
        if pool is not None and pool.fault is not None:
            self._give_up(pool.fault)
        elif pool is not None and pool.ready:
            sent.task = Task(reading.cut.decoder, block, self._layouts())
            sent.coming = pool.submit(sent.task)
        reading.waiting += 1
        self._sent.append(sent)

    def _drained(self) -> Iterator[None]:
        while self._sent:
            self._receive()
            yield

    def _receive(self) -> None:
        sent = self._sent.popleft()
        reading = sent.reading
        reading.waiting -= 1
        if not reading.ended and self.run.left != 0:
            self._one(sent)
        if reading.sent and not reading.waiting:
            self.run.give_back(reading.file)

    def _one(self, sent: _Sent) -> None:
        reading, block = sent.reading, sent.block
        joined = reading.seam.open
        whole = reading.seam.join(block)
        if whole is None:
            return
        left = self.run.left
        task = Task(reading.cut.decoder, whole, self._layouts(), left)
        # what was made of a block alone counts for nothing when it belongs to the one before
        outcome = None if joined else self._result(sent)
        if outcome is None or (left is not None and outcome.entered > left) or not self._fits(outcome):
            outcome = self._work.work(task)
        reading.seam.keep(outcome.rest)
        self._count(outcome)
        if outcome.fault is not None:
            self._end(reading, outcome.fault)

    def _result(self, sent: _Sent) -> Outcome | None:
        """Give what became of a block elsewhere; None when it is left for this thread."""
        if sent.coming is None or self._pool is None or sent.claim():
            return None
        while not sent.coming.done() and self._help():
            pass
        try:
            return awaited(sent.coming, self.run.check)
        except CannotLoad as fault:
            self._give_up(fault)
            return None

    def _help(self) -> bool:
        """Work on a block that nobody has begun with, instead of waiting; False when there is none."""
        for sent in self._sent:
            if sent.task is not None and sent.claim():
                sent.coming = Future()
                try:
                    sent.coming.set_result(self._work.work(sent.task))
                except Exception as fault:  # noqa: BLE001 - its turn comes
                    sent.coming.set_exception(fault)
                return True
        return False

    def _give_up(self, fault: IdentitySyncError) -> None:
        """Do without other processes when they cannot load the scripts; anything else ends the run."""
        if not isinstance(fault, CannotLoad):
            raise fault
        why = f"another cannot load its scripts ({fault})"
        self.run.services.log.info(f"one process works behind {self.id}: {why}")
        if self._pool is not None:
            self._pool.close()
        self._pool, self._make_pool = None, no_pool

    def _end(self, reading: _Reading, fault: FormatError) -> None:
        reading.ended = True
        self.give_up(reading.file, fault)

    def _fits(self, outcome: Outcome) -> bool:
        """Tell whether the files can go on with the layouts of these blocks."""
        for each in outcome.happenings:
            if isinstance(each, Made):
                stage = self._members[each.formatter]
                known = stage.layout if isinstance(stage, FormatStage) else ()
                if any(ours != theirs for ours, theirs in zip(known, each.layout, strict=False)):
                    return False
        return True

    def _count(self, outcome: Outcome) -> None:
        """Let everything happen that happened to a block."""
        for id, count in outcome.counts.items():
            self._stage(id).counter.add(count)
        for note in outcome.notes:
            getattr(self.run.services.log, note.level)(note.text)
        self.run.entered += outcome.entered
        for each in outcome.happenings:
            if isinstance(each, Made):
                stage = self._members[each.formatter]
                if isinstance(stage, FormatStage):
                    stage.adopt(each.layout)
                    stage.add(each.block, each.size, each.layout)
            elif isinstance(each, Gone):
                self._gone(each)
            else:
                self._refused(each)
        self.run.processed += outcome.entered

    def _gone(self, gone: Gone) -> None:
        stage = self._members[gone.target]
        try:
            stage.records(gone.records)
        except IdentitySyncError as fault:
            blame(fault, stage)
            raise

    def _refused(self, refused: Refused) -> None:
        stage = self._stage(refused.step)
        rejects = self.run.masked(refused.rejects)
        self.run.reject(refused.step, rejects, routed=bool(stage.error), entering=refused.unread)

    def _stage(self, id: str) -> Stage:
        return self if id == self.id else self._members[id]


class MemberStage(Stage):
    """A step whose work is done in its region; here it is only counted."""
