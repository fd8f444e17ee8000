"""``field.copy``: copy values to other names."""

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.scripts.fields.pairs import Pair
from identitysync.values import MISSING, Record, copy_records


@script(
    "field.copy",
    summary="Copy values to other names.",
    examples=(
        Example(
            "a field under two names",
            {"fields": [{"sourceField": "UID", "targetField": "data.id"}]},
            [{"UID": "1"}],
            [{"UID": "1", "data": {"id": "1"}}],
        ),
    ),
)
class Copy(Mapper):
    """Copy each value from its source to its target, entry by entry.

    A missing source is skipped, parents of the target are made. The copy of an object shares nothing with it.
    The shape of the entries is *our choice*: that of `field.rename`.
    """

    fields: list[Pair] = param(doc="What is copied where.", example=[{"sourceField": "UID", "targetField": "data.id"}])

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # writing at the top never fails
        """Whether no entry can be refused."""
        return all(len(pair.target_field.segments) == 1 for pair in self.fields)

    def map(self, record: Record) -> Record:
        """Copy the values."""
        for pair in self.fields:
            value = pair.source_field.get(record)
            if isinstance(value, dict | list):
                value = copy_records([{"": value}])[0][""]
            if value is not MISSING:
                pair.target_field.nest(record, value)
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for pair in self.fields:
            fields.copy(pair.source_field, pair.target_field)
