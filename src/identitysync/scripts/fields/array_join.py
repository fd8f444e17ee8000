"""``field.array.join``: turn an array into a text."""

from typing import Any

import attrs

from identitysync.contract import Example, Fields, Mapper, Value, param, script
from identitysync.values import FieldPath, Record, text_of


@script(
    "field.array.join",
    summary="Turn an array into one text.",
    examples=(
        Example(
            "likes",
            {"field": "profile.likes", "delimiter": ";"},
            [{"profile": {"likes": ["tea", None, 3]}}],
            [{"profile": {"likes": "tea;;3"}}],
        ),
    ),
)
class ArrayJoin(Mapper):
    """Join the elements of an array. Objects inside become compact JSON, null becomes nothing; what is no array stays.

    The parameter's name and its default are *our choice*.
    """

    atomic = True

    field: FieldPath = param(doc="The path of the array.", example="profile.likes")
    delimiter: str = param(default=",", doc="What stands between two elements.", example=";")

    def map(self, record: Record) -> Record:
        """Join the elements."""
        value = self.field.get(record)
        if isinstance(value, list):
            self.field.set(record, self._join(value))
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.update(self.field, lambda value: self._joined(fields, value), frozenset({"list"}))

    def _joined(self, fields: Fields, value: Value) -> Value:
        if "list" not in value.kinds:
            return value
        kinds = value.kinds - {"list", "texts"} | {"str"}
        made = fields.natively(value, "join", self.delimiter.encode())
        if made is not None:
            return attrs.evolve(made, kinds=kinds)
        join = fields.constant(self.delimiter.join if "texts" in value.kinds else self._join)
        if kinds == {"str"} and not value.maybe:
            return value.made(fields, f"{join}({value.source})", kinds)
        return value.made(
            fields, f"{join}({value.source}) if {value.source}.__class__ is list else {value.source}", kinds
        )

    def _join(self, items: list[Any]) -> str:
        try:
            return self.delimiter.join(items)
        except TypeError:
            return self.delimiter.join(map(text_of, items))
