"""Contacts of lists, page by page.

No page of the vendor's guide was found for it beyond https://developer.constantcontact.com/api_guide/contacts_overview.html;
names and limits of the parameters are those of the vendor's own Python client (``constant-contact-api-client`` 1.5.0).

Custom fields come with ids alone; a contact gets them by their names, too, as ``cf:name``, which is how imports name
them.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from identitysync.contract import Services
from identitysync.platforms.constantcontact.client import ConstantContact, next_of
from identitysync.platforms.constantcontact.oldnames import in_old_names
from identitysync.platforms.constantcontact.params import ConstantContactParams
from identitysync.platforms.pages import read_pages
from identitysync.values import Record

LARGEST_PAGE: Final = 500


class Status(StrEnum):
    """Which contacts there are."""

    ALL = "all"
    ACTIVE = "active"
    DELETED = "deleted"
    NOT_SET = "not_set"
    PENDING_CONFIRMATION = "pending_confirmation"
    TEMP_HOLD = "temp_hold"
    UNSUBSCRIBED = "unsubscribed"


def read_contacts(
    params: ConstantContactParams,
    services: Services,
    *,
    status: Status | None,
    include: list[str],
    since: datetime | None,
    page_size: int,
    old_names: bool,
) -> Iterator[Record]:
    """Read contacts; the next page is fetched while one is worked on.

    Args:
        params: Who calls, and which lists.
        services: The run's clock, and how many records are wanted.
        status: Which contacts; None for what the API gives by itself.
        include: Parts of a contact that come only when they are asked for.
        since: Only contacts that were updated after that moment; None for all.
        page_size: Contacts of one page.
        old_names: Whether they have the names of the retired V2 API, too.

    Returns:
        Contacts.
    """
    client = ConstantContact(params, services)
    limit = services.run.limit

    def pages() -> Iterator[list[Record]]:
        names = client.custom_fields() if "custom_fields" in include else {}
        query = {
            "lists": ",".join(client.list_ids(params.list_id)),
            "status": status,
            "include": ",".join(include) or None,
            "updated_after": f"{since:%Y-%m-%dT%H:%M:%SZ}" if since else None,
            "limit": max(1, min(page_size, LARGEST_PAGE, limit or LARGEST_PAGE)),
        }
        page = client.get("/v3/contacts", query)
        while True:
            yield [_named(contact, names, old_names) for contact in page.get("contacts") or []]
            link = next_of(page)
            if not link:
                return
            page = client.get(link)

    return read_pages(client, pages(), services)


def _named(contact: Record, names: dict[str, str], old_names: bool) -> Record:
    given = contact.get("custom_fields") or []
    custom = {names[each["custom_field_id"]]: each.get("value") for each in given if each["custom_field_id"] in names}
    old = in_old_names(contact, custom) if old_names else {}
    return contact | {f"cf:{name}": value for name, value in custom.items()} | old
