"""``field.add``: write constants."""

from typing import Any

from identitysync.contract import Example, Fields, Mapper, Unfit, Value, entry, param, script
from identitysync.values import FieldPath, Record, copy_records


@entry
class Constant:
    """Name a field and its value."""

    field: FieldPath = param(doc="The path of the field; parents are made.", example="data.idxImportJobID")
    value: Any = param(doc="Its value; in a text, variables are expanded.", example="${jobId}", variables=True)


@script(
    "field.add",
    summary="Write constant values into every record.",
    examples=(
        Example(
            "a nested constant",
            {"fields": [{"field": "data.source", "value": "shop"}]},
            [{"UID": "1"}],
            [{"UID": "1", "data": {"source": "shop"}}],
        ),
    ),
)
class Add(Mapper):
    """Write each value, over what is there. `${jobId}`, `${now}` and the like are expanded once for the whole run."""

    fields: list[Constant] = param(
        doc="What is written where.", example=[{"field": "data.idxImportJobID", "value": "${jobId}"}]
    )

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # writing at the top never fails
        """Whether no entry can be refused."""
        return all(len(each.field.segments) == 1 for each in self.fields)

    def map(self, record: Record) -> Record:
        """Write the values."""
        for each in self.fields:
            value = each.value
            if isinstance(value, dict | list):
                value = copy_records([{"": value}])[0][""]
            each.field.set(record, value)
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for each in self.fields:
            if isinstance(each.value, dict | list):
                raise Unfit("each record gets an object of its own")
            fields.set(each.field, Value.of(each.value, fields.constant(each.value)))
