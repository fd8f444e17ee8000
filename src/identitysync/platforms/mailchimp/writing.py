"""Batches of records into an audience: one call for each, one answer for each record.

Members of whom nothing is said go one by one: only so Mailchimp gives new ones a status and leaves others alone.
"""

import re
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

from identitysync.contract import Rejected
from identitysync.errors import PlatformError, RecordRejected, RemoteUnavailable
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.mailchimp.client import MailchimpClient
from identitysync.platforms.mailchimp.members import Membership, address_of
from identitysync.platforms.mailchimp.merge_tags import MergeTags
from identitysync.platforms.singles import call_each
from identitysync.values import FieldPath, Record
from identitysync.world import NeverSent

_ITEM: Final = re.compile(r"members\.item:(\d+)([^\s:]*): ([^;]*)")
"""How a refusal of a whole call names one member, and what is wrong with it."""

Members = Mapping[int, Mapping[str, Any]]
"""Members by the places of their records."""

Refusals = Iterator[tuple[int, str, str]]
"""Places of records, codes and messages."""


class AudienceWriter:
    """Write batches of records; safe to use from several threads."""

    def __init__(
        self,
        client: MailchimpClient,
        list_id: str,
        connection: PlatformConnection,
        *,
        connections: int,
        newsletter: FieldPath,
        default_status: str,
        tell: Callable[[str], None],
    ) -> None:
        """Prepare; the audience's merge fields are asked for with the first batch.

        Args:
            client: The client.
            list_id: The audience.
            connection: The connection that the client uses.
            connections: How many calls are under way at once.
            newsletter: The field that says whether somebody wants the newsletter.
            default_status: The status that new members get of whom nothing is said.
            tell: Is told what people should know.
        """
        self._client, self._list_id, self._tell = client, list_id, tell
        self._connection, self._connections = connection, connections
        self._newsletter, self._default_status = newsletter, default_status
        self._lock = threading.Lock()
        self._membership: Membership | None = None

    def key_of(self, record: Record) -> Hashable:
        """Give what Mailchimp tells members apart by: the address, in lower case."""
        return address_of(record).lower() or id(record)

    def write(self, records: Sequence[Record]) -> list[Record | Rejected]:
        """Write records with different addresses.

        Args:
            records: At most 500.

        Returns:
            Each record, or its reject, in order.

        Raises:
            PlatformError: Mailchimp refuses the call, whatever members are in it.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: It cannot be reached, or does not answer a call that may be repeated.
        """
        membership = self._known()
        answers: list[Record | Rejected] = list(records)
        members = {}
        for place, record in enumerate(records):
            try:
                members[place] = membership.member_of(record)
            except RecordRejected as fault:
                answers[place] = Rejected(record, fault.message, fault.code)
        silent = {place: member for place, member in members.items() if "status" not in member}
        asked = {place: member for place, member in members.items() if member.get("status") == "pending"}
        others = {place: member for place, member in members.items() if place not in silent | asked}
        # Those who are asked by mail go by themselves: a call with them must not be made twice, one without them may.
        for place, code, message in [*self._send(others), *self._send(asked), *self._put(silent)]:
            answers[place] = Rejected(records[place], message, code)
        return answers

    def _known(self) -> Membership:
        with self._lock:
            if self._membership is None:
                tags = MergeTags(self._client.merge_fields(self._list_id), self._tell)
                self._membership = Membership(tags, self._newsletter, self._default_status)
            return self._membership

    def _put(self, members: Members) -> Refusals:
        """Write members one by one, several at once."""
        refused = call_each(self._connection, self._put_one, list(members.items()), at_once=self._connections)
        yield from (each for each in refused if each is not None)

    def _put_one(self, placed: tuple[int, Mapping[str, Any]]) -> tuple[int, str, str] | None:
        place, member = placed
        tags = member.get("tags")
        done = ""
        try:
            self._client.put(self._list_id, {name: value for name, value in member.items() if name != "tags"})
            if tags:
                done = "the member was written, but not its tags: "
                self._client.tag(self._list_id, member["email_address"], tags)
        except PlatformError as fault:
            if fault.status != 400:
                raise
            return place, fault.code, f"{done}{fault.message}"
        return None

    def _send(self, members: Members) -> Refusals:
        if not members:
            return
        repeatable = all(member["status"] != "pending" for member in members.values())
        try:
            answer = self._client.subscribe(self._list_id, list(members.values()), repeatable=repeatable)
        except PlatformError as fault:
            if fault.status != 400:
                raise
            yield from self._without_the_faulty(members, fault)
        except RemoteUnavailable as fault:
            if repeatable or isinstance(fault, NeverSent):
                raise
            text = f"this may have been done: there was no answer, and a second call would send a second mail ({fault})"
            yield from ((place, "no-answer", text) for place in members)
        else:
            yield from _refused(members, answer)

    def _without_the_faulty(self, members: Members, fault: PlatformError) -> Refusals:
        """Send the other members again: nothing was done, because of those that the refusal names."""
        places = list(members)
        named = {
            places[int(number)]: f"{field.lstrip('.') or 'the member'}: {text.strip()}"
            for number, field, text in reversed(_ITEM.findall(fault.message))
            if int(number) < len(places)
        }
        if named:
            yield from ((place, fault.code, named[place]) for place in places if place in named)
            yield from self._send({place: member for place, member in members.items() if place not in named})
        elif len(places) == 1:
            yield places[0], fault.code, fault.message
        else:
            half = len(places) // 2
            yield from self._send({place: members[place] for place in places[:half]})
            yield from self._send({place: members[place] for place in places[half:]})


def _refused(members: Members, answer: Mapping[str, Any]) -> Refusals:
    """Find the members that ``errors`` names; an error without a known address concerns those that were not written."""
    places = {member["email_address"].lower(): place for place, member in members.items()}
    unknown = []
    for error in answer["errors"]:
        place = places.pop(str(error.get("email_address", "")).strip().lower(), None)
        if place is None:
            unknown.append(error)
        else:
            yield place, *_told(error)
    if unknown:
        written = [*answer.get("new_members", ()), *answer.get("updated_members", ())]
        for address in {str(member.get("email_address", "")).lower() for member in written}:
            places.pop(address, None)
        for place in places.values():
            yield place, *_told(unknown[0])


def _told(error: Mapping[str, Any]) -> tuple[str, str]:
    field = f" ({error['field']}: {error.get('field_message') or 'refused'})" if error.get("field") else ""
    return str(error.get("error_code") or "refused"), f"{error.get('error') or 'Mailchimp does not say why'}{field}"
