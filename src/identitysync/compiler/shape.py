"""The shape of records: which fields they have, and of which kinds. It is learned from records, and only ever grows."""

from collections.abc import Iterable
from typing import Any, Final

import attrs
import msgspec

from identitysync.contract.lowering import ANY
from identitysync.values import Record

_KINDS: Final[dict[type, str]] = {
    str: "str", int: "int", float: "float", bool: "bool", type(None): "null", list: "list", dict: "dict",
}  # fmt: skip
_TYPES: Final[dict[str, Any]] = {
    "str": str, "int": int, "float": float, "bool": bool, "null": None, "list": list, "dict": dict,
}  # fmt: skip
MOST_FIELDS: Final = 400
"""Fields that a shape may have; records with more are no records of one shape."""

_MOST_IN_OBJECT: Final = 100
"""Fields of an object below which its names are taken for names; above, for data, such as ids."""


@attrs.define
class Leaf:
    """A field whose values are taken as they are.

    Attributes:
        kinds: The kinds of its values; ``texts`` beside ``list`` where all arrays hold nothing but text.
        maybe: Whether it is missing in some records.
    """

    kinds: frozenset[str]
    maybe: bool = False

    @property
    def sure(self) -> frozenset[str]:
        """The kinds that the decoder lets through: a decoder that is asked for ``float`` makes one of ``1``."""
        return ANY if "float" in self.kinds else self.kinds


@attrs.define
class Node:
    """A record, or a field whose values are objects.

    Attributes:
        fields: Its fields.
        maybe: Whether it is missing in some records.
        null: Whether it is null in some.
        seen: How many objects its fields were learned from.
    """

    fields: "dict[str, Leaf | Node]" = attrs.field(factory=dict)
    maybe: bool = False
    null: bool = False
    seen: int = attrs.field(default=0, eq=False)

    def learn(self, records: Iterable[Record]) -> None:
        """Take what these records have into the shape."""
        for record in records:
            before: str | None = None
            for name, value in record.items():
                known = self.fields.get(name)
                if known is None:
                    known = _begun(value)
                    known.maybe = self.seen > 0
                    self._insert(name, known, before)
                _take(self.fields, name, known, value)
                before = name
            if len(record) < len(self.fields):
                for name, known in self.fields.items():
                    if name not in record:
                        known.maybe = True
            self.seen += 1

    def _insert(self, name: str, known: "Leaf | Node", before: str | None) -> None:
        """Put a field where it is in a record, so that most records have the order of the shape."""
        if not self.fields or next(reversed(self.fields)) == before:
            self.fields[name] = known
            return
        fields, self.fields = self.fields, {}
        if before not in fields:
            self.fields[name] = known
        for each, other in fields.items():
            self.fields[each] = other
            if each == before:
                self.fields[name] = known

    def count(self) -> int:
        """Count the fields, all the way down."""
        return sum(1 + (each.count() if isinstance(each, Node) else 0) for each in self.fields.values())


def _begun(value: Any) -> Leaf | Node:
    return Node() if isinstance(value, dict) else Leaf(_kinds_of(value))


def _kinds_of(value: Any) -> frozenset[str]:
    kind = _KINDS[type(value)]
    texts = kind == "list" and set(map(type, value)) <= {str}
    return frozenset({kind, "texts"}) if texts else frozenset({kind})


def _take(fields: "dict[str, Leaf | Node]", name: str, known: Leaf | Node, value: Any) -> None:
    kind = _KINDS[type(value)]
    if isinstance(known, Leaf):
        if kind == "list" and "texts" in known.kinds and "texts" not in _kinds_of(value):
            known.kinds -= {"texts"}
        if kind not in known.kinds:
            if kind == "dict" and known.kinds == {"null"}:
                fields[name] = node = Node(maybe=known.maybe, null=True)
                node.learn([value])
            else:
                known.kinds |= _kinds_of(value)
    elif kind == "dict":
        known.learn([value])
        if len(known.fields) > _MOST_IN_OBJECT:
            fields[name] = Leaf(frozenset({"dict", "null"} if known.null else {"dict"}), known.maybe)
    elif kind == "null":
        known.null = True
    else:
        fields[name] = Leaf(frozenset({"dict", kind, *(["null"] if known.null else [])}), known.maybe)


def struct_of(node: Node, names: dict[int, str], classes: dict[int, Any]) -> type[msgspec.Struct]:
    """Make the class that such objects are decoded into: any other object is refused by the decoder.

    Args:
        node: The shape.
        names: Filled in: the attribute for each field, by the identity of its shape.
        classes: Filled in: the class for each object, likewise.

    Returns:
        The class.
    """
    fields: list[tuple[str, Any, Any]] = []
    renamed: dict[str, str] = {}
    for number, (name, each) in enumerate(node.fields.items()):
        attribute = f"f{number}"
        names[id(each)] = attribute
        renamed[attribute] = name
        if isinstance(each, Node):
            kind: Any = struct_of(each, names, classes)
            kind = kind | None if each.null else kind
        else:
            kind = _union(each.sure)
        fields.append((attribute, kind | msgspec.UnsetType, msgspec.UNSET) if each.maybe else (attribute, kind))  # type: ignore[arg-type]
    made = msgspec.defstruct("S", fields, rename=renamed, gc=False, forbid_unknown_fields=True, kw_only=True)
    classes[id(node)] = made
    return made


def _union(kinds: frozenset[str]) -> Any:
    if kinds == ANY:
        return Any
    made: Any = None
    for number, kind in enumerate(sorted(kinds - {"null", "texts"})):
        each = list[str] if kind == "list" and "texts" in kinds else _TYPES[kind]
        made = made | each if number else each
    return made | None if made is not None and "null" in kinds else made
