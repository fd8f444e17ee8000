"""``file.format.mailchimp``: records into the CSV that Mailchimp's audience import takes."""

import re
from typing import Any, Final

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import RecordRejected
from identitysync.scripts.format.csv import CsvEncoder
from identitysync.values import FieldPath, Record, all_finite, flatten, text_of

_COLUMN: Final = "Email Address"
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")


@script(
    "file.format.mailchimp",
    summary="Write records into a CSV file for Mailchimp's audience import.",
    examples=(
        Example(
            "contacts with tags",
            {"fileName": "contacts.csv", "emailField": "profile.email"},
            [{"profile": {"email": "ada@example.com", "firstName": "Ada"}, "Tags": ["new", "vip"]}],
            'Email Address,profile.firstName,Tags\nada@example.com,Ada,"new, vip"\n',
        ),
    ),
)
class FormatMailchimp(Formatter):
    """Write one row for each record, below a header: commas, UTF-8, line feeds, quotes doubled.

    `emailField` becomes the column `Email Address`, the only one that Mailchimp requires. Nested objects become dotted
    columns, arrays lists with commas, as Mailchimp reads tags and groups; null and missing are empty. The format is
    that of Mailchimp's page "Format Guidelines for Your Import File" (mailchimp.com/help).

    Columns are the union of all fields. A record is rejected when its e-mail address is missing, or is not one address
    without blanks. All of this is *our choice*: the original's documentation names the format alone.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="contacts_${now}.csv", variables=True
    )
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )
    email_field: FieldPath = param(
        default=FieldPath.parse(_COLUMN), doc="The field of the e-mail address.", example="profile.email"
    )

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return CsvEncoder([], self._ready)

    def _ready(self, record: Record) -> Record:
        address = self.email_field.get(record)
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise RecordRejected(f"{self.email_field} holds no e-mail address", code="no-email")
        kinds = set(map(type, record.values()))
        fields = flatten(record) if dict in kinds else record
        source = self.email_field.literal
        if source != _COLUMN and _COLUMN in fields:
            raise RecordRejected(f"two fields would become the column {_COLUMN!r}; remove one", code="name-clash")
        row = {_COLUMN: address, **fields}
        if source != _COLUMN:
            row.pop(source, None)
        if list in kinds or (dict in kinds and list in map(type, row.values())):
            return {name: _list(name, value) if type(value) is list else value for name, value in row.items()}
        return row


def _list(name: str, value: list[Any]) -> str:
    if not all_finite(value):
        raise RecordRejected(f"{name!r} holds an infinite number, or none at all (NaN)", code="not-finite")
    return ", ".join(map(text_of, value))
