"""What a running job tells while it works."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

import attrs

from identitysync.report.report import DeliveredFile, RejectSample, StepReport


@attrs.frozen
class JobStarted:
    """The job has begun.

    Attributes:
        at: When.
        job_id: The job.
        name: The dataflow's name.
        steps: The ids of the steps that run, in the order of the flow.
    """

    at: datetime
    job_id: str
    name: str
    steps: tuple[str, ...]


@attrs.frozen
class Progressed:
    """Some more records are done; told a few times a second at most.

    Attributes:
        at: When.
        job_id: The job.
        total_records: Records that entered so far.
        processed_records: Of these, how many were carried to their end.
        steps: Counts by step id.
    """

    at: datetime
    job_id: str
    total_records: int
    processed_records: int
    steps: Mapping[str, StepReport]


@attrs.frozen
class RecordWasRejected:
    """A record was rejected; told for the first hundred of each step.

    Attributes:
        at: When.
        job_id: The job.
        reject: Where and why.
    """

    at: datetime
    job_id: str
    reject: RejectSample


@attrs.frozen
class FileDelivered:
    """A file was published.

    Attributes:
        at: When.
        job_id: The job.
        file: Which.
    """

    at: datetime
    job_id: str
    file: DeliveredFile


@attrs.frozen
class Traced:
    """A line was written into the job's trace.

    Attributes:
        at: When.
        job_id: The job.
        level: ``info``, ``error`` or ``debug``.
        text: The line, without its time.
    """

    at: datetime
    job_id: str
    level: str
    text: str


@attrs.frozen
class JobEnded:
    """The job is over.

    Attributes:
        at: When.
        job_id: The job.
        status: ``succeeded``, ``failed`` or ``killed``.
        details: The longer text.
    """

    at: datetime
    job_id: str
    status: str
    details: str


Event: TypeAlias = JobStarted | Progressed | RecordWasRejected | FileDelivered | Traced | JobEnded
