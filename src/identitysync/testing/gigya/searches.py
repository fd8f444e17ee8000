"""``accounts.search``, with its limits and its cursors."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from identitysync.errors import QueryError
from identitysync.languages.query import (
    Query,
    execute,
    find_documents,
    has_functions,
    parse_query,
    project,
    sort_documents,
)
from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.site import EmulatedSite

DEFAULT_LIMIT: Final = 300
MAX_LIMIT: Final = 10_000
MAX_START: Final = 5_000
MAX_WITHOUT_CURSOR: Final = 5_000
CURSOR_LIFE: Final = timedelta(minutes=5)

_HIDDEN: Final = ("password", "subscriptions")


@attrs.define
class _Cursor:
    api_key: str
    query: Query
    found: list[dict[str, Any]]
    expires: datetime
    page: int


class Searches:
    """Answer searches, and remember cursors."""

    def __init__(self) -> None:
        """Begin without any cursor."""
        self._cursors: dict[str, _Cursor] = {}
        self._lock = threading.Lock()

    def search(self, site: EmulatedSite, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Answer ``accounts.search``.

        Args:
            site: The site.
            params: The parameters.
            now: The time.

        Returns:
            The answer, without its envelope.

        Raises:
            ApiError: The query or the cursor is not accepted.
        """
        if params.get("cursorId"):
            return self._more(site, params["cursorId"], now)
        text = params.get("query", "")
        if not text:
            raise ApiError(400002, "Missing required parameter: query")
        query = _parsed(text)
        documents = _documents(site, query, params)
        if query.group_by or has_functions(query.select):
            rows = execute(query, documents)
            return {"results": rows, "objectsCount": len(rows), "totalCount": len(rows)}
        found = list(find_documents(query, documents))
        if query.order_by:
            found = sort_documents(query.order_by, found)
        limit = DEFAULT_LIMIT if query.limit is None else query.limit
        if params.get("openCursor", "").lower() == "true":
            if query.start:
                raise ApiError(400006, "START cannot be used with a cursor")
            return self._open(site, _Cursor(site.api_key, query, found, now + CURSOR_LIFE, limit), now)
        start = query.start or 0
        stop = min(start + limit, MAX_WITHOUT_CURSOR)
        rows = [project(query.select, document) for document in found[start:stop]]
        return {"results": rows, "objectsCount": len(rows), "totalCount": len(found)}

    def forget(self, cursor: str) -> None:
        """Lose a cursor, as after five minutes."""
        with self._lock:
            self._cursors.pop(cursor.partition(".")[0], None)

    def _open(self, site: EmulatedSite, cursor: _Cursor, now: datetime) -> dict[str, Any]:
        name = uuid.uuid4().hex
        with self._lock:
            for old in [key for key, each in self._cursors.items() if each.expires < now]:
                del self._cursors[old]
            self._cursors[name] = cursor
        return self._page(name, cursor, 0)

    def _more(self, site: EmulatedSite, cursor_id: str, now: datetime) -> dict[str, Any]:
        name, _, offset = cursor_id.partition(".")
        with self._lock:
            cursor = self._cursors.get(name)
        known = cursor is not None and cursor.api_key == site.api_key and offset.isdecimal()
        if cursor is None or not known or cursor.expires < now:
            raise ApiError(400006, "Invalid parameter value: the cursorId is unknown or has expired")
        cursor.expires = now + CURSOR_LIFE
        return self._page(name, cursor, int(offset))

    def _page(self, name: str, cursor: _Cursor, offset: int) -> dict[str, Any]:
        end = offset + cursor.page
        rows = [project(cursor.query.select, document) for document in cursor.found[offset:end]]
        answer: dict[str, Any] = {"results": rows, "objectsCount": len(rows), "totalCount": len(cursor.found)}
        if end < len(cursor.found):
            answer["nextCursorId"] = f"{name}.{end}"
        return answer


def _parsed(text: str) -> Query:
    try:
        query = parse_query(text)
    except QueryError as fault:
        raise ApiError(
            400006, f"Invalid parameter value: query: {fault.reason}, at character {fault.offset}"
        ) from fault
    if query.limit is not None and query.limit > MAX_LIMIT:
        raise ApiError(400006, f"LIMIT is at most {MAX_LIMIT}")
    if query.start is not None and query.start > MAX_START:
        raise ApiError(400006, f"START is at most {MAX_START}")
    return query


def _documents(site: EmulatedSite, query: Query, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    table = str(query.table).lower()
    if table == "accounts":
        kinds = {kind.strip() for kind in params.get("accountTypes", "full").split(",")}
        return (
            {key: value for key, value in account.items() if key not in _HIDDEN}
            for kind, accounts in (("full", site.accounts), ("lite", site.lite_accounts))
            if kind in kinds
            for account in accounts
        )
    if table == "emailaccounts":
        return _email_accounts(site)
    raise ApiError(400006, f"Invalid parameter value: there is no table {query.table!r}")


def _email_accounts(site: EmulatedSite) -> Iterator[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for full, accounts in ((False, site.lite_accounts), (True, site.accounts)):
        for account in accounts:
            email = (account.get("profile") or {}).get("email")
            if isinstance(email, str) and email:
                one = merged.setdefault(email.lower(), {"hasLiteAccount": False, "hasFullAccount": False})
                one.update({key: value for key, value in account.items() if key != "password"})
                one["email"] = email
                one["hasFullAccount" if full else "hasLiteAccount"] = True
    return iter(merged.values())
