"""A database in one SQLite file, private to its user, that several processes of one machine may share."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.errors import StoreError
from identitysync.stores.database import Row

_PATIENCE: Final = 30.0
"""Seconds that a transaction waits for those of other processes."""

_WORDS: Final = {
    "serial": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "text": "TEXT",
    "bytes": "BLOB",
    "lock": "",  # a transaction has the file for itself
    "skip_locked": "",
}


class SqliteDatabase:
    """An SQLite file: write-ahead log, full synchronisation, transactions that begin as writers."""

    words: Mapping[str, str] = _WORDS

    def __init__(self, path: Path, patience: float = _PATIENCE) -> None:
        """Open the file, and make it when it is missing.

        Args:
            path: The file; never on a network file system, whose locks cannot be relied on.
            patience: Seconds that a transaction waits for those of other processes.

        Raises:
            StoreError: It is no database, or cannot be opened.
        """
        self.place = str(path)
        self._patience = patience
        self._lock = threading.RLock()
        self._durable = True
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as fault:
            raise StoreError(f"the store {path} cannot be opened: {fault.strerror or fault}") from fault
        self._base = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            with self._faults():
                self._base.execute("PRAGMA journal_mode=WAL")
                self._base.execute("PRAGMA synchronous=FULL")
        except BaseException:
            self._base.close()
            raise

    @contextmanager
    def transaction(self, *, durable: bool = True) -> "Iterator[SqliteTransaction]":
        """Begin a transaction as a writer; inside one of the same thread, join it."""
        with self._begun("BEGIN IMMEDIATE", durable=durable) as tx:
            yield tx

    @contextmanager
    def reading(self) -> "Iterator[SqliteTransaction]":
        """Begin a transaction that only reads; inside one of the same thread, join it."""
        with self._begun("BEGIN", durable=self._durable) as tx:
            yield tx

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    @contextmanager
    def _begun(self, begin: str, *, durable: bool) -> "Iterator[SqliteTransaction]":
        with self._lock, self._faults():
            if self._base.in_transaction:
                yield SqliteTransaction(self._base)
                return
            if durable is not self._durable:
                self._base.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._base.execute(begin)
            try:
                yield SqliteTransaction(self._base)
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            reason = str(fault)
            if getattr(fault, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                reason = f"another process has held it for {self._patience:g} seconds; find out which, and try again"
            elif isinstance(fault, sqlite3.DatabaseError) and "not a database" in reason:
                reason = "it is no SQLite file; is the path right?"
            elif "malformed" in reason:
                reason = (
                    "the file is damaged; restore it from a backup, or let 'sqlite3 FILE .recover' save what it can"
                )
            raise StoreError(f"the store {self.place} cannot be used: {reason}") from fault


@attrs.frozen
class SqliteTransaction:
    """A transaction under way."""

    _base: sqlite3.Connection

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Carry out a statement and give its rows."""
        return self._base.execute(sql, values or {}).fetchall()

    def change(self, sql: str, values: Mapping[str, Any] | None = None) -> int:
        """Carry out a statement and tell how many rows it touched."""
        return self._base.execute(sql, values or {}).rowcount

    def now(self, here: datetime) -> datetime:
        """Tell the time: one machine has one clock."""
        return here

    def version(self) -> int:
        """Tell the version of the tables; 0 when there are none."""
        return int(self._base.execute("PRAGMA user_version").fetchone()[0])

    def set_version(self, version: int) -> None:
        """Note the version of the tables."""
        self._base.execute(f"PRAGMA user_version={int(version)}")
