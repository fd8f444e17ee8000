"""Run blocks through one function, made for the records that come; what it is not made for is run step by step.

The function is made for a *shape*: the fields that the records so far have had, and their kinds. The decoder refuses a
block in which a record is otherwise; such a block is run step by step, and the shape grows by it. So every value of
every record is looked at, also where nothing uses it, and a fault in a field that is not needed cannot hide.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, cast

import attrs

from identitysync.compiler.each import refusal
from identitysync.compiler.function import Function, for_objects, for_rows
from identitysync.compiler.shape import MOST_FIELDS
from identitysync.compiler.shape import Node as Shape
from identitysync.compiler.tree import Segment
from identitysync.contract import Block, Decoder, Layout, Mapper, Rejected, Surprise, Unfit
from identitysync.errors import FormatError
from identitysync.values import Record, json_value

_TRIES: Final = 40
"""How many functions are made for one tree before it is given up: records that differ that much have no shape."""


class RowDecoder(Protocol):
    """A decoder that can give the fields of records whose names it knows."""

    def rows(self, block: Block) -> "FoundRows":
        """Read a block."""
        ...


class FoundRows(Protocol):
    """Rows of a block; otherwise as ``Decoded``."""

    rows: list[list[str]]
    rejects: list[Rejected]
    rest: Block | None
    fault: FormatError | None


class ObjectDecoder(Protocol):
    """A decoder that can give objects of a class instead of records."""

    def objects(self, block: Block, type: Any) -> list[Any] | None:
        """Read a block as objects of a class; None when it is not so simple, or a record does not fit."""
        ...

    def texts(self, block: Block) -> Sequence[bytes]:
        """Give the JSON text of each of them."""
        ...


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
    """

    entered: int
    unread: list[Rejected]
    rejects: dict[str, list[Rejected]]
    dropped: dict[str, int]
    blocks: dict[str, tuple[bytes, int, Layout]]
    rest: Block | None = None
    fault: FormatError | None = None


