"""Records to lists of contacts: imported many at once, or signed up one by one.

An import (https://developer.constantcontact.com/api_guide/import_contacts.html) is an activity that goes on by itself;
its status (``activity_status.html``) counts what failed, but need not say whose. What it does not say by an address in
its texts is found by importing halves again, which changes nothing for contacts that are there already. A sign-up
(``contacts_create_or_update.html``) answers for one contact.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from identitysync.contract import Rejected, Services
from identitysync.errors import PlatformError, RecordRejected, RemoteUnavailable
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.constantcontact.client import ConstantContact
from identitysync.platforms.constantcontact.contacts import address_of, imported, signed_up
from identitysync.platforms.constantcontact.params import ConstantContactParams
from identitysync.values import Record

LARGEST_IMPORT: Final = 40_000
_UNDER_WAY: Final = frozenset({"initialized", "processing"})
_UNFIT: Final = frozenset({400, 413, 422})
_FAILURES: Final = ("error_count", "correctable_count", "cannot_add_to_list_count")
_FIRST_PAUSE, _LONGEST_PAUSE, _PATIENCE = 0.5, 15.0, 1800.0
_WINDOW: Final = 100


class Permission(StrEnum):
    """What contacts have agreed to."""

    IMPLICIT = "implicit"
    EXPLICIT = "explicit"


def contact_writer(
    params: ConstantContactParams, services: Services, *, permission: Permission, size: int, connections: int
) -> BatchCalls:
    """Make a writer of contacts.

    Args:
        params: Who calls, and which lists.
        services: The run's clock.
        permission: ``implicit`` imports contacts, ``explicit`` signs them up.
        size: Contacts of one import at most.
        connections: How many calls or imports at most are under way at once.

    Returns:
        The writer, at work until it is closed.
    """
    client = ConstantContact(params, services, connections=connections)
    lists = client.list_ids(params.list_id)
    key = _key_of
    if permission is Permission.EXPLICIT:
        custom = {name: id for id, name in client.custom_fields().items()}
        made = BatchCalls(client, _SignUps(client, lists, custom), size=1, connections=connections, key=key)
        made.window = max(made.window, _WINDOW * connections)
        return made
    return BatchCalls(client, _Imports(client, lists), size=size, connections=connections, key=key)


def _key_of(record: Record) -> str | int:
    return address_of(record) or id(record)


class _SignUps:
    """Sign up one contact."""

    def __init__(self, client: ConstantContact, lists: list[str], custom: Mapping[str, str]) -> None:
        self._client, self._lists, self._custom = client, lists, custom

    def __call__(self, records: Sequence[Record]) -> list[Record | Rejected]:
        return [self._one(record) for record in records]

    def _one(self, record: Record) -> Record | Rejected:
        try:
            self._client.post("/v3/contacts/sign_up_form", signed_up(record, self._lists, self._custom))
        except RecordRejected as fault:
            return Rejected(record, fault.message, fault.code)
        except PlatformError as fault:
            return _refused(record, fault.message, fault.code)
        return record


class _Imports:
    """Import contacts, and find out which of them failed."""

    def __init__(self, client: ConstantContact, lists: list[str]) -> None:
        self._client, self._lists = client, lists

    def __call__(self, records: Sequence[Record]) -> list[Record | Rejected]:
        answers: list[Any] = [None] * len(records)
        rows: dict[int, dict[str, Any]] = {}
        for place, record in enumerate(records):
            try:
                rows[place] = imported(record)
            except RecordRejected as fault:
                answers[place] = Rejected(record, fault.message, fault.code)
        faults = self._import(rows) if rows else {}
        for place in rows:
            answers[place] = _refused(records[place], *faults[place]) if place in faults else records[place]
        return answers

    def _import(self, rows: Mapping[int, dict[str, Any]]) -> dict[int, tuple[str, str]]:
        """Import rows; give text and code for each that failed."""
        try:
            body = {"import_data": list(rows.values()), "list_ids": self._lists}
            activity = self._ended(self._client.post("/v3/activities/contacts_json_import", body))
        except PlatformError as fault:
            if len(rows) > 1 and fault.status in _UNFIT and not self._for_all(fault, rows):
                return self._halves(rows)
            return dict.fromkeys(rows, (fault.message, fault.code))
        status, texts = activity.get("status") or {}, [str(each) for each in activity.get("activity_errors") or []]
        failed = sum(int(status.get(name) or 0) for name in _FAILURES)
        if activity.get("state") != "completed":
            text = "; ".join(texts) or "it does not say why"
            return dict.fromkeys(rows, (f"the import has {activity.get('state')}: {text}", str(activity.get("state"))))
        if not failed:
            return {}
        named = _named(rows, texts)
        if len(named) >= failed:
            return named
        if len(rows) == 1:
            code = next(name for name in _FAILURES if status.get(name))
            return dict.fromkeys(rows, ("; ".join(texts) or _WORDS[code], code.removesuffix("_count")))
        left = {place: row for place, row in rows.items() if place not in named}
        return named | self._halves(left) if left else named

    def _for_all(self, fault: PlatformError, rows: Mapping[int, dict[str, Any]]) -> bool:
        """Tell whether a whole import was refused for what is the same in all rows, such as a list that is gone.

        So it is when the first row and the last one alone are refused with the same words.
        """
        if len(rows) == 2:
            return False
        ends = ({place: rows[place]} for place in (min(rows), max(rows)))
        return all(list(self._import(end).values()) == [(fault.message, fault.code)] for end in ends)

    def _halves(self, rows: Mapping[int, dict[str, Any]]) -> dict[int, tuple[str, str]]:
        places = list(rows)
        middle = max(1, len(places) // 2)
        faults: dict[int, tuple[str, str]] = {}
        for half in (places[:middle], places[middle:]):
            if half:
                faults |= self._import({place: rows[place] for place in half})
        return faults

    def _ended(self, activity: dict[str, Any]) -> dict[str, Any]:
        """Wait for an import to end."""
        clock, pause = self._client.clock, _FIRST_PAUSE
        deadline = clock.monotonic() + _PATIENCE
        while activity.get("state") in _UNDER_WAY:
            activity = self._client.get(f"/v3/activities/{activity['activity_id']}")
            if activity.get("state") not in _UNDER_WAY:
                break
            if clock.monotonic() + pause > deadline:
                raise RemoteUnavailable(
                    f"Constant Contact has not ended the import {activity['activity_id']} within {_PATIENCE:.0f} s"
                )
            clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return activity


_WORDS: Final = {
    "error_count": "the import refused the contact and does not say why",
    "correctable_count": "the address or a date has no format that is known, or there is too little of the contact",
    "cannot_add_to_list_count": "the contact has unsubscribed and cannot be added to a list",
}


def _named(rows: Mapping[int, dict[str, Any]], texts: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Find whose errors those are that name an address."""
    by_address = {row["email"]: place for place, row in rows.items()}
    found: dict[int, tuple[str, str]] = {}
    for text in texts:
        for word in text.lower().replace(",", " ").split():
            place = by_address.get(word.strip("\"'<>()[]:;."))
            if place is not None:
                found[place] = (text, "error")
    return found


def _refused(record: Record, message: str, code: str) -> Rejected:
    return Rejected(record, message, code, error={"errorCode": code, "errorMessage": message})
