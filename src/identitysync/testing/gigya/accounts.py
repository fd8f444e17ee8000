"""Accounts in SQLite: one JSON document each, with columns for what searches and checks often ask."""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from identitysync.testing.http.base import CHUNK, Base
from identitysync.values import json_bytes, json_value

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS account (
    number INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE, email TEXT, updated INTEGER, lite INTEGER, document BLOB
);
CREATE INDEX IF NOT EXISTS account_email ON account (email);
CREATE INDEX IF NOT EXISTS account_updated ON account (updated);
CREATE TABLE IF NOT EXISTS login (name TEXT, uid TEXT, PRIMARY KEY (name, uid)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS login_uid ON login (uid);
"""
_PUT: Final = """
INSERT INTO account (uid, email, updated, lite, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (uid) DO UPDATE SET
    email = excluded.email, updated = excluded.updated, lite = excluded.lite, document = excluded.document
"""
_INTEGERS: Final = range(-(2**63), 2**63)

Narrowing = tuple[str, list[Any]]
"""A condition in SQL with its values: what fits a query fits it, too."""


class Accounts:
    """Keep accounts; safe to use from several threads.

    An account keeps its number when it is changed, so that whoever walks over numbers meets each account once.
    """

    def __init__(self, path: str | Path | None) -> None:
        """Open the accounts.

        Args:
            path: A SQLite file; None keeps everything in memory.
        """
        self._base = Base(path, _TABLES)

    def add(self, accounts: Iterable[dict[str, Any]]) -> None:
        """Put accounts in, over those with the same UID: all of them, or none when one is no account.

        Args:
            accounts: The accounts; each has a ``UID``.
        """
        source = iter(accounts)
        with self._base.whole() as base:
            while chunk := list(islice(source, CHUNK)):
                _put(base, chunk)

    def put(self, account: dict[str, Any]) -> None:
        """Store one account."""
        self.add([account])

    def delete(self, uid: str) -> bool:
        """Remove an account; tell whether it was there."""
        with self._base.lock:
            self._base.delete("DELETE FROM login WHERE uid = ?", uid)
            return self._base.delete("DELETE FROM account WHERE uid = ?", uid)

    def get(self, uid: str) -> dict[str, Any] | None:
        """Give the account with a UID, or None."""
        return self._one("SELECT document FROM account WHERE uid = ?", uid)

    def lite_with(self, email: str) -> dict[str, Any] | None:
        """Give the lite account of an e-mail address, or None."""
        return self._one("SELECT document FROM account WHERE email = ? AND lite", email.lower())

    def owner_of_email(self, email: str) -> str | None:
        """Give the UID of the full account that has an e-mail address in its profile, or None."""
        owner: str | None = self._base.value("SELECT uid FROM account WHERE email = ? AND NOT lite", email.lower())
        return owner

    def owner_of_login(self, name: str, other_than: str) -> str | None:
        """Give the UID of another account that logs in with a name or an e-mail address, or None."""
        owner: str | None = self._base.value(
            "SELECT uid FROM login WHERE name = ? AND uid <> ?", name.lower(), other_than
        )
        return owner

    def count(self) -> int:
        """Count the full accounts."""
        return int(self._base.value("SELECT count(*) FROM account WHERE NOT lite"))

    def numbers(self, *, lite: bool, narrowing: Narrowing | None = None) -> "array[int]":
        """Give the numbers of the full or of the lite accounts, in the order in which the accounts came.

        Args:
            lite: Whether the lite accounts are wanted.
            narrowing: Leaves accounts out that cannot fit.

        Returns:
            The numbers.
        """
        where, values = ("", []) if narrowing is None else (f" AND ({narrowing[0]})", narrowing[1])
        text = f"SELECT number FROM account WHERE lite = ?{where}"  # noqa: S608 - a narrowing's values are bound
        return self._base.numbers(text, lite, *values)

    def documents(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Read accounts by their numbers, in that order; those that were deleted meanwhile are left out."""
        return ((number, _document(text)) for number, text in self._base.documents("account", numbers))

    def locked(self) -> AbstractContextManager[bool]:
        """Give the lock under which an account is read and written as one."""
        return self._base.lock

    def close(self) -> None:
        """Let go of the file, or forget everything."""
        self._base.close()

    def _one(self, text: str, *values: Any) -> dict[str, Any] | None:
        found = self._base.value(text, *values)
        return None if found is None else _document(found)


def _put(base: sqlite3.Connection, accounts: list[dict[str, Any]]) -> None:
    base.executemany(_PUT, map(_row, accounts))
    base.executemany("DELETE FROM login WHERE uid = ?", ((account["UID"],) for account in accounts))
    logins = {(name.lower(), account["UID"]) for account in accounts for name in login_names(account)}
    base.executemany("INSERT INTO login VALUES (?, ?)", logins)


def login_names(account: dict[str, Any]) -> list[str]:
    """Give the names and e-mail addresses that an account logs in with.

    Args:
        account: The account.

    Returns:
        What its ``loginIDs`` hold.
    """
    logins = account.get("loginIDs")
    if not isinstance(logins, dict):
        return []
    emails = logins.get("emails")
    names = [logins.get("username"), *(emails if isinstance(emails, list) else ())]
    return [name for name in names if isinstance(name, str) and name]


def _row(account: dict[str, Any]) -> tuple[str, str | None, float | None, bool, bytes]:
    try:
        document = json_bytes(account)
    except ValueError:  # a lone surrogate, which real data does hold
        document = json.dumps(account).encode()
    return account["UID"], _email(account), _updated(account), bool(account.get("isLite")), document


def _email(account: dict[str, Any]) -> str | None:
    """Give the e-mail address in small letters, empty when there is none; None when it is no text."""
    profile = account.get("profile") or {}
    email = (profile.get("email") or "") if isinstance(profile, dict) else None
    return email.lower() if isinstance(email, str) and email.isprintable() else None


def _updated(account: dict[str, Any]) -> float | None:
    """Give the time of the last change; None when it is no number of a size that SQLite knows."""
    updated = account.get("lastUpdatedTimestamp")
    if isinstance(updated, bool) or not isinstance(updated, int | float):
        return None
    return updated if isinstance(updated, float) or updated in _INTEGERS else None


def _document(text: bytes) -> Any:
    try:
        return json_value(text)
    except ValueError:  # a lone surrogate again
        return json.loads(text)
