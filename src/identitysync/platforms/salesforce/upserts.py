"""Records into objects of Salesforce: which field names the object, one job for many records, one answer for each."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from identitysync.contract import Rejected
from identitysync.errors import RecordRejected
from identitysync.platforms.salesforce.jobs import Jobs
from identitysync.platforms.salesforce.rows import NULL, Row, cells, columns_of, read, written
from identitysync.values import Record, text_of

MAX_UPLOAD: Final = 100_000_000
"""Bytes of one upload: Salesforce allows 150 MB once they are written in base64, which makes a third more of them."""

_UNKNOWN: Final = re.compile(r"InvalidBatch : Field name not found : (.+?)\s*\Z")
_CODE: Final = re.compile(r"[A-Z][A-Z_]+(?=:)")
_UNKNOWN_FATE: Final = Rejected(
    {}, "none of the job's results names this record, so that it may have been written or not", "unknown-fate"
)


@attrs.frozen
class _Line:
    """A record on its way.

    Attributes:
        place: Its place in the batch.
        row: Its cells.
    """

    place: int
    row: Row


@attrs.frozen
class Upserts:
    """Write objects of one type.

    A record names its object by ``primary``; when it has no value there, by ``lookup``. Null in either of them changes
    nothing.

    Attributes:
        jobs: The organization's jobs.
        object_type: The type of the objects.
        primary: A field that names an object: ``Id``, or an external id.
        lookup: Another one; may be empty.
        max_upload: Bytes of one upload.
    """

    jobs: Jobs
    object_type: str
    primary: str
    lookup: str = ""
    max_upload: int = MAX_UPLOAD

    def key(self, record: Record) -> Hashable:
        """Give what Salesforce tells objects apart by; the record itself when it names none."""
        for field in self._fields():
            if (value := record.get(field)) not in (None, "", NULL):
                try:
                    return field, _key(text_of(value))
                except ValueError:  # it has no text, and is rejected when its turn comes
                    break
        return id(record)

    def write(self, records: Sequence[Record]) -> list[Record | Rejected]:
        """Write records that name different objects.

        Args:
            records: The records.

        Returns:
            An answer for each: the record, or its reject with the code and the text of Salesforce.

        Raises:
            PlatformError: Salesforce refuses the whole job, such as for a type that it does not have.
            RemoteError: It cannot be reached.
        """
        rejects: dict[int, Rejected] = {}
        lines: dict[str, list[_Line]] = {field: [] for field in self._fields()}
        for place, record in enumerate(records):
            try:
                row = cells(record)
            except (RecordRejected, ValueError) as fault:
                code = fault.code if isinstance(fault, RecordRejected) else "no-text"
                rejects[place] = Rejected(record, f"the record cannot be written as CSV: {fault}", code)
                continue
            field = next((each for each in lines if row.get(each, NULL) != NULL), None)
            if field is None:
                wanted = " or ".join(repr(each) for each in lines)
                text = f"the record has no value in {wanted}, so that it names no object of Salesforce"
                rejects[place] = Rejected(record, text, "missing-id")
            else:
                # A null that names no object must not empty the field of the one that was found by the other.
                named = {name: cell for name, cell in row.items() if cell != NULL or name not in lines}
                lines[field].append(_Line(place, named))
        for field, own in lines.items():
            for place, verdict in self._upserted(field, own):
                rejects[place] = attrs.evolve(verdict, record=records[place])
        return [rejects.get(place, record) for place, record in enumerate(records)]

    def _fields(self) -> list[str]:
        return [self.primary, self.lookup] if self.lookup else [self.primary]

    def _upserted(self, field: str, lines: list[_Line]) -> Iterator[tuple[int, Rejected]]:
        """Give the places of records that were not written, and why, in rejects that do not hold the record yet."""
        while lines:
            columns = columns_of([line.row for line in lines])
            content = written(columns, [line.row for line in lines])
            if len(content) > self.max_upload and len(lines) > 1:
                half = len(lines) // 2
                yield from self._upserted(field, lines[:half])
                lines = lines[half:]
                continue
            job = self.jobs.loaded(self._job(field), content)
            told = self.jobs.ended("ingest", job)
            unknown = _unknown_column(told)
            guilty = [line for line in lines if unknown in line.row] if unknown != field else []
            if not guilty:
                verdicts = self._verdicts(field, job, told, {_key(line.row[field]) for line in lines})
                yield from ((line.place, why) for line in lines if (why := verdicts.of(_key(line.row[field]))))
                return
            # Nothing was written because of one column: the records that have it are at fault, the others go again.
            yield from ((line.place, Rejected({}, str(told["errorMessage"]), "InvalidBatch")) for line in guilty)
            lines = [line for line in lines if unknown not in line.row]

    def _job(self, field: str) -> dict[str, str]:
        return {
            "object": self.object_type, "operation": "upsert", "externalIdFieldName": field,
            "contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA",
        }  # fmt: skip

    def _verdicts(self, field: str, job: str, told: Mapping[str, Any], sent: set[str]) -> "_Verdicts":
        def named(which: str) -> list[tuple[str, Row]]:
            return [(_key(row.get(field, "")), row) for row in read(self.jobs.results("ingest", job, which).body)]

        count = told.get("numberRecordsFailed") or 0
        failed: dict[str, Rejected | None] = {}
        if count:
            failed = {key: _reject(row) for key, row in named("failedResults")}
        whole = told["state"] == "JobComplete" and told.get("numberRecordsProcessed") == len(sent)
        if whole and len(failed) == count and failed.keys() <= sent:
            return _Verdicts(failed, None)  # the successful ones need not be fetched
        reason = str(told.get("errorMessage") or "Salesforce did not come to this record")
        done = {key: None for key, _ in named("successfulResults")}
        left = {key: Rejected({}, reason, "unprocessed") for key, _ in named("unprocessedRecords")}
        return _Verdicts({**left, **done, **failed}, _UNKNOWN_FATE)


@attrs.frozen
class _Verdicts:
    """What became of records.

    Attributes:
        named: Of those that a result names by their key; None for well.
        others: Of all others.
    """

    named: Mapping[str, Rejected | None]
    others: Rejected | None

    def of(self, key: str) -> Rejected | None:
        """Tell what became of one."""
        return self.named.get(key, self.others)


def _unknown_column(told: Mapping[str, Any]) -> str:
    if told["state"] != "Failed" or told.get("numberRecordsProcessed"):
        return ""
    matched = _UNKNOWN.match(str(told.get("errorMessage") or ""))
    return matched[1] if matched else ""


def _reject(row: Row) -> Rejected:
    text = row.get("sf__Error", "")
    code = _CODE.match(text)
    known = {"sf__Id": row["sf__Id"]} if row.get("sf__Id") else {}
    return Rejected({}, text or "no reason is given", code.group() if code else "rejected", error=known)


def _key(text: str) -> str:
    """Give a key as Salesforce compares it: without blanks around it, in any case."""
    return text.strip().casefold()
