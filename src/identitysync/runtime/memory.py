"""What a run remembers in a store: how it goes, what it delivered, and up to when its flow has read."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import attrs

from identitysync.contract import Store
from identitysync.errors import InvalidParameter, LeaseLost, StoreError
from identitysync.model import Dataflow, JobState, JobStatus
from identitysync.report import DeliveredFile
from identitysync.runtime.options import Options
from identitysync.stores import open_store

_LOOKS_EVERY: Final = 1.0
"""Seconds between two looks whether somebody wants the job to stop."""

_BEATS: Final = 3
"""Signs of life within the time after which a job counts as dead."""


class Memory:
    """One job's place in the store; without a store it remembers nothing.

    While the job runs, a thread gives signs of life, so that nobody takes the job for dead.

    Attributes:
        last_runtime: The start of the flow's last successful run, by the store, else by the flow itself.
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
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._earlier: dict[tuple[str, str], DeliveredFile] = {}
        self._store: Store | None = None
        self._own = isinstance(options.store, str | Path)
        self.lost = False
        self.last_runtime: datetime | None = flow.last_runtime
        if options.store is None:
            return
        if not self._flow:
            raise InvalidParameter("a store remembers a flow by its id or its name; give it one of them")
        self._store = open_store(options.store) if isinstance(options.store, str | Path) else options.store
        self.last_runtime = self._store.last_runtime(self._flow) or flow.last_runtime

    def begin(self, status: Callable[[], JobStatus], stop: Callable[[], None]) -> None:
        """Keep the row of the job as it begins, and give signs of life from now on.

        Args:
            status: Tells how the job goes.
            stop: Stops it.
        """
        if self._store is None:
            return
        self._store.begin(self._flow, status().to_dict(), self._options.clock.now())
        if self._attempt > 1:
            found = (DeliveredFile(**each) for each in self._store.delivered(self._job_id))
            self._earlier = {(each.step, each.name): each for each in found}
        self._thread = threading.Thread(
            target=self._live, args=(self._store, status, stop), name=f"heartbeat-{self._job_id[:8]}", daemon=True
        )
        self._thread.start()

    def earlier(self, step: str, name: str) -> DeliveredFile | None:
        """Give the file that an earlier attempt published, or None."""
        return self._earlier.get((step, name))

    def hold(self) -> None:
        """Raise ``LeaseLost`` when somebody else has taken the job over, and keep them from it for a while."""
        if self._store is not None:
            self._store.hold(self._job_id, self._attempt, self._options.clock.now())

    def deliver(self, file: DeliveredFile) -> None:
        """Remember a file that was published."""
        if self._store is not None:
            self._store.deliver(self._job_id, self._attempt, attrs.asdict(file))

    def finish(self, status: JobStatus) -> None:
        """Keep the row of the job as it has ended; a success that was not sampled moves the watermark to its start."""
        self._ended.set()
        if self._thread is not None and self._thread.ident is not None:  # Ctrl-C may have come before it started
            self._thread.join()
        if self._store is None:
            return
        moves = status.status is JobState.SUCCEEDED and not status.sampled
        failed = status.status is JobState.FAILED
        assignment = self._options.assignment
        try:
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

    def _live(self, store: Store, status: Callable[[], JobStatus], stop: Callable[[], None]) -> None:
        every = store.lease / _BEATS
        beaten = time.monotonic()
        while not self._ended.wait(min(_LOOKS_EVERY, every)):
            try:
                if store.stopping(self._job_id, self._attempt):
                    stop()
                if time.monotonic() - beaten >= every:
                    store.beat(self._job_id, self._attempt, status().to_dict(), self._options.clock.now())
                    beaten = time.monotonic()
            except LeaseLost:
                self.lost = True
                stop()
                return
            except StoreError:
                continue  # as while a server restarts; the next look may work, and the end of the run will tell
