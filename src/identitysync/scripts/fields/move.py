"""``field.move``: put fields in another order."""

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.values import FieldPath, Record


@script(
    "field.move",
    summary="Put fields right after another one.",
    examples=(
        Example(
            "the e-mail address behind the UID",
            {"fields": ["email"], "after": "UID"},
            [{"UID": "1", "age": 3, "email": "a@x.com"}],
            [{"UID": "1", "email": "a@x.com", "age": 3}],
        ),
        Example(
            "to the front",
            {"fields": ["email"], "after": ""},
            [{"UID": "1", "email": "a"}],
            [{"email": "a", "UID": "1"}],
        ),
    ),
)
class Move(Mapper):
    """Put the fields, in the order in which they are named, right after another field of the record.

    Only fields at the top of the record move: their order is the order of columns. With an empty `after` they go to the
    front, and when there is no such field in the record, they stay where they are (*our choice*).
    """

    atomic = True

    fields: list[FieldPath] = param(doc="The fields that move.", example=["email"])
    after: str = param(default="", doc="The field after which they go; empty puts them to the front.", example="UID")

    def map(self, record: Record) -> Record:
        """Build the record in its new order."""
        after = self.after.strip().strip("'")
        moving = {path.literal: record[path.literal] for path in self.fields if path.literal in record}
        moving.pop(after, None)
        if not moving or (after and after not in record):
            return record
        ordered: Record = {} if after else dict(moving)
        for key, value in record.items():
            if key not in moving:
                ordered[key] = value
            if after and key == after:
                ordered.update(moving)
        return ordered

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.reorder([path.literal for path in self.fields], self.after.strip().strip("'"))
