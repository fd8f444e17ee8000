"""Run single records step by step that a function is not made for, among those that went through it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from identitysync.compiler.each import refusal
from identitysync.compiler.tree import Segment
from identitysync.contract import Block, Layout, Mapper, Rejected, Surprise
from identitysync.errors import FormatError
from identitysync.values import Record, copy_records


@attrs.define
class Ran:
    """What became of a block.

    Attributes:
        entered: How many records it held.
        unread: What was no record.
        rejects: What each step rejected, by its id.
        dropped: How many records each step dropped, by its id.
        blocks: The bytes for each leaf, by its id, how many records they hold, and their layout.
        rest: As in ``Decoded``.
        fault: As in ``Decoded``.
        odd: How many records went through step by step.
    """

    entered: int
    unread: list[Rejected] = attrs.field(factory=list)
    rejects: dict[str, list[Rejected]] = attrs.field(factory=dict)
    dropped: dict[str, int] = attrs.field(factory=dict)
    blocks: dict[str, tuple[bytes, int, Layout]] = attrs.field(factory=dict)
    rest: Block | None = None
    fault: FormatError | None = None
    odd: int = 0

    def add(self, further: "Ran") -> None:
        """Add what became of its records behind a barrier."""
        for id, rejects in further.rejects.items():
            self.rejects.setdefault(id, []).extend(rejects)
        for id, dropped in further.dropped.items():
            self.dropped[id] = self.dropped.get(id, 0) + dropped
        self.blocks.update(further.blocks)
        self.odd += further.odd


class OddRecords:
    """Records of a block that go through step by step."""

    def __init__(self, tree: Segment, workers: Mapping[str, Mapper], rows: Mapping[str, Any], ran: Ran) -> None:
        """Prepare.

        Args:
            tree: The steps.
            workers: What the mappers' ``open`` gave, by step id.
            rows: What makes a row for each leaf, by its id.
            ran: Where it is told what became of them.
        """
        self._tree, self._workers, self._rows, self._ran = tree, workers, rows, ran

    def run(
        self, bad: Sequence[tuple[int, int]], outs: Mapping[str, list[Any]], record: Callable[[int], Record]
    ) -> None:
        """Run them, and put their rows where a place is kept for them.

        Args:
            bad: The segment at which each is odd, and its number.
            outs: The rows for each leaf, with None in their places.
            record: Gives a record by its number.

        Raises:
            Surprise: One of them never comes there.
        """
        made: dict[str, list[tuple[int, Any]]] = {id: [] for id in outs}
        where = _ways(self._tree)
        for number, index in bad:
            way = where[number]
            given: Record | None = record(index)
            for segment in way[:-1]:
                for step in segment.steps:
                    given = self._workers[step.id].map(given) if given is not None else None
            if given is None:
                raise Surprise
            self._through(way[-1], given, index, made)
        for id, out in outs.items():
            if len(out) == self._ran.entered:  # none was dropped before, so that each has its own place
                for index, row in made[id]:
                    out[index] = row
            else:
                fresh = iter(made[id])
                out[:] = [next(fresh)[1] if row is None else row for row in out]
            if any(row is _NOTHING for _, row in made[id]):
                out[:] = [row for row in out if row is not _NOTHING]

    def _through(self, segment: Segment, record: Record, index: int, made: dict[str, list[tuple[int, Any]]]) -> None:
        ran = self._ran
        for step in segment.steps:
            (before,) = copy_records([record])
            try:
                after = self._workers[step.id].map(record)
            except Exception as fault:  # noqa: BLE001 - whatever a script raises concerns this record alone
                ran.rejects.setdefault(step.id, []).append(refusal(fault, before))
                after = None
            else:
                if after is None:
                    ran.dropped[step.id] = ran.dropped.get(step.id, 0) + 1
            if after is None:
                for leaf in segment.leaves():
                    made[leaf.id].append((index, _NOTHING))
                return
            record = after
        if segment.leaf is not None:
            id = segment.leaf.id
            try:
                made[id].append((index, self._rows[id].row(record)))
            except Surprise:
                raise
            except Exception as fault:  # noqa: BLE001 - as above
                ran.rejects.setdefault(id, []).append(refusal(fault, record))
                made[id].append((index, _NOTHING))
        for branch in segment.branches:
            given = copy_records([record])[0] if len(segment.branches) > 1 else record
            self._through(branch, given, index, made)


_NOTHING: Final = object()


def _ways(tree: Segment) -> dict[int, list[Segment]]:
    """Give, for each segment's number, the segments on the way to it, with itself."""
    found: dict[int, list[Segment]] = {}

    def walk(segment: Segment, way: list[Segment]) -> None:
        found[segment.number] = [*way, segment]
        for branch in segment.branches:
            walk(branch, found[segment.number])

    walk(tree, [])
    return found
