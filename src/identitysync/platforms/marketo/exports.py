"""Leads by bulk extracts: a job for each month, some queued ahead, each file verified before it is read."""

import csv
import hashlib
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import Cancelled, FormatError, IdentitySyncError, RemoteError, RemoteUnavailable
from identitysync.platforms.marketo.client import PLATFORM, MarketoClient
from identitysync.platforms.marketo.values import readings
from identitysync.platforms.waiting import moments
from identitysync.values import Record

LONGEST: Final = timedelta(days=31)
"""How long a time one extract may cover."""

_PAGE: Final = 1000
_PART: Final = 8 << 20
_TRIES: Final = 3
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 60.0  # Marketo renews the status of a job once a minute
_PATIENCE: Final = 12 * 3600.0

Span = tuple[datetime, datetime]


def spans(start: datetime, end: datetime) -> list[Span]:
    """Cut a time into pieces that an extract may cover, the latest first.

    Both ends of a piece belong to it, so that two pieces share the second of their border.

    Args:
        start: When it begins.
        end: When it ends.
    """
    start, end = (moment.astimezone(UTC).replace(microsecond=0) for moment in (start, end + timedelta(seconds=1)))
    pieces = []
    while end > start:
        begin = max(start, end - LONGEST)
        pieces.append((begin, end))
        end = begin
    return pieces


@attrs.define
class _Job:
    id: str
    piece: Span


class Extract:
    """An extract of all leads that were created or updated in a time."""

    def __init__(self, client: MarketoClient, clock: Clock, path: Path, fields: Sequence[str], filter: str) -> None:
        """Prepare; nothing is sent yet.

        Args:
            client: Calls Marketo.
            clock: Tells and passes the time.
            path: A file for what is downloaded; it is written over again and again.
            fields: The fields of leads, as records shall have them.
            filter: ``createdAt`` or ``updatedAt``.
        """
        self._client, self._clock, self._path = client, clock, path
        self._fields, self._filter = list(fields), filter
        self._spare = ""  # a job that found the queue full

    def pages(self, pieces: Sequence[Span], *, ahead: int) -> Generator[list[Record], None, None]:
        """Extract.

        Args:
            pieces: The times, each such as one extract may cover.
            ahead: How many jobs are queued at the same time; those that are not read to their end are cancelled.

        Yields:
            Leads, some at a time.

        Raises:
            PlatformError: Marketo refuses the extract.
            RemoteUnavailable: A job fails again and again, or does not end.
            FormatError: A file is no CSV with the columns that were asked for.
        """
        if not pieces:
            return
        types = self._client.field_types()
        waiting, jobs = deque(pieces), deque[_Job]()
        asking = self._moments()
        try:
            while waiting or jobs:
                self._fill(jobs, waiting, ahead)
                if not jobs:
                    next(asking)  # the queue is full of what others want
                    continue
                if self._fetch(jobs[0]):
                    yield from self._read(types)
                jobs.popleft()
                asking = self._moments()
        finally:
            self._cancel([*(job.id for job in jobs), *([self._spare] if self._spare else [])])

    def _cancel(self, jobs: Sequence[str]) -> None:
        """Take jobs back; when nobody answers, the others are not tried."""
        for job in jobs:
            try:
                self._client.cancel_export(job)
            except (Cancelled, RemoteUnavailable):
                return
            except IdentitySyncError:
                continue  # it has ended by itself

    def _fill(self, jobs: deque[_Job], waiting: deque[Span], ahead: int) -> None:
        """Queue jobs for the next pieces, as many as may go ahead and as there is room for."""
        while waiting and len(jobs) < ahead:
            self._spare = self._spare or self._created(waiting[0])
            if not self._client.enqueue_export(self._spare):
                return
            jobs.append(_Job(self._spare, waiting.popleft()))
            self._spare = ""

    def _created(self, piece: Span) -> str:
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in piece)
        return self._client.create_export(self._fields, {self._filter: {"startAt": start, "endAt": end}})

    def _fetch(self, job: _Job) -> bool:
        """Bring the file of a job, which is begun again when it fails; tell whether there is something in it."""
        for tried in range(1, _TRIES + 1):
            status = self._ended(job.id)
            if status.get("status") == "Completed":
                if status.get("numberOfRecords") == 0:
                    return False
                self._download(job.id, status)
                return True
            if status.get("status") != "Failed":
                raise RemoteError(f"{PLATFORM}: somebody has cancelled the extract {job.id}; run the flow again")
            if tried < _TRIES:
                self._begin_again(job)
        raise RemoteUnavailable(f"{PLATFORM}: the extract failed {_TRIES} times: {status.get('errorMsg', 'no reason')}")

    def _begin_again(self, job: _Job) -> None:
        job.id = self._created(job.piece)
        asking = self._moments()
        while not self._client.enqueue_export(job.id):
            next(asking)

    def _ended(self, job: str) -> dict[str, Any]:
        asking = self._moments()
        while (status := self._client.export_status(job)).get("status") in {"Created", "Queued", "Processing"}:
            next(asking)
        return status

    def _moments(self) -> Iterator[None]:
        """Give the moments to ask, up to a minute apart; at last nobody is waited for any more."""
        yield from moments(self._clock, _PATIENCE, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        raise RemoteUnavailable(f"{PLATFORM}: the extract has not ended within {_PATIENCE / 3600:g} hours")

    def _download(self, job: str, status: dict[str, Any]) -> None:
        size = status.get("fileSize")
        if not isinstance(size, int):
            raise RemoteError(f"{PLATFORM} does not say how large the file of the extract {job} is")
        wanted = str(status.get("fileChecksum", "")).removeprefix("sha256:").lower()
        for _ in range(_TRIES):
            digest, had = hashlib.sha256(), 0
            with self._path.open("wb") as target:
                while had < size:
                    part = self._client.export_part(job, had, min(had + _PART, size))
                    if not part:
                        break
                    target.write(part)
                    digest.update(part)
                    had += len(part)
            if had == size and wanted in {"", digest.hexdigest()}:
                return
        raise RemoteUnavailable(f"{PLATFORM}: the file of the extract {job} is not what its size and checksum say")

    def _read(self, types: dict[str, str]) -> Iterator[list[Record]]:
        with self._path.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.reader(source)
            header = next(rows, [])
            if sorted(header) != sorted(self._fields):
                raise FormatError(f"the file has other columns than were asked for: {header}", file="extract", line=1)
            turn = readings(header, types)
            try:
                while page := list(islice(rows, _PAGE)):
                    yield [
                        {name: read(cell) for name, read, cell in zip(header, turn, row, strict=True)} for row in page
                    ]
            except (ValueError, csv.Error) as fault:
                raise FormatError(f"this is no row of the file: {fault}", file="extract", line=rows.line_num) from fault
