"""``file.format.krux``: records into the import format of Krux (Salesforce Audience Studio)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import RecordRejected
from identitysync.scripts.format.attributes import Person, refuse
from identitysync.scripts.format.plain import line_encoder
from identitysync.values import Record

_LONGEST: Final = 254
_NAME_SIGNS: Final = re.compile(r"[\^:;,\r\n]")
_VALUE_SIGNS: Final = re.compile(r"[\^;\r\n]")
_ELEMENT_SIGNS: Final = re.compile(r"[\^;,\r\n]")


@script(
    "file.format.krux",
    summary="Write records into a file that Krux (Salesforce Audience Studio) imports.",
    examples=(
        Example(
            "users and their attributes",
            {"fileName": "users.txt"},
            [{"UID": "User1", "gender": "male", "interest": ["fishing", "boating"]}, {"UID": "User2", "age": None}],
            "User1^gender:male;interest:fishing,boating\nUser2^\n",
        ),
    ),
)
class FormatKrux(Formatter):
    """Write one line for each record: the user id, `^`, and all attributes as `name:value`, joined by `;`.

    The first field that is no object is the user id. Nested objects become names with dots, arrays several values
    joined by commas; null, missing and empty attributes are left out. The format is that of the vendor's "Audience
    Studio Data Import Specification" (konsole.zendesk.com, article 360013140634): UTF-8, and values of less than 255
    characters.

    *Our choice*: a record is rejected when it has no user id, when a value is too long, or when a name or value holds
    what the format uses for itself (`^`, `;`, a line end; in names also `:` and `,`, in elements of arrays `,`). A
    comma in a text is left alone, and read as several values.
    """

    file_name: str = param(doc="The file's name; it may hold sub-folders.", example="users_${now}.txt", variables=True)
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return line_encoder(_line)


def _line(record: Record) -> str:
    person = Person.of(record)
    refuse("the user id", person.id, person.id, _VALUE_SIGNS)
    pairs = []
    for name, values in person.attributes.items():
        value = values[0]
        if len(values) == 1 and len(value) <= _LONGEST and not _VALUE_SIGNS.search(value):
            _check_name(name)
            pairs.append(f"{name}:{value}")
        else:
            pairs.append(_pair(name, values))
    return f"{person.id}^{';'.join(pairs)}"


def _pair(name: str, values: Sequence[str]) -> str:
    _check_name(name)
    signs = _VALUE_SIGNS if len(values) == 1 else _ELEMENT_SIGNS
    for value in values:
        refuse("the value of", name, value, signs)
        if len(value) > _LONGEST:
            raise RecordRejected(
                f"the value of {name!r} has {len(value)} characters; {_LONGEST} are allowed", code="too-long"
            )
    return f"{name}:{','.join(values)}"


@lru_cache(1000)
def _check_name(name: str) -> None:
    refuse("the name", name, name, _NAME_SIGNS)
