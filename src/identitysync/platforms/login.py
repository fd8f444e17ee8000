"""How a caller shows who it is: not at all, by a key, by name and password, or by a token that can be renewed."""

import base64
from collections.abc import Mapping
from typing import Protocol

import attrs

from identitysync.platforms.tokens import Token, Tokens
from identitysync.values import Secret


@attrs.frozen
class Shown:
    """What one call shows.

    Attributes:
        headers: The headers.
        token: The token in them, if there is one.
        query: Parameters of the query.
    """

    headers: Mapping[str, str] = attrs.field(repr=False)
    token: Token | None = None
    query: Mapping[str, str] = attrs.field(repr=False, factory=dict)


class Login(Protocol):
    """Shows who calls."""

    def show(self) -> Shown:
        """Give what the next call shows."""
        ...

    def renew(self, refused: Shown) -> bool:
        """Take note that the platform refused it; tell whether another try may work."""
        ...


class _Fixed:
    """A login that is always the same."""

    def __init__(self, headers: Mapping[str, str], query: Mapping[str, str] | None = None) -> None:
        self._shown = Shown(headers, query=query or {})

    def show(self) -> Shown:
        """Give what the next call shows."""
        return self._shown

    def renew(self, refused: Shown) -> bool:
        """Tell that there is nothing else to try."""
        return False


class NoLogin(_Fixed):
    """Show nothing."""

    def __init__(self) -> None:
        """Need nothing."""
        super().__init__({})


class ApiKeyLogin(_Fixed):
    """Show a key in a header."""

    def __init__(self, header: str, key: Secret, *, scheme: str = "") -> None:
        """Take the key.

        Args:
            header: The header's name, such as ``X-Api-Key``.
            key: The key.
            scheme: A word before it, such as ``Bearer``.
        """
        super().__init__({header: f"{scheme} {key.reveal()}".strip()})


class QueryLogin(_Fixed):
    """Show a key in the query."""

    def __init__(self, name: str, key: Secret) -> None:
        """Take the key.

        Args:
            name: The parameter's name, such as ``api_key``.
            key: The key.
        """
        super().__init__({}, {name: key.reveal()})


class BasicLogin(_Fixed):
    """Show a name and a password (RFC 7617)."""

    def __init__(self, username: str, password: Secret) -> None:
        """Take both.

        Args:
            username: The name.
            password: The password.
        """
        pair = f"{username}:{password.reveal()}".encode()
        super().__init__({"Authorization": f"Basic {base64.b64encode(pair).decode()}"})


class TokenLogin:
    """Show a bearer token (RFC 6750), and fetch another when it is refused."""

    def __init__(self, tokens: Tokens, *, scheme: str = "Bearer") -> None:
        """Take the tokens.

        Args:
            tokens: Where they come from.
            scheme: The word before the token.
        """
        self._tokens, self._scheme = tokens, scheme

    def show(self) -> Shown:
        """Give what the next call shows."""
        token = self._tokens.get()
        return Shown({"Authorization": f"{self._scheme} {token.text}"}, token)

    def renew(self, refused: Shown) -> bool:
        """Drop the token that was refused."""
        if refused.token is not None:
            self._tokens.drop(refused.token)
        return True
