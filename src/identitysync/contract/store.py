"""What remembers between runs: how jobs went, what they delivered, and up to when each flow has read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs


@attrs.frozen
class SourceFile:
    """A file as a listing shows it: when all of this is the same, it is the same file.

    Attributes:
        address: Where it is, without credentials.
        size: Its bytes.
        modified: When it was last changed, where that is known.
    """

    address: str
    size: int
    modified: datetime | None


class FileMemory(Protocol):
    """Remember which files each flow's readers have delivered; each call is one transaction."""

    def known(self, flow: str, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that the flow has delivered, as they are now."""
        ...

    def remember(self, flow: str, files: Sequence[SourceFile]) -> None:
        """Remember that the flow has delivered files, instead of what was at their addresses before."""
        ...


class Store(Protocol):
    """What a run needs of a store; each call is one transaction.

    A job is held by one process at a time: by its attempt, which is the fencing token. Whoever lost it hears
    ``LeaseLost`` from every call, and can change nothing any more.
    """

    @property
    def lease(self) -> float:
        """Seconds without a sign of life after which a job counts as dead."""
        ...

    @property
    def files(self) -> FileMemory:
        """The memory of delivered files."""
        ...

    def last_runtime(self, flow: str) -> datetime | None:
        """Give the start of a flow's last successful run, or None."""
        ...

    def begin(self, flow: str, row: Mapping[str, Any], now: datetime) -> None:
        """Keep the row of a job that begins, and hold it until its next beat is overdue."""
        ...

    def beat(self, job_id: str, attempt: int, row: Mapping[str, Any], now: datetime) -> None:
        """Keep how a job goes now, and hold it for longer."""
        ...

    def hold(self, job_id: str, attempt: int, now: datetime) -> None:
        """Hold a job for longer, before something is done that cannot be taken back."""
        ...

    def stopping(self, job_id: str, attempt: int) -> bool:
        """Tell whether somebody asked the job to stop."""
        ...

    def delivered(self, job_id: str) -> list[dict[str, Any]]:
        """Give the files that a job has published, in all its attempts."""
        ...

    def deliver(self, job_id: str, attempt: int, file: Mapping[str, Any]) -> None:
        """Keep that a job has published a file."""
        ...

    def finish(
        self,
        flow: str,
        row: Mapping[str, Any],
        *,
        watermark: datetime | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        """Keep the row of a job that has ended, and, in the same transaction, move the flow's watermark.

        Its scheduling is free for its next slot, unless a further attempt of this one is due at ``retry_at``.
        """
        ...

    def job(self, job_id: str) -> dict[str, Any] | None:
        """Give the row of a job, or None."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
