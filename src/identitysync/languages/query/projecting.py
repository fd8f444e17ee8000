"""Give of a document what a query selects.

Selected fields keep their place: ``profile.age`` is given as ``{"profile": {"age": …}}``, and ``profile.phones.number``
keeps one object per element of the array, so that elements can be told apart by their index. What a document lacks is
left out.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import attrs

from identitysync.languages.query.tree import Aggregate, Everything, Field, SelectItem
from identitysync.values import MISSING, Record

Projection: TypeAlias = Callable[[Record], Record]


@attrs.define
class _Node:
    """What is selected at and below one place."""

    names: list[str] = attrs.Factory(list)
    below: dict[str, "_Node"] = attrs.Factory(dict)


def project(select: Iterable[SelectItem], document: Record) -> Record:
    """Give what is selected of one document; for many, make a ``projection`` once.

    Args:
        select: The selected items; functions are left out, they tell of many documents.
        document: The document, which is not changed.

    Returns:
        A new document; nested values may be shared with the old one.
    """
    return projection(select)(document)


def projection(select: Iterable[SelectItem]) -> Projection:
    """Make the function that gives what is selected.

    Args:
        select: The selected items; functions are left out, they tell of many documents.

    Returns:
        A function from a document to a new one; nested values may be shared.
    """
    root = _Node()
    whole = False
    for item in select:
        match item:
            case Everything():
                whole = True
            case Field(path, alias):
                node = root
                for segment in path.segments:
                    node = node.below.setdefault(segment, _Node())
                node.names.append(alias or path.segments[-1])
            case Aggregate():
                pass
    below = root.below
    if not whole:
        return lambda document: _object(below, document)
    if not below:
        return dict
    return lambda document: _overlay(document, _object(below, document))


def _object(below: dict[str, _Node], value: Record) -> Record:
    chosen: Record = {}
    for key, node in below.items():
        found = value.get(key, MISSING)
        if found is MISSING:
            continue
        for name in node.names:
            chosen[name] = found
        if node.below:
            part = _part(node.below, found)
            if part is not MISSING:
                chosen[key] = _overlay(chosen[key], part) if key in chosen else part
    return chosen


def _part(below: dict[str, _Node], value: Any) -> Any:
    if isinstance(value, dict):
        return _object(below, value) or MISSING
    if isinstance(value, list):
        parts = [_element(below, str(index), element) for index, element in enumerate(value)]
        while parts and parts[-1] is MISSING:
            parts.pop()
        return [{} if part is MISSING else part for part in parts] or MISSING
    return MISSING


def _element(below: dict[str, _Node], index: str, element: Any) -> Any:
    node = below.get(index)
    if node is not None:
        return element if node.names else _part(node.below, element)
    return _object(below, element) or MISSING if isinstance(element, dict) else MISSING


def _overlay(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return under | {key: _overlay(under[key], value) if key in under else value for key, value in over.items()}
    if isinstance(under, list) and isinstance(over, list):
        return [_overlay(one, over[index]) if index < len(over) else one for index, one in enumerate(under)]
    return over
