"""``file.format.aam``: records into an inbound file of Adobe Audience Manager."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.format.attributes import Person, refuse
from identitysync.scripts.format.plain import line_encoder
from identitysync.values import Record

_TRAITS: Final = {
    "d_sid": re.compile(r"[0-9]+"),
    "d_unsid": re.compile(r"[0-9]+"),
    "ic": re.compile(r"[A-Za-z0-9_-]+"),
}
_SIGNS: Final = re.compile(r'[\t\r\n"]')
_KEY_SIGNS: Final = re.compile(r'^-|[\t\r\n"]')
_ID_SIGNS: Final = re.compile(r'%3[Aa]|[:\t\r\n"]')
_UUID: Final = "{0}{{8}}-{0}{{4}}-{0}{{4}}-{0}{{4}}-{0}{{12}}"
_DEVICES: Final = {
    "20914": ("Android", "lower", re.compile(_UUID.format("[0-9a-f]"))),
    "20915": ("iOS", "upper", re.compile(_UUID.format("[0-9A-F]"))),
}


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
        Example(
            "device ids of Android, sent by data source 21",
            {"dpid": "20914", "targetDataOwner": "21"},
            [{"id": "97987bca-ae59-4c7d-94ba-ee4f19ab8c21", "d_unsid": "28"}],
            "97987bca-ae59-4c7d-94ba-ee4f19ab8c21\td_unsid=28\n",
        ),
    ),
)
class FormatAam(Formatter):
    """Write one line for each record: the user id, a tab, and pairs `"key"="value"` joined by commas.

    The first field that is no object is the user id. Nested objects become keys with dots, arrays one pair for each
    value; null, missing and empty values are left out. `d_sid`, `d_unsid` and `ic` are traits: their ids stand without
    quotes.

    The file is named `ftp_dpm_DPID_TIMESTAMP.sync`, or `.overwrite`; it is UTF-8. Formats of names and contents are
    those of Adobe's pages "Inbound Data File Contents" and "Amazon S3 Name and File Size Requirements for Inbound Data
    Files" (experienceleague.adobe.com). Audience Manager takes files of up to 5 GB, and no empty ones.

    *Our choice*: a record is rejected when it has no user id or nothing else, when the id holds a colon (`%3A` is one,
    too) or a tab, when a key or value holds a quote, a tab or a line end, when a key begins with a dash, which Adobe
    would drop, when the id of a trait is none, and when the id of a device is not written as Adobe asks: of Android
    (`dpid` 20914) in lower case, of iOS (20915) in upper case. All parameters but `dpid` are ours.
    """

    dpid: str = param(doc="The id of the data source.", example="21", check=_check_id)
    target_data_owner: str = param(
        default="",
        doc="The id of your own data source, which is needed when `dpid` is one of devices (20914, 20915 …).",
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

    def examine(self) -> Iterator[tuple[str, InvalidParameter]]:
        """Find out whether somebody owns the data."""
        if self.dpid in _DEVICES and not self.target_data_owner:
            text = f"dpid {self.dpid} is that of all {_DEVICES[self.dpid][0]} devices: name your own data source here"
            yield "targetDataOwner", InvalidParameter(text)

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return line_encoder(_device_line(*_DEVICES[self.dpid]) if self.dpid in _DEVICES else _line)


def _device_line(system: str, case: str, pattern: re.Pattern[str]) -> Callable[[Record], str]:
    def line(record: Record) -> str:
        text = _line(record)
        id = text.partition("\t")[0]
        if not pattern.fullmatch(id):
            raise RecordRejected(
                f"an id of an {system} device is a UUID in {case} case, not hashed; found {id!r}", code="no-device-id"
            )
        return text

    return line


def _line(record: Record) -> str:
    person = Person.of(record)
    refuse("the user id", person.id, person.id, _ID_SIGNS)
    pairs = [_pair(key, value) for key, values in person.attributes.items() for value in values]
    if not pairs:
        raise RecordRejected(f"nothing is known of the user {person.id!r} but the id", code="nothing-to-tell")
    return f"{person.id}\t{','.join(pairs)}"


def _pair(key: str, value: str) -> str:
    if key in _TRAITS:
        if not _TRAITS[key].fullmatch(value):
            raise RecordRejected(f"{key} takes the id of a trait; found {value!r}", code="no-trait")
        return f"{key}={value}"
    _check_key(key)
    refuse("the value of", key, value, _SIGNS)
    return f'"{key}"="{value}"'


@lru_cache(1000)
def _check_key(key: str) -> None:
    refuse("the key", key, key, _KEY_SIGNS)
