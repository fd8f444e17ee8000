"""Bad days, on demand: answers that are late, broken, or not what was asked for."""

import random
import threading
from collections.abc import Collection
from enum import StrEnum
from typing import Generic, TypeVar

import attrs

from identitysync.contract import Clock
from identitysync.testing.http.server import Reply


class HttpFault(StrEnum):
    """What can go wrong with any HTTP API."""

    HTTP_429 = "http_429"
    HTTP_500 = "http_500"
    HTTP_503 = "http_503"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"
    HTML = "html"
    DROP = "drop"
    LOST = "lost"


Kind = TypeVar("Kind", bound=StrEnum)


@attrs.define
class _Fault(Generic[Kind]):
    kind: Kind
    method: str
    left: int
    every: int
    seconds: float
    share: float
    seen: int = 0


class Faults(Generic[Kind]):
    """What shall go wrong, and how often."""

    def __init__(self, kinds: type[Kind], *, seed: int = 1) -> None:
        """Begin with none.

        Args:
            kinds: What can go wrong.
            seed: Begins the random numbers of ``share``.
        """
        self._kinds = kinds
        self._faults: list[_Fault[Kind]] = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - no secret

    def add(
        self, kind: str, *, method: str = "", times: int = 1, every: int = 1, seconds: float = 0.0, share: float = 1.0
    ) -> None:
        """Let something go wrong.

        Args:
            kind: What, as the emulator's kinds name it. For any HTTP API: ``http_429``, ``http_500`` and ``http_503``
                are such statuses (429 and 503 with ``Retry-After: seconds``), ``slow`` waits, ``broken_json`` and
                ``html`` are no answers, and ``drop`` breaks the connection off; all but ``slow`` before anything is
                done. ``lost`` breaks it off when all is done, so that nobody knows.
            method: For calls of this method alone; empty for all. Where an API has no methods, these are the calls
                whose verb and path begin so, such as ``POST /batches``.
            times: How many calls; -1 for all.
            every: Each how manieth call.
            seconds: How long, for ``slow`` and for ``Retry-After``.
            share: The share of the calls that would be concerned that is, chosen at random.
        """
        with self._lock:
            self._faults.append(_Fault(self._kinds(kind), method, times, every, seconds, share))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, *, never: Collection[Kind] = ()) -> tuple[Kind, float] | None:
        """Give the fault of one call, if it has one.

        Args:
            method: The method that is called.
            never: What cannot go wrong with this call.

        Returns:
            What goes wrong, and for how many seconds.
        """
        with self._lock:
            for fault in self._faults:
                if fault.left == 0 or not method.startswith(fault.method) or fault.kind in never:
                    continue
                fault.seen += 1
                if fault.seen % fault.every == 0 and (fault.share >= 1 or self._random.random() < fault.share):
                    fault.left -= 1
                    return fault.kind, fault.seconds
        return None


class HttpFaults(Faults[HttpFault]):
    """What shall go wrong with an HTTP API."""

    def __init__(self, *, seed: int = 1) -> None:
        """Begin with none.

        Args:
            seed: Begins the random numbers of ``share``.
        """
        super().__init__(HttpFault, seed=seed)


def misbehave(kind: HttpFault, seconds: float, clock: Clock) -> Reply | None:
    """Give the answer of a bad day; None when the call is answered as ever, perhaps late.

    Args:
        kind: What goes wrong.
        seconds: For how long.
        clock: Passes the time.
    """
    later = {"Retry-After": str(int(seconds))}
    match kind:
        case HttpFault.HTTP_429:
            return Reply(b"Too Many Requests", 429, "text/plain", later)
        case HttpFault.HTTP_500:
            return Reply(b"Internal Server Error", 500, "text/plain")
        case HttpFault.HTTP_503:
            return Reply(b"Service Unavailable", 503, "text/plain", later)
        case HttpFault.BROKEN_JSON:
            return Reply(b'{"result": [{"id"')
        case HttpFault.HTML:
            return Reply(b"<html><body>Service unavailable</body></html>", 200, "text/html")
        case HttpFault.DROP:
            return Reply(b"x" * 100, drop=True)
        case HttpFault.SLOW:
            clock.sleep(seconds)
    return None
