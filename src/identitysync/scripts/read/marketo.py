"""``datasource.read.marketo``: leads of Marketo, by bulk extracts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import PlatformConnection
from identitysync.platforms.marketo import Extract, MarketoClient, MarketoLogin, spans
from identitysync.values import Record
from identitysync.world import read_ahead

_OVERLAP: Final = timedelta(minutes=1)
_AHEAD: Final = 5
"""Jobs in Marketo's queue at the same time: it has room for ten, and two of them run at once."""


class DeltaField(StrEnum):
    """The filters by which changes are found."""

    UPDATED_AT = "updatedAt"
    CREATED_AT = "createdAt"


def check_moment(text: str) -> None:
    """Refuse what is no date or time."""
    _moment(text)


def check_fields(names: list[str]) -> None:
    """Refuse an empty list of fields, or a field twice."""
    if not names or len(set(names)) != len(names):
        raise InvalidParameter(f"name each field that is wanted once, such as email, firstName; found {names}")


@script(
    "datasource.read.marketo",
    summary="Read leads of Marketo.",
    examples=(
        Example(
            "all leads that were created since 2020, then changes",
            {
                "baseUrl": "https://123-ABC-456.mktorest.com",
                "clientId": "11111111-2222-3333-4444-555555555555",
                "clientSecret": "${env:MARKETO_CLIENT_SECRET}",
                "fields": "gigyaUID, email, firstName, lastName",
                "createdSince": "2020-01-01",
            },
        ),
    ),
)
class ReadMarketo(MarketoLogin, RecordReader):
    """Extract leads in bulk: jobs for at most 31 days each, the latest first, some of them queued ahead.

    A full extract asks for what was created since `createdSince`, month by month. Else leads are read that `deltaField`
    finds since the last successful run, and the minute before (*our choice*). Some subscriptions have no `updatedAt`
    filter (Marketo answers 1035): `createdAt` finds new leads there, and no changes. A lead of the very second where
    two pieces of time meet may be read twice, and none is missed.

    Values are typed as Marketo describes its fields (*our choice*): booleans, whole and other numbers; dates and all
    else are text. `null`, which is how Marketo writes an empty field, is null.

    Files are downloaded in parts, and verified by their checksum before any of their leads is used.
    """

    fields: list[str] = param(
        doc="The fields, by the names that the REST API gives them, separated by commas or as an array.",
        example="email, firstName, lastName", text=True, check=check_fields,
    )  # fmt: skip
    created_since: str = param(
        default="2006-01-01",
        doc="When the oldest lead was created: a date, or a time in ISO 8601. An extract for each month since then "
        "costs calls and time, so name the year in which the instance began.",
        example="2019-06-01", check=check_moment,
    )  # fmt: skip
    delta_field: DeltaField = param(
        default=DeltaField.UPDATED_AT, doc="The filter by which changes are found.", example="createdAt"
    )

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Extract, month by month; while one is read, the next are made."""
        run = services.run
        filter = DeltaField.CREATED_AT if run.since is None else self.delta_field
        since = _moment(self.created_since) if run.since is None else run.since - _OVERLAP
        unlimited = run.limit is None
        connection = PlatformConnection(services)
        try:
            client = MarketoClient(self, connection.http, connection.clock)
            extract = Extract(client, connection.clock, services.spool.path(), self.fields, filter.value)
            pages = extract.pages(spans(since, run.started), ahead=_AHEAD if unlimited else 1)
            ahead = read_ahead(pages, ahead=unlimited, check=services.check, stop=connection.stop)
            with closing(pages), closing(ahead):
                for page in ahead:
                    yield from page
        finally:
            connection.close()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidParameter(
            f"expected a date or a time in ISO 8601, such as 2019-06-01 or 2019-06-01T12:00:00Z; found {text!r}"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
