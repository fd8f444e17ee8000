"""What a dataflow is: the objects of the original service, frozen, with their translation to and from JSON."""

from identitysync.model.dataflow import Dataflow, DataflowState
from identitysync.model.jobs import JobState, JobStatus, LogLevel
from identitysync.model.scheduling import DataflowStatus, FrequencyType, MissedSlots, Scheduling
from identitysync.model.slots import next_slot, previous_slot
from identitysync.model.step import Step
from identitysync.model.window import Window, read_window

__all__ = [
    "Dataflow",
    "DataflowState",
    "DataflowStatus",
    "FrequencyType",
    "JobState",
    "JobStatus",
    "LogLevel",
    "MissedSlots",
    "Scheduling",
    "Step",
    "Window",
    "next_slot",
    "previous_slot",
    "read_window",
]
