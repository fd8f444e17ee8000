"""Clocks: the machine's, and one for tests. Both are a ``Clock``."""

import threading
import time
from datetime import UTC, datetime, timedelta

from identitysync.contract import Clock
from identitysync.errors import InvalidParameter

__all__ = ["Clock", "FixedClock", "SystemClock", "milliseconds"]


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
