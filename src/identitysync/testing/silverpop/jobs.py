"""Jobs: imports and exports, whose files are on the SFTP server. They follow these pages.

https://developer.goacoustic.com/acoustic-campaign/reference/importlist,
https://developer.goacoustic.com/acoustic-campaign/reference/getjobstatus; and, for exports, what public clients of the
API send and receive, as no page of Acoustic's was found. What stands in a file of errors is ours.
"""

import csv
import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import FormatError
from identitysync.platforms.xml import Element, read_xml
from identitysync.testing.http import Reply
from identitysync.testing.silverpop.answers import OWN, element, failed, succeeded
from identitysync.testing.silverpop.contacts import EMAIL, Contact, Contacts

_SEPARATORS: Final = {"0": ",", "1": "\t", "2": "|"}
_FORMATS: Final = {"CSV": ",", "TAB": "\t", "PIPE": "|"}
_ACTIONS: Final = frozenset({"ADD_AND_UPDATE", "ADD_ONLY", "OPT_OUT", "UPDATE_ONLY"})


@attrs.define
class _Job:
    id: str
    description: str
    work: Callable[["_Job"], Mapping[str, Any]]
    ends: float
    state: str = "WAITING"
    parameters: Mapping[str, Any] = attrs.field(factory=dict)


class Jobs:
    """The jobs of one organization.

    Attributes:
        seconds: How long a job takes.
        fail_next: How many of the next jobs fail.
    """

    def __init__(self, contacts: Contacts, list_id: str, root: Path, clock: Clock, seconds: float) -> None:
        """Begin with none.

        Args:
            contacts: The contacts of the database.
            list_id: Its id.
            root: The folder of the SFTP server.
            clock: Tells the time.
            seconds: How long a job takes.
        """
        self._contacts, self._list_id, self._root, self._clock = contacts, list_id, root, clock
        self.seconds, self.fail_next = seconds, 0
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._last = 100_000

    def export_list(self, asked: Element) -> Reply:
        """Answer ``ExportList``."""
        self._check_list(asked.value("LIST_ID"))
        form = asked.value("EXPORT_FORMAT")
        if form not in _FORMATS or asked.value("EXPORT_TYPE") not in {"ALL", "OPT_IN", "OPT_OUT"}:
            raise failed(OWN, "Invalid export type or format")
        names = [each.text.strip() for each in asked.all("EXPORT_COLUMNS/COLUMN")] or self._contacts.columns
        columns = [self._contacts.column(name) for name in names]
        if None in columns:
            raise failed(OWN, f"Column {names[columns.index(None)]} does not exist")
        span = (_day(asked.value("DATE_START")), _day(asked.value("DATE_END")))

        def work(job: _Job) -> Mapping[str, Any]:
            text = io.StringIO(newline="")
            rows = csv.writer(text, delimiter=_FORMATS[form], lineterminator="\n")
            rows.writerow([str(column) for column in columns])
            for contact in self._wanted(asked.value("EXPORT_TYPE"), span):
                rows.writerow([contact["values"].get(column, "") for column in columns])
            self._put(f"download/{self._list_id}_{job.id}.csv", text.getvalue())
            return {"LIST_ID": self._list_id}

        job = self._begin("Exporting database", work)
        return succeeded(("JOB_ID", job.id), ("FILE_PATH", f"/download/{self._list_id}_{job.id}.csv"))

    def import_list(self, asked: Element) -> Reply:
        """Answer ``ImportList``."""
        described, source = (self._uploaded(asked.value(name)) for name in ("MAP_FILE", "SOURCE_FILE"))
        try:
            mapping = read_xml(described)
        except FormatError as fault:
            raise failed(OWN, f"Invalid mapping file: {fault.reason}") from None
        self._check_list(mapping.value("LIST_INFO/LIST_ID"))
        if mapping.value("LIST_INFO/ACTION") not in _ACTIONS:
            raise failed(OWN, "Invalid action")
        job = self._begin("Importing database", lambda job: self._import(job, mapping, source))
        return succeeded(("JOB_ID", job.id))

    def status(self, asked: Element) -> Reply:
        """Answer ``GetJobStatus``."""
        with self._lock:
            job = self._jobs.get(asked.value("JOB_ID"))
            if job is None:
                raise failed(OWN, "Job does not exist")
            self._advance(job)
            pairs = [element("PARAMETER", ("NAME", name), ("VALUE", value)) for name, value in job.parameters.items()]
            return succeeded(
                ("JOB_ID", job.id), ("JOB_STATUS", job.state), ("JOB_DESCRIPTION", job.description),
                element("PARAMETERS", *pairs),
            )  # fmt: skip

    def _begin(self, description: str, work: Callable[[_Job], Mapping[str, Any]]) -> _Job:
        with self._lock:
            self._last += 1
            job = _Job(str(self._last), description, work, self._clock.monotonic() + self.seconds)
            self._jobs[job.id] = job
            return job

    def _advance(self, job: _Job) -> None:
        if job.state not in {"WAITING", "RUNNING"}:
            return
        if self._clock.monotonic() < job.ends:
            job.state = "RUNNING"
        elif self.fail_next:
            self.fail_next -= 1
            job.state = "ERROR"
        else:
            job.parameters, job.state = job.work(job), "COMPLETE"

    def _import(self, job: _Job, mapping: Element, source: bytes) -> Mapping[str, Any]:
        columns = {
            int(each.value("INDEX")) - 1: self._contacts.column(each.value("NAME"))
            for each in mapping.all("MAPPING/COLUMN")
            if each.value("INCLUDE") == "true"
        }
        keys = [self._contacts.column(each.value("NAME")) or "" for each in mapping.all("SYNC_FIELDS/SYNC_FIELD")]
        action, counts, errors = mapping.value("LIST_INFO/ACTION"), Counter[str](), io.StringIO()
        separator = _SEPARATORS.get(mapping.value("LIST_INFO/FILE_TYPE"), ",")
        rows = list(csv.reader(io.StringIO(source.decode("utf-8", "replace"), newline=""), delimiter=separator))
        begin = 1 if mapping.value("LIST_INFO/HASHEADERS") == "true" else 0
        seen: set[tuple[str, ...]] = set()
        for number, row in enumerate(rows[begin:], begin + 1):
            if not row:
                continue
            values = {name: row[index] for index, name in columns.items() if name and index < len(row)}
            fault = self._contacts.fault(values)
            if fault is None and len(row) != len(rows[0]):
                fault = ("BAD_RECORDS", "wrong number of columns")
            key = tuple(values.get(name, "").casefold() for name in keys or [EMAIL])
            if fault is None and key in seen:
                fault = ("DUPLICATES", "duplicate")
            if fault is not None:
                counts[fault[0]] += 1
                errors.write(f"line {number}: {fault[1]}: {separator.join(row)}\n")
                continue
            seen.add(key)
            counts["TOTAL_VALID"] += 1
            counts[self._take(action, keys or [EMAIL], values)] += 1
        self._put(f"download/{job.id}.err", errors.getvalue())
        self._put(f"download/{job.id}.res", "".join(f"{name}: {count}\n" for name, count in counts.items()))
        names = ("SQL_ADDED", "SQL_UPDATED", "TOTAL_VALID", "BAD_ADDRESSES", "BAD_RECORDS", "DUPLICATES", "NOT_ALLOWED")
        files = {"RESULTS_FILE_NAME": f"{job.id}.res", "ERROR_FILE_NAME": f"{job.id}.err"}
        return {"LIST_ID": self._list_id, **files, **{name: counts[name] for name in names}}

    def _take(self, action: str, keys: list[str], values: Mapping[str, str]) -> str:
        if action == "OPT_OUT":
            return "SQL_UPDATED" if self._contacts.opt_out(keys, values) else "IGNORED"
        known = self._contacts.find(values.get(EMAIL, "")) is not None
        if (action == "ADD_ONLY" and known) or (action == "UPDATE_ONLY" and not known):
            return "IGNORED"
        return "SQL_UPDATED" if self._contacts.put(keys, values) else "SQL_ADDED"

    def _wanted(self, kind: str, span: tuple[datetime | None, datetime | None]) -> Iterable[Contact]:
        start, end = span
        for contact in self._contacts.all():
            modified = datetime.fromisoformat(contact["modified"]).replace(tzinfo=None)
            if (start and modified < start) or (end and modified >= end + timedelta(days=1)):
                continue
            if kind == "ALL" or contact["opted_out"] == (kind == "OPT_OUT"):
                yield contact

    def _check_list(self, list_id: str) -> None:
        if list_id != self._list_id:
            raise failed(OWN, f"List {list_id} does not exist")

    def _uploaded(self, name: str) -> bytes:
        path = self._root / "upload" / name
        if not name or "/" in name or name in {".", ".."} or not path.is_file():
            raise failed(OWN, f"File {name} does not exist")
        return path.read_bytes()

    def _put(self, path: str, text: str) -> None:
        (self._root / path).write_text(text, "utf-8", newline="")


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text[:10], "%m/%d/%Y")  # noqa: DTZ007 - days of the organization, without a zone
    except ValueError:
        raise failed(OWN, f"Invalid date {text}") from None
