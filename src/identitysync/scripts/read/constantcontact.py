"""``datasource.read.constantcontact``: contacts of Constant Contact's lists."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import IdentitySyncError
from identitysync.platforms.constantcontact import ConstantContactParams, Status, examine_login, read_contacts
from identitysync.values import Record

_OVERLAP: Final = timedelta(seconds=60)
_PARTS: Final = ["custom_fields", "list_memberships", "phone_numbers", "street_addresses"]


@script(
    "datasource.read.constantcontact",
    summary="Read contacts of Constant Contact's lists.",
    examples=(
        Example(
            "the contacts of a list",
            {
                "apiKey": "4c1d5f2e-7f0e-4d3b-9d0b-0d1c2b3a4f5e",
                "clientSecret": "${env:CC_CLIENT_SECRET}",
                "refreshToken": "${env:CC_REFRESH_TOKEN}",
                "listId": "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304",
            },
        ),
        Example(
            "who has unsubscribed, with an access token",
            {
                "accessToken": "${env:CC_ACCESS_TOKEN}",
                "listId": "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304",
                "status": "unsubscribed",
            },
        ),
    ),
)
class ReadConstantContact(ConstantContactParams, RecordReader):
    """Read contacts as the V3 API gives them, page by page; the next page is fetched while one is worked on.

    The address is `email_address.address`. A custom field comes as `cf:name`, too, as the writer takes it.

    With `oldNames`, contacts have the names, too, that flows from the time of the V2 API use (*our choice*): `Email`;
    `CustomField1` and so on, where the account has a custom field of that name (`Custom Field 1` and
    `custom_field_1` are the same name); and `newsletterField`, which is false for who has unsubscribed, else true.

    Without a full extract only contacts are read that were updated since the last successful run, and in the minute
    before (*our choice*).
    """

    status: Status | None = param(
        default=None, doc="Which contacts; by default those that the API gives by itself.", example="active"
    )
    include: list[str] = param(
        default=_PARTS, doc="Parts of a contact that come only when they are asked for.", example=["custom_fields"],
        text=True,
    )  # fmt: skip
    old_names: bool | None = param(
        default=None, doc="Whether names of the V2 API are added. By default they are where there is no"
        " `refreshToken`, as in flows of that time.", example=True, text=True,
    )  # fmt: skip
    batch_size: int = param(default=500, doc="Contacts of one page, at most 500.", example=500, text=True)

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Find what is missing to sign in."""
        yield from examine_login(self)

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Read, page by page."""
        moment = services.run.since
        yield from read_contacts(
            self, services, status=self.status, include=self.include, page_size=self.batch_size,
            since=None if moment is None else moment - _OVERLAP,
            old_names=not self.refresh_token if self.old_names is None else self.old_names,
        )  # fmt: skip
