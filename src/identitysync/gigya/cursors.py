"""Read all that a query finds, page by page, through Gigya's cursors."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from identitysync.errors import GigyaError
from identitysync.gigya.client import GigyaClient
from identitysync.values import json_bytes

REOPENED: Final = 5
"""How often a query is asked again after its cursor was lost."""

_LOST: Final = frozenset({400006, 400002, 404000})


def search(
    client: GigyaClient, query: str, *, method: str = "accounts.search", key: str = "UID", **params: Any
) -> Iterator[dict[str, Any]]:
    """Give everything that a query finds.

    A page that fails is asked for again by the client, with the same cursor. When the cursor itself is lost, after five
    minutes at Gigya, the query is asked again from its start, and what was given already is left out: by the key, of
    which eight bytes each are remembered.

    Args:
        client: The client.
        query: The query; its ``LIMIT`` is the size of a page.
        method: The search method.
        key: The field that tells one result from another; results without it are told apart by all they hold.
        params: More parameters of the first call.

    Yields:
        Each result once.

    Raises:
        GigyaError: Gigya refuses the query.
        RemoteUnavailable: Gigya cannot be reached.
    """
    seen: set[bytes] = set()
    for reopened in range(REOPENED + 1):
        asked: dict[str, Any] = {"query": query, "openCursor": True, **params}
        while True:
            try:
                answer = client.call(method, asked)
            except GigyaError as fault:
                if "cursorId" not in asked or fault.code not in _LOST or reopened == REOPENED:
                    raise
                break
            for result in answer.get("results") or answer.get("result") or ():
                mark = _mark(result, key)
                if mark not in seen:
                    seen.add(mark)
                    yield result
            cursor = answer.get("nextCursorId")
            if not cursor:
                return
            asked = {"cursorId": cursor}


def _mark(result: dict[str, Any], key: str) -> bytes:
    name = result.get(key)
    told = name.encode("utf-8", "surrogatepass") if isinstance(name, str) else json_bytes(result)
    return hashlib.blake2b(told, digest_size=8).digest()
