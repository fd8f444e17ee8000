"""Batches of records into a list: one import for those who want it, one call for each who leaves or said nothing."""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import attrs

from identitysync.contract import Rejected
from identitysync.errors import PlatformError, RecordRejected
from identitysync.platforms.campaignmonitor.client import CampaignMonitorClient
from identitysync.platforms.campaignmonitor.subscribers import CustomFields, Subscription, address_of, known_address
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.singles import call_each
from identitysync.values import FieldPath, Record

Subscribers = Mapping[int, Mapping[str, Any]]
"""Subscribers by the places of their records."""

Refused = tuple[int, str, str]
"""The place of a record, a code and a message."""


@attrs.frozen
class Wishes:
    """What a writer shall do.

    Attributes:
        list_id: The list.
        newsletter: The field that says whether somebody wants the newsletter.
        default_status: The status that new subscribers get of whom nothing is said, ``active`` or ``unsubscribed``.
        consent: The consent to be tracked of those whose record does not tell.
        resubscribe: Whether those come back who have left.
    """

    list_id: str
    newsletter: FieldPath
    default_status: str
    consent: str
    resubscribe: bool


class SubscriberWriter:
    """Write batches of records; safe to use from several threads."""

    def __init__(
        self,
        client: CampaignMonitorClient,
        wishes: Wishes,
        connection: PlatformConnection,
        *,
        connections: int,
        tell: Callable[[str], None],
    ) -> None:
        """Prepare; the list's custom fields are asked for with the first batch.

        Args:
            client: The client.
            wishes: What shall be done.
            connection: The connection that the client uses.
            connections: How many calls are under way at once.
            tell: Is told what people should know.
        """
        self._client, self._wishes, self._tell = client, wishes, tell
        self._connection, self._connections = connection, connections
        self._lock = threading.Lock()
        self._subscription: Subscription | None = None

    def key_of(self, record: Record) -> Hashable:
        """Give what Campaign Monitor tells subscribers apart by: the address, in lower case."""
        return address_of(record).lower() or id(record)

    def write(self, records: Sequence[Record]) -> list[Record | Rejected]:
        """Write records with different addresses.

        Args:
            records: At most 1000.

        Returns:
            Each record, or its reject, in order.

        Raises:
            PlatformError: Campaign Monitor refuses the import, whoever is in it.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: It cannot be reached.
        """
        subscription = self._known()
        answers: list[Record | Rejected] = list(records)
        coming: dict[int, dict[str, Any]] = {}
        silent: dict[int, dict[str, Any]] = {}
        leaving: list[tuple[int, str]] = []
        for place, record in enumerate(records):
            try:
                wants = subscription.wanted_by(record)
                if wants is False:
                    leaving.append((place, known_address(record)))
                else:
                    (silent if wants is None else coming)[place] = subscription.subscriber_of(record)
            except RecordRejected as fault:
                answers[place] = Rejected(record, fault.message, fault.code)
        wished = self._wishes.resubscribe
        for place, code, message in [
            *self._import(coming, resubscribe=wished),
            *self._unsubscribe(leaving),
            *self._update(silent),
        ]:
            answers[place] = Rejected(records[place], message, code)
        return answers

    def _known(self) -> Subscription:
        with self._lock:
            if self._subscription is None:
                wishes = self._wishes
                fields = CustomFields(self._client.custom_fields(wishes.list_id), self._tell)
                self._subscription = Subscription(fields, wishes.newsletter, wishes.consent)
            return self._subscription

    def _unsubscribe(self, leaving: Sequence[tuple[int, str]]) -> list[Refused]:
        """Let addresses leave, several at once; give those that are refused."""
        answers = call_each(self._connection, self._leave, leaving, at_once=self._connections)
        return [refused for refused in answers if refused is not None]

    def _leave(self, leaving: tuple[int, str]) -> Refused | None:
        place, address = leaving
        try:
            self._client.unsubscribe(self._wishes.list_id, address)
        except PlatformError as fault:
            return place, fault.code, fault.message
        return None

    def _update(self, subscribers: Subscribers) -> list[Refused]:
        """Change subscribers whose state stays as it is, and add those who are new if that is wanted.

        Who is new has not asked to come back, so that nobody is resubscribed here.
        """
        answers = call_each(self._connection, self._update_one, list(subscribers.values()), at_once=self._connections)
        told = dict(zip(subscribers, answers, strict=True))
        refused = [(place, *answer) for place, answer in told.items() if isinstance(answer, tuple)]
        if self._wishes.default_status == "active":
            new = {place: subscribers[place] for place, answer in told.items() if answer is False}
            refused += self._import(new, resubscribe=False)
        return refused

    def _update_one(self, subscriber: Mapping[str, Any]) -> bool | tuple[str, str]:
        """Change a subscriber; tell whether the list has it, or why that is refused."""
        try:
            return self._client.update(self._wishes.list_id, subscriber)
        except PlatformError as fault:
            return fault.code, fault.message

    def _import(self, subscribers: Subscribers, *, resubscribe: bool) -> list[Refused]:
        """Import subscribers, by the places of their records; give those that are refused.

        An address that is refused, and was not sent so, may be anybody's: then the others are imported again in halves,
        which does no harm, until it is known.
        """
        if not subscribers:
            return []
        failures = self._client.import_subscribers(
            self._wishes.list_id, list(subscribers.values()), resubscribe=resubscribe
        )
        places = {subscriber["EmailAddress"].lower(): place for place, subscriber in subscribers.items()}
        refused, unknown = [], []
        for failure in failures:
            place = places.pop(str(failure.get("EmailAddress", "")).strip().lower(), None)
            told = str(failure.get("Code", "refused")), str(failure.get("Message") or "no reason was given")
            if place is None:
                unknown.append(told)
            else:
                refused.append((place, *told))
        left = list(places.values())
        if unknown and len(left) > 1:
            halves = left[: len(left) // 2], left[len(left) // 2 :]
            for half in halves:
                refused += self._import({place: subscribers[place] for place in half}, resubscribe=resubscribe)
        elif unknown and left:
            refused.append((left[0], *unknown[0]))
        return refused
