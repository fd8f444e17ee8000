"""Read all that a query finds, page by page, through Gigya's cursors."""

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from identitysync.errors import GigyaError, RemoteError, RemoteUnavailable
from identitysync.gigya.client import GigyaClient
from identitysync.gigya.seen import Seen, mark_of
from identitysync.values import json_bytes

REOPENED: Final = 5
"""How often a query is asked again after its cursor was lost, without anything new in between."""

_LOST: Final = 400006
"""Invalid parameter value: the answer to a ``cursorId`` that Gigya does not know, or no longer."""

_BARREN: Final = 1000
"""Pages without anything new, one after the other, after which a cursor is taken to run in circles."""

_KEYS: Final = {"accounts.search": "UID", "ds.search": "", "audit.search": "callID"}
_EMAIL_ACCOUNTS: Final = re.compile(r"\bFROM\s+emailAccounts\b", re.IGNORECASE)


def search(
    client: GigyaClient,
    query: str,
    *,
    method: str = "accounts.search",
    batch: int | None = None,
    key: str | None = None,
    **params: Any,
) -> Iterator[dict[str, Any]]:
    """Give everything that a query finds, each result once.

    As ``pages``, which says more; without the pages.

    Args:
        client: The client.
        query: The query.
        method: The search method.
        batch: Results of one page.
        key: The field that tells one result from another.
        params: More parameters of the first call.

    Yields:
        Each result once.

    Raises:
        GigyaError: Gigya refuses the query.
        RemoteUnavailable: Gigya cannot be reached, or its cursor does not end.
    """
    for page in pages(client, query, method=method, batch=batch, key=key, **params):
        yield from page


def pages(
    client: GigyaClient,
    query: str,
    *,
    method: str = "accounts.search",
    batch: int | None = None,
    key: str | None = None,
    **params: Any,
) -> Iterator[list[dict[str, Any]]]:
    """Give everything that a query finds, in pages that are not empty.

    The first call opens a cursor, each further one goes on with it; an answer without ``nextCursorId`` is the last, an
    empty page is not. A page that fails is asked for again by the client, with the same cursor.

    When the cursor itself is lost (Gigya forgets it after five minutes, and whoever takes the results may be slow),
    the query is asked again from its start, and what was given already is left out, in whatever order it comes now:
    by the key, of which eight bytes each are remembered. Results without that field (the query does not select it, or
    gives it another name; objects of the data store have no single one) are told apart by all they hold, and left out
    as often as they were given; one that has changed in the meantime is then given again, and none is ever missed.

    Args:
        client: The client.
        query: The query.
        method: The search method.
        batch: Results of one page, added to the query as its ``LIMIT``; None when the query has its own, or for
            Gigya's 300.
        key: The field that tells one result from another; by default ``UID``, for e-mail accounts ``token``, for
            ``audit.search`` ``callID``, for ``ds.search`` none; ``""`` is none.
        params: More parameters of the first call, such as ``timeout`` in milliseconds.

    Yields:
        Results, each once.

    Raises:
        GigyaError: Gigya refuses the query, or loses the cursor again and again.
        RemoteUnavailable: Gigya cannot be reached, or its cursor does not end.
    """
    if key is None:
        key = "token" if _EMAIL_ACCOUNTS.search(query) else _KEYS.get(method, "UID")
    opening = {**params, "query": query if batch is None else f"{query} LIMIT {batch}", "openCursor": True}
    given = _Given(key)
    reopened = barren = read = 0
    asked = opening
    while True:
        try:
            answer = client.call(method, asked)
        except GigyaError as fault:
            if asked is opening or fault.code != _LOST or reopened == REOPENED:
                raise
            reopened += 1
            barren = -read  # as many pages as there were before may hold nothing new
            given.again()
            asked = opening
            continue
        new = given.new(_results(method, answer))
        read += 1
        if new:
            reopened, barren = 0, min(barren, 0)
            yield new
        else:
            barren += 1
            if barren > _BARREN:
                raise RemoteUnavailable(f"{method}: the cursor does not end: {_BARREN} pages held nothing new")
        cursor = answer.get("nextCursorId")
        if not cursor:
            return
        asked = {"cursorId": cursor}


def _results(method: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    results = answer.get("results") or answer.get("result") or []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise RemoteError(f"{method}: the results are no list of objects; is this Gigya?")
    return results


class _Given:
    """What was given already."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._seen = Seen()
        self._nameless = array("Q")
        self._owed: Counter[int] = Counter()

    def again(self) -> None:
        """Everything comes once more from its start."""
        self._owed = Counter(self._nameless)

    def new(self, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave out what was given already, and remember the rest."""
        key, add = self._key, self._seen.add
        new = []
        for result in results:
            name = result.get(key)
            if isinstance(name, str):
                if add(name.encode("utf-8", "surrogatepass")):
                    new.append(result)
                continue
            mark = mark_of(json_bytes(result))
            if self._owed[mark] > 0:
                self._owed[mark] -= 1
            else:
                self._nameless.append(mark)
                new.append(result)
        return new
