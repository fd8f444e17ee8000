"""Requests as they come: who calls which method with what, and whether the signature fits."""

import base64
import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

import attrs

from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.site import EmulatedSite
from identitysync.values import json_value

_LIFETIME = 600
"""Seconds that the time of a request may differ from the clock."""

_NONCES = 200_000
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9-]+\.(?P<center>[a-z0-9]+)\.(gigya\.com|sapcdm\.cn|gigya-api\.cn)")
_NAMES: Final = {
    name.lower(): name
    for name in (
        *("apiKey", "userKey", "secret", "sig", "timestamp", "nonce", "UID", "createUID", "importPolicy", "query"),
        *("openCursor", "cursorId", "accountTypes", "include", "loginIDs", "context", "httpStatusCodes", "email"),
        *("profile", "data", "subscriptions", "preferences", "emails", "password"),
    )
}
"""Gigya takes names of parameters in any case: its own examples write ``UID``, ``uid`` and ``Uid``."""


@attrs.frozen
class Request:
    """A request to a method.

    Attributes:
        verb: ``POST`` or ``GET``.
        urls: The addresses that the caller may have signed.
        method: The method with its namespace, from the path.
        params: The parameters of query and body, by the names that the documentation gives them.
        signed: The same, by the names that the caller wrote.
        bearer: The token of the ``Authorization`` header.
        data_center: The data center that the host names; empty when it is none of Gigya's hosts.
    """

    verb: str
    urls: tuple[str, ...]
    method: str
    params: Mapping[str, str]
    signed: Mapping[str, str]
    bearer: str = ""
    data_center: str = ""


def read_request(verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Read a request as it came over the wire.

    Args:
        verb: The HTTP method.
        target: The request target: a path, or a whole URL from a client that takes us for its proxy.
        headers: The headers by lower-case name.
        body: The body.

    Returns:
        The request.
    """
    whole = target if "://" in target else f"http://{headers.get('host', 'localhost')}{target}"
    parts = urlsplit(whole)
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    if body:
        params |= parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    host, port = (parts.hostname or "").lower(), parts.port
    schemes = [parts.scheme]
    if parts.scheme == "http" and host not in _LOOPBACK:  # somebody between may have taken TLS off
        schemes.append("https")
    urls = [
        f"{scheme}://{host}{'' if port in {None, _PORTS.get(scheme)} else f':{port}'}{parts.path}" for scheme in schemes
    ]
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return Request(
        verb,
        tuple(urls),
        parts.path.strip("/").rpartition("/")[2],
        {_NAMES.get(name.lower(), name): value for name, value in params.items()},
        params,
        bearer=token.strip() if scheme.lower() == "bearer" else "",
        data_center=match["center"] if (match := _HOST.fullmatch(host)) else "",
    )


class Gate:
    """Let in who may call."""

    def __init__(self, bearers: Iterable[str] = (), public_key: str = "") -> None:
        """Remember no nonce yet.

        Args:
            bearers: Tokens that are accepted as they are.
            public_key: The RSA key, in PEM form, whose tokens are accepted.
        """
        self._bearers, self._public_key = frozenset(bearers), public_key
        self._nonces: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, request: Request, site: EmulatedSite, now: datetime) -> None:
        """Raise ``ApiError`` unless the request may be answered.

        Args:
            request: The request.
            site: The site that it names.
            now: The time.
        """
        params = request.params
        if request.bearer:
            if request.bearer not in self._bearers:
                self._check_token(request.bearer, site, now)
            return
        if "userKey" not in params and "sig" not in params and "secret" not in params:
            raise ApiError(400002, "Missing required parameter: userKey")
        if params.get("userKey") != site.user_key:
            raise ApiError(403001, "there is no such user key")
        if "sig" not in params:
            if params.get("secret") != site.secret.reveal():
                raise ApiError(403003, "the secret does not fit")
            return
        self._check_time(params.get("timestamp", ""), now)
        expected = {_signature(site.secret.reveal(), request.verb, url, request.signed) for url in request.urls}
        if not any(hmac.compare_digest(params["sig"], each) for each in expected):
            raise ApiError(403003, "the signature does not fit the request")
        self._check_nonce(params.get("nonce", ""))

    def _check_token(self, token: str, site: EmulatedSite, now: datetime) -> None:
        """Verify a JWT as RFC 7515 and RFC 7519 say; written apart from the client, so that one can judge the other."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        if not self._public_key:
            raise ApiError(403001, "the bearer token is not accepted")
        key = load_pem_public_key(self._public_key.encode())
        try:
            signed, _, sig = token.rpartition(".")
            head, body = (json_value(_unpacked(part)) for part in signed.split("."))
            if not isinstance(key, rsa.RSAPublicKey) or head["alg"] != "RS256" or head["kid"] != site.user_key:
                raise ApiError(403001, "the bearer token is not accepted")
            key.verify(_unpacked(sig), signed.encode(), padding.PKCS1v15(), SHA256())
        except (ValueError, KeyError, TypeError, InvalidSignature) as fault:
            raise ApiError(403003, "the bearer token is not signed as it should be") from fault
        self._check_time(str(body.get("iat", "")), now)
        self._check_nonce(str(body.get("jti", "")))

    def _check_time(self, stamp: str, now: datetime) -> None:
        if not stamp.isdecimal():
            raise ApiError(400002, "Missing required parameter: timestamp")
        seconds = int(stamp) / (1000 if len(stamp) > 11 else 1)  # a public client sends milliseconds
        if abs(seconds - now.timestamp()) > _LIFETIME:
            raise ApiError(403002, f"the request's time {stamp} is too far from {int(now.timestamp())}")

    def _check_nonce(self, nonce: str) -> None:
        if not nonce:
            raise ApiError(400002, "Missing required parameter: nonce")
        with self._lock:
            if nonce in self._nonces:
                raise ApiError(403004, "the nonce was used before")
            self._nonces[nonce] = None
            if len(self._nonces) > _NONCES:
                self._nonces.popitem(last=False)


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signature(secret: str, verb: str, url: str, params: Mapping[str, str]) -> str:
    """Sign as the documentation says; written apart from the client, so that one can judge the other."""
    pairs = sorted((key, value) for key, value in params.items() if key.lower() != "sig")
    query = "&".join(f"{key}={quote(value, safe='~')}" for key, value in pairs)
    text = f"{verb}&{quote(url, safe='~')}&{quote(query, safe='~')}"
    digest = hmac.new(base64.b64decode(secret), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
