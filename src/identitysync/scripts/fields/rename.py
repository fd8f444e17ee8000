"""``field.rename``: move values to other names."""

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.scripts.fields.pairs import Pair
from identitysync.values import MISSING, Record


@script(
    "field.rename",
    summary="Move values to other names.",
    examples=(
        Example(
            "a nested field to the top; its empty parent stays",
            {"fields": [{"sourceField": "profile.email", "targetField": "email"}]},
            [{"UID": "1", "profile": {"email": "a@x.com"}}],
            [{"UID": "1", "profile": {}, "email": "a@x.com"}],
        ),
        Example(
            "a quoted target stays one key",
            {"fields": [{"sourceField": "gender", "targetField": "'profile.gender'"}]},
            [{"gender": "f"}],
            [{"profile.gender": "f"}],
        ),
    ),
)
class Rename(Mapper):
    """Move each value from its source to its target, entry by entry.

    A missing source is skipped. Parents of the target are made; parents of the source stay, even when they are empty.
    A renamed field goes to the end of its record, unless the target exists.
    """

    fields: list[Pair] = param(
        doc="What is moved where.", example=[{"sourceField": "profile.email", "targetField": "email"}]
    )

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # writing at the top never fails
        """Whether no entry can be refused."""
        return all(len(pair.target_field.segments) == 1 for pair in self.fields)

    def map(self, record: Record) -> Record:
        """Move the values."""
        for pair in self.fields:
            value = pair.source_field.pop(record)
            if value is MISSING:
                continue
            target = pair.target_field
            if len(target.segments) == 1:
                record[target.segments[0]] = value
            else:
                target.nest(record, value)
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for pair in self.fields:
            fields.move(pair.source_field, pair.target_field)
