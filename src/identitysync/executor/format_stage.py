"""Records into files: blocks of bytes in the spool, split into parts, with what comes first known last."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import BinaryIO

from identitysync.contract import Encoder, File, Formatter, Rejected
from identitysync.errors import RecordRejected
from identitysync.executor.run import Run
from identitysync.executor.spool import storage_errors
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.values import Record


class FormatStage(Stage):
    """All records of the run into one file, or into its numbered parts."""

    def __init__(self, planned: PlannedStep, script: Formatter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()
        self._encoder = self._worker.encoder()
        self._limit = int(script.max_file_size * 1_000_000) if script.max_file_size else None
        self._parts: list[_Part] = []

    def records(self, batch: list[Record]) -> None:
        """Encode the records and append them to the present part."""
        started = perf_counter()
        rejects: list[Rejected] = []
        self._encode(batch, rejects)
        self.counter.received += len(batch)
        self.counter.passed += len(batch) - len(rejects)
        self.timed(started)
        self.reject(rejects)

    def finish(self) -> Iterator[None]:
        """Complete the parts and push them on."""
        started = perf_counter()
        if not self._parts and self._script.create_empty_file:
            self._new_part()
        files = []
        for number, part in enumerate(self._parts, 1):
            path = part.complete(self._encoder, self.run.services.spool.path)
            name = self._script.file_name if len(self._parts) == 1 else _numbered(self._script.file_name, number)
            files.append(File(name, path, marker=self._script.marker))
            self.counter.bytes += files[-1].size
        self.timed(started)
        for file in files:
            yield from self.give_file(file, own=True)
            yield

    def close(self) -> None:
        """Let go of what the script holds, and of files that were never completed."""
        close_quietly(self._worker, self._script)
        for part in self._parts:
            part.close()

    def _encode(self, batch: list[Record], rejects: list[Rejected]) -> None:
        try:
            block = self._encoder.encode(batch)
        except RecordRejected as fault:
            if len(batch) == 1:
                rejects.append(Rejected(batch[0], fault.message, fault.code))
                return
            for record in batch:
                self._encode([record], rejects)
            return
        # blocks are small beside the limit, so that parts are filled well
        if self._limit is not None and len(block) * 8 > self._limit and len(batch) > 1:
            half = len(batch) // 2
            self._encode(batch[:half], rejects)
            self._encode(batch[half:], rejects)
        elif block or not self._parts:
            self._append(block)

    def _append(self, block: bytes) -> None:
        part = self._parts[-1] if self._parts else None
        if part is None or (part.blocks and self._is_full(part, block)):
            part = self._new_part()
        part.append(block, self._encoder)

    def _is_full(self, part: "_Part", block: bytes) -> bool:
        if self._limit is None:
            return False
        encoder = self._encoder
        return part.size + len(encoder.joint) + len(block) + len(encoder.finish()) > self._limit

    def _new_part(self) -> "_Part":
        if self._parts:
            self._parts[-1].pause()
        part = _Part(self.run.services.spool.path(), self._encoder.start())
        self._parts.append(part)
        return part


class _Part:
    """One part of the file, as it grows."""

    def __init__(self, path: Path, start: bytes) -> None:
        self._path, self._start = path, start
        self._stream: BinaryIO | None = None
        self.size = 0
        self.blocks: list[tuple[int, int]] = []  # length and layout of each
        self._write(start)

    def append(self, block: bytes, encoder: Encoder) -> None:
        if self.blocks:
            self._write(encoder.joint)
        self._write(block)
        self.blocks.append((len(block), encoder.layout()))

    def complete(self, encoder: Encoder, new_path: Callable[[], Path]) -> Path:
        """End the part, and write it again when what it starts with, or its layout, turned out otherwise."""
        start, layout = encoder.start(), encoder.layout()
        if start == self._start and all(made_in == layout for _, made_in in self.blocks):
            self._write(encoder.finish())
            self.close()
            return self._path
        self.close()
        path = new_path()
        with storage_errors(str(path)), self._path.open("rb") as old, path.open("wb") as new:
            old.seek(len(self._start))
            new.write(start)
            for number, (length, made_in) in enumerate(self.blocks):
                if number:
                    old.seek(len(encoder.joint), 1)
                    new.write(encoder.joint)
                block = old.read(length)
                new.write(block if made_in == layout else encoder.adapt(block, made_in))
            new.write(encoder.finish())
        self._path.unlink()
        return path

    def pause(self) -> None:
        """Close the stream for now, so that many parts do not hold many open files."""
        self.close()

    def close(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            with storage_errors(str(self._path)):
                stream.close()

    def _write(self, block: bytes) -> None:
        with storage_errors(str(self._path)):
            if self._stream is None:
                self._stream = self._path.open("ab", buffering=1 << 18)
            self._stream.write(block)
        self.size += len(block)


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}_{number}{path.suffix}"))
