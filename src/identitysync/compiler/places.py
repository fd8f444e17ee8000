"""Where the fields of a record of known shape are, and how they change their places."""

import copy
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import attrs
import msgspec

from identitysync.compiler.source import Source
from identitysync.contract.lowering import ANY, Unfit, Value
from identitysync.values import MISSING, FieldPath


@attrs.define
class Object:
    """An object whose fields are known; where it is not there, they are missing.

    Attributes:
        fields: Its fields.
        there: A Python expression that is true when the object is there; empty when it always is.
        null: What stands in its place otherwise, where that may be null.
        column: The column of a table that tells whether it is there, or null; empty when none does.
    """

    fields: "dict[str, Node]" = attrs.field(factory=dict)
    there: str = ""
    null: Value | None = None
    column: str = ""


Node: TypeAlias = Value | Object


class Columns(Protocol):
    """What the native kernel can do with the columns that values are in; nothing where they are in none."""

    def natively(self, source: str, method: str, given: Sequence[bytes | int | str]) -> str | None:
        """Have it make a column of another.

        Args:
            source: The name of a value.
            method: The method of the kernel's tables.
            given: What that is given, with names of values in the places of columns.

        Returns:
            The name of the new value; None when one of them is in no column.
        """
        ...

    def surprising(self, source: str) -> bool:
        """Have it find the records that have a value, each of which is a surprise; False when it is in no column."""
        ...


