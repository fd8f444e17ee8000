"""HTTP with verified hosts, bounded waits, and second tries where they cannot do harm."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

from identitysync.contract import Clock
from identitysync.errors import AuthenticationFailed, HostNotTrusted, InvalidParameter, RemoteError, RemoteUnavailable
from identitysync.values import json_value
from identitysync.world.patience import Patience, Retrying, told

if TYPE_CHECKING:
    import urllib3

MAX_BODY: Final = 256 << 20
"""Bytes that an answer may have, unpacked."""

TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same request may work."""

_CHUNK: Final = 1 << 16
_HEADERS: Final = {"Accept-Encoding": "gzip", "User-Agent": "identitysync"}
_REPEATABLE: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT"})
_REASONS: Final = {
    "NewConnectionError": "cannot be reached; check the address, and that the network lets you through",
    "NameResolutionError": "there is no host of that name, or it cannot be looked up; check the address",
    "ConnectTimeoutError": "did not accept the connection in time",
    "EmptyPoolError": "all connections stayed busy",
    "ReadTimeoutError": "did not answer in time",
    "SSLError": "does not speak TLS as it should",
    "ProtocolError": "broke the connection off",
    "DecodeError": "sent an answer whose compression is broken",
}


class NeverSent(RemoteUnavailable):
    """There was no connection, or the other end let nothing in: nothing was done, and trying again does no harm."""


