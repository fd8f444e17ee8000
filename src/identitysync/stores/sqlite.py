"""A store in one SQLite file, private to its user, that several processes may share."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from identitysync.errors import StoreError
from identitysync.stores.files import TABLE, SqliteFileMemory
from identitysync.values import json_bytes, json_value

VERSION: Final = 1
_PATIENCE: Final = 30.0
_TABLES: Final = (
    "CREATE TABLE job (id TEXT PRIMARY KEY, flow TEXT NOT NULL, status TEXT NOT NULL, row BLOB NOT NULL)",
    "CREATE INDEX job_flow ON job (flow)",
    "CREATE TABLE watermark (flow TEXT PRIMARY KEY, last_runtime TEXT NOT NULL)",
)


class SqliteStore:
    """Keep job rows and watermarks in an SQLite file (WAL, full synchronisation).

    Attributes:
        files: The memory of delivered files.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, and make it when it is missing.

        Args:
            path: The file; never on a network file system, whose locks cannot be relied on.

        Raises:
            StoreError: It is no store, is one of a newer version, or cannot be opened.
        """
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as fault:
            raise StoreError(f"the store {path} cannot be opened: {fault.strerror or fault}") from fault
        self._base = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._base.close()
            raise
        self.files = SqliteFileMemory(self._base, self._transaction)

    def last_runtime(self, flow: str) -> datetime | None:
        """Give the start of a flow's last successful run, or None."""
        with self._faults():
            found = self._base.execute("SELECT last_runtime FROM watermark WHERE flow = ?", (flow,)).fetchone()
        return None if found is None else datetime.fromisoformat(found[0])

    def begin(self, flow: str, job_id: str, row: Mapping[str, Any]) -> None:
        """Keep the row of a job that begins."""
        with self._transaction():
            self._keep(flow, job_id, row)

    def finish(self, flow: str, job_id: str, row: Mapping[str, Any], watermark: datetime | None) -> None:
        """Keep the row of a job that has ended, and, in the same transaction, move the flow's watermark."""
        with self._transaction():
            self._keep(flow, job_id, row)
            if watermark is not None:
                moved = (flow, watermark.isoformat())
                self._base.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?)", moved)

    def job(self, job_id: str) -> dict[str, Any] | None:
        """Give the row of a job, or None."""
        with self._faults():
            found = self._base.execute("SELECT row FROM job WHERE id = ?", (job_id,)).fetchone()
        return None if found is None else json_value(found[0])

    def close(self) -> None:
        """Let go of the store."""
        self._base.close()

    def _keep(self, flow: str, job_id: str, row: Mapping[str, Any]) -> None:
        values = (job_id, flow, str(row["status"]), json_bytes(dict(row)))
        self._base.execute("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?)", values)

    def _prepare(self) -> None:
        with self._faults():
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
        with self._transaction():
            version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
            if version > VERSION:
                message = f"the store {self._path} is of version {version}; this library knows up to {VERSION}"
                raise StoreError(f"{message}: update the library")
            if version == 0:
                for statement in _TABLES:
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA user_version={VERSION}")
            self._base.execute(TABLE)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._faults():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            raise StoreError(f"the store {self._path} cannot be used: {fault}") from fault
