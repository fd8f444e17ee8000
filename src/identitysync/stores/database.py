"""What a store needs of a database: transactions, and a few words that differ from one to the other."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias

from identitysync.model import wire
from identitysync.world import milliseconds

Row: TypeAlias = tuple[Any, ...]


class Transaction(Protocol):
    """A transaction under way. Statements name their values ``:name``, in both databases."""

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Carry out a statement and give its rows."""
        ...

    def change(self, sql: str, values: Mapping[str, Any] | None = None) -> int:
        """Carry out a statement and tell how many rows it touched."""
        ...

    def now(self, here: datetime) -> datetime:
        """Tell the time that all who share the database go by; ``here`` is this process's own."""
        ...

    def version(self) -> int:
        """Tell the version of the tables; 0 when there are none."""
        ...

    def set_version(self, version: int) -> None:
        """Note the version of the tables."""
        ...


class Database(Protocol):
    """A database.

    Attributes:
        place: Where it is, for people; holds no password.
        words: What to write in statements for ``{serial}``, ``{text}``, ``{bytes}``, ``{lock}`` and ``{skip_locked}``.
    """

    place: str
    words: Mapping[str, str]

    def transaction(self, *, durable: bool = True) -> AbstractContextManager[Transaction]:
        """Begin a transaction that may write; it is kept when the block ends well, and taken back when it does not.

        What is not ``durable`` survives every end of this process, and may be lost with the machine, unless something
        durable came after it.
        """
        ...

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that only reads, and keeps nobody from writing."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def stamp(moment: datetime) -> str:
    """Write a moment as rows hold it: whole milliseconds, so that the order of the texts is that of the moments."""
    return wire.write_time(milliseconds(moment))


def moment_of(text: str | None) -> datetime | None:
    """Read such a text, or None."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def one(rows: list[Row]) -> Row | None:
    """Give the only row, or None."""
    return rows[0] if rows else None
