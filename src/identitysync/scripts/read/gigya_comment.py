"""``datasource.read.gigya.comment``: comments of a Gigya site, and the streams that they belong to."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.gigya import SiteParams, read_records
from identitysync.languages.query import quote
from identitysync.scripts.read.gigya_query import check_where, given, milliseconds, put_together, since
from identitysync.values import FieldPath, Record


class CommentTable(StrEnum):
    """What is read."""

    COMMENTS = "comments"
    STREAMS = "streams"


_TIMES: Final = {CommentTable.COMMENTS: "timestamp", CommentTable.STREAMS: "lastCommentTimestamp"}
_KEYS: Final = {CommentTable.COMMENTS: "ID", CommentTable.STREAMS: ""}


@script(
    "datasource.read.gigya.comment",
    summary="Read comments of a Gigya site, or their streams.",
    examples=(
        Example(
            "the comments of one category", {"from": "comments", "where": 'categoryID="comments"', "batchSize": 100}
        ),
        Example("the streams", {"from": "streams", "batchSize": 300, "keepFieldNamesWithDotAsIs": True}),
    ),
)
class ReadGigyaComments(SiteParams, RecordReader):
    """Search comments or streams, page by page.

    A name with dots, such as `sender.name`, becomes a nested field, unless `keepFieldNamesWithDotAsIs`; a comment in
    which that would put a field into a text or a number is rejected.

    Without a full extract only comments are read that were written since the last successful run, and streams with such
    comments (*our choice*).
    """

    from_: CommentTable = param(doc="`comments` or `streams`.", example="comments")
    where: str = param(
        default="", doc="A condition in Gigya's query language, joined to the delta by AND.",
        example='categoryID="comments"', check=check_where,
    )  # fmt: skip
    batch_size: int = param(default=100, doc="Comments of one page, at most 10000.", example=300, text=True)
    keep_field_names_with_dot_as_is: bool = param(
        default=False, doc="Whether a name with dots stays one name.", example=False, text=True
    )

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        found = read_records(self, services, self.query(services), method="comments.search", key=_KEYS[self.from_])
        return found if self.keep_field_names_with_dot_as_is else map(_nested, found)

    def query(self, services: Services) -> str:
        """Put the query together."""
        moment = since(services)
        delta = [] if moment is None else [f"{_TIMES[self.from_]} >= {quote(milliseconds(moment))}"]
        return put_together(services, "*", self.from_, [*delta, *given(services, self.where)], "", self.batch_size)


def _nested(found: Record) -> Record | Rejected:
    if not any("." in name for name in found):
        return found
    record: dict[str, Any] = {name: value for name, value in found.items() if "." not in name}
    try:
        for name, value in found.items():
            if "." in name:
                FieldPath.parse(name).nest(record, value)
    except RecordRejected as fault:
        return Rejected(found, fault.message, fault.code)
    except InvalidParameter as fault:  # such as a name with two dots in a row
        return Rejected(found, str(fault), "field-name")
    return record
