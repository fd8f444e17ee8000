"""What scripts are handed when a test calls them without a run."""

from datetime import UTC, datetime

from identitysync.contract import RunInfo
from identitysync.world import SystemClock


class PlainServices:
    """A clock and a run, and nothing else."""

    log = spool = delivered = site = None

    def __init__(self, clock=None, *, since=None, limit=None):
        self.clock = clock or SystemClock()
        self.run = RunInfo(
            "job", datetime(2026, 1, 1, tzinfo=UTC), since=since, full_extract=since is None, limit=limit
        )

    def check(self):
        """Go on."""
