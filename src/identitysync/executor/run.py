"""What all stages of one run share: its services, its limits, its counts, and where rejects and files go."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from identitysync.contract import Clock, DeliveredFiles, File, FileReader, Log, Rejected, RunInfo
from identitysync.errors import Cancelled, TooManyRejects
from identitysync.executor.delivery import Delivery
from identitysync.executor.rejects import DeadLetters, Samples, Tolerance
from identitysync.executor.spool import RunSpool
from identitysync.report import DeliveredFile, Event, FileDelivered, RecordWasRejected, RejectSample
from identitysync.values import Site


@attrs.frozen
class RunServices:
    """The world, as the scripts of one run see it."""

    clock: Clock
    log: Log
    spool: RunSpool
    run: RunInfo
    site: Site | None
    delivered: DeliveredFiles | None = None
    cancelled: threading.Event = attrs.field(factory=threading.Event)

    def check(self) -> None:
        """Raise ``Cancelled`` when somebody asked the run to stop."""
        if self.cancelled.is_set():
            raise Cancelled("the run was stopped")


@attrs.define
class _Loan:
    borrowers: int = 0
    released: bool = False


class Run:
    """The shared state of one run.

    Attributes:
        services: What edge scripts receive.
        entered: Records that entered, after readers and parsers.
        processed: Of these, how many all stages have received.
        awaited: What a stage still awaits answers for, and ``processed`` when it came.
        refused: Records that were rejected, wherever.
        common: What stateful steps share with each other, by step type.
        unread: Rows that a parser or reader could not make a record of; they never entered.
    """

    def __init__(
        self,
        services: RunServices,
        *,
        dead_letters: DeadLetters,
        tolerance: Tolerance,
        tell: Callable[[Event], None],
        mask: Callable[[str], str],
        batch_size: int,
    ) -> None:
        self.services = services
        self.batch_size = batch_size
        self.delivery = Delivery(services, self._delivered)
        self.samples = Samples()
        self.entered = self.processed = self.refused = self.unread = 0
        self.awaited: dict[object, int] = {}
        self.common: dict[str, Any] = {}
        self._dead_letters, self._tolerance, self._tell, self._mask = dead_letters, tolerance, tell, mask
        self._held: set[Path | bytes] = set()
        self._lent: dict[Path | bytes, _Loan] = {}
        self.read_files: list[tuple[FileReader, File]] = []

    def cancel(self) -> None:
        """Ask the run to stop at the next batch."""
        self.services.cancelled.set()

    def check(self) -> None:
        """Raise ``Cancelled`` when somebody asked the run to stop."""
        self.services.check()

    @property
    def ended(self) -> int:
        """How many records were carried to their end: all that came before the first that still awaits its answer."""
        return min(list(self.awaited.values()), default=self.processed)

    @property
    def left(self) -> int | None:
        """How many records may still enter; None for any number."""
        limit = self.services.run.limit
        return None if limit is None else max(0, limit - self.entered)

    @property
    def room(self) -> int:
        """How many records may still enter; a batch at most."""
        left = self.left
        return self.batch_size if left is None else min(self.batch_size, left)

    def masked(self, rejects: list[Rejected]) -> list[Rejected]:
        """Take the secrets of the run out of the reasons that rejects give."""
        masked = [self._mask(each.message) for each in rejects]
        return [
            each if text == each.message else attrs.evolve(each, message=text)
            for each, text in zip(rejects, masked, strict=True)
        ]

    def reject(self, step: str, rejects: list[Rejected], *, routed: bool, entering: bool = False) -> None:
        """Take note of rejected records, and keep those that no ``error`` edge takes.

        Args:
            step: The id of the step that rejected them.
            rejects: The rejects.
            routed: Whether they go along an ``error`` edge.
            entering: Whether they were rejected by a parser or reader, and never entered.

        Raises:
            TooManyRejects: There are more than the run allows.
        """
        self.refused += len(rejects)
        if entering:
            self.unread += len(rejects)
        now = self.services.clock.now()
        for each in rejects:
            sample = RejectSample(step, each.code, each.message, routed)
            if not self.samples.add(sample):
                break
            self._tell(RecordWasRejected(now, self.services.run.job_id, sample))
        if not routed:
            self._dead_letters.add(step, rejects)
        self.judge(at_end=False)

    def judge(self, *, at_end: bool) -> None:
        """Raise ``TooManyRejects`` when there are more rejects than the run allows."""
        excess = self._tolerance.exceeded(self.refused, self.entered + self.unread, at_end=at_end)
        if excess:
            raise TooManyRejects(excess)

    def hold(self, file: File) -> None:
        """Keep a file of the spool until the run is over."""
        self._held.add(file.content)

    def lend(self, file: File) -> None:
        """Keep a file of the spool until it is given back, as often as it was lent."""
        self._lent.setdefault(file.content, _Loan()).borrowers += 1

    def give_back(self, file: File) -> None:
        """End one ``lend``; the file goes away with the last, when it has been released meanwhile."""
        loan = self._lent.get(file.content)
        if loan is None:
            return
        loan.borrowers -= 1
        if not loan.borrowers:
            del self._lent[file.content]
            if loan.released:
                self.release(file)

    def release(self, file: File) -> None:
        """Remove a file of the spool, unless somebody holds it."""
        if file.content in self._lent:
            self._lent[file.content].released = True
        elif file.content not in self._held:
            self.services.spool.drop(file.content)

    def _delivered(self, file: DeliveredFile) -> None:
        self.services.log.info(f"delivered file {file.name} to {file.address}: {file.size} bytes")
        self._tell(FileDelivered(self.services.clock.now(), self.services.run.job_id, file))


Tap = Callable[[str, Any], None]
"""Sees what a step gives out: the step's id, and a batch of records or a file."""

Taps = Mapping[str, list[Tap]]
