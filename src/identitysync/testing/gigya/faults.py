"""Bad days, on demand: rate limits, broken answers, lost cursors."""

import threading
from enum import StrEnum

import attrs


class FaultKind(StrEnum):
    """What can go wrong."""

    RATE_LIMIT = "rate_limit"
    ERROR_500 = "error_500"
    HTTP_500 = "http_500"
    HTTP_429 = "http_429"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"
    HTML = "html"
    DROP = "drop"
    EXPIRED_CURSOR = "expired_cursor"


@attrs.define
class _Fault:
    kind: FaultKind
    method: str
    left: int
    every: int
    seconds: float
    seen: int = 0


class Faults:
    """What shall go wrong, and how often."""

    def __init__(self) -> None:
        """Begin with none."""
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, *, method: str = "", times: int = 1, every: int = 1, seconds: float = 0.0) -> None:
        """Let something go wrong.

        Args:
            kind: ``rate_limit`` and ``error_500`` are answers with such a code, ``http_500`` and ``http_429`` HTTP
                statuses (the latter with ``Retry-After: seconds``), ``slow`` waits, ``broken_json`` and ``html`` are no
                answers, ``drop`` breaks the connection off, ``expired_cursor`` loses a cursor.
            method: For calls of this method alone; empty for all.
            times: How many calls; -1 for all.
            every: Each how manieth call.
            seconds: How long, for ``slow`` and ``http_429``.
        """
        with self._lock:
            self._faults.append(_Fault(FaultKind(kind), method, times, every, seconds))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, *, has_cursor: bool) -> tuple[FaultKind, float] | None:
        """Give the fault of one call, if it has one.

        Args:
            method: The method that is called.
            has_cursor: Whether the call goes on with a cursor.

        Returns:
            What goes wrong, and for how many seconds.
        """
        with self._lock:
            for fault in self._faults:
                if fault.left == 0 or fault.method not in {"", method}:
                    continue
                if fault.kind is FaultKind.EXPIRED_CURSOR and not has_cursor:
                    continue
                fault.seen += 1
                if fault.seen % fault.every == 0:
                    fault.left -= 1
                    return fault.kind, fault.seconds
        return None
