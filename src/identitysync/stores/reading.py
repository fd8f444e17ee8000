"""Read rows of jobs for searches: narrowed by the database, a page at a time, however many there are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from identitysync.stores.database import Database
from identitysync.stores.narrowing import Column, Narrowing
from identitysync.values import json_value

JOB_COLUMNS: Final[Mapping[str, Column]] = {
    "id": Column("id"),
    "dataflowId": Column("dataflow_id", always=False),
    "schedulingId": Column("scheduling_id", always=False),
    "status": Column("status"),
    "createTime": Column("create_time"),
    "updateTime": Column("update_time"),
    "attemptNumber": Column("attempt", int),
}
"""What a database can decide of jobs."""

_PAGE: Final = 500

Row: TypeAlias = dict[str, Any]


class JobReader:
    """Read rows of jobs."""

    def __init__(self, base: Database) -> None:
        """Use a database whose tables are there."""
        self._base = base

    def rows(self, wanted: Narrowing) -> Iterator[Row]:
        """Give rows, in the order that was asked for where the database decides it, else the oldest first.

        Args:
            wanted: Which.

        Yields:
            Each row.
        """
        if wanted.limit is not None or wanted.order != "seq":
            limit = "" if wanted.limit is None else f"LIMIT {int(wanted.limit)}"
            sql = f"SELECT body FROM job WHERE {wanted.where} ORDER BY {wanted.order} {limit}"  # noqa: S608 - values are named
            with self._base.reading() as tx:
                found = tx.all(sql, wanted.values)
            for (body,) in found:
                yield json_value(bytes(body))
            return
        sql = f"SELECT seq, body FROM job WHERE seq > :after AND ({wanted.where}) ORDER BY seq LIMIT {_PAGE}"  # noqa: S608
        after = 0
        while True:
            with self._base.reading() as tx:
                page = tx.all(sql, {**wanted.values, "after": after})
            for _, body in page:
                yield json_value(bytes(body))
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def ids(self, wanted: Narrowing) -> list[str]:
        """Give the ids of all rows that fit, in order, whatever the limit."""
        sql = f"SELECT id FROM job WHERE {wanted.where} ORDER BY {wanted.order}"  # noqa: S608 - values are named
        with self._base.reading() as tx:
            return [id for (id,) in tx.all(sql, wanted.values)]

    def count(self, wanted: Narrowing) -> int:
        """Count the rows that fit, whatever the limit."""
        with self._base.reading() as tx:
            return int(tx.all(f"SELECT COUNT(*) FROM job WHERE {wanted.where}", wanted.values)[0][0])  # noqa: S608

    def by_id(self, ids: Sequence[str]) -> list[Row]:
        """Give the rows with these ids, in their order; those that are gone are left out."""
        found: dict[str, bytes] = {}
        for start in range(0, len(ids), _PAGE):
            names = {f"i{number}": id for number, id in enumerate(ids[start : start + _PAGE])}
            sql = f"SELECT id, body FROM job WHERE id IN ({', '.join(':' + name for name in names)})"  # noqa: S608
            with self._base.reading() as tx:
                found |= dict(tx.all(sql, names))
        return [json_value(bytes(found[id])) for id in ids if id in found]

    def running(self) -> dict[str, list[str]]:
        """Give the ids of running jobs by dataflow."""
        with self._base.reading() as tx:
            found = tx.all("SELECT dataflow_id, id FROM job WHERE status = 'running' AND dataflow_id IS NOT NULL")
        by_flow: dict[str, list[str]] = {}
        for flow, id in found:
            by_flow.setdefault(flow, []).append(id)
        return by_flow
