"""When the next call may go out: as often as a platform allows, and for nobody before it asks to come back."""

import threading

from identitysync.contract import Clock


class Pace:
    """Space calls out; safe to share between threads."""

    def __init__(self, clock: Clock, per_second: float | None = None) -> None:
        """Begin at once.

        Args:
            clock: Tells and passes the time.
            per_second: Calls in a second at most; None for no limit of our own.
        """
        self._clock, self._gap = clock, 0.0 if per_second is None else 1.0 / per_second
        self._lock = threading.Lock()
        self._next = 0.0
        self._held = 0.0

    def wait(self) -> None:
        """Wait for the next moment that nobody else has taken."""
        taken: float | None = None
        while True:
            with self._lock:
                now = self._clock.monotonic()
                if taken is None or taken < self._held:
                    taken = max(self._next, self._held, now)
                    self._next = taken + self._gap
                if taken <= now:
                    return
            self._clock.sleep(taken - now)

    def hold(self, seconds: float) -> None:
        """Let nobody call for so many seconds: the platform is busy."""
        with self._lock:
            self._held = max(self._held, self._clock.monotonic() + seconds)
