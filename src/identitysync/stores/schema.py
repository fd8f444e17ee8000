"""The tables of a store, and how those of earlier versions become the present ones when it is opened."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from identitysync.errors import StoreError
from identitysync.stores.database import Database, Transaction, stamp
from identitysync.values import json_bytes, json_value

VERSION: Final = 2
_TABLES: Final = (
    "CREATE TABLE setting (name {text} PRIMARY KEY, value {text} NOT NULL)",
    """CREATE TABLE dataflow (
        seq {serial}, kind {text} NOT NULL, id {text} NOT NULL, name {text} NOT NULL, version BIGINT NOT NULL,
        body {bytes} NOT NULL, UNIQUE (kind, id))""",
    """CREATE TABLE dataflow_version (
        seq {serial}, kind {text} NOT NULL, id {text} NOT NULL, version BIGINT NOT NULL, body {bytes} NOT NULL,
        UNIQUE (kind, id, version))""",
    """CREATE TABLE scheduling (
        seq {serial}, id {text} NOT NULL UNIQUE, name {text} NOT NULL UNIQUE, dataflow_id {text} NOT NULL,
        start {text} NOT NULL, due {text}, job_id {text}, busy BIGINT NOT NULL DEFAULT 0, body {bytes} NOT NULL)""",
    "CREATE INDEX scheduling_due ON scheduling (due) WHERE busy = 0",
    "CREATE INDEX scheduling_dataflow ON scheduling (dataflow_id)",
    "CREATE INDEX scheduling_job ON scheduling (job_id)",
    """CREATE TABLE job (
        seq {serial}, id {text} NOT NULL UNIQUE, flow {text} NOT NULL, dataflow_id {text}, scheduling_id {text},
        slot {text}, status {text} NOT NULL, create_time {text} NOT NULL, update_time {text} NOT NULL,
        attempt BIGINT NOT NULL, lease_until {text}, retry_at {text}, stopping BIGINT NOT NULL DEFAULT 0,
        options {bytes}, body {bytes} NOT NULL, UNIQUE (scheduling_id, slot))""",
    "CREATE INDEX job_dataflow ON job (dataflow_id, update_time)",
    "CREATE INDEX job_scheduling ON job (scheduling_id, update_time)",
    "CREATE INDEX job_update ON job (update_time)",
    "CREATE INDEX job_create ON job (create_time)",
    "CREATE INDEX job_status ON job (status, update_time)",
    "CREATE INDEX job_lease ON job (lease_until) WHERE status = 'running'",
    "CREATE INDEX job_retry ON job (retry_at) WHERE retry_at IS NOT NULL",
    """CREATE TABLE job_file (
        job_id {text} NOT NULL, step {text} NOT NULL, name {text} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (job_id, step, name))""",
    """CREATE TABLE IF NOT EXISTS delivered_file (
        flow {text} NOT NULL, address {text} NOT NULL, size BIGINT NOT NULL, modified {text},
        PRIMARY KEY (flow, address))""",
)
_WATERMARK: Final = "CREATE TABLE watermark (flow {text} PRIMARY KEY, last_runtime {text} NOT NULL)"


def prepare(base: Database) -> None:
    """Make the tables, or bring those of an earlier version forward; all in one transaction.

    Args:
        base: The database.

    Raises:
        StoreError: The tables are of a newer version, or the database cannot be used.
    """
    with base.transaction() as tx:
        version = tx.version()
        if version == VERSION:
            return
        if version > VERSION:
            message = f"the store {base.place} is of version {version}; this library knows up to {VERSION}"
            raise StoreError(f"{message}: update the library")
        if version == 0:
            _create(tx, base.words)
        else:
            for step in range(version, VERSION):
                _FORWARD[step](tx, base.words)
        tx.set_version(VERSION)


def _create(tx: Transaction, words: Mapping[str, str]) -> None:
    for statement in (*_TABLES, _WATERMARK):
        tx.change(statement.format_map(words))


def _from_1(tx: Transaction, words: Mapping[str, str]) -> None:
    """Bring version 1 forward, which knew jobs and watermarks of runs alone.

    Times of jobs lose what is finer than a millisecond. Jobs that seem to run get a minute to show that they do.
    """
    old = tx.all("SELECT id, flow, status, row FROM job ORDER BY rowid")
    tx.change("DROP TABLE job")
    for statement in _TABLES:
        tx.change(statement.format_map(words))
    lease = stamp(datetime.now(UTC) + timedelta(minutes=1))
    for id, flow, status, text in old:
        row: dict[str, Any] = json_value(text)
        for name in ("createTime", "updateTime", "startTime", "endTime"):
            if name in row:
                row[name] = stamp(datetime.fromisoformat(row[name]))
        tx.change(
            """INSERT INTO job (id, flow, dataflow_id, status, create_time, update_time, attempt, lease_until, body)
               VALUES (:id, :flow, :dataflow, :status, :made, :changed, 1, :lease, :body)""",
            {
                "id": id, "flow": flow, "dataflow": row.get("dataflowId"), "status": status,
                "made": row.get("createTime", ""), "changed": row.get("updateTime", ""),
                "lease": lease if status == "running" else None, "body": json_bytes(row),
            },
        )  # fmt: skip


_FORWARD: Final[Mapping[int, Callable[[Transaction, Mapping[str, str]], None]]] = {1: _from_1}
