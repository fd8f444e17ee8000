"""Variables in parameters: ``${now}``, ``${now:pattern}``, ``${now-1d}``, ``${unix}``, ``${jobId}``, ``${apiKey}``.

*Now* is the moment when the job started, the same in every place of a run, in UTC. Units are ``y M w d h m s``; ``D`` is
a day too, as in the original's file names. Any other ``${…}`` is left alone.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from identitysync.languages.java_dates import compile_pattern

_VARIABLE: Final = re.compile(r"\$\{(?:now(?:([+-])(\d{1,6})([yMwdDhms]))?(?::([^{}]*))?|(unix|jobId|apiKey))\}")
_DEFAULT: Final = "yyyyMMddHHmmss"
_UNITS: Final = {"w": "weeks", "d": "days", "D": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@attrs.frozen
class VariableValues:
    """What the variables stand for in one run.

    Attributes:
        now: When the job started, in UTC.
        job_id: The job.
        api_key: The site's API key, or nothing.
    """

    now: datetime
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
        sign, count, unit, pattern, name = found.groups()
        shift = f"{sign}{count}{unit}" if sign else ""
        yield Variable(found.start(), found[0], name or "now", shift, pattern or "")


def expand(text: str, values: VariableValues) -> str:
    """Put values in the place of the variables.

    Args:
        text: A parameter.
        values: What they stand for.

    Returns:
        The text.

    Raises:
        PatternError: A date pattern is wrong.
    """
    if "${" not in text:
        return text
    return _VARIABLE.sub(lambda found: _value(found, values), text)


def expand_where(text: str, values: VariableValues) -> str:
    """Put values in the place of the variables of a query: *now* without a pattern is milliseconds since 1970.

    Args:
        text: A condition.
        values: What they stand for.

    Returns:
        The condition.
    """

    def value(found: re.Match[str]) -> str:
        if found[5] is None and found[4] is None:
            return str(int(_shifted(found, values.now).timestamp() * 1000))
        return _value(found, values)

    return _VARIABLE.sub(value, text)


def _value(found: re.Match[str], values: VariableValues) -> str:
    match found[5]:
        case "unix":
            return str(int(values.now.timestamp()))
        case "jobId":
            return values.job_id
        case "apiKey":
            return values.api_key
    return compile_pattern(found[4] or _DEFAULT).format(_shifted(found, values.now))


def _shifted(found: re.Match[str], now: datetime) -> datetime:
    if found[1] is None:
        return now
    count = int(found[2]) * (-1 if found[1] == "-" else 1)
    if found[3] in _UNITS:
        return now + timedelta(**{_UNITS[found[3]]: count})
    years, month = divmod(now.year * 12 + now.month - 1 + count * (12 if found[3] == "y" else 1), 12)
    day = min(now.day, calendar.monthrange(years, month + 1)[1])
    return now.replace(year=years, month=month + 1, day=day)
