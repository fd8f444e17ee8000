"""Leads on their way to Marketo: by 300, several calls at once, and an answer for each."""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from typing import Any, Final

from identitysync.contract import Rejected, Services
from identitysync.errors import InvalidParameter, PlatformError, RecordRejected
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.marketo.client import MOST_LEADS, MarketoClient
from identitysync.platforms.marketo.flat import joined
from identitysync.platforms.marketo.login import MarketoLogin
from identitysync.platforms.sendable import check_sendable
from identitysync.values import Record

_MOST_BYTES: Final = 1_000_000 - 200
"""Of the leads of one call; the rest is for what stands around them."""

_NESTED: Final = frozenset({dict, list})
_WRITTEN: Final = frozenset({"created", "updated"})


def check_connections(count: int) -> None:
    """Refuse a number of connections that Marketo does not allow."""
    if not 1 <= count <= 10:
        raise InvalidParameter(f"Marketo takes 1 to 10 calls at once, from all who call it; found {count}")


def lead_calls(login: MarketoLogin, services: Services, *, lookup_field: str, connections: int) -> BatchCalls:
    """Prepare what writes leads; it closes its own connection.

    Args:
        login: The instance and its credentials.
        services: The run's clock.
        lookup_field: The field by which Marketo finds leads.
        connections: How many calls at most are under way at once.
    """
    connection = PlatformConnection(services, connections=connections)
    client = MarketoClient(login, connection.http, connection.clock)

    def write(records: Sequence[Record]) -> list[Record | Rejected]:
        return _Batch(client, lookup_field, records).written()

    def key(record: Record) -> Hashable:
        value = record.get(lookup_field)
        return value.strip().casefold() if isinstance(value, str) else id(record) if value is None else str(value)

    return BatchCalls(connection, write, size=MOST_LEADS, connections=connections, key=key)


class _Batch:
    """Records that go together."""

    def __init__(self, client: MarketoClient, lookup_field: str, records: Sequence[Record]) -> None:
        self._client, self._lookup_field, self._records = client, lookup_field, records
        self._answers: list[Any] = [None] * len(records)

    def written(self) -> list[Record | Rejected]:
        """Write them, and answer for each."""
        places: list[int] = []
        leads: list[Record] = []
        size = 0
        for place, record in enumerate(self._records):
            try:
                lead = self._lead(record)
                length = _length_of(lead)
            except RecordRejected as fault:
                self._answers[place] = Rejected(record, fault.message, fault.code)
                continue
            if size + length > _MOST_BYTES:
                self._send(places, leads)
                places, leads, size = [], [], 0
            places.append(place)
            leads.append(lead)
            size += length
        if leads:
            self._send(places, leads)
        return self._answers

    def _lead(self, record: Record) -> Record:
        """Give what is sent of a record."""
        if record.get(self._lookup_field) in (None, ""):
            text = f"the record has no {self._lookup_field}, by which Marketo finds leads"
            raise RecordRejected(text, code="missing-key")
        if _NESTED.isdisjoint(map(type, record.values())):
            return record
        lead = {name: value for name, value in record.items() if value != {}}
        for name, value in lead.items():
            if isinstance(value, list) and name != self._lookup_field:
                with suppress(ValueError):
                    lead[name] = joined(value)
            if isinstance(lead[name], dict | list):
                kind = "an object" if isinstance(value, dict) else "an array"
                text = (
                    f"the field {name!r} holds {kind}, and Marketo's fields are flat: take what is wanted out of it"
                    " with field.rename or field.array.join, and remove the rest with field.remove"
                )
                raise RecordRejected(text, code="nested-field")
        return lead

    def _send(self, places: Sequence[int], leads: Sequence[Record]) -> None:
        try:
            told = self._client.sync(leads, self._lookup_field)
        except PlatformError as fault:
            if not fault.code.startswith(("1", "7")) or len(fault.code) not in {3, 4}:
                raise
            for place in places:
                self._answers[place] = Rejected(self._records[place], fault.message, fault.code)
            return
        if len(told) != len(leads):
            text = f"Marketo gave {len(told)} answers for {len(leads)} leads, so that nobody knows what became of this"
            for place in places:
                self._answers[place] = Rejected(self._records[place], text, "no-answer")
            return
        for place, each in zip(places, told, strict=True):
            self._answers[place] = _answer(self._records[place], each)


def _length_of(lead: Record) -> int:
    """Give the bytes of a lead in a call, with the comma behind it."""
    length = len(check_sendable(lead)) + 1
    if length > _MOST_BYTES:
        text = f"the record has {length} bytes as JSON; Marketo takes {_MOST_BYTES} in one call"
        raise RecordRejected(text, code="too-large")
    return length


def _answer(record: Record, told: dict[str, Any]) -> Record | Rejected:
    if told.get("status") in _WRITTEN:
        return record
    reasons = [reason for reason in told.get("reasons") or () if isinstance(reason, dict)]
    message = "; ".join(str(reason.get("message", "")) for reason in reasons) or f"Marketo says {told.get('status')!r}"
    code = str(reasons[0].get("code", "skipped")) if reasons else "skipped"
    return Rejected(record, message, code, error={"status": told.get("status"), "reasons": reasons})
