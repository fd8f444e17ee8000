"""How many calls an emulator lets in: in a stretch of time, and at once."""

import threading
from collections import deque

import attrs

from identitysync.contract import Clock


@attrs.frozen
class Limit:
    """How many calls are let in.

    Attributes:
        calls: Calls in a stretch of time at most; None for any number.
        seconds: How long that stretch is.
        at_once: Calls under way at the same time at most; None for any number.
    """

    calls: int | None = None
    seconds: float = 1.0
    at_once: int | None = None


class Turnstile:
    """Count calls in and out."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        """Let nobody in yet.

        Args:
            limit: How many calls are let in.
            clock: Tells the time.
        """
        self._limit, self._clock = limit, clock
        self._lock = threading.Lock()
        self._begun: deque[float] = deque()
        self._inside = 0
        self.most = 0

    def enter(self) -> float | None:
        """Let a call in, or tell in how many seconds the next try may work; who is let in must ``leave``."""
        limit = self._limit
        with self._lock:
            now = self._clock.monotonic()
            while self._begun and self._begun[0] <= now - limit.seconds:
                self._begun.popleft()
            if limit.at_once is not None and self._inside >= limit.at_once:
                return 0.0
            if limit.calls is not None:
                if len(self._begun) >= limit.calls:
                    return self._begun[0] + limit.seconds - now
                self._begun.append(now)
            self._inside += 1
            self.most = max(self.most, self._inside)
            return None

    def leave(self) -> None:
        """Let a call out."""
        with self._lock:
            self._inside -= 1
