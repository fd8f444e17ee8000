"""The dataflows and drafts of a store, with all their versions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from identitysync.errors import NotStored
from identitysync.stores.database import Database, Transaction, moment_of, one
from identitysync.values import json_bytes, json_value

Body: TypeAlias = dict[str, Any]


class FlowStore:
    """Keep dataflows; ``kind`` is ``dataflow`` or ``dataflow_draft``."""

    def __init__(self, base: Database) -> None:
        """Use a database whose tables are there."""
        self._base = base

    def add(self, kind: str, id: str, body: Mapping[str, Any]) -> None:
        """Keep a new dataflow as version 1."""
        with self._base.transaction() as tx:
            _write(tx, kind, id, 1, body)

    def change(self, kind: str, id: str, change: Callable[[Body], Body]) -> int:
        """Put a changed dataflow in the place of the present one, as its next version.

        Args:
            kind: The kind.
            id: The dataflow.
            change: Makes the new body of the present one, or raises.

        Returns:
            The new version.

        Raises:
            NotStored: There is no such dataflow.
        """
        with self._base.transaction() as tx:
            version, body = _find(tx, kind, id, lock=self._base.words["lock"])
            _write(tx, kind, id, version + 1, change(body) | {"version": version + 1})
        return version + 1

    def get(self, kind: str, id: str, version: int | None = None) -> Body:
        """Give a dataflow.

        Args:
            kind: The kind.
            id: The dataflow.
            version: An earlier version; None is the present one.

        Returns:
            Its body, with ``version``.

        Raises:
            NotStored: There is no such dataflow, or no such version.
        """
        with self._base.reading() as tx:
            if version is None:
                return _find(tx, kind, id)[1]
            found = one(
                tx.all(
                    "SELECT body FROM dataflow_version WHERE kind = :kind AND id = :id AND version = :version",
                    {"kind": kind, "id": id, "version": version},
                )
            )
            if found is None:
                present = _find(tx, kind, id)[0]
                raise NotStored(f"the {_words(kind)} {id!r} has the versions 1 to {present}; there is no {version}")
        body: Body = json_value(bytes(found[0]))
        return body

    def delete(self, kind: str, id: str) -> None:
        """Remove a dataflow with its versions, its watermark and its schedulings; the rows of its jobs stay.

        Raises:
            NotStored: There is no such dataflow.
        """
        values = {"kind": kind, "id": id}
        with self._base.transaction() as tx:
            if not tx.change("DELETE FROM dataflow WHERE kind = :kind AND id = :id", values):
                raise _missing(kind, id)
            tx.change("DELETE FROM dataflow_version WHERE kind = :kind AND id = :id", values)
            if kind == "dataflow":
                tx.change("DELETE FROM watermark WHERE flow = :id", values)
                tx.change("DELETE FROM scheduling WHERE dataflow_id = :id", values)

    def all(self, kind: str) -> list[Body]:
        """Give all dataflows of a kind, the oldest first."""
        with self._base.reading() as tx:
            found = tx.all("SELECT body FROM dataflow WHERE kind = :kind ORDER BY seq", {"kind": kind})
        return [json_value(bytes(body)) for (body,) in found]

    def versions(self, kind: str) -> list[Body]:
        """Give all versions of all dataflows of a kind, the oldest first."""
        with self._base.reading() as tx:
            found = tx.all("SELECT body FROM dataflow_version WHERE kind = :kind ORDER BY seq", {"kind": kind})
        return [json_value(bytes(body)) for (body,) in found]

    def watermarks(self) -> dict[str, datetime]:
        """Give the start of the last successful run of every flow that had one."""
        with self._base.reading() as tx:
            found = tx.all("SELECT flow, last_runtime FROM watermark")
        return {flow: moment for flow, text in found if (moment := moment_of(text)) is not None}


def _find(tx: Transaction, kind: str, id: str, lock: str = "") -> tuple[int, Body]:
    sql = f"SELECT version, body FROM dataflow WHERE kind = :kind AND id = :id {lock}"  # noqa: S608 - a constant word
    found = one(tx.all(sql, {"kind": kind, "id": id}))
    if found is None:
        raise _missing(kind, id)
    return int(found[0]), json_value(bytes(found[1]))


def _write(tx: Transaction, kind: str, id: str, version: int, body: Mapping[str, Any]) -> None:
    values = {"kind": kind, "id": id, "version": version, "name": body.get("name", ""), "body": json_bytes(dict(body))}
    tx.change(
        """INSERT INTO dataflow (kind, id, name, version, body) VALUES (:kind, :id, :name, :version, :body)
           ON CONFLICT (kind, id) DO UPDATE
           SET name = excluded.name, version = excluded.version, body = excluded.body""",
        values,
    )
    tx.change("INSERT INTO dataflow_version (kind, id, version, body) VALUES (:kind, :id, :version, :body)", values)


def _missing(kind: str, id: str) -> NotStored:
    return NotStored(f"the store has no {_words(kind)} {id!r}; a search of the table {kind} shows what it has")


def _words(kind: str) -> str:
    return kind.replace("_", " ")
