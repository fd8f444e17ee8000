"""Date patterns of ``java.text.SimpleDateFormat``: English names, weeks that start on Sunday as in Java's US locale."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final

import attrs

from identitysync.errors import PatternError

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LETTERS: Final = "GyYMLwWDdFEuaHkKhmsSzZX"


@attrs.frozen
class _Letters:
    letter: str
    count: int


@attrs.frozen
class DatePattern:
    """A compiled pattern.

    Attributes:
        text: The pattern as it was written.
    """

    text: str
    _parts: tuple[str | _Letters, ...] = attrs.field(eq=False, repr=False)

    def format(self, moment: datetime) -> str:
        """Write a moment.

        Args:
            moment: A moment aware of its zone, which is the zone it is written in.

        Returns:
            The text.
        """
        return "".join(
            part if isinstance(part, str) else _FORMATS[part.letter](moment, part.count) for part in self._parts
        )

    def parse(self, text: str, zone: tzinfo = UTC) -> datetime:
        """Read a moment, strictly: the whole text must fit, and the date must exist.

        Args:
            text: The text.
            zone: The zone of texts that tell none.

        Returns:
            The moment.

        Raises:
            ValueError: The text does not fit.
        """
        found = _reader(self).fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} does not fit the date pattern {self.text!r}")
        told = {name: value for name, value in found.groupdict().items() if value is not None}
        try:
            return _moment(told, zone)
        except ValueError as fault:
            raise ValueError(f"{text!r} does not fit the date pattern {self.text!r}: {fault}") from fault


@cache
def compile_pattern(text: str) -> DatePattern:
    """Read a pattern.

    Args:
        text: Letters as in ``SimpleDateFormat``; other letters stand in single quotes, ``''`` is a quote.

    Returns:
        The pattern.

    Raises:
        PatternError: A letter means nothing, or a quote is never closed.
    """
    parts: list[str | _Letters] = []
    position = 0
    while position < len(text):
        letter = text[position]
        if letter == "'":
            literal, position = _quoted(text, position)
            parts.append(literal)
        elif letter.isascii() and letter.isalpha():
            if letter not in _LETTERS:
                raise PatternError(f"{letter!r} means nothing in a date pattern; quote plain text: '…'", text, position)
            end = position
            while end < len(text) and text[end] == letter:
                end += 1
            parts.append(_Letters(letter, end - position))
            position = end
        else:
            parts.append(letter)
            position += 1
    return DatePattern(text, tuple(parts))


def warnings(text: str) -> Iterator[str]:
    """Tell what a pattern may not mean as it was written.

    Args:
        text: A valid pattern.

    Yields:
        A sentence for each doubt.
    """
    for part in compile_pattern(text)._parts:  # noqa: SLF001 - the same file
        if isinstance(part, _Letters) and part.letter == "Y":
            yield f"{'Y' * part.count} is the week-year, wrong around New Year; the calendar year is {'y' * part.count}"


def _quoted(text: str, start: int) -> tuple[str, int]:
    if text.startswith("''", start):
        return "'", start + 2
    literal = ""
    position = start + 1
    while True:
        end = text.find("'", position)
        if end < 0:
            raise PatternError("a quote is opened and never closed", text, start)
        literal += text[position:end]
        if not text.startswith("''", end):
            return literal, end + 1
        literal += "'"
        position = end + 2


def _number(value: int, count: int) -> str:
    return str(value).rjust(count, "0")


def _year(year: int, count: int) -> str:
    return _number(year % 100, 2) if count == 2 else _number(year, count)


def _month(moment: datetime, count: int) -> str:
    if count >= 4:
        return _MONTHS[moment.month - 1]
    return _MONTHS[moment.month - 1][:3] if count == 3 else _number(moment.month, count)


def _week(day: date) -> tuple[int, int]:
    """Give week-year and week: weeks start on Sunday, the first one holds the first of January."""
    for year in (day.year + 1, day.year):
        first = date(year, 1, 1)
        start = first - timedelta(days=first.isoweekday() % 7)
        if day >= start:
            return year, (day - start).days // 7 + 1
    raise AssertionError(day)  # pragma: no cover - every day lies after the start of its own year's first week


def _week_of_month(day: date) -> int:
    return (day.day + day.replace(day=1).isoweekday() % 7 - 1) // 7 + 1


def _offset(moment: datetime) -> int:
    shift = moment.utcoffset() or timedelta()
    return int(shift.total_seconds()) // 60


def _zone(moment: datetime, colon: str, hours_only: bool = False) -> str:
    minutes = _offset(moment)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours:02d}" if hours_only else f"{sign}{hours:02d}{colon}{rest:02d}"


def _iso_zone(moment: datetime, count: int) -> str:
    return "Z" if _offset(moment) == 0 else _zone(moment, ":" if count >= 3 else "", count == 1)


_FORMATS: Final[dict[str, Callable[[datetime, int], str]]] = {
    "G": lambda _, __: "AD",
    "y": lambda moment, count: _year(moment.year, count),
    "Y": lambda moment, count: _year(_week(moment.date())[0], count),
    "M": _month,
    "L": _month,
    "w": lambda moment, count: _number(_week(moment.date())[1], count),
    "W": lambda moment, count: _number(_week_of_month(moment.date()), count),
    "D": lambda moment, count: _number(moment.timetuple().tm_yday, count),
    "d": lambda moment, count: _number(moment.day, count),
    "F": lambda moment, count: _number((moment.day - 1) // 7 + 1, count),
    "E": lambda moment, count: _DAYS[moment.weekday()] if count >= 4 else _DAYS[moment.weekday()][:3],
    "u": lambda moment, count: _number(moment.isoweekday(), count),
    "a": lambda moment, _: "PM" if moment.hour >= 12 else "AM",
    "H": lambda moment, count: _number(moment.hour, count),
    "k": lambda moment, count: _number(moment.hour or 24, count),
    "K": lambda moment, count: _number(moment.hour % 12, count),
    "h": lambda moment, count: _number(moment.hour % 12 or 12, count),
    "m": lambda moment, count: _number(moment.minute, count),
    "s": lambda moment, count: _number(moment.second, count),
    "S": lambda moment, count: _number(moment.microsecond // 1000, count),
    "z": lambda moment, _: moment.tzname() or "UTC",
    "Z": lambda moment, _: _zone(moment, ""),
    "X": _iso_zone,
}


@cache
def _reader(pattern: DatePattern) -> re.Pattern[str]:
    made: list[str] = []
    seen: set[str] = set()
    for index, part in enumerate(pattern._parts):  # noqa: SLF001 - the same file
        if isinstance(part, str):
            made.append(re.escape(part))
            continue
        following = pattern._parts[index + 1] if index + 1 < len(pattern._parts) else None  # noqa: SLF001
        adjacent = isinstance(following, _Letters)
        body = _body(part, adjacent=adjacent)
        made.append(body if part.letter in seen else f"(?P<{part.letter}{'_' if _named(part) else ''}>{body})")
        seen.add(part.letter)
    return re.compile("".join(made), re.IGNORECASE)


def _named(part: _Letters) -> bool:
    return part.letter in "ML" and part.count >= 3


def _body(part: _Letters, *, adjacent: bool) -> str:
    if _named(part):
        return "|".join((*_MONTHS, *(name[:3] for name in _MONTHS)))
    match part.letter:
        case "G":
            return "AD|BC"
        case "E":
            return "|".join((*_DAYS, *(name[:3] for name in _DAYS)))
        case "a":
            return "AM|PM"
        case "z":
            return "UTC|GMT|Z"
        case "Z":
            return r"[+-]\d{4}"
        case "X":
            return r"Z|[+-]\d{2}(?::?\d{2})?"
        case "y" | "Y":
            return r"\d{2}" if part.count == 2 else (rf"\d{{{part.count}}}" if adjacent else r"\d{1,9}")
        case _:
            return rf"\d{{{part.count}}}" if adjacent else r"\d{1,9}"


def _moment(told: dict[str, str], zone: tzinfo) -> datetime:
    if "Y" in told and "y" not in told:
        raise ValueError("a week-year (Y) tells no day; use y for the year")
    year = int(told.get("y", "1970"))
    if len(told.get("y", "1970")) == 2:
        year += 2000 if year < 50 else 1900
    month = int(told["M"]) if "M" in told else int(told.get("L", "1"))
    name = told.get("M_") or told.get("L_")
    if name:
        month = next(number for number, full in enumerate(_MONTHS, 1) if full[:3].lower() == name[:3].lower())
    hour = int(told.get("H", "0"))
    if "k" in told:
        hour = int(told["k"]) % 24
    if "h" in told or "K" in told:
        clock = int(told["h"]) % 12 if "h" in told else int(told["K"])
        hour = clock + (12 if told.get("a", "AM").upper() == "PM" else 0)
    text = told.get("X") or told.get("Z") or told.get("z")
    moment = datetime(
        year, month, int(told.get("d", "1")), hour, int(told.get("m", "0")), int(told.get("s", "0")),
        int(told.get("S", "0")) * 1000, tzinfo=_read_zone(text) if text else zone,
    )  # fmt: skip
    if "D" in told:
        moment = moment.replace(month=1, day=1) + timedelta(days=int(told["D"]) - 1)
    return moment


def _read_zone(text: str) -> tzinfo:
    if not text.startswith(("+", "-")):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)
