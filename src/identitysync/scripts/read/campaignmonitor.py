"""``datasource.read.campaignmonitor``: the subscribers of a Campaign Monitor list."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import PlatformConnection, read_pages
from identitysync.platforms.campaignmonitor import PAGE, STATES, CampaignMonitorClient, SubscriberList, record_of
from identitysync.values import FieldPath, Record

_OVERLAP: Final = timedelta(days=1)
"""How far a delta read reaches behind its watermark: days are those of the account's time zone, which may be any."""


def check_status(states: list[str]) -> None:
    """Refuse a status that there is not."""
    for state in states:
        if state not in STATES:
            raise InvalidParameter(f"a status is one of {', '.join(STATES)}; found {state!r}")


def check_field(text: str) -> None:
    """Parse the path of a field, if there is one."""
    if text:
        FieldPath.parse(text)


def check_page(count: int) -> None:
    """Refuse a page that Campaign Monitor does not give."""
    if not 10 <= count <= PAGE:
        raise InvalidParameter(f"a page holds 10 to {PAGE} subscribers; found {count}")


@script(
    "datasource.read.campaignmonitor",
    summary="Read the subscribers of a Campaign Monitor list.",
    examples=(
        Example(
            "who has left, marked for the account",
            {
                "apiKey": "${env:CAMPAIGN_MONITOR_API_KEY}",
                "listId": "a58ee1d3039b8bec838e6d1482a8a965",
                "status": "unsubscribed",
                "targetField": "data.subscribed",
            },
        ),
        Example(
            "everybody but the deleted",
            {"apiKey": "${env:CAMPAIGN_MONITOR_API_KEY}", "listId": "a58ee1d3039b8bec838e6d1482a8a965"},
        ),
    ),
)
class ReadCampaignMonitor(SubscriberList, RecordReader):
    """Read subscribers page by page: `EmailAddress`, `Name`, `State`, `ConsentToTrack` and so on, and custom fields.

    Custom fields stand beside the others, by their keys without brackets (`GigyaUID`); one with several values is an
    array, and one whose key is taken by a field of the subscriber keeps its brackets. `targetField` gets the status as
    `status` spells it. Without a full extract only subscribers are read who came into their state since the day before
    the last successful run: Campaign Monitor knows days alone, of the account's time zone (*our choice*). The API is
    Campaign Monitor's 3.3 (campaignmonitor.com/api/v3-3/lists/).
    """

    status: list[str] = param(
        default=[], doc="Only subscribers of these states; empty for all but deleted ones.", example="unsubscribed",
        text=True, check=check_status,
    )  # fmt: skip
    target_field: str = param(
        default="", doc="The field that gets the status.", example="data.subscribed", check=check_field
    )
    batch_size: int = param(
        default=PAGE, doc="Subscribers of one page, 10 to 1000.", example=500, text=True, check=check_page
    )

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Read, page by page, one state after the other."""
        since = services.run.since
        connection = PlatformConnection(services)
        day = None if since is None else (since - _OVERLAP).date()
        return read_pages(connection, self._pages(self.client(connection), day), services)

    def _pages(self, client: CampaignMonitorClient, since: date | None) -> Iterator[list[Record]]:
        target = FieldPath.parse(self.target_field) if self.target_field else None
        for state in self.status or [each for each in STATES if each != "deleted"]:
            for page in client.subscribers(self.list_id, state, since=since, page_size=self.batch_size):
                records = [record_of(subscriber) for subscriber in page]
                if target is not None:
                    for record in records:
                        target.set(record, state)
                yield records
