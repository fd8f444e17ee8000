"""``accounts.search``, ``ds.search``, ``audit.search`` and ``comments.search``, with their limits and their cursors.

SAP describes the first three on pages of those names. Of ``comments.search`` there is no public page; its tables
``comments`` and ``streams`` are named by real dataflows, its documents are those of "Comment JS" and "StreamInfo".
"""

import hashlib
import threading
import uuid
from array import array
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import attrs

from identitysync.errors import QueryError
from identitysync.languages.query import (
    Everything,
    Query,
    execute,
    find_documents,
    has_functions,
    order_key,
    parse_query,
    project,
)
from identitysync.testing.gigya.accounts import Accounts
from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.data_store import kind_of
from identitysync.testing.gigya.encrypted import check_encrypted
from identitysync.testing.gigya.narrowing import ACCOUNTS, EMAIL_ACCOUNTS, narrowing
from identitysync.testing.gigya.prefilter import prefilter
from identitysync.testing.gigya.site import AUDIT_LOG, COMMENTS, STREAMS, EmulatedSite
from identitysync.testing.http.documents import Documents

DEFAULT_LIMIT: Final = 300
MAX_LIMIT: Final = 10_000
MAX_START: Final = 5_000
MAX_WITHOUT_CURSOR: Final = 5_000
CURSOR_LIFE: Final = timedelta(minutes=5)

_HIDDEN: Final = ("password", "subscriptions")
_KINDS: Final = {"full": False, "lite": True}

Document = dict[str, Any]
Numbered = tuple[int, Document]


class _Table(Protocol):
    """Documents with numbers, some of which fit a query."""

    def candidates(self) -> Iterator[Numbered]:
        """Give all documents that may fit, with their numbers."""

    def read(self, numbers: "array[int]") -> Iterator[Document]:
        """Read documents again, as they are now."""


@attrs.frozen
class _Accounts:
    store: Accounts
    query: Query
    kinds: tuple[bool, ...]

    def candidates(self) -> Iterator[Numbered]:
        where = narrowing(self.query.where, ACCOUNTS)
        for lite in self.kinds:
            for number, account in self.store.documents(self.store.numbers(lite=lite, narrowing=where)):
                yield number, _shown(account)

    def read(self, numbers: "array[int]") -> Iterator[Document]:
        return (_shown(account) for _, account in self.store.documents(numbers))


class _EmailAccounts:
    """Full and lite accounts of one address as one; kept whole, for they are made of several accounts."""

    def __init__(self, store: Accounts, query: Query) -> None:
        where = narrowing(query.where, EMAIL_ACCOUNTS)
        merged: dict[str, Document] = {}
        for lite in (True, False):
            for _, account in store.documents(store.numbers(lite=lite, narrowing=where)):
                _merge(merged, account, lite=lite)
        self._documents = list(merged.values())

    def candidates(self) -> Iterator[Numbered]:
        return enumerate(self._documents)

    def read(self, numbers: "array[int]") -> Iterator[Document]:
        return (self._documents[number] for number in numbers)


@attrs.frozen
class _Documents:
    store: Documents
    kind: str

    def candidates(self) -> Iterator[Numbered]:
        return self.store.documents(self.store.numbers(self.kind))

    def read(self, numbers: "array[int]") -> Iterator[Document]:
        return (document for _, document in self.store.documents(numbers))


@attrs.define
class _Cursor:
    api_key: str
    method: str
    query: Query
    table: _Table
    found: "array[int]"
    expires: datetime
    page: int


