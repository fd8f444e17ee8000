"""``datasource.read.gigya.audit``: the audit log of a Gigya site."""

from collections.abc import Iterator
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.gigya import SiteParams, read_records
from identitysync.languages.query import Everything, has_functions, parse_select, projection, quote
from identitysync.scripts.read.gigya_query import check_where, given, put_together, since
from identitysync.values import Record

_TIME: Final = "@timestamp"


def check_fields(text: str) -> None:
    """Parse a list of fields."""
    if has_functions(parse_select(text)):
        raise InvalidParameter("the audit log is read entry by entry; functions such as count(*) are not known there")


@script(
    "datasource.read.gigya.audit",
    summary="Read the audit log of a Gigya site.",
    examples=(
        Example("who was deleted", {"select": "uid", "where": "endpoint = 'accounts.deleteAccount'"}),
        Example("everything", {"select": "*"}),
    ),
)
class ReadGigyaAudit(SiteParams, RecordReader):
    """Search the audit log, page by page, oldest first.

    Gigya gives whole entries; `select` keeps of them what is wanted. Names mind the case: the user is `uid` here, not
    `UID`. Gigya keeps entries for a year unless the site says otherwise, and none of calls with application keys.

    Without a full extract only entries since the last successful run are read, and those of the minute before
    (*our choice*).
    """

    select: str = param(doc="The fields, separated by commas; `*` is all.", example="uid, endpoint", check=check_fields)
    where: str = param(
        default="", doc="A condition in Gigya's query language, joined to the delta by AND.",
        example="endpoint = 'accounts.deleteAccount'", check=check_where,
    )  # fmt: skip
    batch_size: int = param(default=300, doc="Entries of one page, at most 10000.", example=300, text=True)

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        found = read_records(self, services, self.query(services), method="audit.search")
        items = parse_select(self.select)
        return found if items == (Everything(),) else map(projection(items), found)

    def query(self, services: Services) -> str:
        """Put the query together."""
        moment = since(services)
        delta = [] if moment is None else [f"{_TIME} >= {quote(f'{moment:%Y-%m-%dT%H:%M:%S}.000Z')}"]
        return put_together(services, "*", "auditLog", [*delta, *given(services, self.where)], _TIME, self.batch_size)
