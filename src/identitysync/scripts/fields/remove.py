"""``field.remove``: take fields out."""

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.values import FieldPath, Record


@script(
    "field.remove",
    summary="Take fields out, with all that is below them.",
    examples=(
        Example(
            "a whole object",
            {"fields": ["profile", "data.internal"]},
            [{"UID": "1", "profile": {"age": 3}, "data": {"internal": 1, "newsletter": True}}],
            [{"UID": "1", "data": {"newsletter": True}}],
        ),
    ),
)
class Remove(Mapper):
    """Take each field out of the record; a missing one is skipped."""

    atomic = True

    fields: list[FieldPath] = param(doc="The paths of the fields.", example=["profile", "data"])

    def map(self, record: Record) -> Record:
        """Take the fields out."""
        for path in self.fields:
            path.pop(record)
        return record

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for path in self.fields:
            fields.pop(path)
