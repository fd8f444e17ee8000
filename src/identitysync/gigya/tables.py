"""The tables that ``accounts.search`` knows."""

from enum import StrEnum


class AccountTable(StrEnum):
    """Where accounts are read from."""

    ACCOUNTS = "accounts"
    EMAIL_ACCOUNTS = "emailAccounts"
