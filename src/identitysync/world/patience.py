"""How long to keep trying, and how long to pause between two tries."""

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from identitysync.contract import Clock

Fault = TypeVar("Fault", bound=Exception)

_MOST_DOUBLINGS: Final = 60


@attrs.frozen
class Patience:
    """How long to keep trying.

    Attributes:
        attempts: How often at most.
        first_pause: Seconds before the second try; each further pause is twice as long.
        longest_pause: Seconds that a pause takes at most, unless the other end asks for more.
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
            asked_for: Seconds that the other end asked to wait: no try is made before they are over.

        Returns:
            Whether there is a next try; when there is none, nothing was waited.
        """
        self._tried += 1
        patience = self._patience
        if self._tried >= patience.attempts:
            return False
        doubled = patience.first_pause * 2.0 ** min(self._tried - 1, _MOST_DOUBLINGS)
        jitter = self._jitter()
        pause = min(doubled, patience.longest_pause) * (0.5 + jitter / 2)
        if asked_for is not None and asked_for > pause:
            pause = asked_for + jitter * patience.first_pause
        if self._clock.monotonic() + pause > self._deadline:
            return False
        self._clock.sleep(pause)
        return True


def told(fault: Fault, tried: int, asked_for: float | None) -> Fault:
    """Note on an error how often it was tried, and how long the other end asked to wait.

    Args:
        fault: The error.
        tried: How many tries there were.
        asked_for: Seconds that the other end asked to wait, or None.

    Returns:
        The same error.
    """
    if tried > 1:
        fault.add_note(f"tried {tried} times")
    if asked_for:
        fault.add_note(f"the other system asks to wait for {asked_for:.0f} s")
    return fault
