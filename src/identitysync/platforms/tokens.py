"""A token that is fetched when it is needed, and again when it is over; by one thread while the others wait."""

import threading
from collections.abc import Callable

import attrs

from identitysync.contract import Clock
from identitysync.errors import AuthenticationFailed

_EARLY = 30.0
"""Seconds before its end in which a token is not used any more: the call that carries it takes a while, too."""


@attrs.frozen
class Token:
    """A key for a while.

    Attributes:
        text: The key.
        lifetime: Seconds from now until it is over; None where the platform does not say.
        url: The address that the platform wants its holder to call; empty for the one known.
    """

    text: str = attrs.field(repr=False)
    lifetime: float | None = None
    url: str = ""


class Tokens:
    """Keep one token for all threads."""

    def __init__(self, fetch: Callable[[], Token], clock: Clock) -> None:
        """Fetch nothing yet.

        Args:
            fetch: Signs in and gives a token; what it raises is raised by whoever wants one.
            clock: Tells when a token is over.
        """
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._until = 0.0
        self._denied: AuthenticationFailed | None = None

    def get(self) -> Token:
        """Give a token that is not over.

        Raises:
            AuthenticationFailed: The credentials will not do; this is asked once only, for platforms lock out whoever
                comes again and again with a wrong password.
            Cancelled: The clock was stopped.
        """
        with self._lock:
            if self._denied is not None:
                raise AuthenticationFailed(str(self._denied)) from self._denied
            if self._token is None or self._clock.monotonic() >= self._until:
                self._token = self._fetched()
                lifetime = self._token.lifetime
                early = 0.0 if lifetime is None else min(_EARLY, lifetime / 10)
                self._until = float("inf") if lifetime is None else self._clock.monotonic() + lifetime - early
            return self._token

    def drop(self, refused: Token) -> None:
        """Forget a token that the platform refused, unless another thread has fetched a newer one meanwhile."""
        with self._lock:
            if self._token is refused:
                self._token = None

    def _fetched(self) -> Token:
        self._clock.sleep(0.0)  # nobody signs in any more on a clock that was stopped while another did
        try:
            return self._fetch()
        except AuthenticationFailed as fault:
            self._denied = fault
            raise