@attrs.frozen
class HttpResponse:
    """An answer.

    Attributes:
        status: The HTTP status.
        headers: The headers, by lower-case name.
        body: The whole body, unpacked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return json_value(self.body)


class HttpClient:
    """Speak HTTP; safe to share between threads. Redirects are not followed: they could carry secrets elsewhere."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_connections: int = 10,
        connect_timeout: float = 10.0,
        read_timeout: float = 90.0,
        answer_timeout: float = 300.0,
        max_body: int = MAX_BODY,
        patience: Patience | None = None,
        jitter: Callable[[], float] = random.random,
        ca_certs: str | None = None,
    ) -> None:
        """Prepare the connections; none opens yet.

        Args:
            clock: Tells and passes the time.
            max_connections: Connections to one host at once; further callers wait.
            connect_timeout: Seconds to connect.
            read_timeout: Seconds of silence.
            answer_timeout: Seconds for one whole answer, however busily it trickles, and for a free connection.
            max_body: Bytes that an answer may have, unpacked.
            patience: How long to keep trying.
            jitter: A number from 0 to 1, other each time.
            ca_certs: A file of certificates to trust, instead of the usual ones.
        """
        import urllib3

        from identitysync.world.one_piece import pool_manager

        self._clock, self._jitter = clock, jitter
        self._answer_timeout, self._max_body = answer_timeout, max_body
        self.patience = patience or Patience()
        self._pool = pool_manager(
            maxsize=max_connections, block=True, retries=False, cert_reqs="CERT_REQUIRED", ca_certs=ca_certs,
            timeout=urllib3.Timeout(connect=connect_timeout, read=read_timeout),
        )  # fmt: skip

    def retrying(self, attempts: int | None = None) -> Retrying:
        """Give the pauses for one call.

        Args:
            attempts: How often at most to try, if not as often as the client's patience says.
        """
        patience = self.patience if attempts is None else attrs.evolve(self.patience, attempts=attempts)
        return Retrying(patience, self._clock, self._jitter)

    def send(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Send a request once.

        Args:
            method: ``GET``, ``POST`` and so on.
            url: The address.
            body: The body.
            headers: The headers.

        Returns:
            The answer, whatever its status.

        Raises:
            RemoteUnavailable: There was no whole answer; ``NeverSent`` when there was not even a connection.
            HostNotTrusted: The host's certificate cannot be verified.
            RemoteError: The answer is too large.
            InvalidParameter: The address or a header is not such as HTTP allows.
        """
        import urllib3

        if not url.lower().startswith(("http://", "https://")):
            raise InvalidParameter(f"{_place(url)}: an address begins with https:// or http://")
        given = {name.lower() for name in headers or ()}
        sent = {**{name: text for name, text in _HEADERS.items() if name.lower() not in given}, **(headers or {})}
        try:
            answer = self._pool.urlopen(
                method, url, body=body, headers=sent, preload_content=False, redirect=False,
                pool_timeout=self._answer_timeout,
            )  # fmt: skip
            content = self._read(url, answer)
        except urllib3.exceptions.LocationValueError:
            # The text of the fault would show the whole address.
            raise InvalidParameter(f"{_place(url)}: this is no address that HTTP can reach; check it") from None
        except urllib3.exceptions.HTTPError as fault:
            raise _explained(_place(url), fault) from fault
        except ValueError:
            # The text of the fault would show the header, and so a token.
            raise InvalidParameter(
                f"{_place(url)}: the method or a header has characters that HTTP does not allow, such as a line end"
            ) from None
        merged = {name.lower(): text for name, text in answer.headers.itermerged()}
        return HttpResponse(answer.status, merged, content)

    def _read(self, url: str, answer: "urllib3.BaseHTTPResponse") -> bytes:
        whole = False
        try:
            content = self._whole(url, answer)
            whole = True
        finally:
            if not whole:
                answer.close()  # what is left of this answer must not be read as the next one
            answer.release_conn()
        return content

    def _whole(self, url: str, answer: "urllib3.BaseHTTPResponse") -> bytes:
        deadline = self._clock.monotonic() + self._answer_timeout
        content = bytearray()
        while chunk := answer.read1(_CHUNK):
            content += chunk
            if len(content) > self._max_body:
                raise RemoteError(f"{_place(url)}: the answer has more than {self._max_body} bytes; ask for less")
            if self._clock.monotonic() > deadline:
                raise RemoteUnavailable(f"{_place(url)}: the answer did not end within {self._answer_timeout:g} s")
        return bytes(content)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> HttpResponse:
        """Send a request, again after a passing fault: no connection, a broken one, HTTP 408, 425, 429, 500, 502–504.

        Args:
            method: ``GET``, ``POST`` and so on.
            url: The address.
            body: The body.
            headers: The headers.
            repeatable: Whether sending it twice does no harm; by default so for ``GET``, ``HEAD``, ``OPTIONS``, ``PUT``
                and ``DELETE``. All others are sent again only when there had been no connection.

        Returns:
            The answer: done, or refused for good.

        Raises:
            RemoteUnavailable: The fault did not pass.
            AuthenticationFailed: HTTP 401, 403 or 407.
            HostNotTrusted: The host's certificate cannot be verified.
            RemoteError: The answer is too large.
            InvalidParameter: The address or a header is not such as HTTP allows.
        """
        safe = method.upper() in _REPEATABLE if repeatable is None else repeatable
        tries = self.retrying()
        while True:
            asked_for: float | None = None
            try:
                answer = self.send(method, url, body=body, headers=headers)
            except RemoteUnavailable as raised:
                fault, again = raised, safe or isinstance(raised, NeverSent)
            else:
                if answer.status in {401, 403, 407}:
                    raise AuthenticationFailed(f"{_place(url)}: does not accept the credentials (HTTP {answer.status})")
                if answer.status not in TRANSIENT:
                    return answer
                fault, again = RemoteUnavailable(f"{_place(url)}: answered HTTP {answer.status}"), safe
                asked_for = retry_after(answer, self._clock)
            if not again or not tries.again(asked_for):
                raise told(fault, tries.tried, asked_for)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.clear()


def retry_after(answer: HttpResponse, clock: Clock) -> float | None:
    """Read ``Retry-After``, which is seconds or a date (RFC 9110, 10.2.3).

    Args:
        answer: The answer.
        clock: Tells the time.

    Returns:
        Seconds to wait, or None.
    """
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - clock.now()).total_seconds())


def _place(url: str) -> str:
    """Name host and path: a query or a user's name may hold secrets."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return f"{parts.hostname or 'no host'}{port}{parts.path}"


def _explained(place: str, fault: Exception) -> RemoteError:
    import ssl

    from urllib3 import exceptions
    from urllib3.util.ssl_match_hostname import CertificateError

    cause = fault.args[0] if fault.args else None
    if isinstance(fault, exceptions.SSLError) and isinstance(cause, ssl.SSLCertVerificationError | CertificateError):
        why = getattr(cause, "verify_message", "") or "it was made for another name"
        return HostNotTrusted(f"{place}: the host's certificate cannot be verified: {why}")
    known = next((_REASONS[kind.__name__] for kind in type(fault).__mro__ if kind.__name__ in _REASONS), None)
    never = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.EmptyPoolError)
    kind = NeverSent if isinstance(fault, never) else RemoteUnavailable
    return kind(f"{place}: {known or type(fault).__name__}")
