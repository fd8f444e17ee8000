"""One emulated site: a Gigya site whose accounts can be looked into."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.errors import InvalidParameter
from identitysync.testing.gigya.accounts import Accounts
from identitysync.testing.http.documents import Documents
from identitysync.values import Site

ACHIEVEMENTS: Final = "achievements"
AUDIT_LOG: Final = "auditLog"
COMMENTS: Final = "comments"
STREAMS: Final = "streams"


@attrs.frozen(eq=False, slots=False)
class EmulatedSite(Site):
    """A site of the emulator: a ``Site``, ready to be handed to ``run(site=…)``, that can be looked into.

    Safe to use from several threads.

    Attributes:
        path: The SQLite file of its accounts; None keeps everything in memory.
        store: Where its accounts are kept.
        documents: Where everything else is kept.
    """

    path: str | Path | None = attrs.field(default=None, kw_only=True, repr=False)
    store: Accounts = attrs.field(init=False, repr=False)
    documents: Documents = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        try:
            base64.b64decode(self.secret.reveal(), validate=True)
        except ValueError as fault:
            raise InvalidParameter("the secret of a Gigya site is base64, such as c2VjcmV0") from fault
        object.__setattr__(self, "store", Accounts(self.path))
        beside = None if self.path is None else Path(self.path).with_suffix(".documents.db")
        object.__setattr__(self, "documents", Documents(beside))

    @property
    def site(self) -> "EmulatedSite":
        """The site itself."""
        return self

    def add_accounts(self, accounts: Iterable[dict[str, Any]]) -> None:
        """Put accounts in, over those with the same UID.

        Args:
            accounts: The accounts; each has a ``UID``.
        """
        self.store.add(accounts)

    @property
    def accounts(self) -> Iterator[dict[str, Any]]:
        """All full accounts, in the order in which they came."""
        return (account for _, account in self.store.documents(self.store.numbers(lite=False)))

    @property
    def lite_accounts(self) -> Iterator[dict[str, Any]]:
        """All lite accounts, in the order in which they came."""
        return (account for _, account in self.store.documents(self.store.numbers(lite=True)))

    def account(self, uid: str) -> dict[str, Any] | None:
        """Give one account.

        Args:
            uid: Its UID.

        Returns:
            The account, or None.
        """
        return self.store.get(uid)

    def put(self, account: dict[str, Any]) -> None:
        """Put one account in, over the one with the same UID.

        Args:
            account: The account; it has a ``UID``.
        """
        self.store.put(account)

    def delete(self, uid: str) -> bool:
        """Remove an account.

        Args:
            uid: Its UID.

        Returns:
            Whether it was there.
        """
        return self.store.delete(uid)

    def count(self) -> int:
        """Count the full accounts."""
        return self.store.count()

    def objects(self, type: str) -> Iterator[dict[str, Any]]:
        """Give all objects of a type that the data store holds, in the order in which they came."""
        return (found for _, found in self.documents.documents(self.documents.numbers(f"ds/{type}")))

    def add_audit(self, entries: Iterable[dict[str, Any]]) -> None:
        """Put entries into the audit log; calls with application keys, which the emulator gets, are not audited.

        Args:
            entries: The entries; each has a ``callID``.
        """
        self.documents.add(AUDIT_LOG, ((entry["callID"], entry) for entry in entries))

    def add_comments(self, comments: Iterable[dict[str, Any]]) -> None:
        """Put comments in.

        Args:
            comments: The comments; each has an ``ID``.
        """
        self.documents.add(COMMENTS, ((comment["ID"], comment) for comment in comments))

    def add_streams(self, streams: Iterable[dict[str, Any]]) -> None:
        """Put streams of comments in.

        Args:
            streams: The streams; each has a ``categoryID`` and a ``streamID``.
        """
        self.documents.add(STREAMS, ((f"{each['categoryID']}/{each['streamID']}", each) for each in streams))

    def set_achievements(self, uid: str, achievements: Iterable[dict[str, Any]]) -> None:
        """Say what a user has achieved.

        Args:
            uid: The user.
            achievements: The achievements; each has a ``challengeID``.
        """
        self.documents.add(ACHIEVEMENTS, [(uid, {"achievements": list(achievements)})])

    def close(self) -> None:
        """Let go of everything; what is only in memory is gone."""
        self.store.close()
        self.documents.close()

    def __repr__(self) -> str:
        return f"<emulated site {self.api_key}>"
