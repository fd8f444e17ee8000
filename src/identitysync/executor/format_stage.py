"""Records into files: blocks of bytes in the spool, split into parts, with what comes first known last."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from time import perf_counter

from identitysync.contract import BlockTransform, File, FileTransform, Formatter, Layout, Settling
from identitysync.executor.encoding import encode_all
from identitysync.executor.parts import Part
from identitysync.executor.run import Run
from identitysync.executor.source_stages import ParseStage
from identitysync.executor.stage import Named, Stage, close_quietly
from identitysync.values import Record


class FormatStage(Stage):
    """All records of the run into one file, or into its numbered parts."""

    def __init__(self, planned: Named, script: Formatter, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()
        self._encoder = self._worker.encoder()
        self.limit = int(script.max_file_size * 1_000_000) if script.max_file_size else None
        self._parts: deque[Part] = deque()
        self._given = 0
        self._early: bool | None = None
        self._pack: BlockTransform | None = None
        self._packer: PackStage | None = None

    def pack_by(self, packer: "PackStage", pack: BlockTransform) -> None:
        """Let each block be packed at once, instead of the whole file at the end."""
        self._packer, self._pack = packer, pack

    def records(self, batch: list[Record]) -> None:
        """Encode the records and append them to the present part."""
        encode_all(self, self._encoder, batch)

    @property
    def layout(self) -> Layout:
        """The layout as far as it is known."""
        return self._encoder.layout()

    def adopt(self, layout: Layout) -> bool:
        """Take over the layout of a block that was made elsewhere; False when it contradicts."""
        return self._encoder.adopt(layout)

    def made(self, block: bytes, layout: Layout) -> None:
        """Take a block that was made of records elsewhere in this process."""
        packed = self._pack.pack(block) if self._pack is not None and block else block
        self.add(packed, len(block), layout)

    def add(self, block: bytes, size: int, layout: Layout) -> None:
        """Append a block, which is packed already, to the present part.

        Args:
            block: Its bytes.
            size: How many they are when they are not packed.
            layout: Their layout.
        """
        if not size and self._parts:
            return
        part = self._parts[-1] if self._parts else None
        if part is None or (not part.empty and self._is_full(part, size)):
            part = self._new_part()
        part.append(block, size, layout, self._encoder.joint)

    def hand_over(self) -> Iterator[None]:
        """Complete the parts that are full, and push them on, when nothing of them can change any more."""
        while len(self._parts) > 1 and self._goes_early():
            yield from self._give_next(alone=False)
            yield

    def finish(self) -> Iterator[None]:
        """Complete the parts that are left, and push them on."""
        self._early = False
        if not self._parts and self._script.create_empty_file:
            self._new_part()
        alone = not self._given and len(self._parts) == 1
        while self._parts:
            yield from self._give_next(alone=alone)
            yield

    def close(self) -> None:
        """Let go of what the script holds, and of files that were never completed."""
        close_quietly(self._worker, self._script)
        for part in self._parts:
            part.close()

    def _goes_early(self) -> bool:
        """Tell whether a part may go before the last is there: not where its records would enter a flow again."""
        if self._early is None:
            self._early = not _leads_to_records(self.next)
        return self._early and isinstance(self._encoder, Settling) and self._encoder.settled

    def _give_next(self, *, alone: bool) -> Iterator[None]:
        """Complete the first part that is left, and push it on under its name."""
        started = perf_counter()
        part = self._parts.popleft()
        self._given += 1
        path = part.complete(self._encoder, self.run.services.spool.path)
        name = self._script.file_name if alone else _numbered(self._script.file_name, self._given)
        file = File(name, path, marker=self._script.marker)
        self.counter.bytes += part.size
        self.timed(started)
        with self.run.delivery.of(self.id):
            if self._packer is None:
                yield from self.give_file(file, own=True)
            else:
                self.counter.emitted += 1
                yield from self._packer.packed(file)

    def _is_full(self, part: Part, size: int) -> bool:
        if self.limit is None:
            return False
        encoder = self._encoder
        return part.size + len(encoder.joint) + size + len(encoder.finish()) > self.limit

    def _new_part(self) -> Part:
        if self._parts:
            self._parts[-1].close()
        part = Part(self.run.services.spool.path(), self._encoder.start(), self._pack)
        self._parts.append(part)
        return part


class PackStage(Stage):
    """A transform whose work has been done block by block when the file comes."""

    def __init__(self, planned: Named, script: FileTransform, run: Run) -> None:
        super().__init__(planned, run)
        self._script, self._worker = script, script.open()

    def packed(self, file: File) -> Iterator[None]:
        """Take a file that is packed already, and pass it on under its new name."""
        made = File(self._worker.rename(file.name), file.content, file.modified, file.marker)
        self.counter.received += 1
        self.counter.passed += 1
        self.counter.bytes += made.size
        yield from self.give_file(made, own=True)

    def close(self) -> None:
        """Let go of what the script holds."""
        close_quietly(self._worker, self._script)


def _leads_to_records(stages: Iterable[Stage]) -> bool:
    return any(isinstance(stage, ParseStage) or _leads_to_records([*stage.next, *stage.error]) for stage in stages)


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}_{number}{path.suffix}"))
