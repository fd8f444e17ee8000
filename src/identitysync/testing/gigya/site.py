"""One emulated site: its accounts in SQLite, one JSON document each."""

import base64
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import attrs

from identitysync.errors import InvalidParameter
from identitysync.values import Site, json_bytes, json_value


@attrs.frozen(eq=False, slots=False)
class EmulatedSite(Site):
    """A site of the emulator: a ``Site``, ready to be handed to ``run(site=…)``, that can be looked into.

    Safe to use from several threads.

    Attributes:
        path: The SQLite file of its accounts; None keeps everything in memory.
    """

    path: str | Path | None = attrs.field(default=None, kw_only=True, repr=False)
    _lock: threading.RLock = attrs.field(init=False, repr=False)
    _base: sqlite3.Connection = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        try:
            base64.b64decode(self.secret.reveal(), validate=True)
        except ValueError as fault:
            raise InvalidParameter("the secret of a Gigya site is base64, such as c2VjcmV0") from fault
        base = sqlite3.connect(str(self.path or ":memory:"), check_same_thread=False, isolation_level=None)
        base.execute("PRAGMA synchronous=OFF")
        base.execute(
            "CREATE TABLE IF NOT EXISTS account (uid TEXT PRIMARY KEY, email TEXT, lite INTEGER, document BLOB)"
        )
        base.execute("CREATE INDEX IF NOT EXISTS account_email ON account (email)")
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "_lock", threading.RLock())

    @property
    def site(self) -> "EmulatedSite":
        """The site itself."""
        return self

    def add_accounts(self, accounts: Iterable[dict[str, Any]]) -> None:
        """Put accounts in, over those with the same UID.

        Args:
            accounts: The accounts; each has a ``UID``.
        """
        with self._lock:
            self._base.execute("BEGIN")
            self._base.executemany("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", map(_row, accounts))
            self._base.execute("COMMIT")

    @property
    def accounts(self) -> Iterator[dict[str, Any]]:
        """All full accounts, in the order in which they came."""
        with self._lock:
            rows = self._base.execute("SELECT document FROM account WHERE NOT lite ORDER BY rowid").fetchall()
        return (json_value(row[0]) for row in rows)

    @property
    def lite_accounts(self) -> Iterator[dict[str, Any]]:
        """All lite accounts, in the order in which they came."""
        with self._lock:
            rows = self._base.execute("SELECT document FROM account WHERE lite ORDER BY rowid").fetchall()
        return (json_value(row[0]) for row in rows)

    def account(self, uid: str) -> dict[str, Any] | None:
        """Give one account.

        Args:
            uid: Its UID.

        Returns:
            The account, or None.
        """
        with self._lock:
            row = self._base.execute("SELECT document FROM account WHERE uid = ?", (uid,)).fetchone()
        return None if row is None else json_value(row[0])

    def owner_of(self, email: str) -> str | None:
        """Give the UID of the full account that has an e-mail address, or None."""
        with self._lock:
            row = self._base.execute(
                "SELECT uid FROM account WHERE email = ? AND NOT lite", (email.lower(),)
            ).fetchone()
        return None if row is None else str(row[0])

    def lite_with(self, email: str) -> dict[str, Any] | None:
        """Give the lite account of an e-mail address, or None."""
        with self._lock:
            row = self._base.execute(
                "SELECT document FROM account WHERE email = ? AND lite", (email.lower(),)
            ).fetchone()
        return None if row is None else json_value(row[0])

    def put(self, account: dict[str, Any]) -> None:
        """Store one account."""
        with self._lock:
            self._base.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", _row(account))

    def delete(self, uid: str) -> bool:
        """Remove an account; tell whether it was there."""
        with self._lock:
            return self._base.execute("DELETE FROM account WHERE uid = ?", (uid,)).rowcount > 0

    def count(self) -> int:
        """Count the full accounts."""
        with self._lock:
            return int(self._base.execute("SELECT count(*) FROM account WHERE NOT lite").fetchone()[0])

    def locked(self) -> AbstractContextManager[bool]:
        """Give the lock under which an account is read and written as one."""
        return self._lock

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._base.close()

    def __repr__(self) -> str:
        return f"<emulated site {self.api_key}: {self.count()} accounts>"


def _row(account: dict[str, Any]) -> tuple[str, str, bool, bytes]:
    email = (account.get("profile") or {}).get("email")
    try:
        document = json_bytes(account)
    except ValueError:
        document = json.dumps(account).encode()
    return account["UID"], email.lower() if isinstance(email, str) else "", bool(account.get("isLite")), document
