"""Run a claimed job: find its flow and its site, run it, keep how it went, tell people."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from identitysync.contract import Clock
from identitysync.errors import IdentitySyncError, InvalidDataflow, LeaseLost
from identitysync.model import Dataflow, JobState, JobStatus, LogLevel, Scheduling
from identitysync.runtime.assignment import Assignment
from identitysync.runtime.heart import Heart
from identitysync.runtime.job import Job
from identitysync.runtime.memory import BEATS
from identitysync.runtime.options import Options
from identitysync.service.notices import Notices
from identitysync.service.sites import Sites
from identitysync.stores import Claim, RunStore
from identitysync.world import milliseconds

_LOG = logging.getLogger("identitysync.service")


class Runner:
    """Run claimed jobs in this process, several at once if asked to by several threads."""

    def __init__(
        self,
        store: RunStore,
        flow: Callable[[str], Dataflow],
        sites: Sites,
        notices: Notices,
        clock: Clock,
        environ: Mapping[str, str],
        pauses: Sequence[float],
    ) -> None:
        """Prepare.

        Args:
            store: Keeps what runs remember.
            flow: Gives a stored flow with its secrets in clear.
            sites: Tell on which site a flow runs.
            notices: Those who hear of jobs.
            clock: Tells the time.
            environ: The environment.
            pauses: Seconds before each further attempt of a failed job that a scheduling started.
        """
        self._store, self._flow, self._sites, self._notices = store, flow, sites, notices
        self._clock, self._environ, self._pauses = clock, environ, tuple(pauses)
        self._heart = Heart(store.lease / BEATS)
        self._jobs: set[Job] = set()
        self._lock = threading.Lock()

    def run(self, claim: Claim, *, workers: int | None = None) -> JobStatus:
        """Run a job to its end.

        Args:
            claim: The job, held by this process.
            workers: How many processes may work for it; None chooses.

        Returns:
            How it went; a failure does not raise.

        Raises:
            KeyboardInterrupt: The user pressed Ctrl-C; all is cleaned up.
        """
        try:
            job = self._job(claim, workers)
        except IdentitySyncError as fault:
            return self._ended(claim, JobState.FAILED, str(fault), self._next_attempt(claim, fault))
        except KeyboardInterrupt:
            self._ended(claim, JobState.KILLED, "stopped by Ctrl-C", None)
            raise
        with self._lock:
            self._jobs.add(job)
        try:
            status = job.run()
        finally:
            with self._lock:
                self._jobs.discard(job)
        if job.lost:
            _LOG.warning("job %s: %s", claim.id, status.status_details)
        else:
            self._notices.tell(status)
        return status

    def cancel(self, job_id: str) -> None:
        """Stop a job, if it runs here."""
        with self._lock:
            jobs = [job for job in self._jobs if job.id == job_id]
        for job in jobs:
            job.cancel()

    def interrupt(self) -> None:
        """Stop all jobs that run here, because this process goes away; they are due again at once."""
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel(interrupted=True)

    def retry_at(self, attempt: int, options: Mapping[str, Any]) -> datetime | None:
        """Tell when a further attempt of a failed job is due: only for those that a scheduling started."""
        if "scheduling" not in options or attempt > len(self._pauses):
            return None
        return self._clock.now() + timedelta(seconds=self._pauses[attempt - 1])

    def given_up(self, row: dict[str, Any], options: Mapping[str, Any]) -> datetime | None:
        """Complete the row of a job whose process died, and tell when it is due again: at once, unless it had all.

        Args:
            row: The row.
            options: How the job runs.

        Returns:
            The moment, or None.
        """
        row["statusDetails"] = f"its process on {row.get('hostName', 'some machine')} died: it gave no sign of life"
        return self._clock.now() if self.retry_at(int(row.get("attemptNumber", 1)), options) else None

    def _job(self, claim: Claim, workers: int | None) -> Job:
        flow = self._flow(str(claim.row["dataflowId"]))
        options = dict(claim.options)
        scheduling = Scheduling.from_dict(options["scheduling"]) if "scheduling" in options else None
        if scheduling is not None:
            options = {
                "limit": scheduling.limit, "fullExtract": scheduling.full_extract or None,
                "logLevel": scheduling.log_level, "maxRejects": scheduling.max_rejects,
            }  # fmt: skip
        made: list[Job] = []

        def retry_at(_: JobStatus) -> datetime | None:
            due = self.retry_at(claim.attempt, claim.options)
            return self._clock.now() if due and made and made[0].interrupted else due

        assignment = Assignment(
            job_id=claim.id, started=datetime.fromisoformat(claim.row["startTime"]), attempt=claim.attempt,
            scheduling=scheduling, retry_at=retry_at, heart=self._heart,
        )  # fmt: skip
        made.append(
            Job(
                flow,
                Options(
                    limit=options.get("limit"),
                    full_extract=options.get("fullExtract"),
                    site=self._sites.of(flow),
                    log_level=options.get("logLevel", LogLevel.INFO),
                    max_rejects=options.get("maxRejects"),
                    workers=workers,
                    store=self._store,
                    assignment=assignment,
                    clock=self._clock,
                    environ=self._environ,
                ),
                lambda _: None,
            )
        )
        return made[0]

    def _next_attempt(self, claim: Claim, fault: IdentitySyncError) -> datetime | None:
        """Tell when a job that could not begin is due again: what is wrong with a flow does not mend itself."""
        return None if isinstance(fault, InvalidDataflow) else self.retry_at(claim.attempt, claim.options)

    def _ended(self, claim: Claim, state: JobState, details: str, retry_at: datetime | None) -> JobStatus:
        """Keep that a job ended before it could begin."""
        now = milliseconds(self._clock.now())
        status = attrs.evolve(
            JobStatus.from_dict(claim.row), status=state, status_details=details, update_time=now, end_time=now
        )
        try:
            self._store.finish(str(claim.row["dataflowId"]), status.to_dict(), retry_at=retry_at)
        except LeaseLost as lost:
            _LOG.warning("job %s: %s", claim.id, lost)
        else:
            self._notices.tell(status)
        return status
