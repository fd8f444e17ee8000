"""What a dataflow is: the objects of the original service, frozen, with their translation to and from JSON."""

from identitysync.model.dataflow import Dataflow, DataflowStatus, Step
from identitysync.model.jobs import JobState, JobStatus, LogLevel
from identitysync.model.scheduling import FrequencyType, Scheduling
from identitysync.model.window import Window, read_window

__all__ = [
    "Dataflow",
    "DataflowStatus",
    "FrequencyType",
    "JobState",
    "JobStatus",
    "LogLevel",
    "Scheduling",
    "Step",
    "Window",
    "read_window",
]
