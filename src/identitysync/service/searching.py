"""Search what the service keeps, by the SQL-like language: typed objects, or the answers of the original's API."""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

import attrs

from identitysync.contract import Clock
from identitysync.errors import InvalidParameter, QueryError
from identitysync.languages.query import (
    Everything,
    Query,
    execute,
    find_documents,
    has_functions,
    parse_query,
    projection,
    sort_documents,
)
from identitysync.model import Dataflow, JobStatus, Scheduling
from identitysync.registry import Registry, ScriptDescription
from identitysync.service.dataflows import Dataflows
from identitysync.service.schedulings import Schedulings
from identitysync.stores import JobReader, Narrowing, ServiceStore, narrow, stamp
from identitysync.stores.reading import JOB_COLUMNS
from identitysync.values import Record

Found: TypeAlias = Dataflow | Scheduling | JobStatus | ScriptDescription | Record

_PAGE: Final = 300
"""Rows of a cursor's page where the query has no LIMIT."""

_CURSOR_SECONDS: Final = 600.0
_MOST_CURSORS: Final = 100


@attrs.frozen
class _Table:
    """A table: its documents, and what makes a typed object of one."""

    documents: Callable[[], Iterable[Record]]
    typed: Callable[[Record], Found]


@attrs.define
class _Cursor:
    pages: Iterator[list[Record]]
    total: int
    used: float


