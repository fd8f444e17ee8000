"""The slots of a scheduling: the moments at which it is due.

Minutes and hours are lengths of time, whatever the clocks do. Days, weeks and months follow the wall clock of the
scheduling's time zone: a time that a change of clocks leaves out moves behind the gap, one that comes twice counts
once, the first time. A month that is too short for the day of the first slot has its slot on its last day.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from identitysync.errors import InvalidParameter
from identitysync.model.scheduling import FrequencyType, Scheduling

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LENGTHS: Final = {FrequencyType.MINUTE: timedelta(minutes=1), FrequencyType.HOUR: timedelta(hours=1)}
_BACK: Final = 2
"""Slots that a guess starts too early: a change of clocks moves a slot by less than two days."""


def next_slot(scheduling: Scheduling, start: datetime, after: datetime) -> datetime | None:
    """Find the first slot after a moment.

    Args:
        scheduling: How often it runs; what it says of its next start does not count.
        start: Where its slots are counted from.
        after: The moment.

    Returns:
        The slot, in UTC; None when there is no further one.

    Raises:
        InvalidParameter: The scheduling has an interval, a day or a time zone that cannot be.
    """
    moment, guess = _numbered(scheduling, start)
    try:
        number = max(0, guess(after) - _BACK) if after >= start else 0
        while (slot := moment(number)) is not None:
            if slot > after and slot >= start:
                return slot
            number += 1
    except OverflowError:  # beyond the year 9999
        pass
    return None


def previous_slot(scheduling: Scheduling, start: datetime, until: datetime) -> datetime | None:
    """Find the last slot that is not after a moment.

    Args:
        scheduling: How often it runs; what it says of its next start does not count.
        start: Where its slots are counted from.
        until: The moment.

    Returns:
        The slot, in UTC; None when the first one is still to come.

    Raises:
        InvalidParameter: The scheduling has an interval, a day or a time zone that cannot be.
    """
    if until < start:
        return None
    moment, guess = _numbered(scheduling, start)
    number = max(0, guess(until) - _BACK)
    found = None
    while number >= 0 and found is None:
        first = number
        try:
            while (slot := moment(number)) is not None and slot <= until:
                found = slot if slot >= start else found
                number += 1
        except OverflowError:  # beyond the year 9999
            pass
        number = first - 1
    return found


def weekdays(scheduling: Scheduling) -> tuple[int, ...]:
    """Read the days of a weekly scheduling.

    Args:
        scheduling: Its ``days_of_week`` are ISO numbers (1 is Monday) or English names, whole or their first letters.

    Returns:
        The ISO numbers in order; none when it names none.

    Raises:
        InvalidParameter: One of them is no day, or it is not weekly.
    """
    if not scheduling.days_of_week:
        return ()
    if scheduling.frequency_type is not FrequencyType.WEEK:
        raise InvalidParameter(
            f"daysOfWeek goes with frequencyType week alone; this scheduling's is {scheduling.frequency_type}"
        )
    return tuple(sorted({_weekday(each) for each in scheduling.days_of_week}))


def zone_of(scheduling: Scheduling) -> ZoneInfo:
    """Find a scheduling's time zone.

    Args:
        scheduling: Its ``time_zone`` is an IANA name.

    Returns:
        The zone.

    Raises:
        InvalidParameter: There is no such zone.
    """
    try:
        return ZoneInfo(scheduling.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        hint = "write an IANA name such as Europe/Vienna"
        raise InvalidParameter(f"there is no time zone {scheduling.time_zone!r}; {hint}") from fault


def _weekday(day: int | str) -> int:
    text = str(day).strip().lower()
    if text.isdecimal() and 1 <= int(text) <= 7:
        return int(text)
    found = [number for number, name in enumerate(_DAYS, 1) if len(text) >= 2 and name.startswith(text)]
    if len(found) != 1:
        raise InvalidParameter(f"a day of the week is 1 (Monday) to 7 or an English name; found {day!r}")
    return found[0]


_Numbered = tuple[Callable[[int], datetime | None], Callable[[datetime], int]]


def _numbered(scheduling: Scheduling, start: datetime) -> _Numbered:
    """Give the function from a slot's number to its moment, and one that guesses the number at a moment."""
    kind = scheduling.frequency_type
    every = 1 if scheduling.frequency_interval is None else scheduling.frequency_interval
    if every < 1:
        raise InvalidParameter(f"frequencyInterval is a whole number, 1 or more; found {every}")
    if kind is FrequencyType.ONCE:
        return lambda number: start if number == 0 else None, lambda _: 0
    if kind in _LENGTHS:
        length = _LENGTHS[kind] * every
        return lambda number: start + number * length, lambda moment: (moment - start) // length
    zone = zone_of(scheduling)
    local = start.astimezone(zone)
    first, wall = local.date(), local.time()

    def days(moment: datetime) -> int:
        return (moment.astimezone(zone).date() - first).days

    if kind is FrequencyType.MONTH:
        return (
            lambda number: _at(_months_later(first, number * every), wall, zone),
            lambda moment: days(moment) // 31 // every,
        )
    if kind is FrequencyType.DAY:
        return (
            lambda number: _at(first + timedelta(days=number * every), wall, zone),
            lambda moment: days(moment) // every,
        )
    chosen = weekdays(scheduling) or (first.isoweekday(),)
    monday = first - timedelta(days=first.isoweekday() - 1)

    def weekly(number: int) -> datetime:
        week, index = divmod(number, len(chosen))
        return _at(monday + timedelta(days=week * 7 * every + chosen[index] - 1), wall, zone)

    return weekly, lambda moment: days(moment) // (7 * every) * len(chosen)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)
