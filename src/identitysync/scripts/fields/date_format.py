"""``field.date.format``: write dates in another format."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from identitysync.contract import Example, Finding, Mapper, entry, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.languages import java_dates
from identitysync.values import MISSING, FieldPath, Record, text_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Read = Callable[[Any], datetime]
Write = Callable[[datetime], Any]


def check_format(text: str) -> Iterator[Finding]:
    """Read a format, and pass on what it may not mean."""
    if text not in _UNITS and text != "iso":
        for doubt in java_dates.warnings(text):
            yield Finding("week-year", doubt)


def check_zone(name: str) -> None:
    """Look a time zone up."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise InvalidParameter(f"there is no time zone {name!r}; zones are named as in Europe/Paris") from fault


@entry
class Change:
    """Name a field, the format it has, and the one it gets."""

    field: FieldPath = param(doc="The path of the field.", example="lastLogin")
    source_format: str = param(
        doc="A Java date pattern, `iso`, `unix` (seconds) or `unixMillis`.", example="dd.MM.yyyy", check=check_format
    )
    target_format: str = param(doc="The same.", example="yyyy-MM-dd", check=check_format)
    source_time_zone: str = param(
        default="UTC", doc="The zone of dates that tell none.", example="Europe/Paris", check=check_zone
    )
    target_time_zone: str = param(
        default="UTC", doc="The zone in which dates are written.", example="Europe/Paris", check=check_zone
    )
    lenient: bool = param(
        default=False, doc="Whether a pattern reads as Java's does by default: the 31st of June is the 1st of July.",
        example=True,
    )  # fmt: skip


@script(
    "field.date.format",
    summary="Write dates in another format, or in another time zone.",
    examples=(
        Example(
            "days",
            {"fields": [{"field": "born", "sourceFormat": "dd.MM.yyyy", "targetFormat": "yyyy-MM-dd"}]},
            [{"born": "10.12.1815"}, {"born": None}, {}],
            [{"born": "1815-12-10"}, {"born": None}, {}],
        ),
        Example(
            "milliseconds into local time",
            {
                "fields": [
                    {
                        "field": "login",
                        "sourceFormat": "unixMillis",
                        "targetFormat": "dd/MM/yyyy HH:mm",
                        "targetTimeZone": "Europe/Paris",
                    }
                ]
            },
            [{"login": 1751371200000}],
            [{"login": "01/07/2025 14:00"}],
        ),
    ),
)
class DateFormat(Mapper):
    """Read each date by its source format and write it by its target format, entry by entry.

    Formats are patterns as in Java's SimpleDateFormat, read strictly unless `lenient`, or one of three words: `iso` is
    ISO 8601, written as `2025-07-01T12:00:00.000Z`; `unix` and `unixMillis` are numbers since 1970, also as text, and
    are written as whole numbers. The entries' shape and these words are *our choice*. Null, missing and empty values
    stay; a value that does not fit rejects the record.
    """

    fields: list[Change] = param(
        doc="What is changed how.",
        example=[{"field": "born", "sourceFormat": "dd.MM.yyyy", "targetFormat": "yyyy-MM-dd"}],
    )

    def open(self) -> Self:
        """Compile the formats once."""
        made = [
            (
                each.field,
                _reader(each.source_format, ZoneInfo(each.source_time_zone), lenient=each.lenient),
                _writer(each.target_format, ZoneInfo(each.target_time_zone)),
            )
            for each in self.fields
        ]
        return _Changer(made)  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record | None:
        """Change one record; a run uses ``open`` first."""
        return self.open().map(record)


@attrs.frozen
class _Changer:
    _changes: list[tuple[FieldPath, Read, Write]]

    def map(self, record: Record) -> Record:
        for path, read, write in self._changes:
            value = path.get(record)
            if value is None or value is MISSING or value == "":
                continue
            try:
                made = write(read(value))
            except (ValueError, OverflowError) as fault:
                raise RecordRejected(f"the date in {path} cannot be read: {fault}", code="date") from fault
            path.set(record, made)
        return record


_UNITS: Final = {"unix": timedelta(seconds=1), "unixMillis": timedelta(milliseconds=1)}


def _reader(format: str, zone: tzinfo, *, lenient: bool) -> Read:
    if format in _UNITS:
        return lambda value: _EPOCH + _number(value) * _UNITS[format]
    if format == "iso":
        return lambda value: _zoned(datetime.fromisoformat(text_of(value).strip()), zone)
    pattern = java_dates.compile_pattern(format)
    return lambda value: pattern.parse(text_of(value), zone, lenient=lenient)


def _writer(format: str, zone: tzinfo) -> Write:
    if format in _UNITS:
        return lambda moment: (moment - _EPOCH) // _UNITS[format]
    if format == "iso":
        return lambda moment: _iso(moment.astimezone(zone))
    pattern = java_dates.compile_pattern(format)
    return lambda moment: pattern.format(moment.astimezone(zone))


def _number(value: Any) -> float:
    if type(value) is int or type(value) is float:
        return value
    text = text_of(value).strip()
    return int(text) if text.removeprefix("-").isdecimal() else float(text)


def _zoned(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _iso(moment: datetime) -> str:
    text = moment.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
