"""What remembers between runs: how jobs went, and up to when each flow has read."""

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
    """Keep job rows and watermarks; each call is one transaction."""

    @property
    def files(self) -> FileMemory:
        """The memory of delivered files."""
        ...

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
