"""``field.array.join``: turn an array into a text."""

from identitysync.contract import Example, Mapper, param, script
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
            self.field.set(record, self.delimiter.join(map(text_of, value)))
        return record
