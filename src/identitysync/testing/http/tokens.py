"""Tokens that an emulator gave out, and for how long they open it."""

import secrets
import threading

from identitysync.contract import Clock


class IssuedTokens:
    """Keep tokens; safe to use from several threads."""

    def __init__(self, clock: Clock, lifetime: float) -> None:
        """Give out none yet.

        Args:
            clock: Tells the time.
            lifetime: Seconds that a token opens the emulator.
        """
        self._clock, self.lifetime = clock, lifetime
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()
        self.issued = 0

    def issue(self) -> str:
        """Give out a token."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._until[token] = self._clock.monotonic() + self.lifetime
            self.issued += 1
        return token

    def opens(self, token: str) -> bool:
        """Tell whether a token was given out and is not over."""
        with self._lock:
            return self._clock.monotonic() < self._until.get(token, float("-inf"))

    def knows(self, token: str) -> bool:
        """Tell whether a token was given out, though it may be over."""
        with self._lock:
            return token in self._until

    def expire(self) -> None:
        """End all tokens now, as after an administrator has logged everybody out."""
        with self._lock:
            self._until = dict.fromkeys(self._until, float("-inf"))
