"""A stage whose files become any number of files: archives are unpacked or made, an index is laid beside a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

import attrs

from identitysync.contract import File, FileFlatMapper, Kept
from identitysync.errors import FormatError, UnsafeName
from identitysync.executor.run import Run
from identitysync.executor.spool import storage_errors
from identitysync.executor.stage import Stage, close_quietly
from identitysync.plan import PlannedStep
from identitysync.remotes import safe_name


class ExpandStage(Stage):
    """One file into any number: all of them are complete in the spool before the first goes on."""

    def __init__(self, planned: PlannedStep, script: FileFlatMapper, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()
        self._kept: list[File] = []

    def file(self, file: File) -> Iterator[None]:
        """Expand a file, and push on what came of it; a file of which nothing comes is dropped."""
        started = perf_counter()
        self.counter.received += 1
        made: list[File] = []
        kept = False
        try:
            for found in self._worker.expand(file):
                if isinstance(found, Kept):
                    safe_name(file.name)  # it will stand in another file, and be unpacked somewhere
                    kept = True
                    continue
                name, blocks = found
                path = self.run.services.spool.path()
                made.append(attrs.evolve(file, name=name, content=path))
                self._write(name, path, blocks)
        except (FormatError, UnsafeName) as fault:
            for each in made:
                self.run.services.spool.drop(each.content)
            self.timed(started)
            yield from self.reject_file(file, _named(fault, file))
            return
        if kept:
            self.run.lend(file)
            self._kept.append(file)
        self.counter.passed += bool(made or kept)
        self.counter.dropped += not (made or kept)
        self.counter.bytes += sum(each.size for each in made)
        self.timed(started)
        for each in made:
            yield from self.give_file(each, own=True)
            yield

    def finish(self) -> Iterator[None]:
        """Push on what comes once all files are there, and let go of those that were kept until now."""
        started = perf_counter()
        marker = bool(self._kept) and all(each.marker for each in self._kept)
        for name, blocks in self._worker.finish():
            path = self.run.services.spool.path()
            self._write(name, path, blocks)
            made = File(name, path, marker=marker)
            self.counter.bytes += made.size
            self.timed(started)
            with self.run.delivery.of(self.id):
                yield from self.give_file(made, own=True)
            yield
            started = perf_counter()
        while self._kept:
            self.run.give_back(self._kept.pop())

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)

    def _write(self, name: str, path: Path, blocks: Iterable[bytes]) -> None:
        """Write a file into the spool; a stop of the run is heard between two blocks."""
        safe_name(name)
        with storage_errors(str(path)), path.open("wb") as target:
            for block in blocks:
                target.write(block)
                self.run.check()


def _named(fault: FormatError | UnsafeName, file: File) -> FormatError | UnsafeName:
    """Say in which file the fault is."""
    if isinstance(fault, FormatError):
        return FormatError(fault.reason, file=file.name, line=fault.line)
    return UnsafeName(f"{file.name}: {fault}")
