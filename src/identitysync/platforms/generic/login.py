"""Who calls, of all the ways that APIs ask for it; and signatures, which are made for each call."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from identitysync.contract import Clock
from identitysync.errors import AuthenticationFailed, InvalidParameter, PlatformError
from identitysync.platforms.api import Api
from identitysync.platforms.generic.params import Auth, AuthKind, ClientAuth, check_name
from identitysync.platforms.login import ApiKeyLogin, BasicLogin, Login, NoLogin, QueryLogin, TokenLogin
from identitysync.platforms.tokens import Token, Tokens
from identitysync.values import Secret
from identitysync.world import HttpClient

_NEEDS: Final = {
    AuthKind.NONE: (),
    AuthKind.BASIC: ("username", "password"),
    AuthKind.BEARER: ("key",),
    AuthKind.HEADER: ("key", "name"),
    AuthKind.QUERY: ("key", "name"),
    AuthKind.OAUTH2: ("tokenUrl", "clientId"),
    AuthKind.HMAC: ("key", "name"),
}
_SIGNED: Final = re.compile(r"\$\{(method|path|timestamp|body)\}")


def examine_auth(auth: Auth | None) -> Iterator[InvalidParameter]:
    """Find what a way to sign in lacks.

    Args:
        auth: Who calls.

    Yields:
        Faults.
    """
    if auth is None:
        return
    given = {
        "username": auth.username, "password": auth.password, "key": auth.key, "name": auth.name,
        "tokenUrl": auth.token_url, "clientId": auth.client_id,
    }  # fmt: skip
    lacking = [name for name in _NEEDS[auth.kind] if not given[name]]
    if lacking:
        yield InvalidParameter(f"the kind {auth.kind.value!r} needs {' and '.join(lacking)}")
    if auth.kind is AuthKind.OAUTH2 and not (auth.client_secret or auth.refresh_token):
        yield InvalidParameter("the kind 'oauth2' needs clientSecret or refreshToken")
    if auth.kind in {AuthKind.HEADER, AuthKind.HMAC} and auth.name:
        try:
            check_name(auth.name)
        except InvalidParameter as fault:
            yield fault


def login_for(auth: Auth | None, http: HttpClient, clock: Clock) -> Login:
    """Make the login.

    Args:
        auth: Who calls.
        http: Fetches tokens.
        clock: Tells when they are over.

    Returns:
        The login; that of ``hmac`` shows nothing, because each call is signed.
    """
    if auth is None:
        return NoLogin()
    key = auth.key or Secret("")
    match auth.kind:
        case AuthKind.BASIC:
            return BasicLogin(auth.username, auth.password or Secret(""))
        case AuthKind.BEARER:
            return ApiKeyLogin("Authorization", key, scheme="Bearer")
        case AuthKind.HEADER:
            return ApiKeyLogin(auth.name, Secret(auth.prefix + key.reveal()))
        case AuthKind.QUERY:
            return QueryLogin(auth.name, key)
        case AuthKind.OAUTH2:
            return TokenLogin(Tokens(_Grant(auth, http, clock).fetch, clock))
    return NoLogin()


class _Grant:
    """Fetch OAuth 2 tokens (RFC 6749, 4.4 and 6); a refresh token that comes with one takes the old one's place."""

    def __init__(self, auth: Auth, http: HttpClient, clock: Clock) -> None:
        self._auth, self._refresh = auth, auth.refresh_token
        login: Login = NoLogin()
        if auth.client_auth is ClientAuth.BASIC and auth.client_secret:
            login = BasicLogin(auth.client_id, auth.client_secret)
        host = urlsplit(auth.token_url).hostname or auth.token_url
        self._api = Api(host, auth.token_url, http, clock, login=login)

    def fetch(self) -> Token:
        auth = self._auth
        form = {"grant_type": "refresh_token" if self._refresh else "client_credentials"}
        if self._refresh:
            form["refresh_token"] = self._refresh.reveal()
        if auth.scope:
            form["scope"] = auth.scope
        if auth.client_auth is ClientAuth.BODY or not auth.client_secret:
            form["client_id"] = auth.client_id
            if auth.client_secret:
                form["client_secret"] = auth.client_secret.reveal()
        try:
            answer = self._api.call("POST", auth.token_url, form=form, repeatable=True)
        except PlatformError as fault:
            raise AuthenticationFailed(
                f"{self._api.platform} gives no token ({fault.code}): {fault.message}; check clientId, clientSecret,"
                " refreshToken and scope"
            ) from None
        try:
            given = answer.json()
            text = str(given["access_token"])
            lifetime = float(given["expires_in"]) if given.get("expires_in") else None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise AuthenticationFailed(
                f"{self._api.platform} answers without a token; is tokenUrl the address of its token endpoint?"
            ) from None
        if isinstance(renewed := given.get("refresh_token"), str) and renewed and self._refresh:
            self._refresh = Secret(renewed)
        return Token(text, lifetime)


def signature(auth: Auth | None, clock: Clock, method: str, url: str, body: bytes) -> Mapping[str, str]:
    """Sign one call by HMAC-SHA256.

    Args:
        auth: Who calls; only ``hmac`` signs.
        clock: Tells the time.
        method: The method.
        url: The whole address.
        body: The body.

    Returns:
        The headers that carry signature and timestamp.
    """
    if auth is None or auth.kind is not AuthKind.HMAC or auth.key is None:
        return {}
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    timestamp = str(int(clock.now().timestamp()))
    known = {"method": method.encode(), "path": path.encode(), "timestamp": timestamp.encode(), "body": body}
    pieces, end = [], 0
    for hole in _SIGNED.finditer(auth.signed):
        pieces += [auth.signed[end : hole.start()].encode(), known[hole[1]]]
        end = hole.end()
    pieces.append(auth.signed[end:].encode())
    digest = hmac.new(auth.key.reveal().encode(), b"".join(pieces), hashlib.sha256).hexdigest()
    made = {auth.name: auth.prefix + digest}
    return made | {auth.timestamp_header: timestamp} if auth.timestamp_header else made
