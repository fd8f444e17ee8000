"""The shapes of scripts: what goes in, what comes out, and the one method that each must have.

Two things travel between steps: records and files. *Pure* shapes receive data and nothing else, *edge* shapes
receive ``services`` too. A script is a frozen declaration; what it must remember during a run (a set of seen keys, a
connection, compiled patterns) lives in what its ``open`` returns, an object with the same methods, which is closed at
the end when it has a ``close``.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, BinaryIO, ClassVar, Protocol, Self, TypeAlias, runtime_checkable

from identitysync.contract.encoder import Encoder
from identitysync.contract.files import File
from identitysync.contract.records import Answer, Kept, Note, Rejected
from identitysync.contract.services import Services
from identitysync.values import Record

FileBlocks: TypeAlias = tuple[str, Iterable[bytes]]
"""A file that comes into being: its name, and its bytes, block by block."""


class Shape(ABC):  # noqa: B024 - the shapes below have the methods
    """The root of all shapes.

    Attributes:
        takes: What goes in: ``records``, ``files`` or nothing.
        gives: What comes out: ``records`` or ``files``.
        edge: Whether it touches the world outside.
        stateful: Whether its records must pass through one object, in order.
        atomic: Whether a record that it rejects is left as it entered; where it is not, the engine keeps a copy.
    """

    takes: ClassVar[str] = ""
    gives: ClassVar[str] = ""
    edge: ClassVar[bool] = False
    stateful: ClassVar[bool] = False
    atomic: ClassVar[bool] = False


class _Pure(Shape):
    def open(self) -> Self:
        """Give what works for one run: itself, unless there is something to prepare or remember."""
        return self


class _Edge(Shape):
    edge = True

    def open(self, services: Services) -> Self:
        """Give what works for one run: itself, unless there is something to prepare or remember."""
        return self


class FileReader(_Edge):
    """Bring files from elsewhere."""

    gives = "files"

    @abstractmethod
    def files(self, services: Services) -> Iterator[File]:
        """Give one file after the other, each complete."""

    def settle(self, file: File, *, delivered: bool) -> None:
        """Learn, at the end of the run, whether what came of a file was delivered."""


class RecordReader(_Edge):
    """Bring records from elsewhere."""

    gives = "records"

    @abstractmethod
    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Give one record after the other."""


class FileTransform(_Pure):
    """Turn a file into another: compress, encrypt, and back."""

    takes = "files"
    gives = "files"

    @abstractmethod
    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Read all of the source and write the target; raise ``FormatError`` for a source that is something else."""

    @abstractmethod
    def rename(self, name: str) -> str:
        """Turn the file's name into the name of what it becomes."""


class FileFlatMapper(_Pure):
    """Turn files into any number of files: make or unpack an archive, or lay an index beside a file."""

    takes = "files"
    gives = "files"

    @abstractmethod
    def expand(self, file: File) -> Iterator[FileBlocks | Kept]:
        """Give one new file after the other; the bytes of each are taken to their end before the next is asked for.

        Give ``KEPT`` for a file that shall stay readable until ``finish`` is done, and note it behind that ``yield``: a
        file whose name would lead out of the archive or folder that it is meant for does not get there. Raise
        ``FormatError`` for a file that is something else, at whatever point: then none of them goes on.
        """

    def finish(self) -> Iterable[FileBlocks]:
        """Give what is left to give once all files have come; a ``FormatError`` ends the run."""
        return ()


class Parser(_Pure):
    """Turn files into records."""

    takes = "files"
    gives = "records"

    @abstractmethod
    def parse(self, file: File) -> Iterator[Record | Rejected | Note]:
        """Give one record after the other, without reading ahead; raise ``FormatError`` where the file cannot go on."""


class Mapper(_Pure):
    """Turn one record into one, or none."""

    takes = "records"
    gives = "records"

    @abstractmethod
    def map(self, record: Record) -> Record | None:
        """Give the record, which may have been changed in place, or another; None drops it."""


