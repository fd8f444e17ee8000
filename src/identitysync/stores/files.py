"""The memory of delivered files, in a table of its own."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import Final

from identitysync.contract import SourceFile

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS delivered_file ("
    "flow TEXT NOT NULL, address TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT, PRIMARY KEY (flow, address)"
    ") WITHOUT ROWID"
)
_AT_ONCE: Final = 500
"""Addresses in one question; SQLite allows 999 values and more."""


class SqliteFileMemory:
    """Remember delivered files in an SQLite database, the latest one for each flow and address."""

    def __init__(self, base: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        """Use the connection of a store.

        Args:
            base: The connection; the table is there.
            transaction: Opens a transaction on it, and turns its faults into ``StoreError``.
        """
        self._base, self._transaction = base, transaction

    def known(self, flow: str, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that the flow has delivered, as they are now."""
        asked, remembered = iter(files), set[SourceFile]()
        with self._transaction():
            while some := [file.address for file in islice(asked, _AT_ONCE)]:
                marks = ", ".join("?" * len(some))
                question = f"SELECT address, size, modified FROM delivered_file WHERE flow = ? AND address IN ({marks})"  # noqa: S608 - the marks alone vary
                for address, size, modified in self._base.execute(question, (flow, *some)):
                    remembered.add(SourceFile(address, size, modified and datetime.fromisoformat(modified)))
        return remembered.intersection(files)

    def remember(self, flow: str, files: Sequence[SourceFile]) -> None:
        """Remember that the flow has delivered files, instead of what was at their addresses before."""
        rows = [(flow, file.address, file.size, file.modified and file.modified.isoformat()) for file in files]
        with self._transaction():
            self._base.executemany("INSERT OR REPLACE INTO delivered_file VALUES (?, ?, ?, ?)", rows)
