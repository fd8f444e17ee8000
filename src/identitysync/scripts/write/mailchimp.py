"""``datasource.write.mailchimp``: members of a Mailchimp audience."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.mailchimp import BATCH, STATUSES, Audience, AudienceWriter
from identitysync.values import FieldPath, Record

_MOST = 10


def check_status(text: str) -> None:
    """Refuse a status that a member cannot have."""
    if text not in STATUSES:
        raise InvalidParameter(f"a status is one of {', '.join(STATUSES)}; found {text!r}")


def check_batch(count: int) -> None:
    """Refuse a batch that Mailchimp does not take."""
    if not 1 <= count <= BATCH:
        raise InvalidParameter(f"Mailchimp takes 1 to {BATCH} members at once; found {count}")


def check_connections(count: int) -> None:
    """Refuse a number of connections that Mailchimp does not allow."""
    if not 1 <= count <= _MOST:
        raise InvalidParameter(f"Mailchimp allows an account 1 to {_MOST} connections at once; found {count}")


@script(
    "datasource.write.mailchimp",
    summary="Add members to a Mailchimp audience, and change those that it has.",
    examples=(
        Example(
            "a field says who wants the newsletter",
            {
                "apiUrl": "https://us6.api.mailchimp.com/3.0/",
                "apiKey": "${env:MAILCHIMP_API_KEY}",
                "listId": "a1b2c3d4e5",
                "newsletterField": "newsletterField",
            },
        ),
        Example(
            "who is new and never said anything is asked to confirm",
            {
                "apiUrl": "https://us6.api.mailchimp.com/3.0/",
                "apiKey": "${env:MAILCHIMP_API_KEY}",
                "listId": "a1b2c3d4e5",
                "newsletterField": "data.newsletter",
                "defaultStatus": "pending",
            },
        ),
    ),
)
class WriteMailchimp(Audience, RecordWriter):
    """Subscribe and unsubscribe in batches; an address that the audience has is changed.

    The address is in `email_address` or `EMAIL`. `newsletterField` names the field that decides on the status: true is
    `subscribed`, false `unsubscribed` (texts such as `'true'` do as well), and a status of Mailchimp's own counts as it
    is. Where it says nothing, a member that there is keeps its status, and a new one gets `defaultStatus`; such records
    take a call each.

    All other fields are merge fields, named by their merge tags in any case, or nested in `merge_fields`; `interests`,
    `tags`, `vip`, `language`, `location` and the other fields of a member are those. What the audience has no merge
    field for, such as an object that a `field.remove` should have taken away, is left out, and named once in the trace.

    A record is rejected with Mailchimp's code and text, for instance when somebody has left the audience by themselves,
    or was deleted for good: only they can come back. Several calls are under way at once, never two with one address.
    A call that may have been done is repeated unless it would send a second message that asks for confirmation
    (`pending`); its records are rejected with `no-answer` then. How fields are mapped is *our choice*. The API is
    Mailchimp's Marketing API 3.0 (mailchimp.com/developer/marketing/api/lists/).
    """

    atomic = True

    newsletter_field: FieldPath = param(
        doc="The field that says whether somebody wants the newsletter.", example="newsletterField"
    )
    default_status: str = param(
        default="unsubscribed",
        doc="The status that new members get of whom nothing is said; others keep theirs.",
        example="pending",
        check=check_status,
    )
    batch_size: int = param(
        default=BATCH, doc="Members of one call, 1 to 500; fewer where Mailchimp takes too long.", example=100,
        text=True, check=check_batch,
    )  # fmt: skip
    max_connections: int = param(
        default=5, doc="Calls under way at once, 1 to 10; Mailchimp allows 10 to an account, whoever uses them.",
        example=10, text=True, check=check_connections,
    )  # fmt: skip

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        connection = PlatformConnection(services, connections=self.max_connections)
        writer = AudienceWriter(
            self.client(connection),
            self.list_id,
            connection,
            connections=self.max_connections,
            newsletter=self.newsletter_field,
            default_status=self.default_status,
            tell=services.log.info,
        )
        connections, size = self.max_connections, self.batch_size
        return BatchCalls(connection, writer.write, size=size, connections=connections, key=writer.key_of)