class FlatMapper(_Pure):
    """Turn one record into any number."""

    takes = "records"
    gives = "records"

    @abstractmethod
    def expand(self, record: Record) -> Iterable[Record | Rejected | Note | Kept]:
        """Give what becomes of the record."""

    def finish(self) -> Iterable[Record | Rejected | Note]:
        """Give what is left to give once all records have come."""
        return ()


@runtime_checkable
class BatchExpander(Protocol):
    """What a flat-mapper's ``open`` may give where one record at a time would cost too much."""

    def expand_all(self, records: Sequence[Record]) -> Iterable[Iterable[Record | Rejected | Note | Kept]]:
        """Give what becomes of each record, in order; the records themselves are left as they are.

        Between two answers a run hears that it shall stop: what may be slow gives them one after the other.
        """
        ...


@runtime_checkable
class Sharing(Protocol):
    """What a stateful flat-mapper's ``open`` may give when it shares what it remembers with other steps of the run."""

    def share_in_run(self, common: dict[str, Any]) -> None:
        """Receive, before the first record, what all such steps of the run have in common: at first an empty dict.

        Each puts its own there under its step type. The steps of a run never work at the same time.
        """
        ...


class Router(_Pure):
    """Send records different ways."""

    takes = "records"
    gives = "records"

    @abstractmethod
    def route(self, record: Record) -> Collection[str]:
        """Name the steps among ``next`` that get the record; none drops it."""


class Lookup(_Edge):
    """Complete records with what another system knows of them.

    Attributes:
        batch_size: How many records it wants at a time.
    """

    takes = "records"
    gives = "records"
    batch_size: int = 200

    @abstractmethod
    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        """Answer for each record, in order."""


class Formatter(_Pure):
    """Turn all records of a run into one file, or into its numbered parts.

    Attributes:
        file_name: The file's name.
        max_file_size: Megabytes (10^6 bytes) after which the next part begins; None for never.
        create_empty_file: Whether there is a file when there was no record.
        marker: Whether the file is published after all others.
    """

    takes = "records"
    gives = "files"
    marker: ClassVar[bool] = False
    file_name: str
    max_file_size: float | None = None
    create_empty_file: bool = False

    @abstractmethod
    def encoder(self) -> Encoder:
        """Give what encodes one file."""


class Staged(Protocol):
    """A file that is complete at its destination under a temporary name."""

    def publish(self) -> str:
        """Give it its final name, and tell the address for people."""
        ...

    def discard(self) -> None:
        """Remove it."""
        ...


class FileWriter(_Edge):
    """Bring files elsewhere."""

    takes = "files"
    gives = "files"

    @abstractmethod
    def write(self, file: File, services: Services) -> None:
        """Publish one complete file: nobody must see half of it."""


@runtime_checkable
class StagingWriter(Protocol):
    """A writer that can upload ahead and name the file at the end of the run.

    It does so in a thread of its own, one file after the other, while the run goes on; when the run ends early,
    ``services.check`` raises there, and whoever uploads much asks it now and then.
    """

    def stage(self, file: File, services: Services) -> Staged:
        """Upload one file under a temporary name."""
        ...


class RecordWriter(_Edge):
    """Bring records elsewhere, and pass on what was written.

    Attributes:
        batch_size: How many records it wants at a time.
    """

    takes = "records"
    gives = "records"
    batch_size: int = 500

    @abstractmethod
    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write the records and answer for each, in order: what goes on, or its reject."""


@runtime_checkable
class GoesAhead(Protocol):
    """What a look-up or record writer may ``open``: it begins with records before earlier ones are answered.

    The engine keeps the answers in order, and awaits the oldest once more than ``window`` records are under way.

    Attributes:
        window: How many records may be under way, so that memory is bounded.
    """

    window: int

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Answer]]":
        """Begin with records, which stay as they are meanwhile; the answers come one per record, in order."""
        ...
