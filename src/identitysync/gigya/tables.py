"""The tables that ``accounts.search`` knows, and the fields in them that Gigya keeps encrypted."""

from enum import StrEnum
from typing import Final

ENCRYPTED: Final = frozenset({
    "email", "emails.unverified", "emails.verified", "loginIDs.emails", "loginIDs.unverifiedEmails",
    "loginIDs.username", "profile.email", "profile.username",
})  # fmt: skip
"""Fields with names and addresses, encrypted unless a site says otherwise.

Only ``=`` and ``!=`` are known there, and ``contains``, which finds whole texts in any case (SAP's page
"accounts.search REST").
"""


class AccountTable(StrEnum):
    """Where accounts are read from."""

    ACCOUNTS = "accounts"
    EMAIL_ACCOUNTS = "emailAccounts"
