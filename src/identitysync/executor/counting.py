"""Counting what a step does while it does it."""

from identitysync.report import StepReport


class Counter:
    """Count for one step; ``report`` freezes the counts."""

    __slots__ = ("bytes", "dropped", "emitted", "passed", "received", "rejected", "seconds")

    def __init__(self) -> None:
        self.received = self.passed = self.dropped = self.rejected = self.emitted = self.bytes = 0
        self.seconds = 0.0

    def report(self) -> StepReport:
        """Freeze the counts as they are now."""
        return StepReport(
            self.received, self.passed, self.dropped, self.rejected, self.emitted, self.bytes, round(self.seconds, 6)
        )
