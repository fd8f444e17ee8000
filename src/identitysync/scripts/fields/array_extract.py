"""``field.array.extract``: make a record of each element of an array."""

import hashlib
from collections.abc import Iterator

from identitysync.contract import Example, FlatMapper, param, script
from identitysync.errors import RecordRejected
from identitysync.values import MISSING, FieldPath, Record, copy_records, json_bytes


@script(
    "field.array.extract",
    summary="Make a record of each element of an array.",
    examples=(
        Example(
            "achievements, each with the UID of whoever has it",
            {"field": "achievements", "propagationFields": ["UID"]},
            [{"UID": "1", "achievements": [{"name": "gold", "points": 7}, {"name": "tin"}]}, {"UID": "2"}],
            [{"UID": "1", "name": "gold", "points": 7}, {"UID": "1", "name": "tin"}],
        ),
        Example(
            "texts, with a key",
            {"field": "profile.likes", "propagationFields": ["UID"], "generateKey": True},
            [{"UID": "1", "profile": {"likes": ["tea"]}}],
            [{"UID": "1", "likes": "tea", "key": "100807f4f2e90ca27582bd29c1067afd"}],
        ),
    ),
)
class ArrayExtract(FlatMapper):
    """Give one record for each element, in order: first the fields of the parent that are named, then the element.

    An object becomes the record's fields; anything else goes to a field named as the array is. What is made of the
    parts is *our choice*: a record without the array, or with an empty one, is dropped; one whose field is no array is
    rejected, and so is one of whose elements a field has the name of a propagated one. The generated key depends on the
    propagated values and the element's index alone, so that the same data gets the same keys again.
    """

    atomic = True

    field: FieldPath = param(doc="The path of the array.", example="achievements")
    propagation_fields: list[FieldPath] = param(
        default=[], doc="The paths of the fields that every record gets from its parent.", example=["UID"]
    )
    generate_key: bool = param(
        default=False, doc="Whether a field `key` is added, which tells the record.", example=True
    )

    def expand(self, record: Record) -> Iterator[Record]:
        """Give the records."""
        array = self.field.get(record)
        if array is None or array is MISSING:
            return
        if not isinstance(array, list):
            raise RecordRejected(f"{self.field} is no array", code="no-array")
        propagated: Record = {}
        for path in self.propagation_fields:
            value = path.get(record)
            if value is not MISSING:
                path.nest(propagated, value)
        for index, element in enumerate(array):
            (made,) = copy_records([propagated])
            _add(made, element if isinstance(element, dict) else {self.field.segments[-1]: element})
            if self.generate_key:
                _add(made, {"key": self._key(propagated, index)})
            yield made

    def _key(self, propagated: Record, index: int) -> str:
        values = [path.get(propagated) for path in self.propagation_fields]
        told = json_bytes([[None if value is MISSING else value for value in values], index])
        return hashlib.sha256(told).hexdigest()[:32]


def _add(record: Record, fields: Record) -> None:
    clash = next((name for name in fields if name in record), None)
    if clash is not None:
        raise RecordRejected(f"an element would write the field {clash!r}, which is there already", code="name-clash")
    record.update(fields)
