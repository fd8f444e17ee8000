"""How a run ends before its time."""

from typing import Any

from identitysync.errors.root import IdentitySyncError


class TooManyRejects(IdentitySyncError):
    """The run has more rejects than ``max_rejects`` allows."""


class Cancelled(IdentitySyncError):
    """The run was stopped by its user."""


class JobFailed(IdentitySyncError):
    """Raised by ``JobStatus.raise_for_status``.

    Attributes:
        job: The status of the failed or killed job.
    """

    def __init__(self, job: Any) -> None:
        self.job = job
        super().__init__(f"job {job.id} {job.status}: {job.status_details}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.job,)
