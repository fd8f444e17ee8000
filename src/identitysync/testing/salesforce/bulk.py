"""Jobs of the Bulk API 2.0, as its developer guide describes them ("Create a Job", "Upload Job Data" and so on).

Results come in an order of their own, as the guide warns. A job whose lines do not end as it said, or that fails on a
column that is no field, leaves all its rows unprocessed (the texts are such as people quote).
"""

import csv
import io
import itertools
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.testing.http import Refused, Reply, Request
from identitysync.testing.salesforce.org import Org, RowError
from identitysync.testing.salesforce.soql import answered

_ENDED: Final = frozenset({"JobComplete", "Failed", "Aborted"})
_OPERATIONS: Final = frozenset({"insert", "update", "upsert"})


@attrs.define
class Job:
    """A job, and what came of it."""

    kind: str
    id: str
    wanted: Mapping[str, Any]
    state: str
    content: bytes | None = None
    due: float = 0.0
    error: str = ""
    columns: list[str] = attrs.field(factory=list)
    done: list[list[str]] = attrs.field(factory=list)
    failed: list[list[str]] = attrs.field(factory=list)
    left: list[list[str]] = attrs.field(factory=list)


def refused(status: int, code: str, message: str) -> Refused:
    """Refuse as the REST APIs do: a list of errors."""
    return Refused(status, [{"errorCode": code, "message": message}])


