"""Who may log in."""

from collections.abc import Mapping
from typing import Protocol

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)


class Accounts(Protocol):
    """What is known of users."""

    users: dict[str, str]
    keys: set[str]
    logins: int


class LoginDesk(paramiko.ServerInterface):
    """Judge passwords and keys, and allow nothing but sessions."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def get_allowed_auths(self, username: str) -> str:
        """Name the ways to log in."""
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        """Judge a password."""
        users: Mapping[str, str] = self._accounts.users
        return self._judge(username in users and users[username] == password)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Judge a key."""
        return self._judge(username in self._accounts.users and key.get_base64() in self._accounts.keys)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Allow sessions."""
        wanted = kind == "session"
        return OPEN_SUCCEEDED if wanted else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def _judge(self, fits: bool) -> int:
        self._accounts.logins += fits
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED
