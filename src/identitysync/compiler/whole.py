"""Whole records of known shape: the columns of a table, or what the JSON encoder takes."""

from collections.abc import Collection, Iterator
from typing import Any, Final

import attrs
import msgspec

from identitysync.compiler.places import Node, Object, Places
from identitysync.contract.lowering import TEXT, Branch, Layout, Tree, Unfit, Value

_SAFE = frozenset({str, int, bool, type(None)})


def columns(places: Places, known: Layout) -> list[tuple[str, Value]]:
    """Give all fields under dotted names.

    Args:
        places: The record.
        known: The columns that are known already: the place of any other must be the same for all records.

    Returns:
        Names and values.

    Raises:
        Unfit: The place of a column is not known, or two fields would become one.
    """
    found: dict[str, Value] = {}
    _flatten(places, "", Object(places.top), known, found)
    return list(found.items())


def tree(places: Places) -> Tree:
    """Give all fields in their order, those of objects inside.

    Args:
        places: The record.

    Returns:
        Names, and values or objects.

    Raises:
        Unfit: The order of its fields differs from record to record.
    """
    if not places.ordered:
        raise Unfit("the record is written as a whole, and the order of its fields differs from record to record")
    return _inside(places, places.top)


def whole(places: Places) -> str:
    """Give a Python expression for what the JSON encoder takes for the record.

    Args:
        places: The record.

    Returns:
        The expression.

    Raises:
        Unfit: The order of its fields differs from record to record.
    """
    return _built(places, tree(places))


def _flatten(places: Places, prefix: str, owner: Object, known: Collection[str], found: dict[str, Value]) -> None:
    for key in list(owner.fields):
        name = prefix + key
        node = owner.fields[key]
        if isinstance(node, Object):
            _flatten_object(places, name, node, known, found)
        else:
            _column(places, name, node, known, found)


def _flatten_object(places: Places, name: str, node: Object, known: Collection[str], found: dict[str, Value]) -> None:
    before = len(found)
    _flatten(places, f"{name}.", node, known, found)
    inside = list(found.values())[before:]
    if node.null is None and not all(value.maybe for value in inside):
        return
    # empty or null, the object is a column of its own, and its cell is empty
    if name in known or not inside:
        _column(places, name, Value(places.source.constant(""), TEXT, maybe=bool(node.there)), known, found)
        return
    if node.null is not None:
        places.source.line(f"if {node.null.source} is None: raise Surprise")
    if all(value.maybe for value in inside):
        there = [f"({node.there})"] if node.there else []
        empty = [f"{value.source} is U" for value in inside]
        places.source.line(f"if {' and '.join((*there, *empty))}: raise Surprise")


def _column(places: Places, name: str, value: Value, known: Collection[str], found: dict[str, Value]) -> None:
    if name in found:
        raise Unfit(f"two fields would become the column {name}")
    if name not in known and (value.maybe or not places.ordered or "dict" in value.kinds):
        raise Unfit(f"the place of the column {name} is not known before the first record has it")
    found[name] = places.no_object(name, value)


def _inside(places: Places, owner: dict[str, Node]) -> Tree:
    made: list[tuple[str, Value | Branch]] = []
    for key, node in owner.items():
        if isinstance(node, Object):
            made.append((key, Branch(_there(places, node), _inside(places, node.fields))))
            continue
        if node.computed and node.kinds & _NUMBERED:
            helper = places.source.constant(finite)
            places.source.line(
                f"if {node.source}.__class__ not in {places.source.constant(_SAFE)}: {helper}({node.source})"
            )
        made.append((key, node))
    return made


def _there(places: Places, node: Object) -> Value | None:
    """Give a value that is missing or null where the object is; None where it always is there."""
    if not node.there:
        return None
    if node.column:
        return Value(node.column, maybe=True)
    other = node.null.source if node.null is not None else "U"
    made = places.computed(f"True if {node.there} else {other}", frozenset({"bool", "null"}))
    return attrs.evolve(made, maybe=True)


def _built(places: Places, fields: Tree) -> str:
    names, sources = [], []
    for number, (name, node) in enumerate(fields):
        if isinstance(node, Branch) and node.there is not None:
            raise Unfit(f"the object {name} is not in all records")
        kind = (Any | msgspec.UnsetType) if isinstance(node, Value) and node.maybe else Any
        names.append((f"f{number}", kind))
        sources.append(node.source if isinstance(node, Value) else _built(places, node.fields))
    renamed = {f"f{number}": key for number, (key, _) in enumerate(fields)}
    made = msgspec.defstruct("S", names, rename=renamed, gc=False)
    return f"{places.source.constant(made)}({', '.join(sources)})"


_NUMBERED: Final = frozenset({"float", "list", "dict"})
"""Kinds of values that are or hold numbers which JSON may not know."""


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
