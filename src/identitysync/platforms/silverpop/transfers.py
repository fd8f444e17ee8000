"""The SFTP side, as the client sees it: whoever calls hands it over, because platforms know no remotes."""

from pathlib import Path
from typing import BinaryIO, Protocol

from identitysync.contract import Staged


class Transfers(Protocol):
    """Where the files of an organization are, with its folders ``upload`` and ``download``."""

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into an empty stream."""
        ...

    def stage(self, source: Path, path: str) -> Staged:
        """Upload a file under a temporary name."""
        ...

    def delete(self, path: str) -> None:
        """Remove a file."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
