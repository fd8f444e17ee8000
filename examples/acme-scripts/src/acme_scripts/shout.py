"""``acme.shout``: write a field in capitals."""

from identitysync import Example, Mapper, Record, RecordRejected, param, script


@script(
    "acme.shout",
    summary="Write a field in capitals.",
    examples=(Example("a name", {"field": "name"}, [{"name": "ada"}], [{"name": "ADA"}]),),
)
class Shout(Mapper):
    """Write one field in capitals; a record whose field is no text is rejected."""

    field: str = param(doc="The field.", example="name")

    def map(self, record: Record) -> Record:
        """Write the field in capitals."""
        value = record.get(self.field)
        if not isinstance(value, str):
            raise RecordRejected(f"the field {self.field!r} holds no text", code="no-text")
        record[self.field] = value.upper()
        return record
