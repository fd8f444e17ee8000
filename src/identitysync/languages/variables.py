"""Variables in parameters: ``${now}``, ``${now:pattern}``, ``${now-1d}``, ``${unix}``, ``${jobId}``, ``${apiKey}``.

*Now* is the moment when the job started, the same in every place of a run, in UTC; without a pattern it is written as
``yyyyMMddHHmmss``. A shift has a sign, a number and a unit, one of ``y M w d h m s``; ``D`` is a day too, as in the
original's file names. Years and months stop at the end of a shorter month. Any other ``${…}`` is left alone.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from identitysync.errors import InvalidParameter, PatternError

_VARIABLE: Final = re.compile(r"\$\{(?:(now)([+-][0-9]{1,9}[yMwdDhms])?(?::([^{}]*))?|(unix|jobId|apiKey))\}")
_LIKELY: Final = re.compile(r"\$\{\s*(?:now|unix|jobid|apikey)\b[^{}]*\}?", re.IGNORECASE)
_DEFAULT: Final = "yyyyMMddHHmmss"
_UNITS: Final = {"w": "weeks", "d": "days", "D": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise InvalidParameter("the moment of a run must tell its zone")
    return now.astimezone(UTC)


@attrs.frozen
class VariableValues:
    """What the variables stand for in one run.

    Attributes:
        now: When the job started, aware of its zone; kept in UTC.
        job_id: The job.
        api_key: The site's API key, or nothing.
    """

    now: datetime = attrs.field(converter=_utc)
    job_id: str = ""
    api_key: str = ""


@attrs.frozen
class Variable:
    """A variable that stands in a text.

    Attributes:
        offset: Where it begins.
        text: The whole of it, with its braces.
        name: ``now``, ``unix``, ``jobId`` or ``apiKey``.
        shift: Such as ``-1h``, or nothing.
        pattern: The date pattern, or nothing.
    """

    offset: int
    text: str
    name: str
    shift: str = ""
    pattern: str = ""


def find_variables(text: str) -> Iterator[Variable]:
    """Find the variables in a text.

    Args:
        text: A parameter.

    Yields:
        Each, from left to right.
    """
    for found in _VARIABLE.finditer(text):
        now, shift, pattern, other = found.groups()
        yield Variable(found.start(), found[0], now or other, shift or "", pattern or "")


def find_misspelt(text: str) -> Iterator[str]:
    """Find what looks like a variable and is none.

    Args:
        text: A parameter.

    Yields:
        Each, as it is written.
    """
    for found in _LIKELY.finditer(text):
        if _VARIABLE.match(text, found.start()) is None:
            yield found[0]


def expand(text: str, values: VariableValues) -> str:
    """Put values in the place of the variables.

    Args:
        text: A parameter.
        values: What they stand for.

    Returns:
        The text.

    Raises:
        PatternError: A date pattern is wrong, or a shift leaves the calendar; the error points at the place.
    """
    if "${" not in text:
        return text
    return _expand(text, values, bare=_timestamp, text_of=str)


def expand_where(text: str, values: VariableValues) -> str:
    """Put values in the place of the variables of a condition.

    Args:
        text: A condition. ``${now}`` without a pattern is a number, milliseconds since 1970, as Gigya's ``…Timestamp``
            fields are; the other variables stand inside quotes.
        values: What they stand for; they are escaped, so that none can end the text that it stands in.

    Returns:
        The condition.

    Raises:
        PatternError: A date pattern is wrong, or a shift leaves the calendar; the error points at the place.
    """
    if "${" not in text:
        return text
    return _expand(text, values, bare=_milliseconds, text_of=_inside_quotes)


def stand_in(text: str) -> str:
    """Put digits in the place of the variables, so many that every other place of a text stays where it is.

    Args:
        text: A condition.

    Returns:
        A text to be proved: what is wrong in it is wrong at the same place of the condition.
    """
    return _VARIABLE.sub(lambda found: "1" * len(found[0]), text)


def _expand(
    text: str, values: VariableValues, *, bare: Callable[[datetime], str], text_of: Callable[[str], str]
) -> str:
    made: list[str] = []
    end = 0
    for variable in find_variables(text):
        made.append(text[end : variable.offset])
        end = variable.offset + len(variable.text)
        match variable.name:
            case "now":
                now = _shifted(text, variable, values.now)
                made.append(text_of(_written(text, variable, now)) if variable.pattern else bare(now))
            case "unix":
                made.append(str((values.now - _EPOCH) // timedelta(seconds=1)))
            case "jobId":
                made.append(text_of(values.job_id))
            case _:
                made.append(text_of(values.api_key))
    return "".join((*made, text[end:]))


def _formatted(pattern: str, now: datetime) -> str:
    # Here, because few file names hold the time.
    from identitysync.languages.java_dates import compile_pattern

    return compile_pattern(pattern).format(now)


def _timestamp(now: datetime) -> str:
    return _formatted(_DEFAULT, now)


def _milliseconds(now: datetime) -> str:
    return str((now - _EPOCH) // timedelta(milliseconds=1))


def _inside_quotes(value: str) -> str:
    # Here, because the package of queries is larger than all of this, and few flows have a condition.
    from identitysync.languages.query import quote

    return quote(value)[1:-1].replace("'", "\\'")


def _written(text: str, variable: Variable, now: datetime) -> str:
    try:
        return _formatted(variable.pattern, now)
    except PatternError as fault:
        start = variable.offset + variable.text.index(":") + 1
        raise PatternError(fault.reason, text, start + (fault.offset or 0)) from None


def _shifted(text: str, variable: Variable, now: datetime) -> datetime:
    if not variable.shift:
        return now
    count, unit = int(variable.shift[:-1]), variable.shift[-1]
    try:
        if unit in _UNITS:
            return now + timedelta(**{_UNITS[unit]: count})
        year, month = divmod(now.year * 12 + now.month - 1 + count * (12 if unit == "y" else 1), 12)
        last = calendar.monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 31
        return now.replace(year=year, month=month + 1, day=min(now.day, last))
    except (OverflowError, ValueError):
        raise PatternError(f"{variable.text} leaves the years 1 to 9999", text, variable.offset) from None
