"""Bring files from a run to a place: complete under a name that nobody sees, and named at the end of the run."""

import posixpath
from collections.abc import Callable
from typing import Protocol

from identitysync.contract import File, Services, Staged
from identitysync.remotes import safe_name
from identitysync.remotes.storage import CheckedSource, Source
from identitysync.scripts.write.spooled import on_disk


class _Closable(Protocol):
    def close(self) -> None: ...


class Outgoing:
    """The files of one run, on their way to one folder; every file writer works by one."""

    def __init__(self, remote: _Closable, folder: str, stage: Callable[[Source, str], Staged]) -> None:
        """Prepare; the connection opens with the first file.

        Args:
            remote: Where files go; it is closed at the end.
            folder: The folder there.
            stage: Uploads a file of this machine for a path there.
        """
        self._remote, self._folder, self._stage = remote, folder, stage

    def stage(self, file: File, services: Services) -> Staged:
        """Upload one file without naming it, as long as the run goes on."""
        source = CheckedSource(on_disk(file, services), services.check)
        return self._stage(source, posixpath.join(self._folder, safe_name(file.name)))

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        self.stage(file, services).publish()

    def write_alone(self, file: File, services: Services) -> None:
        """Publish one file at once, and let go: for a script that is used without a run."""
        try:
            self.write(file, services)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._remote.close()
