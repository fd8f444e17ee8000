"""Write a moment by the letters of a date pattern."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from identitysync.languages.java_dates.letters import DAYS, MONTHS, QUARTERS, Letters
from identitysync.languages.java_dates.weeks import week_of_month, week_of_year

Writer: TypeAlias = Callable[[datetime], str]


def writer(part: str | Letters) -> Writer:
    """Make the function that writes one part of a pattern.

    Args:
        part: Plain text or a run of letters.

    Returns:
        A function from a moment to text.
    """
    if isinstance(part, str):
        return lambda _: part
    if part.letter in _NUMBERS:
        return partial(_number, _NUMBERS[part.letter], part.count)
    return partial(_WORDS[part.letter], part.count)


def offset_text(moment: datetime, colon: str = "") -> str:
    """Write how far a moment's zone is from UTC.

    Args:
        moment: The moment.
        colon: What stands between hours and minutes.

    Returns:
        Such as ``+0100`` or ``-03:30``.
    """
    minutes = _minutes(moment)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{colon}{rest:02d}"


def _number(value: Callable[[datetime], int], count: int, moment: datetime) -> str:
    return str(value(moment)).zfill(count)


def _minutes(moment: datetime) -> int:
    shift = moment.utcoffset()
    return 0 if shift is None else int(shift.total_seconds() / 60)  # towards zero, as Java does


def _of_day(moment: datetime) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def _year(value: Callable[[datetime], int], count: int, moment: datetime) -> str:
    year = value(moment)
    return f"{year % 100:02d}" if count == 2 else str(year).zfill(count)


def _month(count: int, moment: datetime) -> str:
    if count < 3:
        return str(moment.month).zfill(count)
    return MONTHS[moment.month - 1] if count > 3 else MONTHS[moment.month - 1][:3]


def _fraction(count: int, moment: datetime) -> str:
    if count <= 3:
        return str(moment.microsecond // 1000).zfill(count)
    return f"{moment.microsecond:06d}".ljust(count, "0")[:count]


def _zone_name(count: int, moment: datetime) -> str:
    name = moment.tzname() or "UTC"
    if name == "UTC":
        return "Coordinated Universal Time" if count > 3 else name
    return name if name.isascii() and name.isalpha() else f"GMT{offset_text(moment, ':')}"


def _iso_zone(count: int, moment: datetime, *, zulu: bool) -> str:
    if zulu and _minutes(moment) == 0:
        return "Z"
    text = offset_text(moment, ":" if count in {3, 5} else "")
    # One X writes hours alone, which SimpleDateFormat does at the price of the minutes; one x keeps them.
    return text[:3] if count == 1 and (zulu or text.endswith("00")) else text


def _quarter(count: int, moment: datetime) -> str:
    quarter = (moment.month + 2) // 3
    return str(quarter).zfill(count) if count < 3 else QUARTERS[quarter - 1] if count > 3 else f"Q{quarter}"


def _weekday(count: int, moment: datetime) -> str:
    """Write the day of a week that begins on Sunday, as ``e`` and ``c`` count it."""
    if count < 3:
        return str(moment.isoweekday() % 7 + 1).zfill(count)
    return _day_name(count, moment)


def _day_name(count: int, moment: datetime) -> str:
    return DAYS[moment.weekday()] if count > 3 else DAYS[moment.weekday()][:3]


def _zone_id(_: int, moment: datetime) -> str:
    if key := getattr(moment.tzinfo, "key", None):
        return str(key)
    return offset_text(moment, ":") if _minutes(moment) else "UTC"


def _gmt(count: int, moment: datetime) -> str:
    if _minutes(moment) == 0:
        return "GMT"
    text = offset_text(moment, ":")
    return f"GMT{text if count > 1 else text[0] + text[1:].removeprefix('0').removesuffix(':00')}"


_NUMBERS: Final[dict[str, Callable[[datetime], int]]] = {
    "w": lambda moment: week_of_year(moment)[1],
    "W": week_of_month,
    "D": lambda moment: moment.timetuple().tm_yday,
    "d": lambda moment: moment.day,
    "F": lambda moment: (moment.day - 1) // 7 + 1,
    "u": lambda moment: moment.isoweekday(),
    "H": lambda moment: moment.hour,
    "k": lambda moment: moment.hour or 24,
    "K": lambda moment: moment.hour % 12,
    "h": lambda moment: moment.hour % 12 or 12,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
    "A": lambda moment: _of_day(moment) // 1000,
    "n": lambda moment: moment.microsecond * 1000,
    "N": lambda moment: _of_day(moment) * 1000,
}
_WORDS: Final[dict[str, Callable[[int, datetime], str]]] = {
    "G": lambda _, __: "AD",
    "y": partial(_year, lambda moment: moment.year),
    "Y": partial(_year, lambda moment: week_of_year(moment)[0]),
    "M": _month,
    "L": _month,
    "E": _day_name,
    "e": _weekday,
    "c": _weekday,
    "Q": _quarter,
    "q": _quarter,
    "a": lambda _, moment: "PM" if moment.hour >= 12 else "AM",
    "S": _fraction,
    "z": _zone_name,
    "V": _zone_id,
    "O": _gmt,
    "Z": lambda _, moment: offset_text(moment),
    "X": partial(_iso_zone, zulu=True),
    "x": partial(_iso_zone, zulu=False),
}
