"""Who is let in: by name and password, token, key or signature; and an OAuth 2 token endpoint."""

import base64
import hashlib
import hmac
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.testing.http import IssuedTokens, Refused, Request

_SKEW: Final = 300
"""Seconds that a signature's timestamp may be off."""


@attrs.define
class Doors:
    """The ways in; those whose credentials are empty are shut, and when all are nobody is asked."""

    _clock: Clock
    _username: str
    _password: str
    _token: str
    _api_key: str
    _api_key_name: str
    _signing_key: str
    _client_id: str
    _client_secret: str
    refresh_token: str
    _lifetime: float
    tokens: IssuedTokens = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tokens = IssuedTokens(self._clock, self._lifetime)

    def open(self, request: Request) -> None:
        """Let a request in.

        Args:
            request: The request.

        Raises:
            Refused: Nothing that it shows opens a door (401).
        """
        shut = not any((self._username, self._token, self._api_key, self._signing_key, self._client_id))
        if shut or self._knows(request):
            return
        challenge = {"WWW-Authenticate": "Bearer" if self._client_id or self._token else "Basic"}
        body = {"error": {"code": "unauthorized", "message": "these credentials are not known"}}
        raise Refused(401, body, headers=challenge)

    def _knows(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "")
        basic = "Basic " + base64.b64encode(f"{self._username}:{self._password}".encode()).decode()
        keys = (request.headers.get(self._api_key_name.lower()), request.query.get(self._api_key_name))
        return (
            (bool(self._username) and shown == basic)
            or (bool(self._token) and request.bearer() == self._token)
            or (bool(self._api_key) and self._api_key in keys)
            or (bool(self._client_id) and self.tokens.opens(request.bearer()))
            or (bool(self._signing_key) and self._signed(request))
        )

    def _signed(self, request: Request) -> bool:
        timestamp = request.headers.get("x-timestamp", "")
        if not timestamp.isdecimal() or abs(self._clock.now().timestamp() - int(timestamp)) > _SKEW:
            return False
        text = timestamp.encode() + b"." + request.body
        expected = hmac.new(self._signing_key.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(request.headers.get("x-signature", "").encode(), f"sha256={expected}".encode())

    def token(self, request: Request) -> Any:
        """Answer at the token endpoint (RFC 6749, 4.4 and 6); errors as in 5.2.

        Args:
            request: The request.

        Returns:
            The answer.

        Raises:
            Refused: The client or the grant is not known.
        """
        form = request.form()
        shown = (form.get("client_id", ""), form.get("client_secret", ""))
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, _, secret = base64.b64decode(pair).decode().partition(":")
            shown = (name, secret)
        if not self._client_id or shown != (self._client_id, self._client_secret):
            raise Refused(401, {"error": "invalid_client"}, headers={"WWW-Authenticate": "Basic"})
        made = {"access_token": self.tokens.issue(), "token_type": "Bearer", "expires_in": int(self._lifetime)}
        match form.get("grant_type"):
            case "client_credentials":
                return made
            case "refresh_token" if self.refresh_token and form.get("refresh_token") == self.refresh_token:
                self.refresh_token = f"{self.refresh_token.partition('+')[0]}+{self.tokens.issued}"
                return made | {"refresh_token": self.refresh_token}
            case "refresh_token":
                raise Refused(400, {"error": "invalid_grant"})
        raise Refused(400, {"error": "unsupported_grant_type"})