class Bulk:
    """Keep jobs and carry them out."""

    def __init__(self, org: Org, clock: Clock, *, processing: float, max_upload: int, max_page: int) -> None:
        """Begin without a job.

        Args:
            org: The objects.
            clock: Tells when a job is over.
            processing: Seconds that a job takes once it is closed.
            max_upload: Bytes of one upload.
            max_page: Records of one page of results.
        """
        self._org, self._clock, self._processing = org, clock, processing
        self._max_upload, self._max_page = max_upload, max_page
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self.interrupt_after: int | None = None

    def create(self, request: Request, version: str, kind: str) -> Any:
        """Make a job."""
        wanted = request.json()
        if kind not in {"ingest", "query"}:
            raise refused(404, "NOT_FOUND", "The requested resource does not exist")
        if kind == "query":
            wanted = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF", **wanted}
            answered(self._org, str(wanted.get("query")))  # a query that cannot be is refused at once
        elif wanted.get("operation") not in _OPERATIONS or not wanted.get("object"):
            raise refused(400, "INVALIDJOB", "InvalidJob : operation and object are needed")
        elif wanted["operation"] == "upsert" and not _names(str(wanted.get("externalIdFieldName", ""))):
            field = wanted.get("externalIdFieldName")
            text = f"InvalidJob : Field name provided, {field} does not match an External ID for {wanted['object']}"
            raise refused(400, "INVALIDJOB", text)
        job = Job(kind, f"750{next(self._numbers):012}AAA", wanted, "Open" if kind == "ingest" else "UploadComplete")
        job.due = self._clock.monotonic() + self._processing
        with self._lock:
            self._jobs[job.id] = job
        return self._told(job, version)

    def upload(self, request: Request, version: str, id: str) -> Reply:
        """Take a job's data."""
        job = self._job("ingest", id)
        with self._lock:
            if job.state != "Open" or job.content is not None:
                raise refused(400, "INVALIDJOBSTATE", "a job takes one upload, while it is open")
            if len(request.body) > self._max_upload:
                raise refused(400, "INVALIDBATCH", f"the data has more than {self._max_upload} bytes")
            job.content = request.body
        return Reply(b"", 201, "text/plain")

    def change(self, request: Request, version: str, kind: str, id: str) -> Any:
        """Close or abort a job."""
        state = request.json().get("state")
        with self._lock:
            job = self._job(kind, id)
            self._go_on(job)
            if state == "UploadComplete" and job.state == "Open":
                job.state, job.due = state, self._clock.monotonic() + self._processing
            elif state == "Aborted" and job.state not in _ENDED:
                job.state = state
                job.columns, *job.left = _rows(job.content or b"") or [[]]
            else:
                raise refused(400, "INVALIDJOBSTATE", f"a job that is {job.state} cannot become {state}")
            return self._told(job, version)

    def info(self, request: Request, version: str, kind: str, id: str) -> Any:
        """Tell of a job."""
        with self._lock:
            job = self._job(kind, id)
            self._go_on(job)
            return self._told(job, version)

    def delete(self, request: Request, version: str, kind: str, id: str) -> Reply:
        """Forget a job."""
        with self._lock:
            del self._jobs[self._job(kind, id).id]
        return Reply(b"", 204, "text/plain")

    def results(self, request: Request, version: str, id: str, which: str) -> Reply:
        """Give what came of an ingest job."""
        job = self._job("ingest", id)
        if job.state not in _ENDED:
            raise refused(400, "INVALIDJOBSTATE", f"the job is {job.state}")
        parts = {
            "successfulResults": (["sf__Id", "sf__Created"], job.done),
            "failedResults": (["sf__Id", "sf__Error"], job.failed),
            "unprocessedrecords": ([], job.left),
        }
        own, rows = {name.lower(): part for name, part in parts.items()}.get(which.lower(), (None, []))
        if own is None:
            raise refused(404, "NOT_FOUND", "The requested resource does not exist")
        return _csv([own + job.columns, *reversed(rows)])

    def page(self, request: Request, version: str, id: str) -> Reply:
        """Give a page of a query's results."""
        job = self._job("query", id)
        self._go_on(job)
        if job.state != "JobComplete":
            raise refused(400, "INVALIDJOBSTATE", f"the job is {job.state}")
        size = min(int(request.query.get("maxRecords", self._max_page)), self._max_page)
        begin = _offset(request.query.get("locator", ""))
        rows = job.done[begin : begin + size]
        more = begin + size < len(job.done)
        locator = urlsafe_b64encode(str(begin + size).encode()).decode() if more else "null"
        told = {"Sforce-NumberOfRecords": str(len(rows)), "Sforce-Locator": locator}
        return attrs.evolve(_csv([job.columns, *rows], quoting=csv.QUOTE_ALL), headers=told)

    def _job(self, kind: str, id: str) -> Job:
        job = self._jobs.get(id)
        if job is None or job.kind != kind:
            raise refused(404, "NOT_FOUND", "The requested resource does not exist")
        return job

    def _go_on(self, job: Job) -> None:
        if job.state not in {"UploadComplete", "InProgress"}:
            return
        if self._clock.monotonic() < job.due:
            job.state = "InProgress"
        elif job.kind == "query":
            job.columns, job.done = answered(self._org, job.wanted["query"])
            job.state = "JobComplete"
        else:
            with self._org.together():
                self._carry_out(job)

    def _carry_out(self, job: Job) -> None:
        kind, key = job.wanted["object"], job.wanted.get("externalIdFieldName", "Id")
        job.columns, *rows = _rows(job.content or b"") or [[]]
        ending = str(job.wanted.get("lineEnding", "LF"))
        if (job.content or b"").partition(b"\n")[0].endswith(b"\r") != (ending == "CRLF"):
            job.state, job.left = "Failed", rows
            job.error = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {ending}"
            return
        unknown = self._org.unknown(kind, job.columns)
        if unknown is not None:
            job.state, job.left, job.error = "Failed", rows, f"InvalidBatch : Field name not found : {unknown}"
            return
        twice = _twice(job.columns, rows, key) if job.wanted["operation"] == "upsert" else frozenset[str]()
        for number, row in enumerate(rows):
            if number == self.interrupt_after:
                job.state, job.left, job.error = (
                    "Failed",
                    rows[number:],
                    "InternalServerError : the job was interrupted",
                )
                return
            cells = dict(zip(job.columns, row, strict=True))
            try:
                id, created = self._write(kind, key, job.wanted["operation"], cells, twice)
            except RowError as fault:
                job.failed.append([cells.get("Id", ""), str(fault), *row])
            else:
                job.done.append([id, str(created).lower(), *row])
        job.state = "JobComplete"

    def _write(
        self, kind: str, key: str, operation: str, cells: Mapping[str, str], twice: Collection[str]
    ) -> tuple[str, bool]:
        if operation == "insert":
            return self._org.put(kind, cells), True
        if _folded(cells.get(key, "")) in twice:
            raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {cells[key]}", key)
        return self._org.upsert(kind, key, cells)

    def _told(self, job: Job, version: str) -> dict[str, Any]:
        told = {
            **job.wanted, "id": job.id, "state": job.state, "apiVersion": float(version), "concurrencyMode": "Parallel",
            "createdById": "005000000000001AAA", "createdDate": f"{self._clock.now():%Y-%m-%dT%H:%M:%S}.000+0000",
            "jobType": "V2Ingest" if job.kind == "ingest" else "V2Query", "retries": 0, "totalProcessingTime": 0,
            "numberRecordsProcessed": len(job.done) + len(job.failed),
        }  # fmt: skip
        if job.kind == "ingest":
            told |= {
                "contentUrl": f"services/data/v{version}/jobs/ingest/{job.id}/batches",
                "numberRecordsFailed": len(job.failed),
            }
        return told | ({"errorMessage": job.error} if job.error else {})


def _twice(columns: Sequence[str], rows: Sequence[Sequence[str]], key: str) -> frozenset[str]:
    """Give the values of a field that more than one row has: none of these rows is written."""
    counts = Counter(_folded(row[columns.index(key)]) for row in rows if key in columns)
    return frozenset(value for value, count in counts.items() if value and count > 1)


def _folded(text: str) -> str:
    return text.strip().casefold()


def _names(field: str) -> bool:
    """Tell whether a field can name objects: ``Id``, or a field of one's own."""
    return field == "Id" or field.endswith("__c")


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _csv(rows: Sequence[Sequence[str]], *, quoting: int = csv.QUOTE_ALL) -> Reply:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return Reply(text.getvalue().encode(), 200, "text/csv")


def _offset(locator: str) -> int:
    if locator in {"", "null"}:
        return 0
    try:
        return int(urlsafe_b64decode(locator))
    except ValueError:
        raise refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from None
