"""A little SOQL: ``SELECT fields FROM type WHERE … LIMIT n``, which Gigya's language covers but for times and null."""

import re
from typing import TYPE_CHECKING, Final

from identitysync.errors import QueryError
from identitysync.languages.query import Field, Query, find_documents, parse_query
from identitysync.testing.http import Refused

if TYPE_CHECKING:
    from identitysync.testing.salesforce.org import Org

_OTHER: Final = re.compile(
    r"('(?:[^'\\]|\\.)*')|\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{3})?Z\b|(!?=)\s*null\b", re.IGNORECASE
)


def answered(org: "Org", text: str) -> tuple[list[str], list[list[str]]]:
    """Answer a query.

    Args:
        org: The objects.
        text: The query.

    Returns:
        The columns, and the rows below them; what an object does not have is empty.

    Raises:
        Refused: It is none, or one that the Bulk API 2.0 does not take.
    """
    query = _parsed(text)
    columns = [str(item.path) for item in query.select if isinstance(item, Field)]
    if len(columns) != len(query.select) or query.group_by or query.start:
        raise Refused(400, [{"errorCode": "API_ERROR", "message": "the Bulk API 2.0 does not take such a query"}])
    unreadable = org.unreadable(query.table, columns)
    if unreadable is not None:
        text = f"No such column '{unreadable}' on entity '{query.table}'."
        raise Refused(400, [{"errorCode": "INVALID_FIELD", "message": text}])
    found = [
        [_text(each.get(column)) for column in columns] for each in find_documents(query, org.records(query.table))
    ]
    return columns, found[: query.limit]


def _parsed(text: str) -> Query:
    def translated(found: re.Match[str]) -> str:
        text, time, fraction, equal = found.groups()
        if equal:
            return "is null" if equal == "=" else "is not null"
        return text or f"'{time}{fraction or '.000'}Z'"

    try:
        return parse_query(_OTHER.sub(translated, text))
    except QueryError as fault:
        raise Refused(400, [{"errorCode": "MALFORMED_QUERY", "message": str(fault)}]) from None


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
