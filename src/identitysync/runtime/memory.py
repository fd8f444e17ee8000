"""What a run remembers in a store: how it went, and up to when its flow has read."""

from collections.abc import Sequence
from datetime import datetime

from identitysync.contract import FileMemory, SourceFile
from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow, JobState, JobStatus
from identitysync.runtime.options import Options
from identitysync.stores import open_store


class Ledger:
    """The files that one flow's readers have delivered, in earlier runs and in this one."""

    def __init__(self, memory: FileMemory, flow: str) -> None:
        """Look into a memory.

        Args:
            memory: The store's.
            flow: What the flow is remembered by.
        """
        self._memory, self._flow = memory, flow
        self._noted: list[SourceFile] = []

    def known(self, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that earlier runs delivered."""
        return self._memory.known(self._flow, files)

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

    Attributes:
        last_runtime: The start of the flow's last successful run, by the store, else by the flow itself.
        delivered: The files that the flow's readers have delivered; None without a store.
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
        self._store = None
        self._job_id = job_id
        self._flow = flow.id or flow.name
        self.last_runtime: datetime | None = flow.last_runtime
        self.delivered: Ledger | None = None
        if options.store is None:
            return
        if not self._flow:
            raise InvalidParameter("a store remembers a flow by its id or its name; give it one of them")
        self._store = open_store(options.store)
        self.last_runtime = self._store.last_runtime(self._flow) or flow.last_runtime
        self.delivered = Ledger(self._store.files, self._flow)

    def begin(self, status: JobStatus) -> None:
        """Keep the row of the job as it begins."""
        if self._store is not None:
            self._store.begin(self._flow, self._job_id, status.to_dict())

    def finish(self, status: JobStatus) -> None:
        """Keep the row of the job as it has ended; a success that was not sampled moves the watermark to its start.

        Files that were delivered are remembered before, also when something failed after their delivery.
        """
        if self._store is None:
            return
        moves = status.status is JobState.SUCCEEDED and not status.sampled
        try:
            if self.delivered is not None:
                self.delivered.keep()
            self._store.finish(self._flow, self._job_id, status.to_dict(), status.start_time if moves else None)
        finally:
            self._store.close()
