"""Which records a run reads: everything, or what has changed since some moment."""

import calendar
from datetime import datetime, timedelta

import attrs

from identitysync.model.scheduling import FrequencyType, Scheduling


@attrs.frozen
class Window:
    """What a run reads.

    Attributes:
        since: The earliest change that is read; None reads everything.
        reason: Why, in a sentence for the trace.
    """

    since: datetime | None
    reason: str


def read_window(
    now: datetime,
    *,
    full_extract: bool | None = None,
    last_runtime: datetime | None = None,
    scheduling: Scheduling | None = None,
) -> Window:
    """Decide what a run reads, by the rules of the original.

    A full extract reads everything, else what has changed since the start of the last successful run. The first run of
    a scheduling reads the last 24 hours when it runs once, and one period when it recurs. A first run without
    scheduling reads everything.

    Args:
        now: When the run starts, in UTC.
        full_extract: What the caller asked for; None leaves it to the scheduling.
        last_runtime: The start of the last successful run.
        scheduling: What started the run, if a scheduling did.

    Returns:
        The window.
    """
    if full_extract is None and scheduling is not None:
        full_extract = scheduling.full_extract
    if full_extract:
        return Window(None, "reading everything: a full extract was asked for")
    if last_runtime is not None:
        return Window(
            last_runtime, f"reading changes since the last successful run, {last_runtime:%Y-%m-%d %H:%M:%S} UTC"
        )
    if scheduling is None:
        return Window(None, "reading everything: no earlier run is known")
    since = _one_period_before(now, scheduling)
    span = "24 hours" if scheduling.frequency_type is FrequencyType.ONCE else "schedule period"
    return Window(since, f"first run: reading the last {span}, since {since:%Y-%m-%d %H:%M:%S} UTC")


def _one_period_before(now: datetime, scheduling: Scheduling) -> datetime:
    count = scheduling.frequency_interval or 1
    match scheduling.frequency_type:
        case FrequencyType.ONCE:
            return now - timedelta(hours=24)
        case FrequencyType.MINUTE:
            return now - timedelta(minutes=count)
        case FrequencyType.HOUR:
            return now - timedelta(hours=count)
        case FrequencyType.DAY:
            return now - timedelta(days=count)
        case FrequencyType.WEEK:
            return now - timedelta(weeks=count)
        case FrequencyType.MONTH:
            months = now.year * 12 + now.month - 1 - count
            year, month = divmod(months, 12)
            return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))
