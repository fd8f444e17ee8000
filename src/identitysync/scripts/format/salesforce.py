"""``file.format.salesforce``: records into the CSV that Salesforce's Bulk API 2.0 takes."""

from typing import Final

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.scripts.format.csv import CsvEncoder
from identitysync.scripts.format.sizes import check_size
from identitysync.values import FieldPath, Record, flattened

_NULL: Final = "#N/A"


@script(
    "file.format.salesforce",
    summary="Write records into a CSV file for Salesforce's Bulk API 2.0.",
    examples=(
        Example(
            "null empties a field, a missing one is left alone",
            {"fileName": "contacts.csv"},
            [{"Gigya_UID__c": "1", "LastName": 'O\'Hara, "Kim"', "Phone": None}, {"Gigya_UID__c": "2"}],
            'Gigya_UID__c,LastName,Phone\n1,"O\'Hara, ""Kim""",#N/A\n2,,\n',
        ),
        Example(
            "a field of a related object",
            {"fileName": "contacts.csv", "columns": ["LastName", "Account.External__c"]},
            [{"LastName": "Ada", "Account": {"External__c": "A-1"}, "other": 1}],
            "LastName,Account.External__c\nAda,A-1\n",
        ),
    ),
)
class FormatSalesforce(Formatter):
    """Write one row for each record, below a header of field names: commas, UTF-8, line feeds, quotes doubled.

    An empty cell leaves a field of Salesforce as it is, `#N/A` empties it: a missing field becomes the former, null the
    latter. Nested objects become dotted columns, which is how Salesforce names fields of related objects. The format is
    that of Salesforce's page "Prepare CSV Files" (Bulk API 2.0 developer guide); create the job with `lineEnding: LF`.

    Columns are those of `columns`, else the union of all fields, as in `file.format.dsv`. A part ends before 100 MB,
    which is what one upload may have. All of this is *our choice*: the original's documentation names the format alone.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="contacts_${now}.csv", variables=True
    )
    max_file_size: float | None = param(
        default=100.0,
        doc="Megabytes after which the next part begins: name_1.csv, name_2.csv.",
        example=50,
        text=True,
        check=check_size,
    )
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )
    columns: list[FieldPath] = param(
        default=[],
        doc="The columns, when they shall not be found out; other fields are left out.",
        example=["LastName", "Email"],
        text=True,
    )

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return CsvEncoder(self.columns, _ready)


def _ready(record: Record) -> Record:
    row = flattened(record)
    return {name: _NULL if value is None else value for name, value in row.items()} if None in row.values() else row
