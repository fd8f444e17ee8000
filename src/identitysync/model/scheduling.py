"""``Scheduling``: when a dataflow runs."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from identitysync.model.jobs import LogLevel


class FrequencyType(StrEnum):
    """The unit of the time between two runs."""

    ONCE = "once"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class MissedSlots(StrEnum):
    """What becomes of the slots that passed while nobody could run them: one run, none, or one run each."""

    ONCE = "once"
    SKIP = "skip"
    ALL = "all"


@attrs.frozen(hash=False)
class Scheduling:
    """Say when, how often and how a dataflow runs.

    Attributes:
        name: Its unique name.
        dataflow_id: The dataflow.
        frequency_type: ``once``, ``minute``, ``hour``, ``day``, ``week`` or ``month``.
        frequency_interval: How many units between two runs; not needed for ``once``.
        next_job_start_time: When it runs next, in UTC; None is now. It is where the slots are counted from.
        log_level: How much the trace tells.
        success_email_notification: Comma-separated addresses that hear of a success.
        failure_email_notification: Comma-separated addresses that hear of a failure.
        limit: How many records at most, for tests.
        full_extract: Whether all records are read, whatever ran before.
        enabled: Whether it runs at all.
        days_of_week: With ``week``: ISO numbers or English names.
        time_zone: The IANA name of the zone whose wall clock days, weeks and months follow; minutes and hours do not.
        missed_slots: What becomes of slots that passed while nobody could run them: ``once``, ``skip`` or ``all``.
        max_rejects: A count, or a share such as ``"1%"``: with more rejected records a job fails.
        id: Given by the service.
        job_id: The current or last job.
        scheduling_status: What the service is doing with it.
        current_job_start_time: When the current job started.
        update_time: When it was stored last.
        extra: Keys of the JSON that the library does not know; they are kept and given back.
    """

    name: str = ""
    dataflow_id: str = ""
    frequency_type: FrequencyType = attrs.field(default=FrequencyType.ONCE, converter=FrequencyType)
    frequency_interval: int | None = None
    next_job_start_time: datetime | None = None
    log_level: LogLevel = attrs.field(default=LogLevel.INFO, converter=LogLevel)
    success_email_notification: str = ""
    failure_email_notification: str = ""
    limit: int | None = None
    full_extract: bool = False
    enabled: bool = True
    days_of_week: tuple[int | str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(tuple))
    time_zone: str = "UTC"
    missed_slots: MissedSlots = attrs.field(default=MissedSlots.ONCE, converter=MissedSlots)
    max_rejects: int | str | None = None
    id: str = ""
    job_id: str = ""
    scheduling_status: str = ""
    current_job_start_time: datetime | None = None
    update_time: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Scheduling":
        """Read a scheduling from the original's JSON object.

        Args:
            data: The object, with the original's names (camelCase).

        Returns:
            The scheduling.

        Raises:
            InvalidParameter: The object is no scheduling; every fault is named.
        """
        from identitysync.model import wire

        return wire.from_dict(data, cls)

    def to_dict(self) -> dict[str, Any]:
        """Give the original's JSON object; what is empty is left out, unknown keys are given back."""
        from identitysync.model import wire

        return wire.to_dict(self)


@attrs.frozen(hash=False)
class DataflowStatus:
    """Tell how a stored dataflow fares.

    Attributes:
        dataflow_id: The dataflow.
        dataflow_name: Its name.
        last_successful_run: The start of its last successful run, from which changes are read; None when there is none.
        next_run: The newest date of all its schedulings, which may lie in the past; None without any.
        running: The ids of the jobs that run now.
    """

    dataflow_id: str
    dataflow_name: str = ""
    last_successful_run: datetime | None = None
    next_run: datetime | None = None
    running: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give a JSON object; what is empty is left out."""
        from identitysync.model import wire

        return wire.to_dict(self)
