"""Jobs of the Bulk API 2.0: made, loaded, closed, waited for.

They follow "Bulk API 2.0 Ingest" and "Bulk API 2.0 Query" of the "Bulk API 2.0 and Bulk API Developer Guide"
(developer.salesforce.com).
"""

import contextlib
from collections.abc import Mapping
from typing import Any, Final, Literal

from identitysync.errors import PlatformError, RemoteError, RemoteUnavailable
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.salesforce.org import API_VERSION
from identitysync.platforms.waiting import moments

JobKind = Literal["ingest", "query"]
Told = Mapping[str, Any]

_ENDED: Final = frozenset({"JobComplete", "Failed", "Aborted"})
_CSV: Final = {"Content-Type": "text/csv; charset=UTF-8"}


class Jobs:
    """Work with jobs; safe to share between threads."""

    def __init__(self, api: Api, connection: PlatformConnection, *, timeout: float = 3600.0) -> None:
        """Prepare; nothing is sent yet.

        Args:
            api: The organization.
            connection: Its clock tells how long a job takes, and its patience how often an upload is tried.
            timeout: Seconds that Salesforce may take for one job; then it is aborted.
        """
        self._api, self._connection, self._timeout = api, connection, timeout

    def loaded(self, wanted: Told, content: bytes) -> str:
        """Make an ingest job, upload its data, and close it.

        A job takes one upload: when nobody knows whether it arrived, the job is aborted and another one made, so that
        nothing is done twice.

        Args:
            wanted: What the job shall do.
            content: The CSV.

        Returns:
            The job's id.

        Raises:
            PlatformError: Salesforce refuses the job.
            RemoteError: It cannot be reached.
        """
        tries = self._connection.http.retrying()
        while True:
            job = str(self._make("ingest", wanted)["id"])
            path = f"{self._path('ingest', job)}/batches"
            try:
                self._api.call("PUT", path, body=content, headers=_CSV, repeatable=False)
            except RemoteUnavailable:
                with contextlib.suppress(RemoteError):
                    self._change(job, "ingest", "Aborted")
                if not tries.again():
                    raise
                continue
            self._close(job)
            return job

    def asked(self, query: str) -> str:
        """Make a query job, and give its id.

        Args:
            query: The query in SOQL.

        Raises:
            PlatformError: Salesforce refuses the query.
            RemoteError: It cannot be reached.
        """
        return str(self._make("query", {"operation": "query", "query": query})["id"])

    def ended(self, kind: JobKind, job: str) -> Told:
        """Wait for a job, in pauses that grow, and abort it when it takes too long.

        Args:
            kind: The kind of job.
            job: Its id.

        Returns:
            What Salesforce tells of it at the end: ``state`` is ``JobComplete``, ``Failed`` or ``Aborted``.
        """
        for _ in moments(self._connection.clock, self._timeout):
            told = self._info(kind, job)
            if told["state"] in _ENDED:
                return told
        with contextlib.suppress(PlatformError):  # it may have ended by itself just now
            self._change(job, kind, "Aborted")
        late = {"errorMessage": f"the job took more than {self._timeout:g} s and was aborted"}
        return {**late, **self._info(kind, job)}

    def results(self, kind: JobKind, job: str, which: str, query: Mapping[str, Any] | None = None) -> Any:
        """Fetch results of a job that has ended; the answer's body is CSV.

        Args:
            kind: The kind of job.
            job: Its id.
            which: ``failedResults`` and so on.
            query: Which of them.
        """
        return self._api.call("GET", f"{self._path(kind, job)}/{which}", query=query, headers={"Accept": "text/csv"})

    def _make(self, kind: JobKind, wanted: Told) -> Told:
        # An empty job that is left over does no harm: Salesforce removes it after a week.
        told: Told = self._api.call("POST", self._path(kind), json=wanted, repeatable=True, expect="id").json()
        return told

    def _close(self, job: str) -> None:
        try:
            self._change(job, "ingest", "UploadComplete")
        except PlatformError:  # an earlier try was done after all: only an open job can be closed
            if self._info("ingest", job)["state"] == "Open":
                raise

    def _change(self, job: str, kind: JobKind, state: str) -> None:
        self._api.call("PATCH", self._path(kind, job), json={"state": state}, repeatable=True)

    def _info(self, kind: JobKind, job: str) -> Told:
        told: Told = self._api.call("GET", self._path(kind, job), expect="state").json()
        return told

    def _path(self, kind: JobKind, job: str = "") -> str:
        return f"/services/data/v{API_VERSION}/jobs/{kind}" + (f"/{job}" if job else "")
