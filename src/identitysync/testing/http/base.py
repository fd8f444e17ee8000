"""A SQLite database that threads share, with JSON documents that have numbers."""

import json
import sqlite3
import threading
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

CHUNK: Final = 1000
"""Rows that are read or written at a time."""


class Base:
    """The database.

    Attributes:
        lock: Held while something is read and written as one.
    """

    def __init__(self, path: str | Path | None, tables: str) -> None:
        """Open it.

        Args:
            path: A SQLite file; None keeps everything in memory.
            tables: Statements that make what is missing.
        """
        self.lock = threading.RLock()
        self._base = sqlite3.connect(str(path or ":memory:"), check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.executescript(tables)

    @contextmanager
    def whole(self) -> Iterator[sqlite3.Connection]:
        """Give the database for changes that happen all or not at all."""
        with self.lock:
            self._base.execute("BEGIN")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def value(self, text: str, *values: Any) -> Any:
        """Give the first value that a query finds, or None."""
        with self.lock:
            row = self._base.execute(text, values).fetchone()
        return None if row is None else row[0]

    def delete(self, text: str, *values: Any) -> bool:
        """Remove rows; tell whether there were any."""
        with self.lock:
            return self._base.execute(text, values).rowcount > 0

    def numbers(self, text: str, *values: Any) -> "array[int]":
        """Give the numbers that a query finds, in order."""
        with self.lock:
            return array("q", sorted(row[0] for row in self._base.execute(text, values)))

    def documents(self, table: str, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Read documents by their numbers, some at a time; those that were deleted meanwhile are left out.

        Args:
            table: Their table.
            numbers: The numbers.

        Yields:
            The number and the document's JSON, in the order of the numbers.
        """
        text = f"SELECT number, document FROM {table} WHERE number IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own
        for begin in range(0, len(numbers), CHUNK):
            wanted = numbers[begin : begin + CHUNK]
            with self.lock:
                found = dict(self._base.execute(text, (json.dumps(list(wanted)),)))
            yield from ((number, found[number]) for number in wanted if number in found)

    def close(self) -> None:
        """Let go of the file, or forget everything."""
        with self.lock:
            self._base.close()
