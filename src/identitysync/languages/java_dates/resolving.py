"""Put together the moment of which a text tells, and refuse a text that contradicts itself.

What is not told is taken from the first of January 1970, 00:00. A date is told by year, month and day, by the day of
the year, or by weeks. A week-year (``Y``) beside month and day means the year in which such a day has this week-year;
at the end of December there may be two, and the later one is taken.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from identitysync.languages.java_dates.letters import DAYS
from identitysync.languages.java_dates.reading import Told, read_zone
from identitysync.languages.java_dates.weeks import day_of_week, week_of_month, week_of_year

_PLAIN: Final = frozenset("yMdHmsS")
_DATE_TOLD: Final[dict[str, Callable[[date], int]]] = {
    "y": lambda day: day.year,
    "Y": lambda day: week_of_year(day)[0],
    "M": lambda day: day.month,
    "d": lambda day: day.day,
    "D": lambda day: day.timetuple().tm_yday,
    "w": lambda day: week_of_year(day)[1],
    "W": week_of_month,
    "F": lambda day: (day.day - 1) // 7 + 1,
    "u": date.isoweekday,
}
_NAMES: Final = {
    "y": "year", "Y": "week-year", "M": "month", "d": "day", "D": "day of the year",
    "w": "week", "W": "week of the month", "F": "weekday of the month", "u": "weekday",
}  # fmt: skip


def moment(told: Told, zone_text: str | None, zone: tzinfo) -> datetime:
    """Make the moment of which a text tells.

    Args:
        told: The numbers in the text.
        zone_text: The zone in the text, or None.
        zone: The zone of a text that tells none, or tells this zone's name.

    Returns:
        The moment.

    Raises:
        ValueError: There is no such moment.
    """
    if zone_text is None and told.keys() <= _PLAIN:
        return datetime(
            told.get("y", 1970), told.get("M", 1), told.get("d", 1),
            told.get("H", 0), told.get("m", 0), told.get("s", 0), told.get("S", 0), zone,
        )  # fmt: skip
    try:
        day = _day(told)
    except OverflowError:
        raise ValueError("the date lies outside the years 1 to 9999") from None
    made = datetime(
        day.year, day.month, day.day, _hour(told), told.get("m", 0), told.get("s", 0), told.get("S", 0), tzinfo=zone
    )
    return made if zone_text is None else _zoned(made, zone_text)


def _zoned(made: datetime, text: str) -> datetime:
    for fold in (0, 1):
        if made.tzinfo is not UTC and made.replace(fold=fold).tzname() == text:
            return made.replace(fold=fold)
    zone = read_zone(text)
    if zone is None:
        raise ValueError(f"{text!r} is no zone that is known here; give an offset such as +0100")
    return made.replace(tzinfo=UTC if not zone.utcoffset(None) else zone)


def _hour(told: Told) -> int:
    half = told.get("a")
    if "H" in told:
        hour = told["H"]
        if hour > 23:
            raise ValueError(f"{hour} is no hour of the day")
        if (half is not None and half != hour // 12) or told.get("h", hour % 12) != hour % 12:
            raise ValueError("the hours contradict each other")
        return hour
    return told.get("h", 0) + 12 * (half or 0)


def _day(told: Told) -> date:
    if told.get("G") == 0:
        raise ValueError("years before Christ cannot be held")
    years = [told["y"]] if "y" in told else [told["Y"], told["Y"] - 1] if "Y" in told else [1970]
    faults: list[ValueError] = []
    for year in years:  # days at the end of December may belong to the week-year that follows
        try:
            day = _day_of_year(told, year)
            _check(told, day)
        except ValueError as fault:
            faults.append(fault)
        else:
            return day
    raise faults[0]


def _day_of_year(told: Told, year: int) -> date:
    weekday = told.get("u", 7)
    if "d" in told:
        return date(year, told.get("M", 1), told["d"])
    if "D" in told:
        return date(year, 1, 1) + timedelta(days=told["D"] - 1)
    if "w" in told:
        return day_of_week(told.get("Y", year), told["w"], weekday)
    first = date(year, told.get("M", 1), 1)
    if "W" in told:
        return first + timedelta(days=7 * (told["W"] - 1) + weekday % 7 - first.isoweekday() % 7)
    if "F" in told:
        return first + timedelta(days=7 * (told["F"] - 1) + (weekday - first.isoweekday()) % 7)
    if "Y" in told and "M" not in told:
        return day_of_week(told["Y"], 1, weekday)
    return first


def _check(told: Told, day: date) -> None:
    for key, value in told.items():
        if key in _DATE_TOLD and _DATE_TOLD[key](day) != value:
            found = DAYS[value - 1] if key == "u" else str(value)
            raise ValueError(f"the {_NAMES[key]} {found} does not fit the rest of the date")