class Searches:
    """Answer queries."""

    def __init__(
        self,
        store: ServiceStore,
        flows: Dataflows,
        schedulings: Schedulings,
        registry: Registry,
        clock: Clock,
    ) -> None:
        self._jobs, self._registry, self._clock = store.jobs, registry, clock
        self._cursors: dict[str, _Cursor] = {}
        self._lock = threading.Lock()

        def dataflows(kind: str, bodies: Callable[[str], list[dict[str, Any]]]) -> Iterator[Record]:
            watermarks = store.flows.watermarks() if kind == "dataflow" else {}
            return (flows.shown(body, watermarks).to_dict() for body in bodies(kind))

        self._tables: dict[str, _Table] = {
            "dataflow": _Table(lambda: dataflows("dataflow", store.flows.all), Dataflow.from_dict),
            "dataflow_draft": _Table(lambda: dataflows("dataflow_draft", store.flows.all), Dataflow.from_dict),
            "dataflow_version": _Table(lambda: dataflows("dataflow", store.flows.versions), Dataflow.from_dict),
            "dataflow_draft_version": _Table(
                lambda: dataflows("dataflow_draft", store.flows.versions), Dataflow.from_dict
            ),
            "scheduling": _Table(lambda: (each.to_dict() for each in schedulings.all()), Scheduling.from_dict),
            "idx_job_status": _Table(lambda: (), JobStatus.from_dict),
            "script": _Table(self._scripts, lambda row: registry[row["id"]]),
        }

    def search(self, text: str) -> list[Found]:
        """Answer a query: with typed objects when it selects ``*``, else with records.

        Args:
            text: The query.

        Returns:
            What it found.

        Raises:
            QueryError: The query is wrong, or names a table that there is not.
        """
        query = self._parse(text)
        rows = self._rows(query)
        if query.select != (Everything(),) or query.group_by:
            return list(rows)
        return [self._tables[query.table].typed(row) for row in rows]

    def dataflows(self) -> list[Dataflow]:
        """Give all dataflows."""
        return [Dataflow.from_dict(row) for row in self._tables["dataflow"].documents()]

    def answer(self, text: str | None, *, open_cursor: bool, cursor_id: str | None) -> dict[str, Any]:
        """Answer as the original's API does.

        Args:
            text: The query; None goes on with a cursor.
            open_cursor: Whether to give a page at a time, ``LIMIT`` rows each.
            cursor_id: What the last answer gave as ``nextCursorId``.

        Returns:
            The envelope, with ``result``, ``resultCount``, ``totalCount`` and ``nextCursorId`` while there is more.

        Raises:
            QueryError: The query is wrong.
            InvalidParameter: There is no such cursor, or it has expired.
        """
        if cursor_id is not None:
            return self._page(cursor_id)
        if text is None:
            raise InvalidParameter("a search needs a query, or the cursorId of an earlier answer")
        query = self._parse(text)
        if open_cursor:
            return self._page(self._open(query))
        rows = self._rows(query)
        total = len(rows) if _grouped(query) else self._count(query)
        return self._envelope(rows, total)

    def _parse(self, text: str) -> Query:
        query = parse_query(text)
        if query.table not in self._tables:
            place = text.casefold().find(query.table.casefold())
            raise QueryError(
                f"there is no table {query.table}; there are {', '.join(self._tables)}", text, max(0, place)
            )
        return query

    def _rows(self, query: Query) -> list[Record]:
        return execute(query, self._documents(query))

    def _documents(self, query: Query) -> Iterable[Record]:
        if query.table == "idx_job_status":
            return self._jobs.rows(narrow(query, JOB_COLUMNS))
        return self._tables[query.table].documents()

    def _count(self, query: Query) -> int:
        narrowing = self._narrowing(query)
        if narrowing is not None and narrowing.exact:
            return self._jobs.count(narrowing)
        unlimited = attrs.evolve(query, limit=None, start=None)
        return sum(1 for _ in find_documents(unlimited, self._documents(unlimited)))

    def _narrowing(self, query: Query) -> Narrowing | None:
        return narrow(query, JOB_COLUMNS) if query.table == "idx_job_status" else None

    def _open(self, query: Query) -> str:
        if _grouped(query):
            raise InvalidParameter("a cursor goes with rows as they are stored; this query counts or groups them")
        size = query.limit or _PAGE
        unlimited = attrs.evolve(query, limit=None, start=None)
        narrowing = self._narrowing(unlimited)
        if narrowing is None:
            rows = execute(unlimited, self._documents(unlimited))[query.start or 0 :]
            pages, total = _chunks(rows, size), len(rows)
        else:
            if narrowing.exact and (narrowing.order != "seq" or not query.order_by):
                ids = self._jobs.ids(narrowing)
            else:
                found = find_documents(unlimited, self._documents(unlimited))
                ids = [row["id"] for row in sort_documents(query.order_by, found)]
            ids = ids[query.start or 0 :]
            pages, total = _job_pages(self._jobs, ids, size, query), len(ids)
        id = uuid.uuid4().hex
        now = time.monotonic()
        with self._lock:
            fresh = {key: each for key, each in self._cursors.items() if now - each.used < _CURSOR_SECONDS}
            if len(fresh) >= _MOST_CURSORS:
                raise InvalidParameter(f"there are {len(fresh)} cursors open already; read them to their end first")
            self._cursors = fresh | {id: _Cursor(pages, total, now)}
        return id

    def _page(self, id: str) -> dict[str, Any]:
        with self._lock:
            cursor = self._cursors.pop(id, None)
        if cursor is None or time.monotonic() - cursor.used >= _CURSOR_SECONDS:
            raise InvalidParameter("there is no such cursor: it was read to its end, or nobody asked for ten minutes")
        page = next(cursor.pages, [])
        ahead = next(cursor.pages, None)
        if ahead is None:
            return self._envelope(page, cursor.total)
        following = uuid.uuid4().hex
        with self._lock:
            self._cursors[following] = _Cursor(_before(ahead, cursor.pages), cursor.total, time.monotonic())
        return self._envelope(page, cursor.total) | {"nextCursorId": following}

    def _envelope(self, rows: list[Record], total: int) -> dict[str, Any]:
        return {
            "callId": uuid.uuid4().hex, "errorCode": 0, "apiVersion": 2, "statusCode": 200, "statusReason": "OK",
            "time": stamp(self._clock.now()), **({"result": rows} if rows else {}), "resultCount": len(rows),
            "totalCount": total,
        }  # fmt: skip

    def _scripts(self) -> Iterator[Record]:
        for type, each in self._registry.items():
            shape = None if each.problem else each.spec.cls
            row = {
                "id": type, "description": each.summary, "input": shape.takes if shape else "",
                "output": shape.gives if shape else "", "script": ", ".join(offer.value for offer in each.offers),
            }  # fmt: skip
            yield {name: value for name, value in row.items() if value}


def _grouped(query: Query) -> bool:
    return bool(query.group_by) or has_functions(query.select)


def _chunks(rows: list[Record], size: int) -> Iterator[list[Record]]:
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk


def _job_pages(jobs: JobReader, ids: list[str], size: int, query: Query) -> Iterator[list[Record]]:
    give = projection(query.select)
    for start in range(0, len(ids), size):
        yield [give(row) for row in jobs.by_id(ids[start : start + size])]


def _before(first: list[Record], rest: Iterator[list[Record]]) -> Iterator[list[Record]]:
    yield first
    yield from rest
