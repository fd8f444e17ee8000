"""What the readers of Gigya share: checks of their parameters, and the conditions of their queries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from identitysync.contract import Finding, Services
from identitysync.errors import InvalidParameter, QueryError
from identitysync.languages.query import parse_condition, parse_path, parse_select
from identitysync.languages.variables import VariableValues, expand_where, find_variables, stand_in

OVERLAP: Final = timedelta(seconds=60)
"""How far a delta read reaches behind its watermark: Gigya's search lags behind writes, 30 seconds at most."""

MAX_PAGE: Final = 10_000


def check_select(text: str) -> None:
    """Parse a list of fields."""
    parse_select(text)


def check_path(text: str) -> None:
    """Parse the path of a field, or the name of a table."""
    parse_path(text)


def check_where(text: str) -> Iterator[Finding]:
    """Parse a condition, and warn of times relative to now."""
    if any(variable.name == "now" for variable in find_variables(text)):
        yield Finding(
            "now-in-where",
            "${now…} in 'where' works only with a full extract",
            "run with full_extract=True, or leave it out: changes since the last run are found by deltaField",
        )
    if not text.strip():
        return
    try:
        parse_condition(stand_in(text))
    except QueryError as fault:
        raise QueryError(fault.reason, text, fault.offset) from None
    parse_condition(expand_where(text, VariableValues(datetime(2026, 1, 1, tzinfo=UTC))))


def since(services: Services) -> datetime | None:
    """Tell since when changes are read.

    Args:
        services: Tell the watermark.

    Returns:
        The watermark, less the overlap; None when everything is read.
    """
    moment = services.run.since
    return None if moment is None else moment - OVERLAP


def milliseconds(moment: datetime) -> int:
    """Give a moment as Gigya's ``…Timestamp`` fields have it."""
    return int(moment.timestamp() * 1000)


def given(services: Services, where: str) -> list[str]:
    """Give the condition that the flow gives, ready to be joined to others by AND.

    Args:
        services: Tell what its variables stand for.
        where: The condition, or nothing.

    Returns:
        One condition, or none.

    Raises:
        InvalidParameter: It holds ``${now…}`` and this is no full extract.
    """
    run = services.run
    if not where.strip():
        return []
    if not run.full_extract and any(each.name == "now" for each in find_variables(where)):
        raise InvalidParameter("${now…} in 'where' works only with a full extract: run with full_extract=True")
    return [f"({expand_where(where, VariableValues(run.started, run.job_id))})"]


def put_together(services: Services, select: str, table: str, conditions: list[str], order: str, page: int) -> str:
    """Put a query together from parts whose values went through ``quote``.

    Args:
        services: Tell how many records are wanted.
        select: What to give.
        table: Where it is.
        conditions: What must hold.
        order: The field to sort by, or nothing.
        page: Results of one page.

    Returns:
        The query.
    """
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    ordered = f" ORDER BY {order}" if order else ""
    limit = max(1, min(page, MAX_PAGE, services.run.limit or MAX_PAGE))
    return f"SELECT {select} FROM {table}{where}{ordered} LIMIT {limit}"  # noqa: S608 - values went through quote()
