"""A PostgreSQL database, which several machines may share."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from identitysync.errors import MissingExtra, StoreError
from identitysync.stores.database import Row

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause

_PATIENCE: Final = 30.0
"""Seconds that a transaction waits for a server that cannot be reached, as while it restarts."""

_WORDS: Final = {
    "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "text": 'TEXT COLLATE "C"',  # texts are compared by code point, as everywhere
    "bytes": "BYTEA",
    "lock": "FOR UPDATE",
    "skip_locked": "FOR UPDATE SKIP LOCKED",
}


class PostgresDatabase:
    """A PostgreSQL database by SQLAlchemy Core and psycopg."""

    words: Mapping[str, str] = _WORDS

    def __init__(self, url: str, patience: float = _PATIENCE) -> None:
        """Prepare the connection.

        Args:
            url: ``postgresql://user@host:port/database``; a password is better kept in ``~/.pgpass``.
            patience: Seconds that a transaction waits for a server that cannot be reached.

        Raises:
            MissingExtra: SQLAlchemy or psycopg are not installed.
            StoreError: The address cannot be.
        """
        try:
            import psycopg  # noqa: F401 - SQLAlchemy would say it less clearly
            from sqlalchemy import create_engine, make_url
            from sqlalchemy.exc import ArgumentError
        except ImportError as fault:
            raise MissingExtra("postgres", "a store in PostgreSQL") from fault
        try:
            address = make_url(url).set(drivername="postgresql+psycopg")
            self._engine = create_engine(address, pool_pre_ping=True, pool_size=5, max_overflow=20)
        except (ArgumentError, ValueError):  # their texts may show the password
            hint = "write postgresql://user@host:5432/database"
            raise StoreError(f"this is no address of a PostgreSQL database; {hint}") from None
        self.place = address.render_as_string(hide_password=True).replace("+psycopg", "", 1)
        self._patience = patience

    @contextmanager
    def reading(self) -> "Iterator[PostgresTransaction]":
        """Begin a transaction: one that writes nothing costs nothing."""
        with self.transaction() as tx:
            yield tx

    @contextmanager
    def transaction(self, *, durable: bool = True) -> "Iterator[PostgresTransaction]":
        """Begin a transaction; while the server restarts, wait for it."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            connection = self._connect()
            with connection, connection.begin():
                tx = PostgresTransaction(connection)
                if not durable:
                    tx.change("SET LOCAL synchronous_commit TO off")
                yield tx
        except SQLAlchemyError as fault:
            reason = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
            raise StoreError(f"the store {self.place} cannot be used: {reason}") from fault

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _connect(self) -> "Connection":
        from sqlalchemy.exc import OperationalError

        deadline = time.monotonic() + self._patience
        pause = 0.1
        while True:
            try:
                return self._engine.connect()
            except OperationalError as fault:
                # what is wrong with the login or the database's name will not mend itself
                hopeless = any(word in str(fault) for word in ("authentication", "does not exist", "no password"))
                if hopeless or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2.0, pause * 2)


@attrs.frozen
class PostgresTransaction:
    """A transaction under way."""

    _connection: "Connection"

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Carry out a statement and give its rows."""
        return [tuple(row) for row in self._connection.execute(_statement(sql), dict(values or {}))]

    def change(self, sql: str, values: Mapping[str, Any] | None = None) -> int:
        """Carry out a statement and tell how many rows it touched."""
        return self._connection.execute(_statement(sql), dict(values or {})).rowcount

    def now(self, here: datetime) -> datetime:
        """Tell the server's time, which all machines share."""
        found: datetime = self.all("SELECT clock_timestamp()")[0][0]
        return found.astimezone(UTC)

    def version(self) -> int:
        """Tell the version of the tables; 0 when there are none. Whoever asks has the tables for himself."""
        self.change("SELECT pg_advisory_xact_lock(4032001)")
        self.change("CREATE TABLE IF NOT EXISTS identitysync_version (version BIGINT NOT NULL)")
        rows = self.all("SELECT version FROM identitysync_version")
        return int(rows[0][0]) if rows else 0

    def set_version(self, version: int) -> None:
        """Note the version of the tables."""
        self.change("DELETE FROM identitysync_version")
        self.change("INSERT INTO identitysync_version VALUES (:version)", {"version": version})


@lru_cache(maxsize=256)
def _statement(sql: str) -> "TextClause":
    from sqlalchemy import text

    return text(sql)
