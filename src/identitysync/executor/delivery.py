"""Publication: files are complete under temporary names first; all get their names at the end, markers last."""

from collections.abc import Callable
from typing import Protocol

import attrs

from identitysync.contract import File, FileWriter, Services, Staged, StagingWriter
from identitysync.report import DeliveredFile

_BLOCK = 1 << 20


@attrs.frozen
class _Pending:
    step: str
    writer: FileWriter
    file: File
    staged: Staged | None
    size: int
    sha256: str


class Journal(Protocol):
    """Remembers over several attempts of a job what was published, and who may publish."""

    def earlier(self, step: str, name: str) -> DeliveredFile | None:
        """Give the file that an earlier attempt published, or None."""
        ...

    def hold(self) -> None:
        """Raise ``LeaseLost`` when somebody else has taken the job over, and keep them from it for a while."""
        ...

    def deliver(self, file: DeliveredFile) -> None:
        """Remember a file that was published."""
        ...


class Delivery:
    """Hold the files of a run until all of them may be seen.

    Attributes:
        files: What was published.
        journal: Remembers it over several attempts; None when there is only one.
    """

    def __init__(self, services: Services, tell: Callable[[DeliveredFile], None]) -> None:
        self._services, self._tell = services, tell
        self._pending: list[_Pending] = []
        self.files: list[DeliveredFile] = []
        self.journal: Journal | None = None

    def add(self, step: str, writer: FileWriter, file: File) -> bool:
        """Upload a file under a temporary name, or, for a writer that cannot, remember it.

        Args:
            step: The id of the writer's step.
            writer: The writer at work.
            file: The file.

        Returns:
            Whether the file itself is needed until the end.

        Raises:
            RemoteError: The upload failed; nothing of it can be seen.
        """
        earlier = self.journal.earlier(step, file.name) if self.journal else None
        if earlier is not None:
            self._services.log.info(f"{file.name} was delivered by an earlier attempt, and is left as it is")
            self.files.append(earlier)
            return False
        size, sha256 = _fingerprint(file)
        staged = writer.stage(file, self._services) if isinstance(writer, StagingWriter) else None
        self._pending.append(_Pending(step, writer, file, staged, size, sha256))
        return staged is None

    def publish(self) -> None:
        """Give all files their names: data first, markers once all data is there.

        Raises:
            LeaseLost: Somebody else has taken the job over; what is not named yet stays away.
            RemoteError: One of them could not be named; those after it, and all markers, stay away.
        """
        waiting = sorted(self._pending, key=lambda each: each.file.marker)
        while waiting:
            each = waiting[0]
            if self.journal is not None:
                self.journal.hold()
            if each.staged is None:
                each.writer.write(each.file, self._services)
                address = each.file.name
            else:
                address = each.staged.publish()
            del waiting[0]
            self._pending = waiting
            delivered = DeliveredFile(each.step, each.file.name, address, each.size, each.sha256)
            self.files.append(delivered)
            if self.journal is not None:
                self.journal.deliver(delivered)
            self._tell(delivered)

    def discard(self) -> None:
        """Take back what was uploaded and not named."""
        for each in self._pending:
            if each.staged is not None:
                try:
                    each.staged.discard()
                except Exception as fault:  # noqa: BLE001 - the run has failed already; what stays behind is told
                    self._services.log.error(f"a temporary file of {each.file.name} could not be removed: {fault}")
        self._pending = []


def _fingerprint(file: File) -> tuple[int, str]:
    import hashlib

    digest = hashlib.sha256()
    size = 0
    with file.open() as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
