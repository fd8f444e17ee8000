"""``field.flatten``: turn objects into top-level fields."""

from typing import Any, Final, Self

import attrs

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.errors import RecordRejected
from identitysync.values import FieldPath, Record

_MOST: Final = 1000
"""Names that are kept."""


@script(
    "field.flatten",
    summary="Turn objects into fields at the top of the record.",
    examples=(
        Example(
            "a profile",
            {"fields": ["profile"]},
            [{"UID": "1", "profile": {"age": 3, "address": {"city": "Rome"}}}],
            [{"UID": "1", "profile_age": 3, "profile_address_city": "Rome"}],
        ),
    ),
)
class Flatten(Mapper):
    """Take each object out and put what is in it at the top, under names joined by the delimiter.

    The names are *our choice*: `profile` with an `age` becomes `profile_age`. Arrays are kept as they are. What is no
    object stays. When a name is taken already, the record is rejected, so that nothing is lost.
    """

    atomic = True

    fields: list[FieldPath] = param(doc="The paths of the objects.", example=["profile"])
    delimiter: str = param(default="_", doc="What joins the names.", example=".")

    def open(self) -> Self:
        """Begin to learn the names that fields get."""
        alone = self.fields[0] if len(self.fields) == 1 and len(self.fields[0].segments) == 1 else None
        return _Flattener(self, alone) if alone else self  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record:
        """Check that no name is taken, then flatten."""
        found: dict[str, Any] = {}
        gone: list[FieldPath] = []
        for path in self.fields:
            value = path.get(record)
            if isinstance(value, dict):
                gone.append(path)
                self._spread(path.literal if path.quoted else self.delimiter.join(path.segments), value, found)
        for name in found:
            if name in record and not any(path.literal == name for path in gone):
                raise RecordRejected(f"flattening would overwrite the field {name!r}", code="name-clash")
        for path in gone:
            path.pop(record)
        record.update(found)
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.spread(self.fields, self.delimiter)

    def _spread(self, prefix: str, value: Record, found: dict[str, Any]) -> None:
        for key, child in value.items():
            name = f"{prefix}{self.delimiter}{key}"
            if isinstance(child, dict) and child:
                self._spread(name, child, found)
            elif name in found:
                raise RecordRejected(f"flattening makes the field {name!r} twice", code="name-clash")
            else:
                found[name] = child


class _Names(dict[str, str]):
    """The names of fields below their object's, each made once."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __missing__(self, key: str) -> str:
        if len(self) >= _MOST:  # they are data, not names
            self.clear()
        name = self[key] = self._prefix + key
        return name


@attrs.frozen
class _Flattener:
    """Flatten one object at the top of the record, which is the usual case, in one sweep."""

    _script: Flatten
    _path: FieldPath
    _names: _Names = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_names", _Names(f"{self._path.literal}{self._script.delimiter}"))

    def map(self, record: Record) -> Record:
        value = record.get(self._path.literal)
        if type(value) is dict and dict not in map(type, value.values()):
            names = self._names
            if record.keys().isdisjoint(map(names.__getitem__, value)):
                del record[self._path.literal]
                for key, child in value.items():
                    record[names[key]] = child
                return record
        return self._script.map(record)
