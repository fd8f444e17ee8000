"""Find what a path names in a document: nothing, one value, or several where arrays of objects lie on the way."""

from collections.abc import Callable, Sequence
from typing import Any

from identitysync.languages.query.conditions import Path
from identitysync.values import MISSING, Record


def finder(path: Path) -> Callable[[Record], Sequence[Any]]:
    """Make the function that finds a path's values.

    Args:
        path: The path.

    Returns:
        A function from a document to the values there; an array at the very end is one value.
    """
    segments = path.segments
    if len(segments) == 1:
        (name,) = segments

        def top(document: Record) -> Sequence[Any]:
            value = document.get(name, MISSING)
            return () if value is MISSING else (value,)

        return top

    def find(document: Record) -> Sequence[Any]:
        value: Any = document
        for index, segment in enumerate(segments):
            if type(value) is dict:
                value = value.get(segment, MISSING)
                if value is MISSING:
                    return ()
            else:
                found: list[Any] = []
                _walk(value, segments, index, found)
                return found
        return (value,)

    return find


def spread(values: Sequence[Any]) -> Sequence[Any]:
    """Put the elements of an array in its place, one level deep.

    Args:
        values: What a finder found.

    Returns:
        The single values.
    """
    for value in values:
        if type(value) is list:
            return [single for one in values for single in (one if type(one) is list else (one,))]
    return values


def _walk(value: Any, segments: tuple[str, ...], index: int, found: list[Any]) -> None:
    if index == len(segments):
        found.append(value)
    elif isinstance(value, dict):
        if segments[index] in value:
            _walk(value[segments[index]], segments, index + 1, found)
    elif isinstance(value, list):
        position = segments[index]
        if position.isascii() and position.isdigit() and len(position) < 10:
            if int(position) < len(value):
                _walk(value[int(position)], segments, index + 1, found)
            return
        for element in value:
            if isinstance(element, dict):
                _walk(element, segments, index, found)
