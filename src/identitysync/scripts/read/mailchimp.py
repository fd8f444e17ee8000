"""``datasource.read.mailchimp``: the members of a Mailchimp audience."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import PlatformConnection, read_pages
from identitysync.platforms.mailchimp import PAGE, STATUSES, Audience
from identitysync.values import Record

_OVERLAP: Final = timedelta(seconds=60)
"""How far a delta read reaches behind its watermark; Mailchimp does not say how late changes show."""


def check_status(text: str) -> None:
    """Refuse a status that there is not."""
    if text not in {"", *STATUSES, "archived"}:
        raise InvalidParameter(f"a status is one of {', '.join(STATUSES)}, archived; found {text!r}")


def check_page(count: int) -> None:
    """Refuse a page that Mailchimp does not give."""
    if not 1 <= count <= PAGE:
        raise InvalidParameter(f"a page holds 1 to {PAGE} members; found {count}")


@script(
    "datasource.read.mailchimp",
    summary="Read the members of a Mailchimp audience.",
    examples=(
        Example(
            "everybody",
            {
                "apiUrl": "https://us6.api.mailchimp.com/3.0/",
                "apiKey": "${env:MAILCHIMP_API_KEY}",
                "listId": "a1b2c3d4e5",
            },
        ),
        Example(
            "who left, and no more of them than is needed",
            {
                "apiUrl": "https://us6.api.mailchimp.com/3.0/",
                "apiKey": "${env:MAILCHIMP_API_KEY}",
                "listId": "a1b2c3d4e5",
                "status": "unsubscribed",
                "fields": "email_address, status, merge_fields.UID",
            },
        ),
    ),
)
class ReadMailchimp(Audience, RecordReader):
    """Read members page by page, as Mailchimp gives them: `email_address`, `status`, `merge_fields`, `tags` and so on.

    Archived members come only when `status` asks for them. Without a full extract only members are read that have
    changed since the last successful run (`since_last_changed`), less a minute of overlap (*our choice*). Members that
    leave the audience while it is read move nobody else out of sight. The API is Mailchimp's Marketing API 3.0
    (mailchimp.com/developer/marketing/api/list-members/).
    """

    status: str = param(
        default="", doc="Only members of this status; empty for all but archived ones.", example="unsubscribed",
        check=check_status,
    )  # fmt: skip
    fields: list[str] = param(
        default=[], doc="Only these fields of the members, which makes pages come faster; all by default.",
        example=["email_address", "status", "merge_fields.UID"], text=True,
    )  # fmt: skip
    batch_size: int = param(
        default=PAGE, doc="Members of one page, 1 to 1000.", example=500, text=True, check=check_page
    )

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Read, page by page."""
        since = services.run.since
        connection = PlatformConnection(services)
        pages = self.client(connection).members(
            self.list_id,
            status=self.status,
            since=None if since is None else since - _OVERLAP,
            fields=self.fields,
            page_size=self.batch_size,
        )
        return read_pages(connection, pages, services)
