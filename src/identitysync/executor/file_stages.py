"""Stages whose files become files, and the last one: transforms and writers."""

from collections import deque
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, Final

import attrs

from identitysync.contract import File, FileTransform, FileWriter
from identitysync.errors import FormatError, RemoteError, UnsafeName
from identitysync.executor.delivery import PATIENCE, Upload
from identitysync.executor.run import Run
from identitysync.executor.spool import storage_errors
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record, copy_records
from identitysync.world import Aside, awaited

_AHEAD: Final = 2
"""Files of one writer that are under way while the next one comes into being; more would only fill the spool."""


class ConvertStage(Stage):
    """One file into another."""

    def __init__(self, planned: PlannedStep, script: FileTransform, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()

    def file(self, file: File) -> Iterator[None]:
        """Convert a file into a new one in the spool."""
        started = perf_counter()
        self.counter.received += 1
        target = self.run.services.spool.path()
        try:
            with storage_errors(str(target)), file.open() as source, target.open("wb") as stream:
                self._worker.convert(source, stream)
        except FormatError as fault:
            self.run.services.spool.drop(target)
            self.timed(started)
            yield from self.reject_file(file, FormatError(fault.reason, file=file.name, line=fault.line))
            return
        made = attrs.evolve(file, name=self._worker.rename(file.name), content=target)
        self.counter.passed += 1
        self.counter.bytes += made.size
        self.timed(started)
        yield from self.give_file(made, own=True)

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


class WriteFilesStage(Stage):
    """Files to elsewhere: uploaded while the run goes on, named at its end."""

    def __init__(self, planned: PlannedStep, script: FileWriter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)
        self._thread = Aside(f"upload-{self.id}")
        self._uploads: deque[Upload] = deque()

    def file(self, file: File) -> Iterator[None]:
        """Have a file uploaded under a temporary name; one that is passed on then is awaited at once."""
        self.counter.received += 1
        upload = self.run.delivery.begin(self.id, self._worker, file, self._thread)
        if upload is None:
            self.counter.passed += 1
            self.counter.bytes += file.size
            yield
            yield from self.give_file(file)
            return
        self.run.lend(file)
        self._uploads.append(upload)
        while len(self._uploads) > (0 if self.next else _AHEAD):
            yield from self._await()

    def finish(self) -> Iterator[None]:
        """Await what is still under way."""
        while self._uploads:
            yield from self._await()

    def close(self) -> None:
        """Let go of connections; what hangs lets go of its own when it wakes."""
        left = any(not each.coming.done() for each in self._uploads)  # it has been waited for already
        if not self._thread.end(lambda: close_quietly(self._worker, self._script), 0 if left else PATIENCE):
            self.run.services.log.error(f"the connection of {self.id} hangs, and is left behind")

    def _await(self) -> Iterator[None]:
        upload = self._uploads[0]
        try:
            sent = awaited(upload.coming, self.run.check)
        except (RemoteError, UnsafeName) as fault:
            self._uploads.popleft()
            self.counter.seconds += upload.seconds
            self.run.delivery.forget(upload)
            with self.run.delivery.of(upload):
                yield from self.reject_file(upload.file, fault)
            self.run.give_back(upload.file)
            return
        self._uploads.popleft()
        if sent.staged is None:
            self.run.hold(upload.file)
        self.counter.passed += 1
        self.counter.bytes += sent.size
        self.counter.seconds += upload.seconds
        yield
        with self.run.delivery.of(upload):
            yield from self.give_file(upload.file)
        self.run.give_back(upload.file)


class PassStage(Stage):
    """A writer that does not write: what it receives passes on, after somebody has seen it."""

    def __init__(self, planned: PlannedStep, run: Run, see: Callable[[Any], object] | None = None) -> None:
        super().__init__(planned, run)
        self._see = see

    def records(self, batch: list[Record]) -> None:
        """Show the records and pass them on."""
        self.counter.received += len(batch)
        self.counter.passed += len(batch)
        if self._see is not None:
            for record in copy_records(batch):
                self._see(record)
        self.give(batch)

    def file(self, file: File) -> Iterator[None]:
        """Show the file and pass it on."""
        self.counter.received += 1
        self.counter.passed += 1
        self.counter.bytes += file.size
        if self._see is not None:
            self._see(file)
        yield from self.give_file(file)
