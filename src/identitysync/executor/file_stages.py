"""Stages whose files become files, and the last one: transforms and writers."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import attrs

from identitysync.contract import File, FileTransform, FileWriter
from identitysync.errors import FormatError, RemoteError, UnsafeName
from identitysync.executor.run import Run
from identitysync.executor.spool import storage_errors
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record, copy_records


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
    """Files to elsewhere: uploaded now, named at the end of the run."""

    def __init__(self, planned: PlannedStep, script: FileWriter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)

    def file(self, file: File) -> Iterator[None]:
        """Upload a file under a temporary name, and pass it on."""
        started = perf_counter()
        self.counter.received += 1
        try:
            if self.run.delivery.add(self.id, self._worker, file):
                self.run.hold(file)
        except (RemoteError, UnsafeName) as fault:
            self.timed(started)
            yield from self.reject_file(file, fault)
            return
        self.counter.passed += 1
        self.counter.bytes += file.size
        self.timed(started)
        yield
        yield from self.give_file(file)

    def close(self) -> None:
        """Let go of connections."""
        close_quietly(self._worker, self._script)


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
