"""Counting what a step does while it does it."""

from identitysync.report import StepReport


class Counter:
    """Count for one step; ``report`` freezes the counts."""

    received: int
    passed: int
    dropped: int
    rejected: int
    emitted: int
    bytes: int
    seconds: float
    __slots__ = ("bytes", "dropped", "emitted", "passed", "received", "rejected", "seconds")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Count from nothing again."""
        self.received = self.passed = self.dropped = self.rejected = self.emitted = self.bytes = 0
        self.seconds = 0.0

    def add(self, more: StepReport) -> None:
        """Add what was counted elsewhere."""
        self.received += more.received
        self.passed += more.passed
        self.dropped += more.dropped
        self.rejected += more.rejected
        self.emitted += more.emitted
        self.bytes += more.bytes
        self.seconds += more.seconds

    def report(self) -> StepReport:
        """Freeze the counts as they are now."""
        return StepReport(
            self.received, self.passed, self.dropped, self.rejected, self.emitted, self.bytes, round(self.seconds, 6)
        )
