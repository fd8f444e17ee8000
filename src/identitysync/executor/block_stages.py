"""The stages at the borders of a region, and what stands for its run: they write down what happens."""

from collections.abc import Callable
from typing import Any

import attrs

from identitysync.compiler import PureStep
from identitysync.contract import Formatter, Layout, Note, Rejected
from identitysync.executor.encoding import encode_all
from identitysync.executor.outcome import Gone, Made, Outcome, Refused
from identitysync.executor.stage import Stage, close_quietly
from identitysync.values import Record


class Recorder:
    """What stages take for their run: it writes down what happens."""

    def __init__(self, check: Callable[[], object]) -> None:
        self.outcome = Outcome()
        self.entered = self.processed = 0
        self.check = check
        self.services = _Services(self)

    def masked(self, rejects: list[Rejected]) -> list[Rejected]:
        """Leave rejects as they are: where they count, they are masked."""
        return rejects

    def reject(self, step: str, rejects: list[Rejected], *, routed: bool, entering: bool = False) -> None:
        """Write down what a step rejected."""
        self.outcome.happenings.append(Refused(step, rejects, entering))


@attrs.frozen
class _Services:
    """All that pure scripts' stages use of the world: a trace."""

    _recorder: Recorder

    @property
    def log(self) -> "_Services":
        return self

    def info(self, text: str) -> None:
        self._recorder.outcome.notes.append(Note(text))

    def error(self, text: str) -> None:
        self._recorder.outcome.notes.append(Note(text, "error"))

    def debug(self, text: str) -> None:
        self._recorder.outcome.notes.append(Note(text, "debug"))


class Source(Stage):
    """Where records enter."""


class Exit(Stage):
    """Where records leave."""

    def records(self, batch: list[Record]) -> None:
        """Write down that they do."""
        self.run.outcome.happenings.append(Gone(self.id, batch))


class Leaf(Stage):
    """Where records become bytes."""

    def __init__(self, step: PureStep, script: Formatter, pack: Any, run: Any) -> None:
        super().__init__(step, run)
        self._script, self._worker, self._pack = script, script.open(), pack
        self._encoder = self._worker.encoder()
        self.limit = int(script.max_file_size * 1_000_000) if script.max_file_size else None

    def begin(self, layout: Layout) -> None:
        """Begin a block in a layout; what an earlier block has brought about is forgotten."""
        if self._encoder.layout() != layout:
            self._encoder = self._worker.encoder()
            self._encoder.adopt(layout)

    def records(self, batch: list[Record]) -> None:
        """Encode the records, and tell of each block."""
        encode_all(self, self._encoder, batch)

    def made(self, block: bytes, layout: Layout) -> None:
        """Tell of a block."""
        packed = self._pack.pack(block) if self._pack is not None and block else block
        self.run.outcome.happenings.append(Made(self.id, packed, len(block), layout))

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)
