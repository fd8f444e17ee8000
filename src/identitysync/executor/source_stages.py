"""Stages where records and files enter: readers, parsers, and what the caller provides."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from time import perf_counter
from typing import Any

from identitysync.contract import BlockParser, Cut, File, FileReader, Note, Parser, RecordReader, Rejected
from identitysync.contract.blocks import Seam
from identitysync.errors import FormatError, IdentitySyncError, InvalidParameter, PluginError
from identitysync.executor.delivery import PATIENCE
from identitysync.executor.run import Run
from identitysync.executor.stage import Named, Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record, copy_records
from identitysync.world import Aside, read_ahead

Found = Iterator[Record | Rejected | Note]


def enter_all(stage: Stage, source: Found) -> Iterator[None]:
    """Let everything that a reader or parser finds enter the flow, batch by batch, as far as the limit allows.

    Args:
        stage: The reader's or parser's stage.
        source: What it finds.

    Yields:
        Once for each batch.
    """
    while (room := stage.run.room) > 0:
        started = perf_counter()
        found: list[Any] = []
        fault: IdentitySyncError | None = None
        try:
            found.extend(islice(source, room))
        except IdentitySyncError as raised:  # what came before the fault goes its way first
            fault = raised
        ended = len(found) < room
        batch, rejects = (found, []) if set(map(type, found)) == {dict} else sorted_out(stage, found)
        stage.timed(started)
        stage.take(batch, rejects)
        yield
        if fault is not None:
            raise fault
        if ended:
            return
    close = getattr(source, "close", None)
    if close is not None:
        close()


def sorted_out(stage: Stage, found: list[Any]) -> tuple[list[Record], list[Rejected]]:
    """Tell records from rejects and notes."""
    batch: list[Record] = []
    rejects: list[Rejected] = []
    for each in found:
        if isinstance(each, dict):
            batch.append(each)
        elif isinstance(each, Rejected):
            rejects.append(each)
        elif isinstance(each, Note):
            stage.note(each)
        else:
            raise PluginError(f"{stage.id} gave {type(each).__name__} where a record is due")
    return batch, rejects


class ReadRecordsStage(Stage):
    """Records from elsewhere."""

    def __init__(self, planned: PlannedStep, script: RecordReader, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)

    def pump(self) -> Iterator[None]:
        """Read all records."""
        yield from enter_all(self, self._worker.read(self.run.services))

    def close(self) -> None:
        """Let go of connections."""
        close_quietly(self._worker, self._script)


class ReadFilesStage(Stage):
    """Files from elsewhere; a run without a limit has the next one brought while the present one is worked on."""

    def __init__(self, planned: PlannedStep, script: FileReader, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open(run.services)
        self._thread = Aside(f"download-{self.id}")

    def pump(self) -> Iterator[None]:
        """Read one file after the other."""
        run = self.run
        unlimited = run.services.run.limit is None
        found = read_ahead(self._files(), ahead=unlimited, check=run.check, stop=run.cancel, thread=self._thread)
        with closing(found) as files:
            while run.room > 0:
                file = next(files, None)
                if file is None:
                    return
                self.counter.received += 1
                self.counter.passed += 1
                self.counter.bytes += file.size
                run.read_files.append((self._worker, file))
                yield from self.give_file(file, own=True)

    def close(self) -> None:
        """Let go of connections; what hangs lets go of its own when it wakes."""
        if not self._thread.end(lambda: close_quietly(self._worker, self._script), PATIENCE):
            self.run.services.log.error(f"the connection of {self.id} hangs, and is left behind")

    def _files(self) -> Iterator[File]:
        """Give the files, and count the time that each takes."""
        files = self._worker.files(self.run.services)
        while True:
            started = perf_counter()
            file = next(files, None)
            self.timed(started)
            if file is None:
                return
            yield file


class ParseStage(Stage):
    """Files into records."""

    def __init__(self, planned: Named, script: Parser, run: Run) -> None:
        super().__init__(planned, run)
        self._script: Any = script
        self.worker: Any = script.open()

    def file(self, file: File) -> Iterator[None]:
        """Parse a file."""
        self.counter.bytes += file.size
        try:
            cut = self.worker.cut(file) if isinstance(self.worker, BlockParser) else None
            if cut is None:
                yield from enter_all(self, self.worker.parse(file))
            else:
                yield from self._blocks(cut)
        except FormatError as fault:
            self.give_up(file, fault)

    def _blocks(self, cut: Cut) -> Iterator[None]:
        """Let block after block enter: the records of one travel together, as they do where blocks go elsewhere."""
        for note in cut.notes:
            self.note(note)
        seam = Seam()
        for block in cut.blocks:
            whole = seam.join(block)
            if whole is None:
                continue
            started = perf_counter()
            decoded = cut.decoder.decode(whole)
            batch, rejects = sorted_out(self, list(decoded.found))
            left = self.run.left
            if left is not None and len(batch) > left:
                batch, rejects = batch[:left], []
            self.timed(started)
            self.take(batch, rejects)
            yield
            if decoded.fault is not None:
                raise decoded.fault
            if self.run.left == 0:
                return
            seam.keep(decoded.rest)

    def give_up(self, file: File, fault: FormatError) -> None:
        """Send a file that cannot be read any further along the ``error`` edges; without any, the run cannot go on."""
        named = fault if fault.file else FormatError(fault.reason, file=file.name, line=fault.line)
        if not self.error:
            raise named from fault
        record = {"_fileName": file.name, "_line": fault.line, "_text": ""}
        self.take([], [Rejected(record, str(named), "malformed-file")])

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self.worker, self._script)


class FedStage(Stage):
    """What the caller provides instead of a step's own output."""

    def __init__(self, planned: PlannedStep, given: Iterable[Any], run: Run) -> None:
        super().__init__(planned, run)
        self._given, self._gives = given, planned.spec.cls.gives

    def pump(self) -> Iterator[None]:
        """Let it enter: records as copies, files as they are."""
        if self._gives == "records":
            yield from enter_all(self, self._records())
            return
        for item in self._given:
            if self.run.room <= 0:
                return
            file = File.of(item, name=self.id)
            self.counter.received += 1
            self.counter.passed += 1
            self.counter.bytes += file.size
            yield from self.give_file(file)

    def _records(self) -> Found:
        for item in self._given:
            if not isinstance(item, dict):
                raise InvalidParameter(f"inputs[{self.id!r}] must give records (dicts); found {type(item).__name__}")
            yield copy_records([item])[0]
