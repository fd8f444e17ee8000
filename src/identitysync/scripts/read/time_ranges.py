"""Cut what a query finds into ranges of a time, each with about as many documents as any other."""

from itertools import pairwise
from typing import Final

from identitysync.contract import Services
from identitysync.gigya import Connection, SiteParams
from identitysync.languages.query import quote
from identitysync.scripts.read.gigya_query import since

_ROUNDS: Final = 20
"""How often a border is moved at most: 2**20 parts of a year are half a minute each."""


def ranges(
    params: SiteParams, services: Services, conditions: list[str], *, field: str, table: str, count: int
) -> list[str]:
    """Give conditions that cut what others find into parts.

    The borders are sought by counting: a few dozen calls, none of which gives a document.

    Args:
        params: Which site.
        services: The run's clock and site.
        conditions: What must hold anyway.
        field: A time in milliseconds.
        table: Where the documents are.
        count: How many parts are wanted.

    Returns:
        The conditions; one or none where there is nothing to cut. Together they hold for everything, no two at once.
    """
    connection = Connection(params, services)
    counting = _Counting(connection, conditions, field, table)
    try:
        lowest, highest = counting.extreme("ASC"), counting.extreme("DESC")
        if count < 2 or lowest is None or highest is None or lowest == highest:
            return []
        wanted = counting.below(highest + 1)
        borders: list[int] = []
        for number in range(1, count):
            border = counting.border(wanted * number // count, lowest, highest)
            if border > (borders[-1] if borders else lowest):
                borders.append(border)
    finally:
        connection.close()
    edges = [None, *borders, None]
    parts = [
        " AND ".join(
            ([f"{field} >= {quote(low)}"] if low is not None else [])
            + ([f"{field} < {quote(high)}"] if high is not None else [])
        )
        for low, high in pairwise(edges)
    ]
    timeless = [f"{field} IS NULL"] if since(services) is None else []
    return [*parts, *timeless] if borders else []


class _Counting:
    def __init__(self, connection: Connection, conditions: list[str], field: str, table: str) -> None:
        self._call, self._conditions, self._field, self._table = connection.client.call, conditions, field, table

    def extreme(self, way: str) -> int | None:
        """Give the lowest or the highest time."""
        query = f"{self._query(self._field, f'{self._field} IS NOT NULL')} ORDER BY {self._field} {way} LIMIT 1"
        found = self._call("accounts.search", {"query": query}).get("results") or [{}]
        value = found[0].get(self._field)
        return value if isinstance(value, int) else None

    def below(self, border: int) -> int:
        """Count the documents before a time."""
        query = self._query("count(*)", f"{self._field} < {quote(border)}")
        return int(self._call("accounts.search", {"query": query}).get("totalCount", 0))

    def border(self, wanted: int, low: int, high: int) -> int:
        """Find a time before which there are about so many documents."""
        for _ in range(_ROUNDS):
            if high - low < 2:
                break
            middle = (low + high) // 2
            if self.below(middle) < wanted:
                low = middle
            else:
                high = middle
        return high

    def _query(self, select: str, condition: str) -> str:
        where = " AND ".join([*self._conditions, condition])
        return f"SELECT {select} FROM {self._table} WHERE {where}"  # noqa: S608 - values went through quote()
