"""A record of known shape, as the function that is being made knows it.

Renaming, moving and removing cost nothing when the function runs: they only change which name stands for which value
here. What is never used is never computed.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from identitysync.compiler.jexl_names import named
from identitysync.compiler.places import Columns, Node, Object, Places, is_sure, source_of
from identitysync.compiler.source import Source
from identitysync.compiler.whole import columns, tree, whole
from identitysync.contract.lowering import ANY, Expression, Layout, Tree, Unfit, Value
from identitysync.values import FieldPath


class KnownFields:
    """The fields of a record of known shape."""

    def __init__(self, source: Source, top: dict[str, Node], *, ordered: bool, columns: Columns | None = None) -> None:
        """Begin.

        Args:
            source: Where code goes.
            top: The fields.
            ordered: Whether they are in the order in which each record has them.
            columns: What the native kernel can do with the columns that values are in.
        """
        self._places = Places(source, top, ordered=ordered, columns=columns)
        self._source = source
        self._drops: list[str] = []

    def branch(self) -> "KnownFields":
        """Give the same record for another branch."""
        made = KnownFields(self._source, {}, ordered=True)
        made._places = self._places.copied()
        return made

    def constant(self, value: Any) -> str:
        """Give the name under which the function knows an object."""
        return self._source.constant(value)

    def computed(self, source: str, kinds: frozenset[str] = ANY) -> Value:
        """Compute something now and keep it."""
        return self._places.computed(source, kinds)

    def expression(self, expression: Expression) -> Value:
        """Compute an expression of the dataflow."""
        prefix = self._source.name("e")
        made, names = expression.emit("", prefix, lambda parts: named(self._places.top, parts, self.constant))
        self._source.names.update(names)
        return attrs.evolve(self.computed(made, expression.kinds), computed=True)

    def natively(self, value: Value, method: str, *given: bytes | int) -> Value | None:
        """Let the native kernel change a field in all records of a block at once."""
        return self._places.made_natively(value, method, *given)

    def get(self, path: FieldPath) -> Value | None:
        """Look a field up."""
        found = self._places.find(path)
        if isinstance(found, Object):
            raise Unfit(f"{path} is an object, which is needed as a whole")
        return found

    def set(self, path: FieldPath, value: Value) -> None:
        """Write a field."""
        literal = self._places.top.get(path.literal)
        if len(path.segments) == 1 or path.quoted:
            self._places.put(self._places.top, path.segments[0], value)
        elif literal is None:
            self._places.nest(path, value)
        elif is_sure(literal):
            self._places.top[path.literal] = value
        else:
            raise Unfit(f"{path} is a field of its own in some records, and in an object in others")

    def update(self, path: FieldPath, change: Callable[[Value], Value], concerns: frozenset[str] = ANY) -> None:
        """Replace the value of a field where it is."""
        owner, name, before = self._places.place(path)
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
            literal = source_of(before[0][before[1]])
            chosen = self.computed(f"{made.source} if {literal} is U else {node.source}", made.kinds | node.kinds)
            made = attrs.evolve(chosen, maybe=made.maybe, computed=made.computed or node.computed)
        owner[name] = made

    def pop(self, path: FieldPath) -> None:
        """Take a field out."""
        self._places.pop(path)

    def move(self, source: FieldPath, target: FieldPath) -> None:
        """Take a field out, and write it elsewhere."""
        node = self._places.pop(source)
        if node is not None:
            self._places.nest(target, node)

    def copy(self, source: FieldPath, target: FieldPath) -> None:
        """Write a field elsewhere, too."""
        node = self._places.find(source)
        if node is not None:
            self._places.nest(target, copy.deepcopy(node))

    def spread(self, paths: Sequence[FieldPath], delimiter: str) -> None:
        """Put the fields of objects at the top."""
        found: dict[str, Node] = {}
        objects: list[tuple[FieldPath, Object]] = []
        for path in paths:
            node = self._places.find(path)
            if isinstance(node, Object):
                objects.append((path, node))
                self._spread(path.literal if path.quoted else delimiter.join(path.segments), node, delimiter, found)
            elif node is not None:
                self._places.no_object(path.text, node)
        for path, node in objects:
            if node.null is None:
                self._places.pop(path)
            elif len(path.segments) == 1:
                self._places.top[path.literal] = node.null  # it stays where it is
            elif self._places.ordered:
                raise Unfit(f"{path} is null in some records")
            else:
                self._places.pop(path)
                self._places.nest(path, node.null)
        for name, value in found.items():
            self._places.put_new(name, value)

    def keep(self, paths: Sequence[FieldPath]) -> None:
        """Drop all fields but these."""
        kept, again = self._places.empty(), False
        for path in paths:
            literal = self._places.top.get(path.literal)
            node = self._places.find(path)
            if node is None:
                continue
            if literal is not None and not is_sure(literal) and len(path.segments) > 1:
                raise Unfit(f"{path} is a field of its own in some records, and in an object in others")
            *parents, name = (path.literal,) if literal is not None else path.segments
            owner = kept.top
            for segment in parents:
                if isinstance(owner.get(segment), Value):
                    raise Unfit(f"{path} goes through a field that is kept, too")
                owner = kept.parent(owner, segment, node).fields
            again = again or name in owner
            kept.put(owner, name, node)
        plain = not again and not any(isinstance(each, Object) for each in kept.top.values())
        self._places.top, self._places.ordered = kept.top, plain or self._places.ordered

    def reorder(self, names: Sequence[str], after: str) -> None:
        """Put fields behind another one."""
        if not self._places.ordered:
            return
        if after and after in self._places.top and not is_sure(self._places.top[after]):
            raise Unfit(f"fields are put behind {after}, which not all records have")
        moving = {name: self._places.top[name] for name in names if name in self._places.top}
        moving.pop(after, None)
        if not moving or (after and after not in self._places.top):
            return
        ordered = {} if after else dict(moving)
        for name, node in self._places.top.items():
            if name not in moving:
                ordered[name] = node
            if after and name == after:
                ordered.update(moving)
        self._places.top = ordered

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
        return columns(self._places, known)

    def tree(self) -> Tree:
        """Give all fields in their order."""
        return tree(self._places)

    def whole(self) -> str:
        """Give an expression for the whole record."""
        return whole(self._places)

    def _spread(self, prefix: str, owner: Object, delimiter: str, found: dict[str, Node]) -> None:
        for key in list(owner.fields):
            name = f"{prefix}{delimiter}{key}"
            child = owner.fields[key]
            if isinstance(child, Object):
                if child.null is not None or not is_sure(child) or not any(map(is_sure, child.fields.values())):
                    # empty, it would stay an object; missing, it would have no fields
                    raise Unfit(f"{name} is an object that may be empty or missing")
                self._spread(name, child, delimiter, found)
                continue
            if name in found:
                raise Unfit(f"there would be two fields {name}")
            found[name] = self._places.no_object(name, child)
