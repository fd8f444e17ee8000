"""A job that runs in a thread of its own, beside its caller."""

import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from identitysync.errors import IdentitySyncError
from identitysync.model import Dataflow, JobStatus
from identitysync.report import Event
from identitysync.runtime.job import Job
from identitysync.runtime.options import Options


class Running:
    """A running job: watch it, stop it, wait for it. Leaving the ``with`` block waits, or stops it after an error."""

    def __init__(self, flow: Dataflow, options: Options) -> None:
        """Start the job; ``idx.start`` is the way here."""
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._job = Job(flow, options, self._events.put)
        self._status: JobStatus | None = None
        self._thread = threading.Thread(target=self._work, name=f"identitysync-{self._job.id[:8]}", daemon=True)
        self._thread.start()

    @property
    def id(self) -> str:
        """The job's id."""
        return self._job.id

    def events(self) -> Iterator[Event]:
        """Tell what happens, until the job is over; for one listener.

        Yields:
            Each event, as it comes.
        """
        while (event := self._events.get()) is not None:
            yield event

    def status(self) -> JobStatus:
        """Tell how the job goes now."""
        return self._status or self._job.status()

    def cancel(self) -> None:
        """Ask the job to stop at the next batch; it ends as ``killed``, and publishes nothing more."""
        self._job.cancel()

    def wait(self, timeout: float | None = None) -> JobStatus:
        """Wait for the end of the job.

        Args:
            timeout: Seconds to wait at most; None waits for ever.

        Returns:
            How it went; a failure does not raise.

        Raises:
            TimeoutError: It is still running.
        """
        self._thread.join(timeout)
        if self._status is None:
            if self._thread.is_alive():
                raise TimeoutError(f"job {self.id} still runs after {timeout} seconds")
            raise IdentitySyncError(f"job {self.id} ended without a status")
        return self._status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.cancel()
        self.wait()

    def _work(self) -> None:
        try:
            self._status = self._job.run()
        finally:
            self._events.put(None)
