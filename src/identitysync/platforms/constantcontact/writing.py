"""Records to lists of contacts: imported many at once, or signed up one by one.

An import (https://developer.constantcontact.com/api_guide/import_contacts.html) is an activity that goes on by itself;
its status (``activity_status.html``) counts what failed, but need not say whose. What it does not say by an address in
its texts is found by importing halves again, which changes nothing for contacts that are there already. A sign-up
(``contacts_create_or_update.html``) answers for one contact. Whoever does not want the newsletter leaves the lists.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from identitysync.contract import Rejected, Services
from identitysync.errors import PlatformError, RecordRejected
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.constantcontact.activities import FAILURES, carried_out
from identitysync.platforms.constantcontact.client import ConstantContact
from identitysync.platforms.constantcontact.contacts import address_of, imported, is_wanted, known_address, signed_up
from identitysync.platforms.constantcontact.oldnames import OldNames
from identitysync.platforms.constantcontact.params import ConstantContactParams
from identitysync.platforms.constantcontact.removing import Removals
from identitysync.values import Record

LARGEST_IMPORT: Final = 40_000
_UNFIT: Final = frozenset({400, 413, 422})
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
    if permission is Permission.EXPLICIT:
        custom = {name: id for id, name in client.custom_fields().items()}
        made = BatchCalls(client, _SignUps(client, lists, custom), size=1, connections=connections, key=_key_of)
        made.window = max(made.window, _WINDOW * connections)
        return made
    return BatchCalls(client, _Imports(client, lists), size=size, connections=connections, key=_key_of)


def _key_of(record: Record) -> str | int:
    return address_of(record) or id(record)


class _SignUps:
    """Sign up one contact."""

    def __init__(self, client: ConstantContact, lists: list[str], custom: Mapping[str, str]) -> None:
        self._client, self._lists, self._custom = client, lists, custom
        self._removals, self._old = Removals(client, lists), OldNames(lambda: custom)

    def __call__(self, records: Sequence[Record]) -> list[Record | Rejected]:
        return [self._one(record) for record in records]

    def _one(self, record: Record) -> Record | Rejected:
        try:
            if not is_wanted(record):
                faults = self._removals({0: known_address(record)})
                return _refused(record, *faults[0]) if faults else record
            self._client.post("/v3/contacts/sign_up_form", signed_up(record, self._lists, self._custom, self._old))
        except RecordRejected as fault:
            return Rejected(record, fault.message, fault.code)
        except PlatformError as fault:
            return _refused(record, fault.message, fault.code)
        return record


class _Imports:
    """Import contacts, and find out which of them failed; take off the lists who does not want to be on them."""

    def __init__(self, client: ConstantContact, lists: list[str]) -> None:
        self._client, self._lists = client, lists
        self._removals, self._old = Removals(client, lists), OldNames(lambda: client.custom_fields().values())

    def __call__(self, records: Sequence[Record]) -> list[Record | Rejected]:
        answers: list[Any] = [None] * len(records)
        rows: dict[int, dict[str, Any]] = {}
        leaving: dict[int, str] = {}
        for place, record in enumerate(records):
            try:
                if is_wanted(record):
                    rows[place] = imported(record, self._old)
                else:
                    leaving[place] = known_address(record)
            except RecordRejected as fault:
                answers[place] = Rejected(record, fault.message, fault.code)
        faults = (self._import(rows) if rows else {}) | self._removals(leaving)
        for place in (*rows, *leaving):
            answers[place] = _refused(records[place], *faults[place]) if place in faults else records[place]
        return answers

    def _import(self, rows: Mapping[int, dict[str, Any]]) -> dict[int, tuple[str, str]]:
        """Import rows; give text and code for each that failed."""
        try:
            body = {"import_data": list(rows.values()), "list_ids": self._lists}
            activity = carried_out(self._client, "/v3/activities/contacts_json_import", body)
        except PlatformError as fault:
            if len(rows) > 1 and fault.status in _UNFIT and not self._for_all(fault, rows):
                return self._halves(rows)
            return dict.fromkeys(rows, (fault.message, fault.code))
        status, texts, failed = activity.status, activity.texts, activity.failed
        if activity.state != "completed":
            text = "; ".join(texts) or "it does not say why"
            return dict.fromkeys(rows, (f"the import has {activity.state}: {text}", activity.state))
        if not failed:
            return {}
        named = _named(rows, texts)
        if len(named) >= failed:
            return named
        if len(rows) == 1:
            code = next(name for name in FAILURES if status.get(name))
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
