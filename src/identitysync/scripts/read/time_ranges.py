"""Cut what a query finds into ranges of a time, each with about as many documents as any other."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Final

from identitysync.contract import Finding
from identitysync.errors import InvalidParameter
from identitysync.gigya import GigyaClient
from identitysync.languages.query import quote

MOST: Final = 10
"""Ranges that are read at once: as many searches a second as SAP's acceptable use policy grants small customers."""

_ROUNDS: Final = 40
"""How often a border is moved at most: half of thirty years, forty times, is less than a millisecond."""

_SLACK: Final = 10
"""A border may be off by the tenth part of a range."""


def check_partitions(count: int) -> Iterator[Finding]:
    """Refuse a number of ranges that makes no sense."""
    if not 1 <= count <= MOST:
        raise InvalidParameter(f"1 to {MOST} partitions can be read at once; found {count}")
    yield from ()


def ranges(
    client: GigyaClient, conditions: Sequence[str], *, field: str, table: str, count: int, page: int
) -> list[str]:
    """Give conditions that cut what others find into parts.

    The borders are sought by counting: a few calls for each, none of which gives a document.

    Args:
        client: Calls the site.
        conditions: What must hold anyway.
        field: A time in milliseconds.
        table: Where the documents are.
        count: How many parts are wanted.
        page: Documents of one page; there are no more parts than pages.

    Returns:
        The conditions, from the oldest range to the newest, which is open; none where there is nothing to cut. Together
        they hold for everything, no two at once: a range begins with its border, and documents without that time are in
        the first.
    """

    def ask(select: str, condition: str, more: str = "") -> tuple[int, int | None]:
        where = " AND ".join([*conditions, condition])
        query = f"SELECT {select} FROM {table} WHERE {where}{more}"  # noqa: S608 - values went through quote()
        answer = client.call("accounts.search", {"query": query})
        first = (answer.get("results") or [{}])[0].get(field)
        return int(answer.get("totalCount", 0)), first if isinstance(first, int) else None

    def outermost(way: str) -> tuple[int, int | None]:
        return ask(field, f"{field} IS NOT NULL", f" ORDER BY {field} {way} LIMIT 1")

    total, lowest = outermost("ASC")
    parts = min(count, -(-total // page))
    highest = outermost("DESC")[1] if parts > 1 else None
    if lowest is None or highest is None:
        return []
    counts = _Counts(lambda moment: ask("count(*)", f"{field} < {quote(moment)}")[0], lowest, highest + 1, total)
    found = {counts.border(total * number // parts, total // parts // _SLACK) for number in range(1, parts)}
    borders = sorted(border for border in found if lowest < border <= highest)
    if not borders:
        return []
    return [
        f"({field} < {quote(borders[0])} OR {field} IS NULL)",
        *(f"{field} >= {quote(low)} AND {field} < {quote(high)}" for low, high in pairwise(borders)),
        f"{field} >= {quote(borders[-1])}",
    ]


class _Counts:
    """How many documents there are before a time; what was asked once is known to the borders that are sought next."""

    def __init__(self, before: Callable[[int], int], lowest: int, end: int, total: int) -> None:
        self._before = before
        self._known = [(lowest, 0), (end, total)]

    def border(self, wanted: int, slack: int) -> int:
        """Find a time before which there are about so many documents: at once where times are even, else by halves."""
        for turn in range(_ROUNDS):
            at = bisect_right(self._known, wanted, key=itemgetter(1))
            (low, less), (high, more) = self._known[at - 1 : at + 1]
            if high - low < 2 or wanted - less <= slack or more - wanted <= slack:
                break
            even = low + (high - low) * (wanted - less) // (more - less)
            middle = min(max((low + high) // 2 if turn else even, low + 1), high - 1)
            insort(self._known, (middle, min(max(self._before(middle), less), more)))  # they may change meanwhile
        return low if wanted - less < more - wanted else high
