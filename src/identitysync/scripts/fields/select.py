"""``field.select``: keep some fields."""

from typing import Any

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.values import MISSING, FieldPath, Record


@script(
    "field.select",
    summary="Keep these fields and drop all others.",
    examples=(
        Example(
            "two fields of three",
            {"fields": ["UID", "profile.email"]},
            [{"UID": "1", "profile": {"email": "a@x.com", "age": 3}, "data": {}}],
            [{"UID": "1", "profile": {"email": "a@x.com"}}],
        ),
    ),
)
class Select(Mapper):
    """Keep the fields that are named, at their places and in the order in which they are named.

    A missing field stays missing. An element of an array is kept under its index, as the key of an object.
    """

    atomic = True

    fields: list[FieldPath] = param(doc="The paths of the fields.", example=["UID", "profile.email"])

    def map(self, record: Record) -> Record:
        """Build the narrower record."""
        kept: Record = {}
        for path in self.fields:
            value = path.get(record)
            if value is MISSING:
                continue
            if path.literal in record:
                kept[path.literal] = value
            else:
                _put(kept, path.segments, value)
        return kept

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.keep(self.fields)


def _put(kept: Record, segments: tuple[str, ...], value: Any) -> None:
    for segment in segments[:-1]:
        child = kept.get(segment)
        if not isinstance(child, dict):
            child = kept[segment] = {}
        kept = child
    kept[segments[-1]] = value