class Searches:
    """Answer searches, and remember cursors.

    A cursor remembers which documents were found, and reads them page by page: what is changed meanwhile comes as it
    is then, what is deleted does not come.
    """

    def __init__(self) -> None:
        """Begin without any cursor."""
        self._cursors: dict[str, _Cursor] = {}
        self._lock = threading.Lock()

    def search(self, site: EmulatedSite, method: str, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Answer a search.

        Args:
            site: The site.
            method: The method, which says what tables there are.
            params: The parameters.
            now: The time.

        Returns:
            The answer, without its envelope.

        Raises:
            ApiError: The query or the cursor is not accepted.
        """
        text, cursor_id = params.get("query", ""), params.get("cursorId", "")
        if cursor_id:
            if text:
                raise ApiError(400006, "query and cursorId cannot be used together")
            return self._more(site, method, cursor_id, now)
        if not text:
            raise ApiError(400002, "Missing required parameter: query")
        query = _parsed(text)
        check_encrypted(query.where)
        with_cursor = params.get("openCursor", "").lower() == "true"
        if with_cursor and query.start is not None:
            raise ApiError(400006, "START cannot be used with openCursor")
        table = _table(site, method, query, params)
        if query.group_by or has_functions(query.select):
            return _told(query, table)
        found = _find(query, table)
        limit = min(DEFAULT_LIMIT if query.limit is None else query.limit, MAX_LIMIT)
        if with_cursor:
            return self._open(_Cursor(site.api_key, method, query, table, found, now + CURSOR_LIFE, max(limit, 1)), now)
        start = query.start or 0
        rows = _rows(query, table, found[start : min(start + limit, MAX_WITHOUT_CURSOR)])
        return {"results": rows, "objectsCount": len(rows), "totalCount": len(found)}

    def forget(self, cursor: str) -> None:
        """Lose a cursor, as after five minutes."""
        with self._lock:
            self._cursors.pop(cursor.partition(".")[0], None)

    def _open(self, cursor: _Cursor, now: datetime) -> dict[str, Any]:
        name = uuid.uuid4().hex
        with self._lock:
            for old in [key for key, each in self._cursors.items() if each.expires < now]:
                del self._cursors[old]
            self._cursors[name] = cursor
        return _page(name, cursor, 0)

    def _more(self, site: EmulatedSite, method: str, cursor_id: str, now: datetime) -> dict[str, Any]:
        name, _, offset = cursor_id.partition(".")
        with self._lock:
            cursor = self._cursors.get(name)
        owner = (site.api_key, method)
        known = cursor is not None and (cursor.api_key, cursor.method) == owner and offset.isdecimal()
        if cursor is None or not known or cursor.expires < now:
            raise ApiError(400006, "Invalid parameter value: the cursorId is unknown or has expired")
        cursor.expires = now + CURSOR_LIFE
        return _page(name, cursor, int(offset))


def _page(name: str, cursor: _Cursor, offset: int) -> dict[str, Any]:
    end = offset + cursor.page
    rows = _rows(cursor.query, cursor.table, cursor.found[offset:end])
    answer: dict[str, Any] = {"results": rows, "objectsCount": len(rows), "totalCount": len(cursor.found)}
    if end < len(cursor.found):
        answer["nextCursorId"] = f"{name}.{end}"
    return answer


def _find(query: Query, table: _Table) -> "array[int]":
    """Find the numbers of all documents that fit, in the order that is wanted."""
    if not query.order_by:
        return array("q", (number for number, _ in _fitting(query, table)))
    keys = [order_key(order) for order in query.order_by]
    rows = [([key(document) for key in keys], number) for number, document in _fitting(query, table)]
    for position, order in reversed(list(enumerate(query.order_by))):
        rows.sort(key=lambda row: row[0][position], reverse=order.descending)
    return array("q", (number for _, number in rows))


def _fitting(query: Query, table: _Table) -> Iterator[Numbered]:
    """Give the documents that fit; each is found before the next one is read, so that the last number is its own."""
    last = 0
    may_fit = prefilter(query.where)

    def documents() -> Iterator[Document]:
        nonlocal last
        for number, document in table.candidates():
            if may_fit is None or may_fit(document):
                last = number
                yield document

    for document in find_documents(query, documents()):
        yield last, document


def _rows(query: Query, table: _Table, numbers: "array[int]") -> list[Document]:
    again = attrs.evolve(query, where=None, filter=query.filter if query.filter and query.filter.path else None)
    return [project(query.select, document) for document in find_documents(again, table.read(numbers))]


def _told(query: Query, table: _Table) -> dict[str, Any]:
    """Answer ``count(*)`` and its like; the total is that of the documents, as in the documentation's example."""
    total = 0

    def counted() -> Iterator[Document]:
        nonlocal total
        for _, document in _fitting(query, table):
            total += 1
            yield document

    rows = execute(attrs.evolve(query, where=None, filter=None), counted())
    return {"results": rows, "objectsCount": len(rows), "totalCount": len(rows) if query.group_by else total}


def _parsed(text: str) -> Query:
    try:
        query = parse_query(text)
    except QueryError as fault:
        raise ApiError(
            400006, f"Invalid parameter value: query: {fault.reason}, at character {fault.offset}"
        ) from fault
    if query.start is not None and query.start > MAX_START:
        raise ApiError(400006, f"START is at most {MAX_START}")
    return query


def _table(site: EmulatedSite, method: str, query: Query, params: Mapping[str, str]) -> _Table:
    name = query.table.lower()
    match method, name:
        case "accounts.search", "accounts":
            kinds = [kind.strip().lower() for kind in params.get("accountTypes", "full").split(",")]
            if not set(kinds) <= set(_KINDS):
                raise ApiError(400006, "Invalid parameter value: accountTypes are full and lite")
            return _Accounts(site.store, query, tuple(sorted({_KINDS[kind] for kind in kinds})))
        case "accounts.search", "emailaccounts":
            return _EmailAccounts(site.store, query)
        case "ds.search", _:
            return _Documents(site.documents, kind_of(query.table))
        case "audit.search", "auditlog":
            if query.select != (Everything(),) or query.filter or query.group_by:
                raise ApiError(400006, "Invalid parameter value: query: the audit log knows SELECT * and no FILTER")
            return _Documents(site.documents, AUDIT_LOG)
        case "comments.search", "comments":
            return _Documents(site.documents, COMMENTS)
        case "comments.search", "streams":
            return _Documents(site.documents, STREAMS)
    raise ApiError(400006, f"Invalid parameter value: there is no table {query.table!r}")


def _shown(account: Document) -> Document:
    for key in _HIDDEN:
        account.pop(key, None)
    return account


def _merge(merged: dict[str, Document], account: Document, *, lite: bool) -> None:
    email = (account.get("profile") or {}).get("email")
    if not isinstance(email, str) or not email:
        return
    one = merged.get(email.lower())
    if one is None:
        token = hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).hexdigest()
        one = {"hasLiteAccount": False, "hasFullAccount": False, "channel": "email", "token": token}
        merged[email.lower()] = one
    one.update({key: value for key, value in account.items() if key not in {"password", "isLite"}})
    one["email"] = email
    one["hasLiteAccount" if lite else "hasFullAccount"] = True
