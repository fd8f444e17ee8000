"""``datasource.write.constantcontact``: contacts into Constant Contact's lists."""

from collections.abc import Iterator, Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import IdentitySyncError, InvalidParameter
from identitysync.platforms import BatchCalls
from identitysync.platforms.constantcontact import ConstantContactParams, Permission, contact_writer, examine_login
from identitysync.values import Record


def check_size(size: int) -> None:
    """Refuse a number that an import does not take."""
    if not 1 <= size <= 40_000:
        raise InvalidParameter(f"an import takes 1 to 40000 contacts; found {size}")


def check_connections(count: int) -> None:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 20:
        raise InvalidParameter(f"1 to 20 connections can be used at once; found {count}")


@script(
    "datasource.write.constantcontact",
    summary="Write contacts into Constant Contact's lists.",
    examples=(
        Example(
            "import contacts",
            {
                "apiKey": "4c1d5f2e-7f0e-4d3b-9d0b-0d1c2b3a4f5e",
                "clientSecret": "${env:CC_CLIENT_SECRET}",
                "refreshToken": "${env:CC_REFRESH_TOKEN}",
                "listId": "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304",
            },
        ),
        Example(
            "sign up who has given explicit permission",
            {
                "accessToken": "${env:CC_ACCESS_TOKEN}",
                "listId": "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304",
                "permission": "explicit",
            },
        ),
    ),
)
class WriteConstantContact(ConstantContactParams, RecordWriter):
    """Add contacts to lists, or change those that are there; they are told apart by their addresses.

    Fields are named as in the API's imports: `email`, `first_name`, `last_name`, `job_title`, `company_name`, `phone`,
    `street`, `city`, `state`, `zip`, `country`, `anniversary`, `birthday_month`, `birthday_day`; a custom field of the
    account is `cf:name`. The columns of the V2 API's imports are taken, too, in any case: `Email` or `Email Address`,
    `First Name`, `Address Line 1`, `Zip/Postal Code` and so on; `Custom Field 1` or `CustomField1` is the account's
    custom field of that name in either spelling. A field of any other name rejects the record, and so do two names of
    one field with different values; empty ones are not sent (*our choice*).

    `newsletterField` tells whether somebody wants the newsletter, as a boolean, `true`, `false`, `yes`, `no`,
    `subscribed` or `unsubscribed`. Who does not is taken off the lists of `listId`, and nothing else of their record is
    written; they stay a contact that has not unsubscribed from other lists. Who is not on them, or no contact, needs
    nothing. Where nothing is said, the contact is written (*our choice*).

    With `implicit` permission contacts are imported, `batchSize` at once, and whoever has unsubscribed stays so and is
    rejected. The API counts failures without a word on whose they are; they are found by importing halves again. With
    `explicit` permission each contact is signed up by a call of its own: this subscribes also who has unsubscribed, so
    use it only for people who have just asked for it.

    A call may be repeated without harm. The API lets in 4 calls a second and 10,000 a day.
    """

    atomic = True

    permission: Permission = param(
        default=Permission.IMPLICIT, doc="What the contacts have agreed to.", example="explicit"
    )
    batch_size: int = param(
        default=500, doc="Contacts of one import, at most 40000.", example=2000, text=True, check=check_size
    )
    max_connections: int = param(
        default=4, doc="Calls or imports under way at once, 1 to 20.", example=4, text=True, check=check_connections
    )

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Find what is missing to sign in."""
        yield from examine_login(self)

    def open(self, services: Services) -> Self:
        """Prepare the calls, and look up the lists."""
        return self._writer(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._writer(services) as calls:
            return calls.write(records, services)

    def _writer(self, services: Services) -> BatchCalls:
        return contact_writer(
            self, services, permission=self.permission, size=self.batch_size, connections=self.max_connections
        )
