"""What remembers between runs: how jobs went, and up to when each flow has read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Store(Protocol):
    """Keep job rows and watermarks; each call is one transaction."""

    def last_runtime(self, flow: str) -> datetime | None:
        """Give the start of a flow's last successful run, or None."""
        ...

    def begin(self, flow: str, job_id: str, row: Mapping[str, Any]) -> None:
        """Keep the row of a job that begins."""
        ...

    def finish(self, flow: str, job_id: str, row: Mapping[str, Any], watermark: datetime | None) -> None:
        """Keep the row of a job that has ended, and, in the same transaction, move the flow's watermark."""
        ...

    def job(self, job_id: str) -> dict[str, Any] | None:
        """Give the row of a job, or None."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
