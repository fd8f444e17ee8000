"""Clocks: the machine's, and one for tests. Both are a ``Clock``."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from identitysync.contract import Clock
from identitysync.errors import Cancelled, InvalidParameter

__all__ = ["Clock", "FixedClock", "StoppableClock", "SystemClock", "WakefulClock", "milliseconds"]

_MOMENT: Final = 0.1
_NOTHING: Final = 1e-6


def milliseconds(moment: datetime) -> datetime:
    """Cut a moment to whole milliseconds, the finest that the original writes."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Tell the time, in UTC and aware of it."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        time.sleep(max(0.0, seconds))


class StoppableClock:
    """A clock whose sleepers can be woken, so that nobody has to wait for the pause between two tries.

    Safe to share between threads.
    """

    def __init__(self, clock: Clock) -> None:
        """Follow another clock.

        Args:
            clock: Tells and passes the time.
        """
        self._clock = clock
        self._stopped = threading.Event()
        self.now, self.monotonic = clock.now, clock.monotonic

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds.

        Raises:
            Cancelled: The clock was stopped.
        """
        end = self._clock.monotonic() + seconds
        while not self._stopped.is_set():
            left = end - self._clock.monotonic()
            if left < _NOTHING:  # a clock that jumps may never come quite so far
                return
            self._clock.sleep(min(left, _MOMENT))
        raise Cancelled("nobody waits for this any more")

    def stop(self) -> None:
        """Wake all that sleep, and let nobody sleep again."""
        self._stopped.set()


class WakefulClock:
    """A clock whose sleepers wake when the run shall stop; what they do next hears it, or takes back what was done.

    Safe to share between threads.
    """

    def __init__(self, clock: Clock, check: Callable[[], object]) -> None:
        """Follow another clock.

        Args:
            clock: Tells and passes the time.
            check: Raises ``Cancelled`` when the run shall stop.
        """
        self._clock, self._check = clock, check
        self.now, self.monotonic = clock.now, clock.monotonic

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds, or a moment when the run shall stop."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) >= _NOTHING:
            self._clock.sleep(min(left, _MOMENT))
            try:
                self._check()
            except Cancelled:
                return


class FixedClock:
    """A clock that stands still, and jumps ahead when somebody sleeps; safe to share between threads.

    Attributes:
        slept: How long each sleep was, in seconds.
    """

    def __init__(self, now: datetime) -> None:
        """Set the clock.

        Args:
            now: What it tells, aware of its zone.

        Raises:
            InvalidParameter: The time has no zone.
        """
        if now.tzinfo is None:
            raise InvalidParameter(f"a clock needs a time with a zone, such as datetime(…, tzinfo=UTC); found {now}")
        self._now = now.astimezone(UTC)
        self._seconds = 0.0
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Tell the time, in UTC and aware of it."""
        return self._now

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Jump ahead."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Jump ahead without anybody sleeping."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._seconds += seconds
