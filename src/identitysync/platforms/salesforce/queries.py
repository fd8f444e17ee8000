"""Queries in SOQL, put together from the parameters of a reader, and their answers page by page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from identitysync.errors import InvalidParameter, PlatformError
from identitysync.platforms.salesforce.jobs import Jobs
from identitysync.platforms.salesforce.rows import read
from identitysync.values import Record

OVERLAP: Final = timedelta(minutes=10)
"""How far changes are read behind the last run: a transaction may take so long, and is seen only then."""

_FIELD: Final = r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*"
_FIELDS: Final = re.compile(rf"\s*{_FIELD}(?:\s*,\s*{_FIELD})*\s*", re.ASCII)


def check_fields(text: str) -> None:
    """Raise ``InvalidParameter`` unless these are fields, separated by commas."""
    if not _FIELDS.fullmatch(text):
        raise InvalidParameter(
            "fields are named one by one and separated by commas, such as Id, Email, Account.Name"
            f" (the Bulk API 2.0 knows neither * nor FIELDS(), nor functions); found {text!r}"
        )


def soql(
    select: str, object_type: str, *, where: str = "", delta_field: str = "", since: datetime | None = None,
    limit: int | None = None,
) -> str:  # fmt: skip
    """Put a query together.

    Args:
        select: The fields.
        object_type: The type of the objects.
        where: A condition.
        delta_field: The time by which changes are found.
        since: Since when; None for everything.
        limit: How many objects at most.

    Returns:
        The query.
    """
    conditions = [f"({where})"] if where.strip() else []
    if since is not None and delta_field:
        moment = (since - OVERLAP).astimezone(UTC)
        conditions.append(f"{delta_field} >= {moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z")
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    most = "" if limit is None else f" LIMIT {limit}"
    return f"SELECT {select} FROM {object_type}{condition}{most}"  # noqa: S608 - the condition is the flow's own


def pages(jobs: Jobs, query: str, *, size: int) -> Iterator[list[Record]]:
    """Ask, and give the answer page by page.

    Args:
        jobs: The organization's jobs.
        query: The query.
        size: Records of one page at most.

    Yields:
        Records whose values are texts, and null where Salesforce has nothing.

    Raises:
        PlatformError: Salesforce refuses the query, or gives up on it.
        RemoteError: It cannot be reached.
    """
    job = jobs.asked(query)
    told = jobs.ended("query", job)
    if told["state"] != "JobComplete":
        raise PlatformError("Salesforce", str(told.get("errorMessage") or "no reason is given"), code=told["state"])
    locator = None
    while True:
        answer = jobs.results("query", job, "results", {"maxRecords": size, "locator": locator})
        yield [{name: text or None for name, text in row.items()} for row in read(answer.body)]
        locator = answer.headers.get("sforce-locator", "null")
        if locator in {"", "null"}:
            return
