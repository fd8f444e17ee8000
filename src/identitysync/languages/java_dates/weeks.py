"""Weeks as Java counts them in its US locale: they start on Sunday, and the first one holds the first day of the year.

So the last days of December belong to the next week-year, unless the year ends on a Saturday.
"""

from datetime import date, timedelta


def week_of_year(day: date) -> tuple[int, int]:
    """Give week-year and week.

    Args:
        day: The day.

    Returns:
        The week-year, which may be 10000, and the week in it, from 1.
    """
    sunday = _since_sunday(day)
    if day.month == 12 and day.day + 6 - sunday > 31:
        return day.year + 1, 1
    first = _since_sunday(date(day.year, 1, 1))
    return day.year, (day.timetuple().tm_yday - 1 + first) // 7 + 1


def week_of_month(day: date) -> int:
    """Give the week in the month, from 1; the first one holds the first of the month."""
    return (day.day - 1 + _since_sunday(day.replace(day=1))) // 7 + 1


def day_of_week(year: int, week: int, weekday: int) -> date:
    """Find a day by its week.

    Args:
        year: The week-year.
        week: The week, from 1.
        weekday: 1 for Monday to 7 for Sunday, which is the first day of its week.

    Returns:
        The day.

    Raises:
        OverflowError: The day lies outside the years 1 to 9999.
    """
    first = date(year, 1, 1)
    return first + timedelta(days=weekday % 7 - _since_sunday(first) + 7 * (week - 1))


def _since_sunday(day: date) -> int:
    return day.isoweekday() % 7
