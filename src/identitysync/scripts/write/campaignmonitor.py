"""``datasource.write.campaignmonitor``: subscribers of a Campaign Monitor list."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.campaignmonitor import BATCH, CONSENTS, SubscriberList, SubscriberWriter, Wishes
from identitysync.values import FieldPath, Record

_STATUSES = ("active", "unsubscribed")


def check_status(text: str) -> None:
    """Refuse a status that cannot be written."""
    if text not in _STATUSES:
        raise InvalidParameter(f"a status is one of {', '.join(_STATUSES)}; found {text!r}")


def check_consent(text: str) -> None:
    """Refuse a consent that there is not."""
    if text not in CONSENTS:
        raise InvalidParameter(f"a consent is one of {', '.join(CONSENTS)}; found {text!r}")


def check_batch(count: int) -> None:
    """Refuse a batch that Campaign Monitor does not take."""
    if not 1 <= count <= BATCH:
        raise InvalidParameter(f"Campaign Monitor takes 1 to {BATCH} subscribers at once; found {count}")


def check_connections(count: int) -> None:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 20:
        raise InvalidParameter(f"1 to 20 connections can be used at once; found {count}")


@script(
    "datasource.write.campaignmonitor",
    summary="Add subscribers to a Campaign Monitor list, change them, and let them leave.",
    examples=(
        Example(
            "a field says who wants the newsletter",
            {
                "apiKey": "${env:CAMPAIGN_MONITOR_API_KEY}",
                "listId": "a58ee1d3039b8bec838e6d1482a8a965",
                "newsletterField": "newsletterField",
            },
        ),
        Example(
            "who comes back is subscribed again, and may be tracked",
            {
                "apiKey": "${env:CAMPAIGN_MONITOR_API_KEY}",
                "listId": "a58ee1d3039b8bec838e6d1482a8a965",
                "newsletterField": "data.newsletter",
                "resubscribe": True,
                "consentToTrack": "Yes",
            },
        ),
    ),
)
class WriteCampaignMonitor(SubscriberList, RecordWriter):
    """Import subscribers in batches; an address that the list has is changed. Who does not want it leaves, one by one.

    The address is in `EmailAddress` (or `Email`). `newsletterField` names the field that decides: true, `active` and
    `subscribed` mean that somebody is imported, false and `unsubscribed` that they leave (texts such as `'true'` do as
    well). Where it says nothing, a subscriber that there is is changed and keeps the state, and a new one gets
    `defaultStatus`; such records take a call each. Of who leaves nothing else is written, and who is not there has
    left.

    `Name`, `MobileNumber`, `ConsentToTrack` and `ConsentToSendSms` are those; all other fields are custom fields, by
    their keys or names in any case. An array fills a field of many options, null clears any. What the list has no
    custom field for, such as an object that a `field.remove` should have taken away, is left out, and named once in the
    trace.

    A record is rejected with Campaign Monitor's code and text, for instance when somebody has left by themselves (206)
    and `resubscribe` is not set. Several calls are under way at once, never two with one address; all of them may be
    repeated. How fields are mapped is *our choice*. The API is Campaign Monitor's 3.3
    (campaignmonitor.com/api/v3-3/subscribers/).
    """

    atomic = True

    newsletter_field: FieldPath = param(
        doc="The field that says whether somebody wants the newsletter.", example="newsletterField"
    )
    default_status: str = param(
        default="unsubscribed",
        doc="The status of new subscribers of whom nothing is said; `unsubscribed` does not add them.",
        example="active",
        check=check_status,
    )
    consent_to_track: str = param(
        default="Unchanged", doc="The consent to be tracked of those whose record does not tell.", example="Yes",
        check=check_consent,
    )  # fmt: skip
    resubscribe: bool = param(
        default=False, doc="Whether those are subscribed again who have left, bounced, or are suppressed.",
        example=True, text=True,
    )  # fmt: skip
    batch_size: int = param(
        default=BATCH, doc="Subscribers of one import, 1 to 1000.", example=200, text=True, check=check_batch
    )
    max_connections: int = param(
        default=5, doc="Calls under way at once, 1 to 20.", example=10, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        connections, size = self.max_connections, self.batch_size
        connection = PlatformConnection(services, connections=connections)
        wishes = Wishes(
            self.list_id, self.newsletter_field, self.default_status, self.consent_to_track, self.resubscribe
        )
        client = self.client(connection)
        writer = SubscriberWriter(client, wishes, connection, connections=connections, tell=services.log.info)
        return BatchCalls(connection, writer.write, size=size, connections=connections, key=writer.key_of)