class Places:
    """The fields of one record: which value stands where.

    Attributes:
        source: Where code goes.
        top: The fields.
        ordered: Whether they are in the order in which each record has them. A record that would have another one is a
            surprise then.
    """

    def __init__(self, source: Source, top: dict[str, Node], *, ordered: bool, columns: Columns | None = None) -> None:
        """Begin with the fields as they come."""
        self.source, self.top, self.ordered = source, top, ordered
        self._columns = columns

    def copied(self) -> "Places":
        """Give the same places for another branch."""
        return Places(self.source, copy.deepcopy(self.top), ordered=self.ordered, columns=self._columns)

    def empty(self) -> "Places":
        """Give the places of an empty record, whose values are made where those of this one are."""
        return Places(self.source, {}, ordered=self.ordered, columns=self._columns)

    def made_natively(self, value: Value, method: str, *given: bytes | int | str) -> Value | None:
        """Let the native kernel make a column of another, where there is one; None elsewhere."""
        name = self._columns.natively(value.source, method, given) if self._columns else None
        return attrs.evolve(value, source=name) if name else None

    def computed(self, source: str, kinds: frozenset[str] = ANY) -> Value:
        """Compute something now and keep it."""
        name = self.source.name()
        self.source.line(f"{name} = {source}")
        return Value(name, kinds)

    def find(self, path: FieldPath) -> Node | None:
        """Find a field: the literal key, or else the nested place; None when no record has it."""
        literal = self.top.get(path.literal)
        if literal is not None and (is_sure(literal) or len(path.segments) == 1):
            return literal
        node = self.walk(self.top, path.segments)
        if literal is None or node is None:
            return literal if node is None else node
        return self.either(literal, node, path)

    def either(self, first: Node, second: Node, path: FieldPath) -> Value:
        """Give the first where it is there, else the second."""
        if isinstance(first, Object) or isinstance(second, Object):
            raise Unfit(f"{path} is an object in some records, and a field of its own in others")
        made = self.made_natively(first, "either", second.source, 0) or self.computed(
            f"{first.source} if {first.source} is not U else {second.source}"
        )
        return Value(made.source, first.kinds | second.kinds, second.maybe, first.computed or second.computed)

    def walk(self, owner: dict[str, Node], segments: Sequence[str]) -> Node | None:
        """Find a nested place."""
        node: Node | None = owner.get(segments[0])
        for depth, segment in enumerate(segments[1:], 1):
            if node is None:
                return None
            if isinstance(node, Value):
                if not node.kinds & {"list", "dict"}:
                    return None
                helper = self.source.constant(_further(tuple(segments[depth:])))
                return attrs.evolve(self.computed(f"{helper}({node.source})"), maybe=True)
            node = node.fields.get(segment)
        return node

    def when(self, condition: str, node: Any) -> Any:
        """Give a value that is missing unless a condition holds."""
        if isinstance(node, Object):
            fields = {key: self.when(condition, each) for key, each in node.fields.items()}
            there = f"{condition} and {node.there}" if node.there else condition
            return Object(fields, there, node.null and self.when(condition, node.null))
        made = self.computed(f"{node.source} if {condition} else U", node.kinds)
        return attrs.evolve(made, maybe=True, computed=node.computed)

    def place(self, path: FieldPath) -> tuple[dict[str, Node] | None, str, tuple[dict[str, Node], str] | None]:
        """Find where a field is: nested, and before that perhaps, in some records, as a literal key."""
        literal = self.top.get(path.literal)
        if literal is not None and (is_sure(literal) or len(path.segments) == 1):
            return self.top, path.literal, None
        before = None if literal is None else (self.top, path.literal)
        owner: dict[str, Node] = self.top
        for segment in path.segments[:-1]:
            node = owner.get(segment)
            if isinstance(node, Value) and node.kinds & {"list", "dict"}:
                raise Unfit(f"{path} is in an array, or in an object of many fields")
            if not isinstance(node, Object):
                return None, "", before
            owner = node.fields
        name = path.segments[-1]
        return (owner, name, before) if name in owner else (None, "", before)

    def pop(self, path: FieldPath) -> Node | None:
        """Take a field out, and give it."""
        owner, name, before = self.place(path)
        if before is None:
            return None if owner is None else owner.pop(name)
        literal = before[0].pop(before[1])
        if owner is None:
            return literal
        nested = owner[name]
        found = self.either(literal, nested, path)
        owner[name] = self.when(f"{source_of(literal)} is not U", nested)
        return found

    def nest(self, path: FieldPath, node: Node) -> None:
        """Write a field at its nested place, whose parents are made."""
        owner = self.top
        for segment in path.segments[:-1]:
            child = owner.get(segment)
            if isinstance(child, Value) and child.kinds & {"list", "dict"}:
                raise Unfit(f"{path} goes into an array, or into an object of many fields")
            if isinstance(child, Value) and child.kinds - {"null"}:
                # a text or number on the way stays when nothing is written, and is a conflict else
                self.source.line(f"if {child.source} is not U and {child.source} is not None: raise Surprise")
            owner = self.parent(owner, segment, node).fields
        self.put(owner, path.segments[-1], node)

    def parent(self, owner: dict[str, Node], name: str, node: Node) -> Object:
        """Give the object that a field is written into; where there is none, it is made with the field."""
        child = owner.get(name)
        writes = present(node)
        if isinstance(child, Value):  # missing or null, or the record is a surprise
            if self.ordered and writes:
                raise Unfit(f"{name} becomes an object in some records only")
            if self.ordered and child.maybe:
                self.source.line(f"if {child.source} is U: raise Surprise")
        if not isinstance(child, Object):
            made = owner[name] = Object(there=writes)
            if writes and isinstance(child, Value) and "null" in child.kinds:
                null = self.computed(f"None if {child.source} is None and not ({writes}) else U", frozenset({"null"}))
                made.null = attrs.evolve(null, maybe=True)
            return made
        if not child.there:
            return child
        if self.ordered and (child.null is not None or next(reversed(owner)) != name):
            self.source.line(f"if {f'({writes}) and ' if writes else ''}not ({child.there}): raise Surprise")
            if writes:
                return child
        elif writes:
            child.null = child.null and self.when(f"not ({writes})", child.null)
            child.there, child.column = f"({child.there} or {writes})", ""
            return child
        child.there, child.null, child.column = "", None, ""
        return child

    def put(self, owner: dict[str, Node], name: str, node: Node) -> None:
        """Write a field of an object; what may be missing leaves what was there."""
        before = owner.get(name)
        if before is None or (is_sure(node) and is_sure(before)):
            owner[name] = node
            return
        if self.ordered and not is_sure(before) and next(reversed(owner)) != name:
            writes = present(node)
            self.source.line(f"if {f'({writes}) and ' if writes else ''}not ({present(before)}): raise Surprise")
        if isinstance(node, Object):
            if not is_sure(node):
                raise Unfit(f"{name} is overwritten by an object in some records only")
            owner[name] = node
        elif not node.maybe:
            owner[name] = node
        elif isinstance(before, Object):
            raise Unfit(f"the object {name} is overwritten in some records only")
        else:
            made = self.made_natively(node, "either", before.source, 0) or self.computed(
                f"{node.source} if {node.source} is not U else {before.source}"
            )
            owner[name] = Value(made.source, node.kinds | before.kinds, before.maybe, node.computed or before.computed)

    def put_new(self, name: str, node: Node) -> None:
        """Write a field that must not be there yet: where it is, the scripts themselves reject the record."""
        before = self.top.get(name)
        if before is None:
            self.top[name] = node
            return
        if not isinstance(before, Value) or not isinstance(node, Value) or not (before.maybe or node.maybe):
            raise Unfit(f"there is a field {name} already")
        if self.ordered and before.maybe:  # where it is there, it is elsewhere
            if self._columns is None or not self._columns.surprising(before.source):
                self.source.line(f"if {before.source} is not U: raise Surprise")
            del self.top[name]
            self.top[name] = node
            return
        made = self.made_natively(node, "either", before.source, 1)
        if made is None:
            self.source.line(f"if {before.source} is not U and {node.source} is not U: raise Surprise")
            made = self.computed(f"{node.source} if {node.source} is not U else {before.source}")
        self.top[name] = Value(
            made.source, node.kinds | before.kinds, before.maybe and node.maybe, node.computed or before.computed
        )

    def no_object(self, name: str, value: Value) -> Value:
        """Take a value for one that is no object; what an expression gives is looked at when it is there."""
        if "dict" not in value.kinds:
            return value
        if not value.computed:
            raise Unfit(f"the fields of {name} differ too much from record to record")
        self.source.line(f"if {value.source}.__class__ is dict: raise Surprise")
        return attrs.evolve(value, kinds=value.kinds - {"dict"})


def _further(segments: tuple[str, ...]) -> Callable[[Any], Any]:
    """Make what walks on in a value whose shape is not known."""
    path = FieldPath(".".join(segments), ("", *segments), False, "\0")

    def walk(value: Any) -> Any:
        found = path.get({"": value})
        return msgspec.UNSET if found is MISSING else found

    return walk


def is_sure(node: Node) -> bool:
    """Tell whether every record has it."""
    return not present(node)


def present(node: Node) -> str:
    """Give a Python expression that is true where there is a value, which may be null; empty where there always is."""
    if isinstance(node, Value):
        return f"{node.source} is not U" if node.maybe else ""
    return f"({node.there} or {node.null.source} is None)" if node.there and node.null is not None else node.there


def source_of(node: Any) -> str:
    """Give the source of a value; raise ``Unfit`` for an object."""
    if not isinstance(node, Value):
        raise Unfit("an object is in some records where there is a field of its own in others")
    return node.source