class Program:
    """A tree of steps at work.

    Attributes:
        reason: Why it does not work on such records; empty when it does, or has not tried yet.
        function: The function that was made last.
    """

    def __init__(self, tree: Segment, workers: Mapping[str, Mapper]) -> None:
        """Begin without a function.

        Args:
            tree: The steps.
            workers: What the mappers' ``open`` gave, by step id.
        """
        self._tree, self._workers = tree, workers
        self._segments = list(tree.all())
        self._shape = Shape()
        self._made_for: Any = None
        self._tries = 0
        self.function: Function | None = None
        self.reason = ""

    def learn(self, found: Sequence[Any]) -> None:
        """Take what these records have into the shape.

        Args:
            found: What a block was decoded to.
        """
        if self._tries <= _TRIES:
            try:
                self._shape.learn([each for each in found if type(each) is dict])
            except (KeyError, RecursionError):  # no plain data, or too deep
                self._give_up("the records are nested too deeply")

    def run(self, decoder: Decoder, block: Block, layouts: Mapping[str, Layout]) -> Ran | None:
        """Run a block.

        Args:
            decoder: What decodes it.
            block: The block.
            layouts: What is known of the leaves' layouts, by id.

        Returns:
            What became of it; None when it must be run step by step.
        """
        if self._tries > _TRIES:
            return None
        if decoder.names is not None and hasattr(decoder, "rows"):
            return self._run_rows(cast(RowDecoder, decoder), decoder.names, block, layouts)
        if hasattr(decoder, "objects"):
            return self._run_objects(cast(ObjectDecoder, decoder), block, layouts)
        self._give_up("its files are decoded record by record")
        return None

    def _run_rows(
        self, decoder: RowDecoder, names: Sequence[str], block: Block, layouts: Mapping[str, Layout]
    ) -> Ran | None:
        function = self._function((tuple(names), tuple(layouts.items())), lambda: for_rows(self._tree, names, layouts))
        if function is None:
            return None
        found = decoder.rows(block)
        rows = found.rows
        ran = self._finished(function, rows, lambda index: dict(zip(names, rows[index], strict=True)))
        if ran is not None:
            ran.unread, ran.rest, ran.fault = found.rejects, found.rest, found.fault
        return ran

    def _run_objects(self, decoder: ObjectDecoder, block: Block, layouts: Mapping[str, Layout]) -> Ran | None:
        if not self._shape.seen:
            return None
        if self._made_for is None or self._made_for[0] != self._shape:
            if self._shape.count() > MOST_FIELDS:
                self._give_up(f"the records have more than {MOST_FIELDS} different fields")
                return None
            shape = copy.deepcopy(self._shape)
        else:
            shape = self._made_for[0]
        function = self._function(
            (shape, tuple(layouts.items())), lambda: for_objects(self._tree, copy.deepcopy(shape), layouts)
        )
        if function is None:
            return None
        items = decoder.objects(block, function.type)
        if items is None:
            return None
        texts: Sequence[bytes] = ()

        def record(index: int) -> Record:
            nonlocal texts
            texts = texts or decoder.texts(block)
            made: Record = json_value(texts[index])
            return made

        return self._finished(function, items, record)

    def _function(self, made_for: Any, make: Callable[[], Function]) -> Function | None:
        if self.function is not None and self._made_for == made_for:
            return self.function
        self._tries += 1
        self._made_for = made_for
        try:
            self.function, self.reason = make(), ""
        except Unfit as fault:
            self.function, self.reason = None, str(fault)
        return self.function

    def _give_up(self, reason: str) -> None:
        self._tries, self.reason, self.function = _TRIES + 1, reason, None

    def _finished(self, function: Function, items: Sequence[Any], record: Callable[[int], Record]) -> Ran | None:
        bad, outs, drops = function.run(items)
        ran = Ran(len(items), [], {}, {}, {})
        for id, count in zip(function.drops, drops, strict=True):
            ran.dropped[id] = ran.dropped.get(id, 0) + count
        leaves = [leaf.id for leaf in self._tree.leaves()]
        try:
            if bad:
                self._one_by_one(function, bad, dict(zip(leaves, outs, strict=True)), record, ran)
            for id, rows, out in zip(leaves, function.rows, outs, strict=True):
                ran.blocks[id] = (rows.block(out), len(out), rows.layout)
        except Exception:  # noqa: BLE001 - step by step it is seen which record it is, and whether it is one at all
            return None
        return ran

    def _one_by_one(
        self, function: Function, bad: list[tuple[int, int]], outs: dict[str, list[Any]],
        record: Callable[[int], Record], ran: Ran,
    ) -> None:  # fmt: skip
        """Run single records step by step, and put their rows where a place is kept for them."""
        rows = dict(zip(outs, function.rows, strict=True))
        made: dict[str, list[Any]] = {id: [] for id in outs}
        where = _ways(self._tree)
        for number, index in bad:
            way = where[number]
            given: Record | None = record(index)
            for segment in way[:-1]:
                for step in segment.steps:
                    given = self._workers[step.id].map(given) if given is not None else None
            if given is None:
                raise Surprise
            self._through(way[-1], given, rows, made, ran)
        for id, out in outs.items():
            fresh = iter(made[id])
            out[:] = [next(fresh) if row is None else row for row in out]
            out[:] = [row for row in out if row is not _NOTHING]

    def _through(
        self, segment: Segment, record: Record, rows: Mapping[str, Any], made: dict[str, list[Any]], ran: Ran
    ) -> None:
        for step in segment.steps:
            before = copy.deepcopy(record)
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
                    made[leaf.id].append(_NOTHING)
                return
            record = after
        if segment.leaf is not None:
            id = segment.leaf.id
            try:
                made[id].append(rows[id].row(record))
            except Surprise:
                raise
            except Exception as fault:  # noqa: BLE001 - as above
                ran.rejects.setdefault(id, []).append(refusal(fault, record))
                made[id].append(_NOTHING)
        for branch in segment.branches:
            given = copy.deepcopy(record) if len(segment.branches) > 1 else record
            self._through(branch, given, rows, made, ran)


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
