"""What a site holds beside accounts: data store objects, the audit log, comments, achievements; JSON in SQLite."""

import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from identitysync.values import json_bytes, json_value

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS document (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, name TEXT, document BLOB, UNIQUE (kind, name)
)
"""
_PUT: Final = """
INSERT INTO document (kind, name, document) VALUES (?, ?, ?)
    ON CONFLICT (kind, name) DO UPDATE SET document = excluded.document
"""
_CHUNK: Final = 1000

Named = tuple[str, dict[str, Any]]


class Documents:
    """Keep documents of several kinds, each with a name; safe to use from several threads."""

    def __init__(self, path: str | Path | None) -> None:
        """Open the documents.

        Args:
            path: A SQLite file; None keeps everything in memory.
        """
        self._lock = threading.RLock()
        self._base = sqlite3.connect(str(path or ":memory:"), check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute(_TABLE)

    def add(self, kind: str, documents: Iterable[Named]) -> None:
        """Put documents in, over those of the same name: all of them, or none.

        Args:
            kind: Their kind.
            documents: Names and documents.
        """
        with self._lock:
            self._base.execute("BEGIN")
            try:
                self._base.executemany(_PUT, ((kind, name, json_bytes(document)) for name, document in documents))
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """Give one document, or None."""
        text = "SELECT document FROM document WHERE kind = ? AND name = ?"
        with self._lock:
            row = self._base.execute(text, (kind, name)).fetchone()
        return None if row is None else json_value(row[0])

    def delete(self, kind: str, name: str) -> bool:
        """Remove a document; tell whether it was there."""
        with self._lock:
            gone = self._base.execute("DELETE FROM document WHERE kind = ? AND name = ?", (kind, name))
            return gone.rowcount > 0

    def numbers(self, kind: str) -> "array[int]":
        """Give the numbers of all documents of a kind, in the order in which they came."""
        text = "SELECT number FROM document WHERE kind = ? ORDER BY number"
        with self._lock:
            return array("q", (row[0] for row in self._base.execute(text, (kind,))))

    def documents(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Read documents by their numbers, some at a time; those that were deleted meanwhile are left out.

        Args:
            numbers: The numbers.

        Yields:
            The number and the document, in the order of the numbers.
        """
        text = "SELECT number, document FROM document WHERE number IN (SELECT value FROM json_each(?))"
        for begin in range(0, len(numbers), _CHUNK):
            wanted = numbers[begin : begin + _CHUNK]
            with self._lock:
                found = dict(self._base.execute(text, (json.dumps(list(wanted)),)))
            for number in wanted:
                if number in found:
                    yield number, json_value(found[number])

    def locked(self) -> threading.RLock:
        """Give the lock under which a document is read and written as one."""
        return self._lock

    def close(self) -> None:
        """Let go of the file, or forget everything."""
        with self._lock:
            self._base.close()
