"""What this machine lacks."""

from typing import Any

from identitysync.errors.root import IdentitySyncError


class MissingExtra(IdentitySyncError):
    """Name the extra whose packages are not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra, self.purpose = extra, purpose
        super().__init__(f"{purpose} needs the extra '{extra}': pip install 'identitysync[{extra}]'")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.purpose)


class PluginError(IdentitySyncError):
    """A script that a package registered cannot be loaded."""


class LocalStorageError(IdentitySyncError):
    """Say that this machine's disk is full or refuses to be written."""


class WorkerLost(IdentitySyncError):
    """A process that did a part of the work has ended before it was done."""
