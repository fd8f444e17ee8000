"""The schedulings of a store: what was asked for, and when each is due next."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from identitysync.errors import InvalidParameter, NotStored
from identitysync.stores.database import Database, Transaction, moment_of, one, stamp
from identitysync.values import json_bytes, json_value

_COLUMNS = """id, dataflow_id, start, due, job_id, busy, body,
    (SELECT name FROM dataflow WHERE kind = 'dataflow' AND dataflow.id = scheduling.dataflow_id)"""


@attrs.frozen
class StoredScheduling:
    """A scheduling as it is kept.

    Attributes:
        id: Its id.
        dataflow_id: Its dataflow.
        start: Where its slots are counted from.
        due: When it runs next; None when it does not.
        job_id: The current or last job, or nothing.
        busy: Whether that job runs, or waits for a further attempt.
        body: The scheduling as it was given.
        dataflow_name: The name of its dataflow.
    """

    id: str
    dataflow_id: str
    start: datetime
    due: datetime | None
    job_id: str
    busy: bool
    body: Mapping[str, Any]
    dataflow_name: str = ""


class SchedulingStore:
    """Keep schedulings."""

    def __init__(self, base: Database) -> None:
        """Use a database whose tables are there."""
        self._base = base

    def add(self, new: StoredScheduling) -> None:
        """Keep a new scheduling.

        Raises:
            InvalidParameter: Its name is taken.
            NotStored: Its dataflow is not stored.
        """
        with self._base.transaction() as tx:
            _check(tx, new)
            tx.change(
                """INSERT INTO scheduling (id, name, dataflow_id, start, due, body)
                   VALUES (:id, :name, :dataflow, :start, :due, :body)""",
                _values(new),
            )

    def change(self, id: str, change: Callable[[StoredScheduling], StoredScheduling]) -> None:
        """Put a changed scheduling in the place of the present one; what its job does goes on.

        Args:
            id: The scheduling.
            change: Makes the new one of the present one, or raises.

        Raises:
            InvalidParameter: Its name is taken.
            NotStored: There is no such scheduling, or its dataflow is not stored.
        """
        with self._base.transaction() as tx:
            new = change(_find(tx, id, self._base.words["lock"]))
            _check(tx, new)
            tx.change(
                """UPDATE scheduling SET name = :name, dataflow_id = :dataflow, start = :start, due = :due,
                   body = :body WHERE id = :id""",
                _values(new),
            )

    def get(self, id: str) -> StoredScheduling:
        """Give a scheduling.

        Raises:
            NotStored: There is no such scheduling.
        """
        with self._base.reading() as tx:
            return _find(tx, id)

    def delete(self, id: str) -> None:
        """Remove a scheduling; a job of it that runs goes on.

        Raises:
            NotStored: There is no such scheduling.
        """
        with self._base.transaction() as tx:
            if not tx.change("DELETE FROM scheduling WHERE id = :id", {"id": id}):
                raise _missing(id)

    def all(self) -> list[StoredScheduling]:
        """Give all schedulings, the oldest first."""
        with self._base.reading() as tx:
            rows = tx.all(f"SELECT {_COLUMNS} FROM scheduling ORDER BY seq")  # noqa: S608 - constants
        return [_read(row) for row in rows]

    def next_due(self) -> datetime | None:
        """Tell when something is due next, be it a slot or a further attempt; None when nothing is."""
        with self._base.reading() as tx:
            slots = tx.all("SELECT MIN(due) FROM scheduling WHERE busy = 0 AND due IS NOT NULL")
            attempts = tx.all("SELECT MIN(retry_at) FROM job WHERE retry_at IS NOT NULL")
        return min((moment for ((text,),) in (slots, attempts) if (moment := moment_of(text))), default=None)


def read_columns(tx: Transaction, where: str, values: Mapping[str, Any]) -> list[StoredScheduling]:
    """Read schedulings in a transaction under way.

    Args:
        tx: The transaction.
        where: What stands after ``FROM scheduling``; a constant.
        values: The values that it names.

    Returns:
        The schedulings.
    """
    return [_read(row) for row in tx.all(f"SELECT {_COLUMNS} FROM scheduling {where}", values)]  # noqa: S608 - constants


def _find(tx: Transaction, id: str, lock: str = "") -> StoredScheduling:
    found = read_columns(tx, f"WHERE id = :id {lock}", {"id": id})
    if not found:
        raise _missing(id)
    return found[0]


def _check(tx: Transaction, new: StoredScheduling) -> None:
    name = str(new.body["name"])
    if one(tx.all("SELECT id FROM scheduling WHERE name = :name AND id <> :id", {"name": name, "id": new.id})):
        raise InvalidParameter(f"there is another scheduling called {name!r}; names of schedulings are unique")
    values = {"id": new.dataflow_id}
    if not one(tx.all("SELECT id FROM dataflow WHERE kind = 'dataflow' AND id = :id", values)):
        raise NotStored(f"the scheduling {name!r} is for the dataflow {new.dataflow_id!r}, which is not stored")


def _values(one: StoredScheduling) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.body["name"], "dataflow": one.dataflow_id, "start": stamp(one.start),
        "due": None if one.due is None else stamp(one.due), "body": json_bytes(dict(one.body)),
    }  # fmt: skip


def _read(row: tuple[Any, ...]) -> StoredScheduling:
    id, dataflow_id, start, due, job_id, busy, body, name = row
    return StoredScheduling(
        id, dataflow_id, datetime.fromisoformat(start), moment_of(due), job_id or "", bool(busy),
        json_value(bytes(body)), name or "",
    )  # fmt: skip


def _missing(id: str) -> NotStored:
    return NotStored(f"the store has no scheduling {id!r}; a search of the table scheduling shows what it has")
