"""An HTTP API on loopback: it counts, delays, limits and spoils calls; what it answers is its own."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self

import attrs

from identitysync.contract import Clock
from identitysync.testing.http.documents import Documents
from identitysync.testing.http.faults import HttpFault, HttpFaults, misbehave
from identitysync.testing.http.limits import Limit, Turnstile
from identitysync.testing.http.requests import Refused, Request
from identitysync.testing.http.server import LoopbackServer, Reply, reply
from identitysync.world import SystemClock

_REMEMBERED: Final = 100_000


@attrs.frozen
class Seen:
    """A call that was answered.

    Attributes:
        verb: ``POST`` and so on.
        path: The path.
        status: The HTTP status of the answer.
    """

    verb: str
    path: str
    status: int


class Emulator(ABC):
    """Play an HTTP API on this machine; use it in a ``with`` block, or with ``start`` and ``stop``.

    Attributes:
        faults: What shall go wrong.
        calls: The last calls that were answered.
        documents: What the platform keeps, by kind and name; ``documents.locked()`` makes several steps one.
    """

    platform: ClassVar[str] = ""

    def __init__(
        self,
        *,
        faults: HttpFaults | None = None,
        limit: Limit | None = None,
        latency: float = 0.0,
        clock: Clock | None = None,
        path: str | Path | None = None,
        port: int = 0,
    ) -> None:
        """Prepare; nothing is answered before ``start``.

        Args:
            faults: What shall go wrong; None for nothing so far.
            limit: How many calls are let in; all by default.
            latency: Seconds that every answer takes at least, as over a network.
            clock: Tells and passes the time.
            path: A SQLite file for what the platform keeps; None keeps everything in memory.
            port: The port; 0 for any that is free.
        """
        self.clock: Clock = clock or SystemClock()
        self.faults = faults or HttpFaults()
        self.calls: deque[Seen] = deque(maxlen=_REMEMBERED)
        self.documents = Documents(path)
        self._latency = latency
        self._turnstile = Turnstile(limit or Limit(), self.clock)
        self._server = LoopbackServer(self._handle, port)

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def most_at_once(self) -> int:
        """How many calls were under way at the same time at most."""
        return self._turnstile.most

    @abstractmethod
    def answer(self, request: Request) -> Any:
        """Answer a request.

        Args:
            request: The request.

        Returns:
            A ``Reply``, or what goes out as JSON.

        Raises:
            Refused: It is refused.
        """

    def too_many(self, seconds: float) -> Reply:
        """Give the answer to a call that is not let in.

        Args:
            seconds: When the next one may be.
        """
        return reply({"error": "too many requests"}, 429, headers={"Retry-After": str(max(1, round(seconds)))})

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop to answer, and forget everything that is not in a file."""
        self._server.stop()
        self.documents.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{self.platform} emulator at {self.url}>"

    def _handle(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        began = self.clock.monotonic()
        request = Request.read(verb, target, headers, body)
        wait = self._turnstile.enter()
        if wait is not None:
            given = self.too_many(wait)
        else:
            try:
                given = self._answered(request)
                left = self._latency - (self.clock.monotonic() - began)
                if left > 0:
                    self.clock.sleep(left)
            finally:
                self._turnstile.leave()
        self.calls.append(Seen(verb, request.path, given.status))
        return given

    def _answered(self, request: Request) -> Reply:
        fault = self.faults.take(f"{request.verb} {request.path}")
        if fault is not None and (spoilt := misbehave(*fault, self.clock)) is not None:
            return spoilt
        try:
            given = self.answer(request)
        except Refused as refused:
            return refused.reply
        except Exception as raised:  # noqa: BLE001 - a fault of the emulator is an answer, too, not a broken connection
            return reply({"error": f"the emulator failed with {type(raised).__name__}: {raised}"}, 500)
        if fault is not None and fault[0] is HttpFault.LOST:
            return Reply(b"x" * 100, drop=True)
        return given if isinstance(given, Reply) else reply(given)
