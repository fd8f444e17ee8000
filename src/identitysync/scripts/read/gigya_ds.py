"""``datasource.read.gigya.ds``: objects of Gigya's data store."""

from collections.abc import Iterator

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.gigya import SiteParams, read_records
from identitysync.languages.query import quote
from identitysync.scripts.read.gigya_query import (
    check_path,
    check_select,
    check_where,
    given,
    milliseconds,
    put_together,
    since,
)
from identitysync.values import Record


@script(
    "datasource.read.gigya.ds",
    summary="Read objects of Gigya's data store.",
    examples=(
        Example("all purchases", {"select": "*", "from": "purchase"}),
        Example("large ones", {"select": "oid, UID, data", "from": "purchase", "where": "data.total_f > 100"}),
    ),
)
class ReadGigyaDs(SiteParams, RecordReader):
    """Search objects of one type, page by page: `oid`, `UID` where it belongs to a user, and `data`.

    Without a full extract only objects are read whose `deltaField` is not older than the last successful run, as by
    `datasource.read.gigya.account` (*our choice*).
    """

    select: str = param(doc="The fields, separated by commas; `*` is all.", example="*", check=check_select)
    from_: str = param(doc="The type of the objects.", example="purchase", check=check_path)
    where: str = param(
        default="", doc="A condition in Gigya's query language, joined to the delta by AND.",
        example="data.total_f > 100", check=check_where,
    )  # fmt: skip
    delta_field: str = param(
        default="lastUpdatedTimestamp", doc="The time, in milliseconds, by which changes are found.",
        example="createdTimestamp", check=check_path,
    )  # fmt: skip
    batch_size: int = param(default=1000, doc="Objects of one page, at most 10000.", example=300, text=True)

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        return read_records(self, services, self.query(services), method="ds.search")

    def query(self, services: Services) -> str:
        """Put the query together."""
        moment = since(services)
        delta = [] if moment is None else [f"{self.delta_field} >= {quote(milliseconds(moment))}"]
        conditions = [*delta, *given(services, self.where)]
        return put_together(services, self.select, self.from_, conditions, self.delta_field, self.batch_size)
