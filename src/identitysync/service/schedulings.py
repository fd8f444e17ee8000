"""Create, give, change and delete schedulings, and decide which slot of one runs."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import InvalidParameter, RedundantOperation
from identitysync.executor import Tolerance
from identitysync.model import FrequencyType, JobState, MissedSlots, Scheduling, next_slot, previous_slot
from identitysync.model.slots import weekdays, zone_of
from identitysync.service.addresses import addresses_of
from identitysync.stores import Decision, SchedulingStore, StoredScheduling, stamp
from identitysync.world import milliseconds

MISSED_AFTER: Final = timedelta(minutes=1)
"""How late a slot may run, where missed slots are skipped, before it counts as missed."""

_COUNTED: Final = ("nextJobStartTime", "frequencyType", "frequencyInterval", "daysOfWeek", "timeZone")
"""What the slots are counted by: when it changes, they are counted anew."""

_KEPT_BY_US: Final = ("id", "jobId", "schedulingStatus", "currentJobStartTime", "updateTime")
"""What the service says of a scheduling; what somebody gives for it does not count."""


class Schedulings:
    """The schedulings of the service."""

    def __init__(self, kept: SchedulingStore, job: Callable[[str], Mapping[str, Any] | None], clock: Clock) -> None:
        """Work on a store.

        Args:
            kept: The schedulings there.
            job: Gives the row of a job.
            clock: Tells the time.
        """
        self._kept, self._job, self._clock = kept, job, clock

    def create(self, scheduling: Scheduling) -> str:
        """Store a new scheduling.

        Args:
            scheduling: The scheduling; without a start it is due now.

        Returns:
            The new id.

        Raises:
            InvalidParameter: It is no scheduling that could run, or its name is taken.
            NotStored: Its dataflow is not stored.
        """
        new = self._planned(uuid.uuid4().hex, _checked(scheduling))
        self._kept.add(new)
        return new.id

    def set(self, scheduling: Scheduling) -> None:
        """Put a whole scheduling in the place of the stored one; what it does not say is lost.

        While it says the start that ``get`` gave, and runs as often, its slots are counted on from where they were.

        Raises:
            RedundantOperation: It is what is stored already.
            NotStored: There is no scheduling with its id, or its dataflow is not stored.
            InvalidParameter: It is no scheduling that could run, has no id, or its name is taken.
        """
        if not scheduling.id:
            raise InvalidParameter("this scheduling has no id, so that it cannot take the place of a stored one")
        given = _checked(scheduling)

        def change(stored: StoredScheduling) -> StoredScheduling:
            shown = _content(self.shown(stored))
            if _content(given) == shown:
                raise RedundantOperation(f"Redundant Operation: the scheduling {scheduling.id} has not changed")
            told = _content(given)
            if any(told.get(name) != shown.get(name) for name in _COUNTED):
                return self._planned(stored.id, given)
            body = given.to_dict() | {"updateTime": stamp(self._clock.now())}
            due = (stored.due or self._again(given, stored.start)) if given.enabled else None
            return attrs.evolve(stored, dataflow_id=given.dataflow_id, due=due, body=body)

        self._kept.change(scheduling.id, change)

    def get(self, id: str) -> Scheduling:
        """Give a scheduling as it stands now."""
        return self.shown(self._kept.get(id))

    def delete(self, id: str) -> None:
        """Remove a scheduling; a job of it that runs goes on."""
        self._kept.delete(id)

    def all(self) -> list[Scheduling]:
        """Give all schedulings, the oldest first."""
        return [self.shown(each) for each in self._kept.all()]

    def shown(self, stored: StoredScheduling) -> Scheduling:
        """Make a scheduling for people of what is stored."""
        scheduling = Scheduling.from_dict(stored.body)
        job = self._job(stored.job_id) if stored.job_id else None
        if stored.busy:
            state = "busy"
        elif stored.due is not None or job is None:
            state = "ready"
        else:
            state = str(job["status"])
        running = stored.busy and job is not None and job["status"] == JobState.RUNNING
        return attrs.evolve(
            scheduling,
            id=stored.id,
            job_id=stored.job_id,
            scheduling_status=state,
            next_job_start_time=stored.due or scheduling.next_job_start_time,
            current_job_start_time=datetime.fromisoformat(job["startTime"]) if running and job else None,
        )

    def _planned(self, id: str, given: Scheduling) -> StoredScheduling:
        now = self._clock.now()
        start = given.next_job_start_time or milliseconds(now)
        given = attrs.evolve(given, next_job_start_time=start)
        body = given.to_dict() | {"updateTime": stamp(now)}
        due = self._first(given, start) if given.enabled else None
        return StoredScheduling(id, given.dataflow_id, start, due, "", busy=False, body=body)

    def _first(self, given: Scheduling, start: datetime) -> datetime | None:
        """Tell when a scheduling is due first: of the slots before it was stored, the last one runs."""
        if given.frequency_type is FrequencyType.ONCE:
            return start
        now = self._clock.now()
        last = previous_slot(given, start, now)
        if last is not None and decide_late(given, last, now):
            return last
        return next_slot(given, start, now)

    def _again(self, given: Scheduling, start: datetime) -> datetime | None:
        """Tell when a scheduling that was not due is due again: what passed meanwhile was not missed."""
        return start if given.frequency_type is FrequencyType.ONCE else next_slot(given, start, self._clock.now())


def decide_late(scheduling: Scheduling, slot: datetime, now: datetime) -> bool:
    """Tell whether a slot that has passed still runs."""
    return scheduling.missed_slots is not MissedSlots.SKIP or now - slot <= MISSED_AFTER


def decide(stored: StoredScheduling, now: datetime, job_id: str, host: str) -> Decision:
    """Decide what becomes of a scheduling that is due.

    Args:
        stored: The scheduling.
        now: The time.
        job_id: The id of the job that there may be.
        host: The name of this machine.

    Returns:
        The slot that runs, when the scheduling is due again, and the row of the job.
    """
    scheduling = attrs.evolve(Scheduling.from_dict(stored.body), id=stored.id)
    due = stored.due or now
    slot: datetime | None = due
    if scheduling.frequency_type is FrequencyType.ONCE:
        again = None
    elif scheduling.missed_slots is MissedSlots.ALL:
        again = next_slot(scheduling, stored.start, due)
    else:
        last = max(due, previous_slot(scheduling, stored.start, now) or due)
        slot = last if decide_late(scheduling, last, now) else None
        again = next_slot(scheduling, stored.start, now)
    moment = stamp(now)
    row = {
        "id": job_id, "dataflowId": stored.dataflow_id, "dataflowName": stored.dataflow_name,
        "schedulingId": stored.id, "status": "running", "createTime": moment, "updateTime": moment,
        "startTime": moment, "attemptNumber": 1, "hostName": host, "frequencyType": scheduling.frequency_type.value,
    }  # fmt: skip
    return Decision(slot, again, row, {"scheduling": scheduling.to_dict()})


def _checked(scheduling: Scheduling) -> Scheduling:
    """Refuse what could not run, and tell times in UTC and whole milliseconds."""
    if not scheduling.name.strip():
        raise InvalidParameter("a scheduling needs a name of its own")
    if not scheduling.dataflow_id:
        raise InvalidParameter(f"the scheduling {scheduling.name!r} does not say which dataflow it is for: dataflowId")
    if scheduling.limit is not None and scheduling.limit < 0:
        raise InvalidParameter(f"limit is a number of records, 0 or more; found {scheduling.limit}")
    Tolerance(scheduling.max_rejects)
    zone_of(scheduling)
    weekdays(scheduling)
    for text in (scheduling.success_email_notification, scheduling.failure_email_notification):
        addresses_of(text)
    start = scheduling.next_job_start_time
    if start is not None:
        start = milliseconds(start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC))
        next_slot(scheduling, start, start)
    unsaid = attrs.evolve(
        scheduling, next_job_start_time=start, id="", job_id="", scheduling_status="", current_job_start_time=None,
        update_time=None,
    )  # fmt: skip
    if scheduling.frequency_interval is not None and scheduling.frequency_interval < 1:
        raise InvalidParameter(f"frequencyInterval is a whole number, 1 or more; found {scheduling.frequency_interval}")
    return unsaid


def _content(scheduling: Scheduling) -> dict[str, Any]:
    return {name: value for name, value in scheduling.to_dict().items() if name not in _KEPT_BY_US}
