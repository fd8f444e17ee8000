"""What a site holds beside accounts: data store objects, the audit log, comments, achievements; JSON in SQLite."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from identitysync.testing.http.base import Base
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

Named = tuple[str, dict[str, Any]]


class Documents:
    """Keep documents of several kinds, each with a name; safe to use from several threads."""

    def __init__(self, path: str | Path | None) -> None:
        """Open the documents.

        Args:
            path: A SQLite file; None keeps everything in memory.
        """
        self._base = Base(path, _TABLE)

    def add(self, kind: str, documents: Iterable[Named]) -> None:
        """Put documents in, over those of the same name: all of them, or none.

        Args:
            kind: Their kind.
            documents: Names and documents.
        """
        with self._base.whole() as base:
            base.executemany(_PUT, ((kind, name, json_bytes(document)) for name, document in documents))

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """Give one document, or None."""
        found = self._base.value("SELECT document FROM document WHERE kind = ? AND name = ?", kind, name)
        return None if found is None else json_value(found)

    def delete(self, kind: str, name: str) -> bool:
        """Remove a document; tell whether it was there."""
        return self._base.delete("DELETE FROM document WHERE kind = ? AND name = ?", kind, name)

    def numbers(self, kind: str) -> "array[int]":
        """Give the numbers of all documents of a kind, in the order in which they came."""
        return self._base.numbers("SELECT number FROM document WHERE kind = ?", kind)

    def documents(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Read documents by their numbers, in that order; those that were deleted meanwhile are left out."""
        return ((number, json_value(text)) for number, text in self._base.documents("document", numbers))

    def locked(self) -> AbstractContextManager[bool]:
        """Give the lock under which a document is read and written as one."""
        return self._base.lock

    def close(self) -> None:
        """Let go of the file, or forget everything."""
        self._base.close()
