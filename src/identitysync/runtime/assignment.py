"""What the service says of a job that it has claimed."""

from collections.abc import Callable
from datetime import datetime

import attrs

from identitysync.model import JobStatus, Scheduling
from identitysync.runtime.heart import Heart


def _never(_: JobStatus) -> datetime | None:
    return None


@attrs.frozen(kw_only=True)
class Assignment:
    """Which attempt of which job a run is.

    Attributes:
        job_id: The job.
        started: When the job started: the one *now* of all its attempts, so that they name their files alike.
        attempt: Which attempt this is, from 1.
        scheduling: The scheduling that started the job, as it was then; None when none did.
        heart: Gives signs of life for this job and others.
        retry_at: Tells of a job that has failed when a further attempt of it is due, if one is.
    """

    job_id: str
    started: datetime
    attempt: int = 1
    scheduling: Scheduling | None = None
    heart: Heart | None = None
    retry_at: Callable[[JobStatus], datetime | None] = _never
