"""Records into rows of a data extension: a request for many, and one answer for each.

They follow "PUT /data/v1/async/dataextensions/{id}/rows" and the pages of its status and its results, in the Data
Extensions Async API of Marketing Cloud (developer.salesforce.com). Those do not say that results come in the order of
the rows, and name no row: what they tell is proven by sending the rows that are told to be fine once more, and found
out by halves where it is not so. An upsert may be made twice.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

import attrs

from identitysync.contract import Clock, Rejected
from identitysync.errors import RecordRejected
from identitysync.platforms.api import Api
from identitysync.platforms.marketing_cloud.rows import row_of
from identitysync.platforms.waiting import moments
from identitysync.values import Record, json_bytes, text_of

MAX_PAYLOAD: Final = 5_000_000
"""Bytes of one request: the limit of 5 MB is documented for the synchronous upsert, and kept here."""

_PAGE: Final = 500
_UNKNOWN_FATE: Final = "unknown-fate"


@attrs.frozen
class _Line:
    """A record on its way.

    Attributes:
        place: Its place in the batch.
        row: Its columns.
    """

    place: int
    row: Record


Fate = Rejected | None
"""What became of a row: nothing bad, or a reject that does not hold the record yet."""


@attrs.frozen
class RowUpserts:
    """Write rows of one data extension.

    Attributes:
        api: The tenant.
        clock: Tells how long a request takes.
        data_extension: The external key of the data extension.
        primary_keys: The columns that are its primary key.
        timeout: Seconds that one request may take.
        max_payload: Bytes of one request.
    """

    api: Api
    clock: Clock
    data_extension: str
    primary_keys: Sequence[str]
    timeout: float = 3600.0
    max_payload: int = MAX_PAYLOAD

    def key(self, record: Record) -> Hashable:
        """Give what rows are told apart by; the record itself when it has no primary key."""
        values = [record.get(name) for name in self.primary_keys]
        if any(isinstance(value, dict | list) or value in {None, ""} for value in values):
            return id(record)
        try:
            return tuple(text_of(value).rstrip().casefold() for value in values)
        except ValueError:  # one has no text, and the record is rejected when its turn comes
            return id(record)

    def write(self, records: Sequence[Record]) -> list[Record | Rejected]:
        """Write records with different primary keys.

        Args:
            records: The records.

        Returns:
            An answer for each: the record, or its reject with the code and the text of Marketing Cloud.

        Raises:
            PlatformError: Marketing Cloud refuses the request, as for a data extension that it does not have.
            RemoteError: It cannot be reached.
        """
        rejects: dict[int, Rejected] = {}
        lines: list[_Line] = []
        for place, record in enumerate(records):
            try:
                row = row_of(record)
            except RecordRejected as fault:
                rejects[place] = Rejected(record, str(fault), fault.code)
                continue
            missing = [name for name in self.primary_keys if row.get(name) in {None, ""}]
            if missing:
                text = f"the record has no value in {', '.join(map(repr, missing))} of the primary key"
                rejects[place] = Rejected(record, text, "missing-key")
            else:
                lines.append(_Line(place, row))
        for place, why in self._upserted(lines):
            rejects[place] = attrs.evolve(why, record=records[place])
        return [rejects.get(place, record) for place, record in enumerate(records)]

    def _upserted(self, lines: Sequence[_Line]) -> Iterator[tuple[int, Rejected]]:
        """Give the places of records that were not written, and why."""
        for some in self._small_enough(lines):
            fates = self._fates(some)
            bad = [(line.place, why) for line, why in zip(some, fates, strict=False) if why is not None]
            good = [line for line, why in zip(some, fates, strict=False) if why is None]
            if not fates or (len(fates) == len(some) and not (good and bad and any(self._fates(good)))):
                yield from bad
            else:
                yield from self._by_halves(some)

    def _by_halves(self, lines: Sequence[_Line]) -> Iterator[tuple[int, Rejected]]:
        half = (len(lines) + 1) // 2
        for some in (lines[:half], lines[half:]):
            why = next(filter(None, self._fates(some)), None) if some else None
            if why is None:
                continue
            if len(some) == 1 or why.code == _UNKNOWN_FATE:  # halves of what takes too long take as long again
                yield from ((line.place, why) for line in some)
            else:
                yield from self._by_halves(some)

    def _small_enough(self, lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
        if len(lines) > 1 and len(_written(lines)) > self.max_payload:
            half = len(lines) // 2
            yield from self._small_enough(lines[:half])
            yield from self._small_enough(lines[half:])
        elif lines:
            yield lines

    def _fates(self, lines: Sequence[_Line]) -> list[Fate]:
        """Send rows, and give what is told of them, in the order in which it is told; nothing when all went well."""
        path = f"/data/v1/async/dataextensions/key:{quote(self.data_extension, safe='')}/rows"
        headers = {"Content-Type": "application/json"}
        queued = self.api.call("PUT", path, body=_written(lines), headers=headers, expect="requestId")
        id = queued.json()["requestId"]
        for _ in moments(self.clock, self.timeout):
            status = self.api.call("GET", f"/data/v1/async/{id}/status", expect="status").json()["status"]
            if status["requestStatus"] in {"Complete", "Error"}:
                break
        else:
            text = f"the request {id} took more than {self.timeout:g} s: the row may have been written or not"
            return [Rejected({}, text, _UNKNOWN_FATE)] * len(lines)
        if status["requestStatus"] == "Complete" and not status.get("hasErrors"):
            return []
        fates = [_fate(item) for item in self._items(str(id))]
        if any(fates):
            return fates
        ended = status.get("resultStatus") or "an error"
        text = f"the request {id} ended with {ended}, and tells nothing of rows: the row may have been written or not"
        return [Rejected({}, text, _UNKNOWN_FATE)] * len(lines)

    def _items(self, id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        page = 1
        while True:
            query = {"$page": page, "$pagesize": _PAGE}
            told = self.api.call("GET", f"/data/v1/async/{id}/results", query=query, expect="items").json()
            if told.get("page", page) != page:  # pages are not turned here: what was told is all that is told
                return items
            items += told["items"] or ()
            if not told["items"] or len(items) >= (told.get("count") or 0):
                return items
            page += 1


def _written(lines: Sequence[_Line]) -> bytes:
    return json_bytes({"items": [line.row for line in lines]})


def _fate(item: dict[str, Any]) -> Fate:
    code, text = str(item.get("errorCode") or ""), str(item.get("message") or "")
    if item.get("status") != "Error" and not code:
        return None
    return Rejected({}, text or "no reason is given", code or "rejected")
