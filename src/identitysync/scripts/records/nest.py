"""``record.nest``: turn dotted columns into objects and arrays."""

from itertools import pairwise
from typing import Any, Final, Self

from identitysync.contract import Example, Mapper, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.values import MISSING, FieldPath, Record

_LONGEST: Final = 10_000
"""Elements that an array may get by the names of columns."""


@script(
    "record.nest",
    summary="Turn columns with dots in their names into objects and arrays.",
    examples=(
        Example(
            "the columns of a DSV file",
            {},
            [{"UID": "1", "profile.email": "a@x.com", "profile.education.0.degree": "MA", "profile.age": 3}],
            [{"UID": "1", "profile": {"email": "a@x.com", "education": [{"degree": "MA"}], "age": 3}}],
        ),
        Example(
            "only those that are named",
            {"fields": ["a.b"]},
            [{"a.b": 1, "c.d": 2}],
            [{"a": {"b": 1}, "c.d": 2}],
        ),
    ),
)
class Nest(Mapper):
    """Move each column to the place that its name spells. A script of ours.

    Segments are separated by dots; a number makes, or goes into, an array, whose gaps are null, unless an object is
    there already. Columns of one object meet in it, where the first of them stood; an object that is there already is
    completed, and null there gives way. Where a value stands in the way, or two columns name one place, the record is
    rejected, so that nothing is lost. A name that is no path, such as `a..b`, stays as it is.
    """

    fields: list[FieldPath] = param(
        default=[], doc="The columns; none named are all whose names hold a dot.", example=["profile.email"]
    )

    def open(self) -> Self:
        """Remember the names of columns that were split already."""
        return _Nest({path.literal: path.segments for path in self.fields}, every=not self.fields)  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record | None:
        """Nest one record; a run uses ``open`` first."""
        return self.open().map(record)


class _Nest:
    def __init__(self, segments: dict[str, tuple[str, ...]], *, every: bool) -> None:
        self._segments, self._every = segments, every

    def map(self, record: Record) -> Record:
        nested: Record = {}
        for name, value in record.items():
            segments = self._split(name)
            if len(segments) > 1:
                _put(nested, segments, value, name)
            else:
                _join(nested, name, value, name)
        return nested

    def _split(self, name: str) -> tuple[str, ...]:
        segments = self._segments.get(name)
        if segments is None:
            segments = _segments(name) if self._every and "." in name else (name,)
            self._segments[name] = segments
        return segments


def _segments(name: str) -> tuple[str, ...]:
    try:
        return FieldPath.parse(name).segments
    except InvalidParameter:
        return (name,)


def _put(owner: Any, segments: tuple[str, ...], value: Any, name: str) -> None:
    for segment, following in pairwise(segments):
        child = _get(owner, segment)
        if child is MISSING or child is None:
            child = [] if _is_index(following) else {}
            _join(owner, segment, child, name)
        elif not isinstance(child, dict | list):
            raise _conflict(name, f"there is a value on its way, at {segment!r}")
        owner = child
    _join(owner, segments[-1], value, name)


def _get(owner: Any, segment: str) -> Any:
    if isinstance(owner, dict):
        return owner.get(segment, MISSING)
    return owner[int(segment)] if _is_index(segment) and int(segment) < len(owner) else MISSING


def _join(owner: Any, segment: str, value: Any, name: str) -> None:
    """Write a value where there is none yet; objects and arrays are joined."""
    there = _get(owner, segment)
    if isinstance(there, dict) and isinstance(value, dict):
        for key, child in value.items():
            _join(there, key, child, f"{name}.{key}")
    elif isinstance(there, dict | list) and value is None:
        return
    elif there is not MISSING and (there is not None or not isinstance(value, dict | list)) and not _gap(owner, there):
        raise _conflict(name, "its place is taken")
    elif isinstance(owner, dict):
        owner[segment] = value
    elif not _is_index(segment) or int(segment) >= _LONGEST:
        raise _conflict(name, f"{segment!r} is no index of an array below {_LONGEST}")
    else:
        owner.extend([None] * (int(segment) + 1 - len(owner)))
        owner[int(segment)] = value


def _gap(owner: Any, there: Any) -> bool:
    return isinstance(owner, list) and there is None


def _conflict(name: str, reason: str) -> RecordRejected:
    return RecordRejected(f"{name!r} cannot be nested: {reason}", code="path-conflict")


def _is_index(segment: str) -> bool:
    return segment.isascii() and segment.isdigit() and len(segment) < 10
