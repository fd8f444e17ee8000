"""A stage whose files become any number of files: archives are unpacked, an index is laid beside a file."""

from collections.abc import Iterator
from time import perf_counter

import attrs

from identitysync.contract import File, FileFlatMapper
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

    def file(self, file: File) -> Iterator[None]:
        """Expand a file, and push on what came of it; a file of which nothing comes is dropped."""
        started = perf_counter()
        self.counter.received += 1
        made: list[File] = []
        try:
            for name, blocks in self._worker.expand(file):
                path = self.run.services.spool.path()
                made.append(attrs.evolve(file, name=name, content=path))
                safe_name(name)
                with storage_errors(str(path)), path.open("wb") as target:
                    target.writelines(blocks)
        except (FormatError, UnsafeName) as fault:
            for each in made:
                self.run.services.spool.drop(each.content)
            self.timed(started)
            yield from self.reject_file(file, _named(fault, file))
            return
        self.counter.passed += bool(made)
        self.counter.dropped += not made
        self.counter.bytes += sum(each.size for each in made)
        self.timed(started)
        for each in made:
            yield from self.give_file(each, own=True)
            yield

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


def _named(fault: FormatError | UnsafeName, file: File) -> FormatError | UnsafeName:
    """Say in which file the fault is."""
    if isinstance(fault, FormatError):
        return FormatError(fault.reason, file=file.name, line=fault.line)
    return UnsafeName(f"{file.name}: {fault}")
