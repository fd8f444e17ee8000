"""A record as a dict, as the function that is being made knows it: look-ups and changes are written out on the spot."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import attrs
import msgspec

from identitysync.compiler.source import Source
from identitysync.contract.lowering import ANY, Expression, Tree, Unfit, Value
from identitysync.values import MISSING, FieldPath, Record


class DictFields:
    """The fields of a record that comes as a dict named ``r`` and is changed in place."""

    def __init__(self, source: Source) -> None:
        """Begin.

        Args:
            source: Where code goes.
        """
        self._source = source
        self._drops: list[str] = []

    def constant(self, value: Any) -> str:
        """Give the name under which the function knows an object."""
        return self._source.constant(value)

    def computed(self, source: str, kinds: frozenset[str] = ANY) -> Value:
        """Compute something now and keep it."""
        name = self._source.name()
        self._source.line(f"{name} = {source}")
        return Value(name, kinds)

    def expression(self, expression: Expression) -> Value:
        """Compute an expression of the dataflow."""
        made, names = expression.emit("r", self._source.name("e"))
        self._source.names.update(names)
        return attrs.evolve(self.computed(made, expression.kinds), computed=True)

    def natively(self, value: Value, method: str, *given: bytes | int) -> Value | None:
        """Do nothing: there are no columns."""
        return None

    def get(self, path: FieldPath) -> Value:
        """Look a field up."""
        if len(path.segments) == 1:
            return attrs.evolve(self.computed(f"r.get({self.constant(path.literal)}, U)"), maybe=True)
        helper = self.constant(_getter(path))
        if len(path.segments) > 2:
            return attrs.evolve(self.computed(f"{helper}(r)"), maybe=True)
        literal, first, second = self._names(path)
        nested = f"o.get({second}, U) if (o := r.get({first})).__class__ is dict else {helper}(r)"
        return attrs.evolve(self.computed(f"r[{literal}] if {literal} in r else ({nested})"), maybe=True)

    def set(self, path: FieldPath, value: Value) -> None:
        """Write a field."""
        self._set(path, value.source)

    def update(self, path: FieldPath, change: Callable[[Value], Value], concerns: frozenset[str] = ANY) -> None:
        """Replace the value of a field where it is."""
        before = self.get(path)
        after = change(before)
        if after.source == before.source:
            return
        self._source.line(f"if {after.source} is not {before.source}:")
        self._source.deeper()
        self._set(path, after.source)
        self._source.back()

    def pop(self, path: FieldPath) -> None:
        """Take a field out."""
        self._source.line(self._popped(path))

    def move(self, source: FieldPath, target: FieldPath) -> None:
        """Take a field out, and write it elsewhere."""
        value = self.computed(self._popped(source)).source
        self._source.line(f"if {value} is not U:")
        self._source.deeper()
        if len(target.segments) == 1:
            self._source.line(f"r[{self.constant(target.segments[0])}] = {value}")
        elif len(target.segments) > 2:
            self._source.line(f"{self.constant(target.nest)}(r, {value})")
        else:
            _, first, second = self._names(target)
            self._source.line(f"if (o := r.get({first})).__class__ is dict: o[{second}] = {value}")
            self._source.line(f"elif o is None: r[{first}] = {{{second}: {value}}}")
            self._source.line(f"else: {self.constant(target.nest)}(r, {value})")
        self._source.back()

    def copy(self, source: FieldPath, target: FieldPath) -> None:
        """Write a field elsewhere, too."""
        raise Unfit("a whole value is copied")

    def spread(self, paths: Sequence[FieldPath], delimiter: str) -> None:
        """Put the fields of objects at the top."""
        raise Unfit("the fields of an object are not known")

    def keep(self, paths: Sequence[FieldPath]) -> None:
        """Drop all fields but these."""
        raise Unfit("the record is built anew")

    def reorder(self, names: Sequence[str], after: str) -> None:
        """Put fields behind another one."""
        raise Unfit("the record is built anew")

    def drop_unless(self, source: str) -> None:
        """Drop the record unless an expression is true."""
        drops = self._source.name("d")
        self._drops.append(drops)
        self._source.line(f"if not ({source}):")
        self._source.line(f"    {drops} += 1")
        self._source.line("    continue")

    def dropped(self) -> list[str]:
        """Give the names of the counters of dropped records that came since the last call."""
        given, self._drops = self._drops, []
        return given

    def columns(self, known: Collection[str]) -> list[tuple[str, Value]]:
        """Give all fields in their order."""
        raise Unfit("the columns are the fields of each record")

    def tree(self) -> Tree:
        """Give no fields: it is the record itself that is written."""
        raise Unfit("records are written as they are")

    def whole(self) -> str:
        """Give an expression for the whole record."""
        raise Unfit("records are written as they are")

    def _names(self, path: FieldPath) -> tuple[str, str, str]:
        first, second = path.segments
        return self.constant(path.literal), self.constant(first), self.constant(second)

    def _set(self, path: FieldPath, value: str) -> None:
        line = self._source.line
        if len(path.segments) == 1:
            line(f"r[{self.constant(path.literal)}] = {value}")
        elif len(path.segments) > 2:
            line(f"{self.constant(path.set)}(r, {value})")
        else:
            literal, first, second = self._names(path)
            line(f"if {literal} in r: r[{literal}] = {value}")
            line(f"elif (o := r.get({first})).__class__ is dict: o[{second}] = {value}")
            line(f"else: {self.constant(path.set)}(r, {value})")

    def _popped(self, path: FieldPath) -> str:
        if len(path.segments) == 1:
            return f"r.pop({self.constant(path.literal)}, U)"
        helper = self.constant(_popper(path))
        if len(path.segments) > 2:
            return f"{helper}(r)"
        literal, first, second = self._names(path)
        nested = f"o.pop({second}, U) if (o := r.get({first})).__class__ is dict else {helper}(r)"
        return f"r.pop({literal}) if {literal} in r else ({nested})"


def _getter(path: FieldPath) -> Callable[[Record], Any]:
    def get(record: Record) -> Any:
        found = path.get(record)
        return msgspec.UNSET if found is MISSING else found

    return get


def _popper(path: FieldPath) -> Callable[[Record], Any]:
    def pop(record: Record) -> Any:
        found = path.pop(record)
        return msgspec.UNSET if found is MISSING else found

    return pop
