"""What a run remembers in a store: how it goes, what it delivered, and up to when its flow has read."""

import hashlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import attrs

from identitysync.contract import FileMemory, SourceFile, Store
from identitysync.errors import InvalidParameter, LeaseLost, StoreError
from identitysync.model import Dataflow, JobState, JobStatus
from identitysync.report import DeliveredFile
from identitysync.runtime.heart import Heart
from identitysync.runtime.options import Options

BEATS: Final = 3
"""Signs of life within the time after which a job counts as dead."""

_CLAIMED: Final = "claimed"


class Ledger:
    """The files that one flow's readers have delivered, in earlier runs and in this one.

    Attributes:
        claimed: Marks of the files that this attempt reads.
    """

    def __init__(self, memory: FileMemory, flow: str) -> None:
        """Look into a memory.

        Args:
            memory: The store's.
            flow: What the flow is remembered by.
        """
        self._memory, self._flow = memory, flow
        self._noted: list[SourceFile] = []
        self._earlier: frozenset[str] | None = None
        self.claimed: list[str] = []

    def known(self, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that earlier runs delivered."""
        return self._memory.known(self._flow, files)

    def resume(self, claimed: Iterable[str]) -> None:
        """Let this attempt read nothing but what the one read that delivered something: the rest is of the next run."""
        self._earlier = frozenset(claimed)

    def claim(self, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that this attempt may read, and take note of them."""
        marks = {file: _mark(file) for file in files}
        mine = {file for file in files if self._earlier is None or marks[file] in self._earlier}
        self.claimed += [marks[file] for file in files if file in mine]
        return mine

    def add(self, file: SourceFile) -> None:
        """Take note of a file that this run has delivered."""
        self._noted.append(file)

    def keep(self) -> None:
        """Remember what was noted, for the runs to come."""
        noted, self._noted = self._noted, []
        if noted:
            self._memory.remember(self._flow, noted)


class Memory:
    """One job's place in the store; without a store it remembers nothing.

    While the job runs, a heart gives signs of life, so that nobody takes the job for dead.

    Attributes:
        last_runtime: The start of the flow's last successful run, by the store, else by the flow itself.
        delivered: The files that the flow's readers have delivered; None without a store.
        lost: Whether another process has taken the job over.
    """

    def __init__(self, flow: Dataflow, options: Options, job_id: str) -> None:
        """Open the store, if there is one.

        Args:
            flow: The flow.
            options: Name the store.
            job_id: The job.

        Raises:
            InvalidParameter: The flow has neither id nor name to be remembered by.
            StoreError: The store cannot be used.
        """
        self._job_id, self._options = job_id, options
        self._attempt = options.assignment.attempt if options.assignment else 1
        self._flow = flow.id or flow.name
        self._lock = threading.Lock()
        self._over = False
        self._beaten = time.monotonic()
        self._heart: Heart | None = None
        self._earlier: dict[tuple[str, str], DeliveredFile] = {}
        self._store: Store | None = None
        self._own = isinstance(options.store, str | Path)
        self.lost = self._told = False
        self.last_runtime: datetime | None = flow.last_runtime
        self.delivered: Ledger | None = None
        if options.store is None:
            return
        if not self._flow:
            raise InvalidParameter("a store remembers a flow by its id or its name; give it one of them")
        if isinstance(options.store, str | Path):
            from identitysync.stores import open_store

            self._store = open_store(options.store)
        else:
            self._store = options.store
        self.last_runtime = self._store.last_runtime(self._flow) or flow.last_runtime
        self.delivered = Ledger(self._store.files, self._flow)

    def begin(self, status: Callable[[], JobStatus], stop: Callable[[], None]) -> None:
        """Keep the row of the job as it begins, and give signs of life from now on.

        Args:
            status: Tells how the job goes.
            stop: Stops it.
        """
        if self._store is None:
            return
        if self._options.assignment is None:  # else whoever claimed the job has written its row
            self._store.begin(self._flow, status().to_dict(), self._options.clock.now())
        if self._attempt > 1:
            found = self._store.delivered(self._job_id)
            claims = [each.pop(_CLAIMED) for each in found if _CLAIMED in each]
            if claims and self.delivered is not None:
                self.delivered.resume(itertools.chain(*claims))
            self._earlier = {(each["step"], each["name"]): DeliveredFile(**each) for each in found}
        self._status, self._stop, self._beaten = status, stop, time.monotonic()
        heart = self._options.assignment.heart if self._options.assignment else None
        self._heart = heart or Heart(self._store.lease / BEATS)
        self._heart.join(self)

    def earlier(self, step: str, name: str) -> DeliveredFile | None:
        """Give the file that an earlier attempt published, or None."""
        return self._earlier.get((step, name))

    def hold(self) -> None:
        """Raise ``LeaseLost`` when somebody else has taken the job over, and keep them from it for a while."""
        if self._store is not None:
            self._store.hold(self._job_id, self._attempt, self._options.clock.now())

    def deliver(self, file: DeliveredFile) -> None:
        """Remember a file that was published; with the first one, which files it and all that follow were made of."""
        if self._store is None:
            return
        claims = {} if self._told or self.delivered is None else {_CLAIMED: self.delivered.claimed}
        self._store.deliver(self._job_id, self._attempt, attrs.asdict(file) | claims)
        self._told = True

    def finish(self, status: JobStatus) -> None:
        """Keep the row of the job as it has ended; a success that was not sampled moves the watermark to its start.

        Files that were delivered are remembered before, also when something failed after their delivery.
        """
        if self._heart is not None:
            self._heart.leave(self)
        with self._lock:  # and let a look that is under way come to its end
            self._over = True
        if self._store is None:
            return
        moves = status.status is JobState.SUCCEEDED and not status.sampled
        failed = status.status is JobState.FAILED
        assignment = self._options.assignment
        try:
            if self.delivered is not None:
                self.delivered.keep()
            self._store.finish(
                self._flow,
                status.to_dict(),
                watermark=status.start_time if moves else None,
                retry_at=assignment.retry_at(status) if failed and assignment else None,
            )
        except LeaseLost:
            self.lost = True
        finally:
            if self._own:
                self._store.close()

    def look(self) -> None:
        """Look whether somebody wants the job to stop, and give a sign of life when it is time."""
        with self._lock:
            if self._store is None or self._over or self.lost:
                return
            try:
                if self._store.stopping(self._job_id, self._attempt):
                    self._stop()
                if time.monotonic() - self._beaten >= self._store.lease / BEATS:
                    now = self._options.clock.now()
                    self._store.beat(self._job_id, self._attempt, self._status().to_dict(), now)
                    self._beaten = time.monotonic()
            except LeaseLost:
                self.lost = True
                self._stop()
            except (StoreError, RuntimeError):
                # A server restarts, or the report has grown while it was read: the next look may work.
                return


def _mark(file: SourceFile) -> str:
    """Make a short mark of a file as it is, of which a store can keep very many."""
    modified = file.modified and file.modified.isoformat()
    return hashlib.blake2b(f"{file.address}\0{file.size}\0{modified}".encode(), digest_size=8).hexdigest()
