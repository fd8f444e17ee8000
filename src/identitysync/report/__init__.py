"""What happened: counts, files, rejects and events of a run, all frozen."""

from identitysync.report.events import Event, FileDelivered, JobEnded, JobStarted, Progressed, RecordWasRejected, Traced
from identitysync.report.report import DeliveredFile, RejectSample, StepReport

__all__ = [
    "DeliveredFile",
    "Event",
    "FileDelivered",
    "JobEnded",
    "JobStarted",
    "Progressed",
    "RecordWasRejected",
    "RejectSample",
    "StepReport",
    "Traced",
]
