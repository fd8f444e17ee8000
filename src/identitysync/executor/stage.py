"""A stage: one step at work. It receives batches of records or files, and pushes what becomes of them to the next."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any, Protocol

from identitysync.contract import File, Note, Rejected
from identitysync.errors import IdentitySyncError
from identitysync.executor.counting import Counter
from identitysync.executor.rejects import routed
from identitysync.executor.run import Tap
from identitysync.values import Record, copy_records


class Named(Protocol):
    """A step, as far as a stage must know it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


class Routed(Named, Protocol):
    """A step of a router, as far as its stage must know it."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ids to which it may send records, those that do not run among them."""
        ...


class Stage:
    """What all stages can do: give, reject, and be joined to others.

    Records are pushed depth first by plain calls: when ``records`` returns, the batch has been carried to its end.
    Files are pushed by generators, which yield after every batch that a file becomes, so that whoever drives the run
    can stop, look, or take what has come out.

    Attributes:
        id: The step's id.
        counter: Its counts.
        next: The stages that get what it gives.
        error: The stages that get what it rejects.
        taps: See what it gives.
    """

    def __init__(self, planned: Named, run: Any) -> None:
        self.id = planned.id
        self.run = run
        self.counter = Counter()
        self.next: list[Stage] = []
        self.error: list[Stage] = []
        self.taps: list[Tap] = []

    def records(self, batch: list[Record]) -> None:
        """Receive records, which are the stage's own from now on."""
        raise NotImplementedError

    def file(self, file: File) -> Iterator[None]:
        """Receive a file."""
        raise NotImplementedError

    def pump(self) -> Iterator[None]:
        """Bring what comes from elsewhere; only readers have something."""
        return iter(())

    def finish(self) -> Iterator[None]:
        """Give what is left to give, once everything has come."""
        return iter(())

    def close(self) -> None:
        """Let go of connections."""

    def give(self, batch: list[Record]) -> None:
        """Push records to all next stages; each but the last gets a copy."""
        if not batch:
            return
        self.counter.emitted += len(batch)
        for tap in self.taps:
            tap(self.id, batch)
        _push(self.next, batch)

    def give_file(self, file: File, *, own: bool = False) -> Iterator[None]:
        """Push a file to all next stages; one that this stage made is removed when nobody needs it any more."""
        self.counter.emitted += 1
        for tap in self.taps:
            tap(self.id, file)
        for stage in self.next:
            yield from blamed(stage, stage.file(file))
        if own:
            self.run.release(file)

    def reject_file(self, file: File, fault: IdentitySyncError) -> Iterator[None]:
        """Send a file along the ``error`` edges; without any, the run cannot go on."""
        if not self.error:
            raise fault
        self.counter.rejected += 1
        self.run.services.log.error(f"{self.id}: {fault}; the file goes to {', '.join(to.id for to in self.error)}")
        for stage in self.error:
            yield from blamed(stage, stage.file(file))

    def reject(self, rejects: list[Rejected], *, entering: bool = False) -> None:
        """Send rejected records along the ``error`` edges, or keep them."""
        if not rejects:
            return
        rejects = self.run.masked(rejects)
        self.counter.rejected += len(rejects)
        self.run.reject(self.id, rejects, routed=bool(self.error), entering=entering)
        if self.error:
            _push(self.error, [routed(self.id, each) for each in rejects])

    def reject_besides(self, rejects: list[Rejected]) -> None:
        """Send along the ``error`` edges what else became of records that are counted as rejected already."""
        if rejects and self.error:
            _push(self.error, [routed(self.id, each) for each in self.run.masked(rejects)])

    def note(self, note: Note) -> None:
        """Write a line of the script into the trace."""
        getattr(self.run.services.log, note.level)(f"{self.id}: {note.text}")

    def take(self, batch: list[Record], rejects: list[Rejected]) -> None:
        """Let records enter the flow: count them, carry them to their end, count them again.

        Args:
            batch: The records.
            rejects: What could not be read.
        """
        self.counter.received += len(batch) + len(rejects)
        self.counter.passed += len(batch)
        self.reject(rejects, entering=True)
        self.run.entered += len(batch)
        self.give(batch)
        self.run.processed += len(batch)

    def timed(self, started: float) -> None:
        """Add the time since ``started`` to the stage's own."""
        self.counter.seconds += perf_counter() - started


def _push(stages: Sequence[Stage], batch: list[Record]) -> None:
    for number, stage in enumerate(stages, 1):
        try:
            stage.records(batch if number == len(stages) else copy_records(batch))
        except IdentitySyncError as fault:
            blame(fault, stage)
            raise


def blame(fault: IdentitySyncError, stage: Stage) -> None:
    """Note in which step an error arose; the innermost step is the one."""
    if not getattr(fault, "__notes__", ()):
        fault.add_note(f"in step {stage.id!r}")


def blamed(stage: Stage, work: Iterator[None]) -> Iterator[None]:
    """Do a stage's work, and note in an error that it arose there."""
    try:
        yield from work
    except IdentitySyncError as fault:
        blame(fault, stage)
        raise


def close_quietly(worker: Any, script: Any) -> None:
    """Close what a script's ``open`` gave, if it can be closed."""
    close = getattr(worker, "close", None)
    if worker is not script and callable(close):
        close()
