"""Put together the moment of which a text tells, and refuse a text that contradicts itself.

What is not told is taken from the first of January 1970, 00:00. A date is told by year, month and day, by the day of
the year, or by weeks. A week-year (``Y``) beside month and day means the year in which such a day has this week-year;
at the end of December there may be two, and the later one is taken.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from identitysync.languages.java_dates.letters import DAYS
from identitysync.languages.java_dates.reading import Told
from identitysync.languages.java_dates.weeks import day_of_week, week_of_month, week_of_year
from identitysync.languages.java_dates.zones import read_zone

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
    "Q": lambda day: (day.month + 2) // 3,
}
_NAMES: Final = {
    "y": "year", "Y": "week-year", "M": "month", "d": "day", "D": "day of the year",
    "w": "week", "W": "week of the month", "F": "weekday of the month", "u": "weekday", "Q": "quarter",
}  # fmt: skip


_WEST, _EAST = timedelta(hours=-13), timedelta(hours=14)
"""What a strict calendar of Java takes for the zone of a text."""


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
    try:
        if zone_text is None and told.keys() <= _PLAIN:
            return datetime(
                told.get("y", 1970), told.get("M", 1), told.get("d", 1),
                told.get("H", 0), told.get("m", 0), told.get("s", 0), told.get("S", 0), zone,
            )  # fmt: skip
        day = _day(told)
        made = datetime(day.year, day.month, day.day, *_clock(told), tzinfo=zone)
    except OverflowError:
        raise ValueError("the date lies outside the years 1 to 9999") from None
    if zone_text is None:
        return made
    made = zoned(made, zone_text)
    if not _WEST <= (made.utcoffset() or timedelta()) <= _EAST:
        raise ValueError(f"{zone_text} is farther from UTC than any zone")
    return made


def rolled(told: Told, zone_text: str | None, zone: tzinfo) -> datetime:
    """Make a moment as Java's lenient calendar does: what is too much rolls over, the 30th of February into March.

    Where a text contradicts itself, month and day go before the day of the year and that before weeks, and 24 hours
    before 12.

    Args:
        told: The numbers in the text.
        zone_text: The zone in the text, or None.
        zone: The zone of a text that tells none, or tells this zone's name.

    Returns:
        The moment.

    Raises:
        ValueError: It lies outside the years 1 to 9999.
    """
    if told.get("G") == 0:
        raise ValueError("years before Christ cannot be held")
    years, month = divmod(told.get("M", told.get("Q", 1) * 3 - 2) - 1, 12)
    year = told.get("y", told.get("Y", 1970)) + years
    hours = told["H"] if "H" in told else told.get("h", 0) + 12 * told.get("a", 0)
    micros = told.get("S", 0) + told.get("A", 0)
    try:
        clock = timedelta(hours=hours, minutes=told.get("m", 0), seconds=told.get("s", 0), microseconds=micros)
        if "d" in told:
            day = date(year, month + 1, 1) + timedelta(days=told["d"] - 1)
        else:
            day = _day_of_year(told | {"M": month + 1}, year)
        made = datetime.combine(day, time(), zone) + clock
    except OverflowError:
        raise ValueError("the date lies outside the years 1 to 9999") from None
    return made if zone_text is None else zoned(made, zone_text)


def _clock(told: Told) -> tuple[int, int, int, int]:
    if "A" not in told:
        return _hour(told), told.get("m", 0), told.get("s", 0), told.get("S", 0)
    rest, micros = divmod(told["A"], 1_000_000)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    found = {"H": hour, "h": hour % 12, "a": hour // 12, "m": minute, "s": second, "S": micros}
    if any(told.get(key, value) != value for key, value in found.items()):
        raise ValueError("the times contradict each other")
    return hour, minute, second, micros


def zoned(made: datetime, text: str) -> datetime:
    """Put a moment into the zone that its text names.

    Args:
        made: The moment, in the zone that is meant when its name is the text.
        text: The name or the offset.

    Returns:
        The moment.

    Raises:
        ValueError: There is no such zone.
    """
    for fold in (0, 1):
        if made.tzinfo is not UTC and made.replace(fold=fold).tzname() == text:
            return made.replace(fold=fold)
    zone = read_zone(text)
    if zone is None:
        raise ValueError(f"{text!r} is no zone that is known here; give an offset such as +0100")
    return made.replace(tzinfo=UTC if zone.utcoffset(None) == timedelta() else zone)


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
    first = date(year, told.get("M", told.get("Q", 1) * 3 - 2), 1)
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
