"""Bulk extracts of leads: jobs in a queue, two of which run at once.

They follow https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/bulk-extract/bulk-extract and
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/bulk-extract/bulk-lead-extract
"""

import csv
import hashlib
import io
import re
import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.testing.http import Reply, Request
from identitysync.testing.marketo.answers import failed
from identitysync.testing.marketo.fields import LeadFields
from identitysync.testing.marketo.leads import Lead, Leads, stamp

_LONGEST: Final = timedelta(days=31)
_QUEUE: Final = 10
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")
_SEPARATORS: Final = {"CSV": ",", "TSV": "\t", "SSV": ";"}


@attrs.define
class _Job:
    id: str
    fields: Sequence[str]
    heads: Mapping[str, str]
    form: str
    filter: tuple[str, datetime, datetime]
    created: datetime
    queued: datetime | None = None
    begins: float = 0.0
    ends: float = 0.0
    file: bytes = b""
    count: int = 0
    cancelled: bool = False


class Exports:
    """The jobs of one instance.

    Attributes:
        seconds: How long a job takes.
        fail_next: How many of the next jobs fail.
        updates_known: Whether the subscription has the ``updatedAt`` filter.
    """

    def __init__(self, leads: Leads, fields: LeadFields, clock: Clock, seconds: float) -> None:
        """Begin with an empty queue.

        Args:
            leads: What is extracted.
            fields: What leads hold.
            clock: Tells the time.
            seconds: How long a job takes.
        """
        self._leads, self._fields, self._clock, self.seconds = leads, fields, clock, seconds
        self._jobs: dict[str, _Job] = {}
        self._lanes = [0.0, 0.0]
        self._lock = threading.Lock()
        self._failing: set[str] = set()
        self.fail_next = 0
        self.updates_known = True

    def create(self, request: Request) -> dict[str, Any]:
        """Answer "Create Export Lead Job"."""
        asked = request.json()
        fields = asked.get("fields") or []
        if not fields:
            raise failed("1002", "Missing value for the required parameter 'fields'")
        for name in fields:
            if name not in self._fields.types:
                raise failed("1006", f"Field '{name}' not found")
        form = asked.get("format", "CSV")
        if form not in _SEPARATORS:
            raise failed("1003", f"Invalid format '{form}'")
        now = self._clock.now()
        job = _Job(
            str(uuid.uuid4()),
            fields,
            asked.get("columnHeaderNames") or {},
            form,
            self._filter(asked.get("filter")),
            now,
        )
        with self._lock:
            self._jobs[job.id] = job
            return self._told(job)

    def enqueue(self, request: Request, id: str) -> dict[str, Any]:
        """Answer "Enqueue Export Lead Job"."""
        with self._lock:
            job = self._job(id)
            if job.queued is not None:
                raise failed("1029", "Job already queued")
            now = self._clock.monotonic()
            if (
                sum(each.queued is not None and not each.cancelled and each.ends > now for each in self._jobs.values())
                >= _QUEUE
            ):
                raise failed("1029", "Too many jobs in queue")
            lane = self._lanes.index(min(self._lanes))
            job.queued, job.begins = self._clock.now(), max(now, self._lanes[lane])
            job.ends = self._lanes[lane] = job.begins + self.seconds
            if self.fail_next:
                self.fail_next -= 1
                self._failing.add(id)
            job.file, job.count = _written(job, self._found(job))
            return self._told(job)

    def status(self, request: Request, id: str) -> dict[str, Any]:
        """Answer "Get Export Lead Job Status"."""
        with self._lock:
            return self._told(self._job(id))

    def cancel(self, request: Request, id: str) -> dict[str, Any]:
        """Answer "Cancel Export Lead Job"."""
        with self._lock:
            job = self._job(id)
            if self._state(job) in {"Completed", "Failed"}:
                raise failed("1003", "The job has ended")
            job.cancelled = True
            return self._told(job)

    def listed(self, request: Request) -> list[dict[str, Any]]:
        """Answer "Get Export Lead Jobs"."""
        wanted = [each for each in request.query.get("status", "").split(",") if each]
        with self._lock:
            told = [self._told(job) for job in self._jobs.values()]
        return [each for each in told if not wanted or each["status"] in wanted]

    def file(self, request: Request, id: str) -> Reply:
        """Answer "Get Export Lead File", or a part of it (RFC 7233)."""
        with self._lock:
            job = self._jobs.get(id)
            if job is None or self._state(job) != "Completed":
                return Reply(b"The file is not there", 404, "text/plain")
            content = job.file
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        if asked is None:
            return Reply(content, 200, "text/csv", {"Accept-Ranges": "bytes"})
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        if first >= len(content):
            return Reply(b"", 416, "text/plain", {"Content-Range": f"bytes */{len(content)}"})
        place = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return Reply(content[first : last + 1], 206, "text/csv", place)

    def _filter(self, given: Any) -> tuple[str, datetime, datetime]:
        if not isinstance(given, dict) or len(given) != 1:
            raise failed("1003", "Exactly one filter is required")
        (name, span), *_ = given.items()
        if name not in {"createdAt", "updatedAt"} or (name == "updatedAt" and not self.updates_known):
            raise failed("1035", "Unsupported filter type for target subscription")
        try:
            start, end = (datetime.fromisoformat(span[key]).astimezone(UTC) for key in ("startAt", "endAt"))
        except (KeyError, TypeError, ValueError):
            raise failed("1003", "Invalid date range") from None
        if end < start or end - start > _LONGEST:
            raise failed("1003", "Date range must be 31 days or fewer")
        return name, start, end

    def _found(self, job: _Job) -> Iterable[Lead]:
        field, start, end = job.filter
        first, last = stamp(start), stamp(end)
        return (lead for lead in self._leads.all() if first <= lead[field] <= last)

    def _job(self, id: str) -> _Job:
        if id not in self._jobs:
            raise failed("1013", "Export job not found")
        return self._jobs[id]

    def _state(self, job: _Job) -> str:
        now = self._clock.monotonic()
        if job.cancelled:
            return "Cancelled"
        if job.queued is None:
            return "Created"
        if now < job.ends:
            return "Queued" if now < job.begins else "Processing"
        return "Failed" if job.id in self._failing else "Completed"

    def _told(self, job: _Job) -> dict[str, Any]:
        state = self._state(job)
        told: dict[str, Any] = {
            "exportId": job.id, "format": job.form, "status": state, "createdAt": stamp(job.created)
        }  # fmt: skip
        if job.queued is not None:
            told["queuedAt"] = stamp(job.queued)
        if state == "Failed":
            told["errorMsg"] = "the emulator was told to fail"
        if state == "Completed":
            told |= {
                "finishedAt": stamp(self._clock.now()), "numberOfRecords": job.count, "fileSize": len(job.file),
                "fileChecksum": f"sha256:{hashlib.sha256(job.file).hexdigest()}",
            }  # fmt: skip
        return told


def _written(job: _Job, leads: Iterable[Lead]) -> tuple[bytes, int]:
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=_SEPARATORS[job.form], lineterminator="\n")
    rows.writerow([job.heads.get(name, name) for name in job.fields])
    count = 0
    for lead in leads:
        count += 1
        rows.writerow([_cell(lead.get(name)) for name in job.fields])
    return text.getvalue().encode(), count


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
