"""``JobStatus``: how a run went."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs

from identitysync.errors import JobFailed
from identitysync.report import DeliveredFile, RejectSample, StepReport


class JobState(StrEnum):
    """The states of a job, as in the original."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"


class LogLevel(StrEnum):
    """How much a job's trace tells: ``debug`` holds records, and stops after three."""

    INFO = "info"
    ERROR = "error"
    DEBUG = "debug"


@attrs.frozen(hash=False)
class JobStatus:
    """Tell how a run went.

    Attributes:
        id: The job.
        dataflow_id: The dataflow, when it is stored.
        dataflow_name: Its name.
        scheduling_id: The scheduling that started it, if one did.
        status: ``running``, ``succeeded``, ``failed`` or ``killed``.
        status_details: The longer text: what went wrong, or what was done.
        create_time: When the job was made.
        update_time: When its status changed last.
        start_time: When it started.
        end_time: When it ended.
        frequency_type: The scheduling's.
        frequency_interval: The scheduling's.
        total_records: Records that entered, after readers and parsers.
        processed_records: Entered records that were carried to their end, whatever their fate.
        attempt_number: Above 1 for a further attempt.
        host_name: The machine that ran it.
        trace: Lines of the trace.
        archive: Whether its output was archived.
        site_id: The Gigya site's number.
        success_email_notification: The scheduling's.
        failure_email_notification: The scheduling's.
        sampled: Whether ``limit`` was given: such a run never moves a watermark.
        steps: Counts by step id.
        files: What was published.
        rejects: A sample of what was rejected, at most a hundred for each step.
        dead_letters: The file with the rejected records that no ``error`` edge took, or None when there are none.
        extra: Keys of the JSON that the library does not know; they are kept and given back.
    """

    id: str
    dataflow_id: str = ""
    dataflow_name: str = ""
    scheduling_id: str = ""
    status: JobState = attrs.field(default=JobState.RUNNING, converter=JobState)
    status_details: str = ""
    create_time: datetime | None = None
    update_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    frequency_type: str = ""
    frequency_interval: int | None = None
    total_records: int = 0
    processed_records: int = 0
    attempt_number: int = 1
    host_name: str = ""
    trace: tuple[str, ...] = attrs.field(default=(), repr=False)
    archive: bool = False
    site_id: int | None = None
    success_email_notification: str = ""
    failure_email_notification: str = ""
    sampled: bool = False
    steps: Mapping[str, StepReport] = attrs.field(factory=dict, repr=False)
    files: tuple[DeliveredFile, ...] = ()
    rejects: tuple[RejectSample, ...] = attrs.field(default=(), repr=False)
    dead_letters: Path | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def rejected(self) -> int:
        """How many records were rejected, by all steps together."""
        return sum(step.rejected for step in self.steps.values())

    def raise_for_status(self) -> "JobStatus":
        """Raise ``JobFailed`` unless the job succeeded; a job does not raise by itself.

        Returns:
            The job itself, to go on with.

        Raises:
            JobFailed: The job failed or was killed.
        """
        if self.status is not JobState.SUCCEEDED:
            raise JobFailed(self)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Give the original's JSON object, with counts per step, files and rejects added."""
        from identitysync.model import wire

        return wire.to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "JobStatus":
        """Read a job status from its JSON object.

        Args:
            data: The object, with the original's names (camelCase).

        Returns:
            The status.

        Raises:
            InvalidParameter: The object is no job status; every fault is named.
        """
        from identitysync.model import wire

        return wire.from_dict(data, cls)

    def summary(self) -> str:
        """Tell the whole story as text for people: status, counts per step, files, rejects."""
        from identitysync.model import picture

        return picture.job_text(self)

    def _repr_html_(self) -> str:
        from identitysync.model import picture

        return picture.job_html(self)
