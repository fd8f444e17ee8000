"""A record of known shape, as the function that is being made knows it.

Renaming, moving and removing cost nothing when the function runs: they only change which name stands for which value
here. What is never used is never computed.
"""

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeAlias

import attrs
import msgspec

from identitysync.compiler.jexl_names import named
from identitysync.compiler.source import Source
from identitysync.contract.lowering import ANY, TEXT, Expression, Layout, Unfit, Value
from identitysync.values import MISSING, FieldPath


@attrs.define
class Object:
    """An object whose fields are known.

    Attributes:
        fields: Its fields.
        there: A Python expression that is true when the object is there; empty when it always is.
        null: What stands in its place otherwise, where that may be null.
        ready: Whether its fields can be looked up where it is not there, and are missing then.
    """

    fields: "dict[str, Node]" = attrs.field(factory=dict)
    there: str = ""
    null: Value | None = None
    ready: bool = False


Node: TypeAlias = Value | Object


class KnownFields:
    """The fields of a record of known shape."""

    def __init__(self, source: Source, top: dict[str, Node], *, ordered: bool) -> None:
        """Begin.

        Args:
            source: Where code goes.
            top: The fields.
            ordered: Whether they are in the order in which each record has them.
        """
        self._source, self._top, self._ordered = source, top, ordered
        self._drops: list[str] = []

    def branch(self) -> "KnownFields":
        """Give the same record for another branch."""
        return KnownFields(self._source, copy.deepcopy(self._top), ordered=self._ordered)

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
        prefix = self._source.name("e")
        made, names = expression.emit("", prefix, lambda parts: named(self._top, parts, self._helper))
        self._source.names.update(names)
        return attrs.evolve(self.computed(made), computed=True)

    def get(self, path: FieldPath) -> Value | None:
        """Look a field up."""
        found = self._find(path)
        if isinstance(found, Object):
            raise Unfit(f"{path} is an object, which is needed as a whole")
        return found

    def set(self, path: FieldPath, value: Value) -> None:
        """Write a field."""
        literal = self._top.get(path.literal)
        if len(path.segments) == 1 or path.quoted:
            self._put(self._top, path.segments[0], value)
        elif literal is None:
            self._nest(path, value)
        elif _is_sure(literal):
            self._top[path.literal] = value
        else:
            raise Unfit(f"{path} is a field of its own in some records, and in an object in others")

    def update(self, path: FieldPath, change: Callable[[Value], Value], concerns: frozenset[str] = ANY) -> None:
        """Replace the value of a field where it is."""
        owner, name, before = self._place(path)
        if before is not None:
            owner_of_literal, literal = before
            node = owner_of_literal[literal]
            if not isinstance(node, Value):
                raise Unfit(f"{path} is an object in some records, and a field of its own in others")
            owner_of_literal[literal] = change(node)
        if owner is None:
            return
        node = owner[name]
        if isinstance(node, Object):
            if "dict" in concerns or (node.null is not None and "null" in concerns):
                raise Unfit(f"{path} is an object, which is changed as a whole")
            return
        made = change(node)
        if before is not None:  # where there is the literal key, it is the one that is meant
            literal = _source(before[0][before[1]])
            chosen = self.computed(f"{made.source} if {literal} is U else {node.source}", made.kinds | node.kinds)
            made = attrs.evolve(chosen, maybe=made.maybe, computed=made.computed or node.computed)
        owner[name] = made

    def pop(self, path: FieldPath) -> None:
        """Take a field out."""
        self._pop(path)

    def move(self, source: FieldPath, target: FieldPath) -> None:
        """Take a field out, and write it elsewhere."""
        node = self._pop(source)
        if node is not None:
            self._nest(target, node)

    def copy(self, source: FieldPath, target: FieldPath) -> None:
        """Write a field elsewhere, too."""
        node = self._find(source)
        if node is not None:
            self._nest(target, copy.deepcopy(node))

    def spread(self, paths: Sequence[FieldPath], delimiter: str) -> None:
        """Put the fields of objects at the top."""
        found: dict[str, Node] = {}
        objects: list[tuple[FieldPath, Object]] = []
        for path in paths:
            node = self._find(path)
            if isinstance(node, Object):
                objects.append((path, node))
                self._spread(path.literal if path.quoted else delimiter.join(path.segments), node, delimiter, found)
            elif node is not None:
                self._no_object(path.text, node)
        for path, node in objects:
            self._pop(path)
            if node.null is not None:
                self._nest(path, node.null)
        for name, value in found.items():
            self._put_new(name, value)

    def keep(self, paths: Sequence[FieldPath]) -> None:
        """Drop all fields but these."""
        kept: dict[str, Node] = {}
        for path in paths:
            literal = self._top.get(path.literal)
            node = self._find(path)
            if node is None:
                continue
            if literal is not None and not _is_sure(literal) and len(path.segments) > 1:
                raise Unfit(f"{path} is a field of its own in some records, and in an object in others")
            owner = kept
            names = (path.literal,) if literal is not None else path.segments
            for segment in names[:-1]:
                child = owner.setdefault(segment, Object())
                if not isinstance(child, Object):
                    raise Unfit(f"{path} goes through a field that is kept, too")
                owner = child.fields
            owner[names[-1]] = node
        self._top, self._ordered = kept, not any(isinstance(each, Object) for each in kept.values()) or self._ordered

    def reorder(self, names: Sequence[str], after: str) -> None:
        """Put fields behind another one."""
        if not self._ordered:
            return
        if any(not _is_sure(node) for node in self._top.values()):
            raise Unfit("fields are put in order, and not all records have all of them")
        moving = {name: self._top[name] for name in names if name in self._top}
        moving.pop(after, None)
        if not moving or (after and after not in self._top):
            return
        ordered = {} if after else dict(moving)
        for name, node in self._top.items():
            if name not in moving:
                ordered[name] = node
            if after and name == after:
                ordered.update(moving)
        self._top = ordered

    def drop_unless(self, source: str) -> None:
        """Drop the record unless an expression is true."""
        drops = self._source.name("d")
        self._drops.append(drops)
        self._source.line(f"if not ({source}):")
        self._source.line(f"    {drops} += 1")
        self._source.line("else:")
        self._source.deeper()

    def dropped(self) -> list[str]:
        """Give the names of the counters of dropped records that came since the last call."""
        given, self._drops = self._drops, []
        return given

    def columns(self, known: Layout) -> list[tuple[str, Value]]:
        """Give all fields, those that are not known yet in their order."""
        found: dict[str, Value] = {}
        self._flatten("", Object(self._top), known, found)
        return list(found.items())

    def whole(self) -> str:
        """Give an expression for the whole record."""
        if not self._ordered:
            raise Unfit("the record is written as a whole, and the order of its fields differs from record to record")
        return self._built(self._top)

    # where things are

    def _find(self, path: FieldPath) -> Node | None:
        literal = self._top.get(path.literal)
        if literal is not None and (_is_sure(literal) or len(path.segments) == 1):
            return literal
        node = self._walk(self._top, path.segments)
        if literal is None or node is None:
            return literal if node is None else node
        return self._either(literal, node, path)

    def _either(self, first: Node, second: Node, path: FieldPath) -> Value:
        if isinstance(first, Object) or isinstance(second, Object):
            raise Unfit(f"{path} is an object in some records, and a field of its own in others")
        made = self.computed(f"{first.source} if {first.source} is not U else {second.source}")
        return Value(made.source, first.kinds | second.kinds, second.maybe, first.computed or second.computed)

    def _walk(self, owner: dict[str, Node], segments: Sequence[str]) -> Node | None:
        node: Node | None = owner.get(segments[0])
        for depth, segment in enumerate(segments[1:], 1):
            if node is None:
                return None
            if isinstance(node, Value):
                if not node.kinds & {"list", "dict"}:
                    return None
                helper = self.constant(_further(tuple(segments[depth:])))
                return attrs.evolve(self.computed(f"{helper}({node.source})"), maybe=True)
            node = self._child(node, segment)
        return node

    def _child(self, owner: Object, name: str) -> Node | None:
        """Give a field of an object, looked up now when the object may not be there."""
        node = owner.fields.get(name)
        if node is None or not owner.there or owner.ready:
            return node
        if isinstance(node, Object):
            there = f"{owner.there} and {node.there}" if node.there else owner.there
            made: Node = Object(node.fields, there, node.null and self._when(owner.there, node.null))
        else:
            made = self._when(owner.there, node)
        owner.fields[name] = made
        return made

    def _when(self, condition: str, node: Any) -> Any:
        """Give a value that is missing unless a condition holds."""
        if isinstance(node, Object):
            fields = {key: self._when(condition, each) for key, each in node.fields.items()}
            there = f"{condition} and {node.there}" if node.there else condition
            return Object(fields, there, node.null and self._when(condition, node.null))
        made = self.computed(f"{node.source} if {condition} else U", node.kinds)
        return attrs.evolve(made, maybe=True, computed=node.computed)

    def _place(self, path: FieldPath) -> tuple[dict[str, Node] | None, str, tuple[dict[str, Node], str] | None]:
        """Find where a field is: nested, and before that perhaps, in some records, as a literal key."""
        literal = self._top.get(path.literal)
        if literal is not None and (_is_sure(literal) or len(path.segments) == 1):
            return self._top, path.literal, None
        before = None if literal is None else (self._top, path.literal)
        owner: dict[str, Node] = self._top
        for segment in path.segments[:-1]:
            node = owner.get(segment)
            if isinstance(node, Value) and node.kinds & {"list", "dict"}:
                raise Unfit(f"{path} is in an array, or in an object of many fields")
            if not isinstance(node, Object):
                return None, "", before
            if node.there:
                for name in list(node.fields):
                    self._child(node, name)
                node.there = ""
            owner = node.fields
        name = path.segments[-1]
        return (owner, name, before) if name in owner else (None, "", before)

    # changes

    def _pop(self, path: FieldPath) -> Node | None:
        owner, name, before = self._place(path)
        if before is None:
            return None if owner is None else owner.pop(name)
        literal = before[0].pop(before[1])
        if owner is None:
            return literal
        nested = owner[name]
        found = self._either(literal, nested, path)
        owner[name] = self._when(f"{_source(literal)} is not U", nested)
        return found

    def _nest(self, path: FieldPath, node: Node) -> None:
        owner = self._top
        for segment in path.segments[:-1]:
            child = owner.get(segment)
            if isinstance(child, Value):
                if child.kinds & {"list", "dict"}:
                    raise Unfit(f"{path} goes into an array, or into an object of many fields")
                if child.kinds - {"null"}:
                    # a text or number on the way is a conflict, which the scripts themselves tell of
                    writes = f"{_source(node)} is not U and " if isinstance(node, Value) and node.maybe else ""
                    found = child.source
                    self._source.line(f"if {writes}{found} is not U and {found} is not None: raise Surprise")
                if isinstance(node, Value) and node.maybe:
                    self._ordered = False
                child = None
            if child is None:
                child = owner[segment] = Object()
            elif child.there:
                for name in list(child.fields):
                    self._child(child, name)
                child.there, child.null = "", None
            owner = child.fields
        self._put(owner, path.segments[-1], node)

    def _put(self, owner: dict[str, Node], name: str, node: Node) -> None:
        """Write a field of an object; what may be missing leaves what was there."""
        before = owner.get(name)
        if before is not None and not _is_sure(before):
            self._ordered = False
        if isinstance(node, Object):
            if before is not None and not _is_sure(node):
                raise Unfit(f"{name} is overwritten by an object in some records only")
            owner[name] = node
        elif before is None or not node.maybe:
            owner[name] = node
        elif isinstance(before, Object):
            raise Unfit(f"the object {name} is overwritten in some records only")
        else:
            made = self.computed(f"{node.source} if {node.source} is not U else {before.source}")
            owner[name] = Value(made.source, node.kinds | before.kinds, before.maybe, node.computed or before.computed)

    def _put_new(self, name: str, node: Node) -> None:
        """Write a field that must not be there yet: where it is, the scripts themselves reject the record."""
        before = self._top.get(name)
        if before is None:
            self._top[name] = node
            return
        if not isinstance(before, Value) or not isinstance(node, Value) or not (before.maybe or node.maybe):
            raise Unfit(f"there is a field {name} already")
        self._source.line(f"if {before.source} is not U and {node.source} is not U: raise Surprise")
        self._ordered = False
        made = self.computed(f"{node.source} if {node.source} is not U else {before.source}")
        self._top[name] = Value(
            made.source, node.kinds | before.kinds, before.maybe and node.maybe, node.computed or before.computed
        )

    def _spread(self, prefix: str, owner: Object, delimiter: str, found: dict[str, Node]) -> None:
        for key in list(owner.fields):
            name = f"{prefix}{delimiter}{key}"
            child = self._child(owner, key)
            if isinstance(child, Object):
                if child.null is not None or not _is_sure(child) or not any(map(_is_sure, child.fields.values())):
                    # empty, it would stay an object; missing, it would have no fields
                    raise Unfit(f"{name} is an object that may be empty or missing")
                self._spread(name, child, delimiter, found)
                continue
            if child is None:
                continue
            if name in found:
                raise Unfit(f"there would be two fields {name}")
            found[name] = self._no_object(name, child)

    def _no_object(self, name: str, value: Value) -> Value:
        """Take a value for one that is no object; what an expression gives is looked at when it is there."""
        if "dict" not in value.kinds:
            return value
        if not value.computed:
            raise Unfit(f"the fields of {name} differ too much from record to record")
        self._source.line(f"if {value.source}.__class__ is dict: raise Surprise")
        return attrs.evolve(value, kinds=value.kinds - {"dict"})

    # whole records

    def _flatten(self, prefix: str, owner: Object, known: Collection[str], found: dict[str, Value]) -> None:
        for key in list(owner.fields):
            name = prefix + key
            node = self._child(owner, key)
            if isinstance(node, Object):
                self._flatten_object(name, node, known, found)
            elif node is not None:
                self._column(name, node, known, found)

    def _flatten_object(self, name: str, node: Object, known: Collection[str], found: dict[str, Value]) -> None:
        before = len(found)
        self._flatten(f"{name}.", node, known, found)
        inside = list(found.values())[before:]
        if node.null is None and not all(value.maybe for value in inside):
            return
        # empty or null, the object is a column of its own, and its cell is empty
        if name in known or not inside:
            self._column(name, Value(self.constant(""), TEXT, maybe=bool(node.there)), known, found)
            return
        if node.null is not None:
            self._source.line(f"if {node.null.source} is None: raise Surprise")
        if all(value.maybe for value in inside):
            self._source.line(f"if {' and '.join(f'{value.source} is U' for value in inside)}: raise Surprise")

    def _column(self, name: str, value: Value, known: Collection[str], found: dict[str, Value]) -> None:
        if name in found:
            raise Unfit(f"two fields would become the column {name}")
        value = self._no_object(name, value)
        if name not in known and (value.maybe or not self._ordered):
            raise Unfit(f"the place of the column {name} is not known before the first record has it")
        found[name] = value

    def _built(self, owner: dict[str, Node]) -> str:
        names, sources = [], []
        for number, (key, node) in enumerate(owner.items()):
            if isinstance(node, Object):
                if node.there or node.null is not None:
                    raise Unfit(f"the object {key} is not in all records")
                kind: Any = Any
                source = self._built(node.fields)
            else:
                if node.computed:
                    helper = self.constant(finite)
                    self._source.line(
                        f"if {node.source}.__class__ not in {self.constant(_SAFE)}: {helper}({node.source})"
                    )
                kind = (Any | msgspec.UnsetType) if node.maybe else Any
                source = node.source
            names.append((f"f{number}", kind))
            sources.append(source)
        renamed = {f"f{number}": key for number, key in enumerate(owner)}
        made = msgspec.defstruct("S", names, rename=renamed, gc=False)
        return f"{self.constant(made)}({', '.join(sources)})"

    def _helper(self, value: Any) -> str:
        return self.constant(value)


_SAFE = frozenset({str, int, bool, type(None)})


def finite(value: Any) -> None:
    """Raise for a number that JSON does not know, however deep."""
    for each in _numbers(value):
        if each - each != 0.0:
            raise ValueError("a number is infinite or none at all")


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, list | dict):
        for child in value if isinstance(value, list) else value.values():
            yield from _numbers(child)


def _further(segments: tuple[str, ...]) -> Callable[[Any], Any]:
    """Make what walks on in a value whose shape is not known."""
    path = FieldPath(".".join(segments), ("", *segments), False, "\0")

    def walk(value: Any) -> Any:
        found = path.get({"": value})
        return msgspec.UNSET if found is MISSING else found

    return walk


def _is_sure(node: Node) -> bool:
    return not node.maybe if isinstance(node, Value) else not node.there


def _source(node: Any) -> str:
    if not isinstance(node, Value):
        raise Unfit("an object is in some records where there is a field of its own in others")
    return node.source
