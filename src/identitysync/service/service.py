"""``IdentitySync``: the IDX API on a store, with schedules, jobs and notifications."""

import os
import platform
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from identitysync.contract import Clock
from identitysync.errors import NotStored
from identitysync.model import DataflowStatus, JobStatus
from identitysync.registry import discover
from identitysync.service.catalogue import Catalogue
from identitysync.service.dataflows import Dataflows
from identitysync.service.mail import Smtp
from identitysync.service.notices import Notices
from identitysync.service.runner import Runner
from identitysync.service.scheduler import Scheduler
from identitysync.service.schedulings import Schedulings
from identitysync.service.searching import Searches
from identitysync.service.sites import Sites
from identitysync.service.vault import Vault
from identitysync.stores import LEASE, open_service_store, stamp
from identitysync.values import Secret, Site
from identitysync.world import SystemClock

PAUSES: Final = (60.0, 300.0)
"""Seconds before the second and the third attempt of a failed job that a scheduling started."""

TEST_LIMIT: Final = 10
"""Records of a test run."""


class IdentitySync(Catalogue):
    """Remember dataflows, run them on time, and tell how they went.

    Methods are named for those of the original's API: ``idx.createDataflow`` is ``create_dataflow``. An object may be
    shared by threads; several processes, and on PostgreSQL several machines, may work on one store.
    """

    def __init__(
        self,
        url: str | Path = "idx.db",
        *,
        site: Site | None = None,
        sites: Iterable[Site] = (),
        key: Secret | str | None = None,
        smtp: Smtp | str | None = None,
        webhook: str | None = None,
        on_job: Callable[[JobStatus], object] | None = None,
        clock: Clock | None = None,
        pauses: Sequence[float] = PAUSES,
        lease: float = LEASE,
    ) -> None:
        """Open the store, and make it when it is missing.

        Args:
            url: An SQLite file, the one that ``run(store=…)`` takes, or ``postgresql://…`` for several machines.
            site: The Gigya site of flows whose ``apiKey`` is none of the others'; else the environment's.
            sites: Gigya sites, each for the flows with its ``apiKey``.
            key: Any text that encrypts the secrets of stored flows; else ``IDENTITYSYNC_KEY``, else the keyring's entry
                ``identitysync``. Needed when a flow holds a secret in clear, and not before.
            smtp: The mail server: an ``Smtp``, or ``smtp://user:password@host:port``; else ``IDENTITYSYNC_SMTP``.
            webhook: An address that receives a JSON object, by POST, when a job has ended.
            on_job: Is called with the status of every job that has ended.
            clock: Tells the time.
            pauses: Seconds before each further attempt of a failed job that a scheduling started.
            lease: Seconds without a sign of life after which a job counts as dead.

        Raises:
            StoreError: The store cannot be opened.
            MissingExtra: The packages for PostgreSQL are not installed.
        """
        environ = os.environ
        self._clock = clock or SystemClock()
        store = open_service_store(url, lease)
        registry = discover()
        known = Sites(site, sites, environ)
        mail = Smtp.from_url(smtp) if isinstance(smtp, str) else smtp or Smtp.from_environment(environ)
        flows = Dataflows(store.flows, Vault(store.settings, key, environ), known, registry, self._clock)
        schedulings = Schedulings(store.schedulings, store.runs.job, self._clock)
        super().__init__(store, flows, schedulings, Searches(store, flows, schedulings, registry, self._clock))
        notices = Notices(mail, webhook, on_job, self._clock, environ)
        self._runner = Runner(store.runs, flows.runnable, known, notices, self._clock, environ, pauses)
        self._scheduler = Scheduler(store, self._runner, notices, self._clock)

    def get_job(self, id: str) -> JobStatus:
        """Give the status of a job, also of one that runs.

        Raises:
            NotStored: There is no such job.
        """
        row = self._store.runs.job(id)
        if row is None:
            raise NotStored(f"the store has no job {id!r}; a search of the table idx_job_status shows what it has")
        return JobStatus.from_dict(row)

    def run_test(self, id: str) -> JobStatus:
        """Run a dataflow now, for ten records, and wait for it; it writes, keeps a row, and moves no watermark.

        Args:
            id: The flow.

        Returns:
            How it went; a failure does not raise.

        Raises:
            NotStored: There is no such flow.
        """
        self._flows.get("dataflow", id)
        now = self._clock.now()
        moment = stamp(now)
        row = {
            "id": uuid.uuid4().hex, "dataflowId": id, "status": "running", "createTime": moment, "updateTime": moment,
            "startTime": moment, "attemptNumber": 1, "hostName": platform.node(), "sampled": True,
        }  # fmt: skip
        return self._runner.run(self._store.claims.begin(row, {"limit": TEST_LIMIT, "fullExtract": True}, now))

    def stop_job(self, id: str) -> JobStatus:
        """Stop a job, wherever it runs, or its further attempt; what was delivered stays.

        Args:
            id: The job.

        Returns:
            Its status now; one that runs ends as ``killed`` a moment later.

        Raises:
            NotStored: There is no such job.
            InvalidParameter: It has ended.
        """
        row = self._store.claims.stop(id, self._clock.now())
        self._runner.cancel(id)
        return JobStatus.from_dict(row)

    def resume_job(self, id: str) -> JobStatus:
        """Make a further attempt of a failed or killed job now, and wait for it.

        Files that it has delivered are not published again; writes to Gigya and other platforms start over. It reads
        what the first attempt was to read, and runs the flow as it is stored now.

        Args:
            id: The job.

        Returns:
            How it went; a failure does not raise.

        Raises:
            NotStored: There is no such job, or its flow is not stored.
            InvalidParameter: It has succeeded or runs, or its scheduling runs another job.
        """
        self._flows.get("dataflow", self.get_job(id).dataflow_id)
        return self._runner.run(self._store.claims.resume(id, self._clock.now()))

    def run_pending(self) -> list[JobStatus]:
        """Run what is due, one after the other, in this process: slots, and further attempts of failed jobs.

        Returns:
            How each went.

        Raises:
            StoreError: The store cannot be used, or this machine's clock is behind that of another who shares it.
        """
        return self._scheduler.run_pending()

    def serve_forever(self, *, workers: int = 4, poll: float = 1.0, grace: float = 30.0) -> None:
        """Run what is due until SIGTERM, Ctrl-C or ``shut_down``; a second signal does not wait for running jobs.

        Args:
            workers: How many jobs run at once.
            poll: Seconds between two looks at the store, at most.
            grace: Seconds that running jobs get to end by themselves; then they are stopped, and are due again. One
                that goes on for 30 seconds more is left: it ends with the process, and is due when its lease is over.
        """
        self._scheduler.serve_forever(workers=workers, poll=poll, grace=grace)

    def shut_down(self) -> None:
        """Ask ``serve_forever``, which runs in another thread, to end."""
        self._scheduler.shut_down()

    def status(self, dataflow_id: str | None = None) -> list[DataflowStatus]:
        """Tell how the stored dataflows fare.

        Args:
            dataflow_id: One of them; None is all.

        Returns:
            A status each: last successful run, next run, running jobs.

        Raises:
            NotStored: There is no such flow.
        """
        flows = [self._flows.get("dataflow", dataflow_id)] if dataflow_id else self._searches.dataflows()
        running = self._store.jobs.running()
        starts: dict[str, list[Any]] = {}
        for each in self._schedulings.all():
            if each.next_job_start_time is not None:
                starts.setdefault(each.dataflow_id, []).append(each.next_job_start_time)
        return [
            DataflowStatus(
                flow.id, flow.name, flow.last_runtime, max(starts.get(flow.id, ()), default=None),
                tuple(running.get(flow.id, ())),
            )
            for flow in flows
        ]  # fmt: skip

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
