"""The trace of a job: lines for people, with every known secret masked."""

from collections.abc import Callable
from typing import Final

from identitysync.contract import Clock
from identitysync.model import LogLevel

_KEPT: Final = 10_000
"""Lines that a trace keeps; what comes later is counted, so that a long run stays small."""


class Trace:
    """Collect the lines of a job, as far as its log level wants them."""

    def __init__(
        self, clock: Clock, level: LogLevel, mask: Callable[[str], str], tell: Callable[[str, str], None]
    ) -> None:
        self._clock, self._level, self._mask, self._tell = clock, level, mask, tell
        self._lines: list[str] = []
        self._lost = 0

    def info(self, text: str) -> None:
        """Tell what happens."""
        if self._level is not LogLevel.ERROR:
            self._write("info", text)

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        self._write("error", text)

    def debug(self, text: str) -> None:
        """Tell what only helps in the search for a fault; may hold personal data."""
        if self._level is LogLevel.DEBUG:
            self._write("debug", text)

    def lines(self) -> tuple[str, ...]:
        """Give all lines so far."""
        more = (f"… and {self._lost} more lines",) if self._lost else ()
        return (*self._lines, *more)

    def _write(self, level: str, text: str) -> None:
        masked = self._mask(text)
        if len(self._lines) < _KEPT:
            self._lines.append(f"{self._clock.now():%Y-%m-%d %H:%M:%S} {level} {masked}")
        else:
            self._lost += 1
        self._tell(level, masked)
