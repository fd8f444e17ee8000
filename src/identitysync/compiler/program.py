"""Run blocks through one function, made for the records that come; what it is not made for is run step by step.

The function is made for a *shape*: the fields that the records so far have had, and their kinds. The decoder refuses a
block in which a record is otherwise; such a block is run step by step, and the shape grows by it. So every value of
every record is looked at, also where nothing uses it, and a fault in a field that is not needed cannot hide.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final, cast

import attrs
from msgspec import UNSET
from msgspec.json import decode as json_decode

from identitysync.compiler.barrier import Order, mapped
from identitysync.compiler.decoders import ObjectDecoder, RowDecoder, TableDecoder
from identitysync.compiler.form import Whole
from identitysync.compiler.function import Function, for_objects, for_rows, for_table
from identitysync.compiler.given import Given, GivenBlock, GivenRecords
from identitysync.compiler.odd_records import OddRecords, Ran
from identitysync.compiler.shape import MOST_FIELDS
from identitysync.compiler.shape import Node as Shape
from identitysync.compiler.tree import Segment
from identitysync.contract import Block, Cells, Decoder, Layout, Mapper, Unfit
from identitysync.errors import Cancelled
from identitysync.native import kernel
from identitysync.values import Record, copy_records, json_bytes

_TRIES: Final = 40
"""How many functions are made for one tree before it is given up: records that differ that much have no shape."""

_REFUSED: Final = 8
"""How many blocks in a row the native kernel may refuse before it is not asked any more."""

_ODD: Final = 16
"""A block of which more than one record in so many is odd counts as refused: odd records cost more than they gain."""


@attrs.define
class _Made:
    """The function that was made last for one form of records, and what for.

    Attributes:
        function: The function; None when there can be none.
        made_for: What it was made for.
        tries: How many have been made.
    """

    function: Function | None = None
    made_for: Any = None
    tries: int = 0

    def of(self, made_for: Any, make: Callable[[], Function]) -> Function | None:
        """Give the function for that; raises ``Unfit`` when one is made, and cannot be."""
        if self.made_for != made_for:
            self.tries += 1
            self.made_for, self.function = made_for, None
            self.function = make()
        return self.function


class Program:
    """A tree of steps at work, in any number of threads.

    Attributes:
        reason: Why it does not work on such records; empty when it does, or has not tried yet.
        function: The function that was made last.
    """

    def __init__(self, tree: Segment) -> None:
        """Begin without a function.

        Args:
            tree: The steps.
        """
        self._tree = tree
        self._lock = Lock()
        self._shape = Shape()
        self._made, self._native = _Made(), _Made()
        self._known: Shape | None = None
        self._refused, self._has_run_natively = 0, False
        self._given_up = False
        self._behind = {barrier.id: (barrier, Program(barrier.behind)) for barrier in tree.barriers()}
        self.function: Function | None = None
        self.reason = ""

    def learn(self, found: Sequence[Any]) -> None:
        """Take what these records have into the shape.

        Args:
            found: What a block was decoded to.
        """
        with self._lock:
            try:
                if not self._given_up:
                    self._shape.learn([each for each in found if type(each) is dict])
            except (KeyError, RecursionError):  # no plain data, or too deep
                self._give_up("the records are nested too deeply")

    def run(
        self,
        decoder: Decoder,
        block: Block,
        layouts: Mapping[str, Layout],
        workers: Mapping[str, Mapper],
        check: Callable[[], object] = lambda: None,
    ) -> Ran | None:
        """Run a block.

        Args:
            decoder: What decodes it.
            block: The block.
            layouts: What is known of the leaves' layouts, by id.
            workers: What the mappers' ``open`` gave, by step id.
            check: Is called now and then while scripts of which nothing is known work, and may raise ``Cancelled``.

        Returns:
            What became of it; None when it must be run step by step.
        """
        if self._made.tries > _TRIES or self._native.tries > _TRIES:
            self._give_up("the records differ too much from each other")
        if self._given_up:
            return None
        given = GivenBlock(layouts, workers, check, decoder, decoder.names, block)
        ran = self._run_table(given)
        if ran is not None:
            return ran
        if self._behind:  # whole records are made of tables only
            if self._refused > _REFUSED or kernel() is None:
                self._give_up(self.reason or "the native kernel cannot read its files")
            return None
        if decoder.names is not None and hasattr(decoder, "rows"):
            return self._run_rows(given, decoder.names)
        if hasattr(decoder, "objects"):
            return self._run_objects(given)
        self._give_up("its files are decoded record by record")
        return None

    def run_records(self, given: GivenRecords) -> Ran | None:
        """Run records that are whole.

        Args:
            given: The records, which stay as they are.

        Returns:
            As ``run``.
        """
        ran = self._run_whole(given)
        if ran is None and not self._given_up:
            self.learn(given.records)
            ran = self._run_whole(given)
        return ran

    @property
    def is_native(self) -> bool:
        """Whether the native kernel has done most of the work on a block, and is still asked."""
        return self._has_run_natively and self._refused <= _REFUSED and not self._behind

    def _run_table(self, given: GivenBlock) -> Ran | None:
        shape = given.names or self._shape_of_records()
        if kernel() is None or self._refused > _REFUSED or not shape or not hasattr(given.decoder, "table"):
            return None
        function = self._for_table(shape, given)
        ran = None
        if function is not None:
            found = cast(TableDecoder, given.decoder).table(given.block, function.type)
            if found is not None:
                records = given.records(found.cells.row, found.cells.line)
                ran = self._finished(function, found.cells, given, lambda: records, found.rest)
        self._refused = self._refused + 1 if ran is None or ran.odd * _ODD > ran.entered else 0
        self._has_run_natively = self._has_run_natively or ran is not None
        return ran

    def _run_whole(self, given: GivenRecords) -> Ran | None:
        shape = self._shape_of_records()
        function = self._for_table(shape, given) if shape is not None else None
        table = function.type.take(given.records, given.made) if function is not None else None
        if function is None or table is None:
            return None
        return self._finished(function, table, given, lambda: lambda number: copy_records([given.records[number]])[0])

    def _run_rows(self, given: GivenBlock, names: Sequence[str]) -> Ran | None:
        function = self._function(self._made, tuple(names), lambda: for_rows(self._tree, names, given.layouts), given)
        if function is None:
            return None
        found = cast(RowDecoder, given.decoder).rows(given.block)
        ran = self._finished(function, found.rows, given, lambda: given.records(found.rows.__getitem__))
        if ran is not None:
            ran.unread, ran.rest, ran.fault = found.rejects, found.rest, found.fault
        return ran

    def _run_objects(self, given: GivenBlock) -> Ran | None:
        shape = self._shape_of_records()
        if shape is None:
            return None
        function = self._function(
            self._made, shape, lambda: for_objects(self._tree, copy.deepcopy(shape), given.layouts), given
        )
        if function is None:
            return None
        items = cast(ObjectDecoder, given.decoder).objects(given.block, function.type)
        if items is None:
            return None
        return self._finished(function, items, given, lambda: given.records(items.__getitem__))

    def _shape_of_records(self) -> Shape | None:
        """Give what has been learned, which stays as it is; None when that is nothing, or too much."""
        with self._lock:
            if not self._shape.seen:
                return None
            if self._known != self._shape:
                if self._shape.count() > MOST_FIELDS:
                    self._give_up(f"the records have more than {MOST_FIELDS} different fields")
                    return None
                self._known = copy.deepcopy(self._shape)
            return self._known

    def _for_table(self, shape: Any, given: Given) -> Function | None:
        native = kernel()

        def make() -> Function:
            made = for_table(self._tree, copy.deepcopy(shape), given.layouts)
            if made.type is None or native is None:
                return made
            return attrs.evolve(made, type=native.Shape(made.type, UNSET, json_decode, json_bytes))

        return self._function(self._native, shape, make, given)

    def _function(self, known: "_Made", shape: Any, make: Callable[[], Function], given: Given) -> Function | None:
        with self._lock:
            try:
                function = known.of((shape, tuple(given.layouts.items())), make)
            except Unfit as fault:
                function = None
                self.reason = str(fault)
            self.function = function
            if function is not None:
                self.reason = ""
        return function

    def _give_up(self, reason: str) -> None:
        self._given_up, self.reason, self.function = True, reason, None

    def _finished(
        self, function: Function, items: Any, given: Given, records: Callable[[], Callable[[int], Record]],
        rest: Block | None = None,
    ) -> Ran | None:  # fmt: skip
        ran = Ran(len(items), rest=rest)
        leaves = [leaf.id for leaf in self._tree.leaves()]
        try:
            bad, outs, drops, places = function.run(items)
            for id, count in zip(function.drops, drops, strict=True):
                ran.dropped[id] = ran.dropped.get(id, 0) + count
            ran.odd = len(bad)
            if bad:
                odd = OddRecords(self._tree, given.workers, dict(zip(leaves, function.rows, strict=True)), ran)
                odd.run(bad, dict(zip(leaves, outs, strict=True)), records())
            for number, (id, rows, out) in enumerate(zip(leaves, function.rows, outs, strict=True)):
                if bad and not isinstance(rows, Whole) and len(rows.layout) > len(given.layouts.get(id, ())):
                    return None  # an odd record may be the first to have a column, and so decide on its place
                if isinstance(rows, Whole):
                    if not self._go_on(id, rows, Order(items, places[number], out, bad), given, ran):
                        return None
                else:
                    made = rows.block(items, places[number], out) if isinstance(rows, Cells) else rows.block(out)
                    ran.blocks[id] = (made, len(out), rows.layout)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - step by step it is seen which record it is, and whether it is one at all
            return None
        return ran

    def _go_on(self, id: str, rows: Whole, order: Order, given: Given, ran: Ran) -> bool:
        """Let whole records go through a barrier and what is behind it; False when that is not possible."""
        barrier, behind = self._behind[id]
        untouched = order.copied()

        def again() -> list[Record]:
            return rows.records(untouched.table, untouched.sources, untouched.copied().rows)[0]

        records, known = rows.records(order.table, order.sources, order.rows)
        records = mapped(barrier.steps, records, again, given.workers, ran, given.check)
        further = behind.run_records(GivenRecords(given.layouts, given.workers, given.check, records, known))
        if further is None:
            self.reason = behind.reason
            return False
        ran.add(further)
        return True
