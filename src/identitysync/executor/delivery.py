"""Publication: files are complete under temporary names first; all get their names at the end, markers last."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Final, Protocol

import attrs

from identitysync.contract import File, FileWriter, Services, Staged, StagingWriter
from identitysync.executor.places import Place
from identitysync.report import DeliveredFile
from identitysync.world import Aside

_BLOCK: Final = 1 << 20

PATIENCE: Final = 5.0
"""Seconds for which a run that ends early waits for what is under way to stop; then it leaves that behind."""


@attrs.frozen
class Sent:
    """What is known of a file once it has been sent.

    Attributes:
        staged: Where it is under its temporary name; None when its writer writes at the end alone.
        size: Its bytes.
        sha256: Their checksum.
    """

    staged: Staged | None
    size: int
    sha256: str


@attrs.define(eq=False)
class Upload:
    """A file on its way, or waiting to be published.

    Attributes:
        step: The id of the writer's step.
        writer: The writer at work.
        file: The file.
        place: Where it stands among all files.
        seconds: How long its upload took.
        coming: What becomes of it.
    """

    step: str
    writer: FileWriter
    file: File
    place: Place
    seconds: float = 0.0
    coming: "Future[Sent]" = attrs.field(init=False)

    def send(self, services: Services) -> Sent:
        """Upload it under a temporary name, or, for a writer that cannot, only look at it."""
        started = perf_counter()
        try:
            services.check()
            size, sha256 = _fingerprint(self.file)
            staged = self.writer.stage(self.file, services) if isinstance(self.writer, StagingWriter) else None
        finally:
            self.seconds = perf_counter() - started
        return Sent(staged, size, sha256)


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
        journal: Remembers it over several attempts; None when there is only one.
    """

    def __init__(self, services: Services, tell: Callable[[DeliveredFile], None]) -> None:
        self._services, self._tell = services, tell
        self._pending: list[Upload] = []
        self._earlier: list[tuple[tuple[int, ...], DeliveredFile]] = []
        self._published: list[DeliveredFile] = []
        self._places: dict[str, Place] = {}
        self._place = Place((0,))
        self.journal: Journal | None = None

    @property
    def files(self) -> list[DeliveredFile]:
        """What was published, that of earlier attempts first."""
        return [file for _, file in sorted(self._earlier, key=lambda each: each[0])] + self._published

    def order(self, steps: Iterable[str]) -> None:
        """Learn in which order steps complete their files; what readers bring comes before all of these."""
        self._places = {step: Place((number,)) for number, step in enumerate(steps, 1)}

    @contextmanager
    def of(self, origin: str | Upload) -> Iterator[None]:
        """Give what is sent meanwhile the places behind the step, or the other file, that it comes from."""
        before, self._place = self._place, self._places[origin] if isinstance(origin, str) else origin.place
        try:
            yield
        finally:
            self._place = before

    def begin(self, step: str, writer: FileWriter, file: File, thread: Aside) -> Upload | None:
        """Begin to send a file.

        Args:
            step: The id of the writer's step.
            writer: The writer at work.
            file: The file; it must stay until it has been sent, and to the end when it could not be staged.
            thread: Where the writer works.

        Returns:
            The file on its way; None when an earlier attempt of the job has delivered it.
        """
        place = self._place.next()
        earlier = self.journal.earlier(step, file.name) if self.journal else None
        if earlier is not None:
            self._services.log.info(f"{file.name} was delivered by an earlier attempt, and is left as it is")
            self._earlier.append((place.key, earlier))
            return None
        upload = Upload(step, writer, file, place)
        upload.coming = thread.do(lambda: upload.send(self._services))
        self._pending.append(upload)
        return upload

    def forget(self, upload: Upload) -> None:
        """Leave out a file that could not be sent."""
        self._pending.remove(upload)

    def publish(self) -> None:
        """Give all files their names: data first, markers once all data is there.

        Raises:
            LeaseLost: Somebody else has taken the job over; what is not named yet stays away.
            RemoteError: One of them could not be named; those after it, and all markers, stay away.
        """
        waiting = sorted(self._pending, key=lambda each: (each.file.marker, each.place.key))
        while waiting:
            each = waiting[0]
            sent = each.coming.result()
            if self.journal is not None:
                self.journal.hold()
            if sent.staged is None:
                each.writer.write(each.file, self._services)
                address = each.file.name
            else:
                address = sent.staged.publish()
            del waiting[0]
            self._pending = waiting
            delivered = DeliveredFile(each.step, each.file.name, address, sent.size, sent.sha256)
            self._published.append(delivered)
            if self.journal is not None:
                self.journal.deliver(delivered)
            self._tell(delivered)

    def discard(self) -> None:
        """Take back what was uploaded and not named; what is still under way shall know that it need not go on."""
        pending, self._pending = self._pending, []
        under_way = [each for each in pending if not each.coming.cancel()]
        wait([each.coming for each in under_way], PATIENCE)
        for each in under_way:
            if not each.coming.done():
                self._services.log.error(f"the upload of {each.file.name} does not stop, and is left behind")
            each.coming.add_done_callback(partial(self._discard, each))

    def _discard(self, upload: Upload, sent: "Future[Sent]") -> None:
        if sent.exception() is not None:
            return  # a writer takes back itself what it could not send
        staged = sent.result().staged
        try:
            if staged is not None:
                staged.discard()
        except Exception as fault:  # noqa: BLE001 - the run has failed already; what stays behind is told
            self._services.log.error(f"a temporary file of {upload.file.name} could not be removed: {fault}")


def _fingerprint(file: File) -> tuple[int, str]:
    import hashlib

    digest = hashlib.sha256()
    size = 0
    with file.open() as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
