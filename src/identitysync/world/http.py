"""HTTP with verified hosts, bounded waits, and second tries where they cannot do harm."""

import email.utils
import random
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from identitysync.contract import Clock
from identitysync.errors import RemoteError, RemoteUnavailable
from identitysync.values import json_value

MAX_BODY: Final = 256 << 20
"""Bytes that an answer may have."""

_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@attrs.frozen
class HttpResponse:
    """An answer.

    Attributes:
        status: The HTTP status.
        headers: The headers, by lower-case name.
        body: The whole body.
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


@attrs.frozen
class Patience:
    """How long to keep trying.

    Attributes:
        attempts: How often at most.
        first_pause: Seconds before the second try; each further pause is twice as long.
        longest_pause: Seconds that a pause may take, whatever the other end asks for.
        total: Seconds after which no further try begins.
    """

    attempts: int = 8
    first_pause: float = 0.25
    longest_pause: float = 30.0
    total: float = 300.0


class Retrying:
    """The pauses between the tries of one call."""

    def __init__(self, patience: Patience, clock: Clock, jitter: Callable[[], float]) -> None:
        """Begin with the first try.

        Args:
            patience: How long to keep trying.
            clock: Tells and passes the time.
            jitter: A number from 0 to 1, other each time, so that many callers do not come back at once.
        """
        self._patience, self._clock, self._jitter = patience, clock, jitter
        self._tried = 0
        self._deadline = clock.monotonic() + patience.total

    @property
    def tried(self) -> int:
        """How many tries there were."""
        return self._tried

    def again(self, asked_for: float | None = None) -> bool:
        """Wait before the next try.

        Args:
            asked_for: Seconds that the other end asked to wait.

        Returns:
            Whether there is a next try; when there is none, nothing was waited.
        """
        self._tried += 1
        if self._tried >= self._patience.attempts:
            return False
        pause = self._patience.first_pause * 2 ** (self._tried - 1) * (0.5 + self._jitter() / 2)
        pause = min(max(pause, asked_for or 0.0), self._patience.longest_pause)
        if self._clock.monotonic() + pause > self._deadline:
            return False
        self._clock.sleep(pause)
        return True


class HttpClient:
    """Speak HTTP; safe to share between threads."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_connections: int = 10,
        connect_timeout: float = 10.0,
        read_timeout: float = 90.0,
        patience: Patience | None = None,
        jitter: Callable[[], float] = random.random,
        ca_certs: str | None = None,
    ) -> None:
        """Prepare the connections; none opens yet.

        Args:
            clock: Tells and passes the time.
            max_connections: Connections to one host at once.
            connect_timeout: Seconds to connect.
            read_timeout: Seconds of silence.
            patience: How long to keep trying.
            jitter: A number from 0 to 1, other each time.
            ca_certs: A file of certificates to trust, instead of the usual ones.
        """
        import urllib3

        self._clock, self._jitter = clock, jitter
        self.patience = patience or Patience()
        self._pool = urllib3.PoolManager(
            maxsize=max_connections, block=True, retries=False, cert_reqs="CERT_REQUIRED", ca_certs=ca_certs,
            timeout=urllib3.Timeout(connect=connect_timeout, read=read_timeout),
        )  # fmt: skip

    def retrying(self) -> Retrying:
        """Give the pauses for one call."""
        return Retrying(self.patience, self._clock, self._jitter)

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
            RemoteUnavailable: There was no whole answer.
        """
        import urllib3

        try:
            answer = self._pool.request(method, url, body=body, headers=dict(headers or {}), preload_content=False)
            try:
                content = answer.read(MAX_BODY + 1)
            finally:
                answer.release_conn()
        except urllib3.exceptions.HTTPError as fault:
            raise RemoteUnavailable(f"{_place(url)}: {_reason(fault)}") from fault
        if len(content) > MAX_BODY:
            raise RemoteError(f"{_place(url)}: the answer has more than {MAX_BODY} bytes")
        return HttpResponse(answer.status, {key.lower(): value for key, value in answer.headers.items()}, content)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> HttpResponse:
        """Send a request, again after a passing fault.

        Args:
            method: ``GET``, ``POST`` and so on.
            url: The address.
            body: The body.
            headers: The headers.
            repeatable: Whether sending it twice does no harm; by default so for ``GET``, ``HEAD``, ``PUT``, ``DELETE``.

        Returns:
            The last answer, whatever its status.

        Raises:
            RemoteUnavailable: There was no whole answer, as often as it was tried.
        """
        safe = method.upper() in {"GET", "HEAD", "PUT", "DELETE"} if repeatable is None else repeatable
        tries = self.retrying()
        while True:
            try:
                answer = self.send(method, url, body=body, headers=headers)
            except RemoteUnavailable as fault:
                if not safe or not tries.again():
                    raise RemoteUnavailable(f"{fault}; tried {max(tries.tried, 1)} times") from fault
                continue
            wanted = answer.status in _TRANSIENT and (safe or answer.status in {429, 503})
            if not wanted or not tries.again(retry_after(answer, self._clock)):
                return answer

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
    if text.isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - clock.now()).total_seconds())


def _place(url: str) -> str:
    """Name host and path: a query may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _reason(fault: Exception) -> str:
    kind = type(fault).__name__
    known = {
        "NewConnectionError": "cannot be reached",
        "NameResolutionError": "there is no host of that name",
        "ConnectTimeoutError": "did not accept the connection in time",
        "ReadTimeoutError": "did not answer in time",
        "SSLError": "its certificate cannot be verified",
        "ProtocolError": "broke the connection off",
        "IncompleteRead": "broke the answer off",
    }
    return known.get(kind, f"{kind}")
