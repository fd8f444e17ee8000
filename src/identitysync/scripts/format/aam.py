"""``file.format.aam``: records into an inbound file of Adobe Audience Manager."""

import re
from functools import lru_cache
from typing import Final

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.format.attributes import Person, refuse
from identitysync.scripts.format.plain import line_encoder
from identitysync.values import Record

_TRAITS: Final = {"d_sid", "d_unsid", "ic"}
_TRAIT: Final = re.compile(r"[A-Za-z0-9_-]+")
_SIGNS: Final = re.compile(r'[\t\r\n"]')
_ID_SIGNS: Final = re.compile(r'[:\t\r\n"]')


def _check_id(text: str) -> None:
    if text and not re.fullmatch(r"[0-9]+", text):
        raise InvalidParameter(f"an id of Audience Manager is a number; found {text!r}")


@script(
    "file.format.aam",
    summary="Write records into an inbound file of Adobe Audience Manager.",
    examples=(
        Example(
            "attributes and traits",
            {"dpid": "21"},
            [{"UID": "u1", "gender": "m", "city": ["New York", "Rome"], "d_sid": [24, 26]}],
            'u1\t"gender"="m","city"="New York","city"="Rome",d_sid=24,d_sid=26\n',
        ),
        Example("device ids of Android, sent by data source 21", {"dpid": "20914", "targetDataOwner": "21"}),
    ),
)
class FormatAam(Formatter):
    """Write one line for each record: the user id, a tab, and pairs `"key"="value"` joined by commas.

    The first field of the record is the user id. Nested objects become keys with dots, arrays one pair for each value;
    null, missing and empty values are left out. `d_sid`, `d_unsid` and `ic` are traits: their ids stand without quotes.

    The file is named `ftp_dpm_DPID_TIMESTAMP.sync`, or `.overwrite`; it is UTF-8. Formats of names and contents are
    those of Adobe's pages "Inbound Data File Contents" and "Amazon S3 Name and File Size Requirements for Inbound Data
    Files" (experienceleague.adobe.com). Audience Manager takes files of up to 5 GB, and no empty ones.

    *Our choice*: a record is rejected when it has no user id or nothing else, when the id holds a colon or a tab, and
    when a key or value holds a quote, a tab or a line end. All parameters but `dpid` are ours.
    """

    dpid: str = param(doc="The id of the data source.", example="21", check=_check_id)
    target_data_owner: str = param(
        default="",
        doc="The id of your own data source, when `dpid` is one of devices (20914, 20915 …).",
        example="21",
        check=_check_id,
    )
    timestamp: str = param(
        default="${unix}", doc="Seconds since 1970, for the name.", example="1366545717", variables=True
    )
    overwrite: bool = param(
        default=False,
        doc="Whether what is sent replaces all traits of each user, instead of adding to them.",
        example=True,
        text=True,
    )

    @property
    def file_name(self) -> str:  # type: ignore[override]  # it is made of parameters, and is none itself
        """The file's name."""
        owner = f"_{self.target_data_owner}" if self.target_data_owner else ""
        return f"ftp_dpm_{self.dpid}{owner}_{self.timestamp}.{'overwrite' if self.overwrite else 'sync'}"

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return line_encoder(_line)


def _line(record: Record) -> str:
    person = Person.of(record)
    refuse("the user id", person.id, person.id, _ID_SIGNS)
    pairs = [_pair(key, value) for key, values in person.attributes.items() for value in values]
    if not pairs:
        raise RecordRejected(f"nothing is known of the user {person.id!r} but the id", code="nothing-to-tell")
    return f"{person.id}\t{','.join(pairs)}"


def _pair(key: str, value: str) -> str:
    if key in _TRAITS:
        if not _TRAIT.fullmatch(value):
            raise RecordRejected(f"{key} takes the id of a trait; found {value!r}", code="no-trait")
        return f"{key}={value}"
    _check_key(key)
    refuse("the value of", key, value, _SIGNS)
    return f'"{key}"="{value}"'


@lru_cache(1000)
def _check_key(key: str) -> None:
    refuse("the key", key, key, _SIGNS)
