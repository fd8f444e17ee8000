"""Keys and records that may be too many for memory: the newest are held in it, the others go to a temporary file.

The file belongs to SQLite, which makes it when it is needed, lets nobody else open it and removes it when it is closed.
"""

import marshal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from identitysync.errors import LocalStorageError, RecordRejected
from identitysync.values import Record

HELD_KEYS: Final = 100_000
"""Keys that are held in memory: about ten megabytes."""

HELD_BYTES: Final = 16_000_000
"""Bytes of records that are held in memory."""


class SeenKeys:
    """A set of keys that only grows."""

    def __init__(self, held: int = HELD_KEYS) -> None:
        """Begin with none.

        Args:
            held: How many keys stay in memory.
        """
        self._held = held
        self._new: set[bytes] = set()
        self._file: sqlite3.Connection | None = None

    def add(self, key: bytes) -> bool:
        """Add a key.

        Args:
            key: The key.

        Returns:
            Whether it is new.
        """
        if key in self._new or (self._file is not None and _found(self._file, key) is not None):
            return False
        self._new.add(key)
        if len(self._new) >= self._held:
            with _storage():
                if self._file is None:
                    self._file = _temporary("CREATE TABLE keys (key BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID")
                self._file.executemany("INSERT INTO keys VALUES (?, 0)", ((each,) for each in sorted(self._new)))
            self._new.clear()
        return True

    def close(self) -> None:
        """Forget them."""
        if self._file is not None:
            self._file.close()


class LatestRecords:
    """The last record of each key, in the order in which these came."""

    def __init__(self, held: int = HELD_BYTES) -> None:
        """Begin with none.

        Args:
            held: How many bytes of records stay in memory.
        """
        self._held = held
        self._new: dict[bytes | int, tuple[int, bytes]] = {}
        self._size = self._count = 0
        self._file: sqlite3.Connection | None = None

    def put(self, key: bytes | None, record: Record) -> bool:
        """Put a record in the place of the one with the same key.

        Args:
            key: Its key; None is like no other.
            record: The record.

        Returns:
            Whether there was none before.

        Raises:
            RecordRejected: It holds something that is no plain data.
        """
        try:
            content = marshal.dumps(record)
        except ValueError as fault:
            raise RecordRejected(f"the record cannot be kept until the end: {fault}", code="not-plain") from fault
        self._count += 1
        before = self._new.pop(key, None) if key is not None else None
        if before is not None:
            self._size -= len(before[1])
        is_new = before is None and (key is None or self._file is None or _found(self._file, key) is None)
        self._new[self._count if key is None else key] = (self._count, content)
        self._size += len(content)
        if self._size >= self._held:
            self._spill()
        return is_new

    def _spill(self) -> None:
        with _storage():
            if self._file is None:
                self._file = _temporary(
                    "CREATE TABLE keys (key BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID",
                    "CREATE TABLE records (place INTEGER PRIMARY KEY, content BLOB)",
                )
            keyed = sorted((key, place) for key, (place, _) in self._new.items() if isinstance(key, bytes))
            gone = [(place,) for key, _ in keyed if (place := _found(self._file, key)) is not None]
            self._file.executemany("DELETE FROM records WHERE place = ?", gone)
            self._file.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", keyed)
            self._file.executemany("INSERT INTO records VALUES (?, ?)", self._new.values())
        self._new.clear()
        self._size = 0

    def records(self) -> Iterator[Record]:
        """Give the records, in order."""
        if self._file is None:
            contents: Iterator[Any] = ((content,) for _, content in self._new.values())
        else:
            self._spill()
            contents = self._file.execute("SELECT content FROM records ORDER BY place")
        with _storage():
            for (content,) in contents:
                yield marshal.loads(content)  # noqa: S302 - bytes made above, in a file of our own

    def close(self) -> None:
        """Forget them."""
        self._new.clear()
        if self._file is not None:
            self._file.close()


def _temporary(*tables: str) -> sqlite3.Connection:
    # an empty name is a private temporary file; a run may go on in another thread than the one that began it
    file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    settings = ("temp_store = FILE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -32000")
    for statement in (*(f"PRAGMA {each}" for each in settings), *tables, "BEGIN"):  # one transaction, never committed
        file.execute(statement)
    return file


def _found(file: sqlite3.Connection, key: bytes) -> int | None:
    try:
        row = file.execute("SELECT place FROM keys WHERE key = ?", (key,)).fetchone()
    except sqlite3.Error as fault:
        raise _storage_error(fault) from fault
    return None if row is None else cast(int, row[0])


@contextmanager
def _storage() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise _storage_error(fault) from fault


def _storage_error(fault: sqlite3.Error) -> LocalStorageError:
    hint = "make room, or set TMPDIR to a folder with room"
    return LocalStorageError(f"the temporary file of record.deduplicate cannot be read or written: {fault}; {hint}")
