"""A container as a place for files: names of blobs are paths, folders are what names have in common."""

import posixpath
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, Self, TypeAlias, TypeVar

import attrs

from identitysync.contract import Clock
from identitysync.errors import AuthenticationFailed, RemoteError, RemoteNotFound, UnsafeName
from identitysync.remotes.attempts import persist
from identitysync.remotes.azure.faults import speaking
from identitysync.remotes.base import Entry
from identitysync.remotes.names import safe_name
from identitysync.remotes.storage import LocalTarget, Source, blocks, local_storage

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")
Entries: TypeAlias = list[Entry]

_RANGE: Final = 4 << 20
"""Bytes that are read at a time: the most that Azure tells a checksum of."""

_BLOCK: Final = 8 << 20
_MOST_BLOCKS: Final = 49_000
"""A little less than Azure allows."""


class Container(Protocol):
    """Where blobs are, and how to get there."""

    @property
    def place(self) -> str:
        """The container's address, without credentials."""
        ...

    @property
    def folder(self) -> str:
        """A folder of the container, below which all paths are; empty for the whole of it."""
        ...

    @property
    def renewable(self) -> bool:
        """Whether another client may be let in where one is not any more."""
        ...

    def client(self, timeout: float) -> "ContainerClient":
        """Make a client of the container."""
        ...


class AzureRemote:
    """A container. A blob is there, whole, when it is published; an older one stays until then."""

    def __init__(self, container: Container, clock: Clock, *, timeout: float = 60.0) -> None:
        """Remember where to connect.

        Args:
            container: Which container, and as whom.
            clock: Passes the time between two attempts.
            timeout: Seconds that may pass until something moves.
        """
        self._container, self._clock, self._timeout = container, clock, timeout
        self._client: ContainerClient | None = None
        self._lock = threading.Lock()

    def list(self, folder: str = "") -> Entries:
        """Give the blobs of a folder, without its sub-folders."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""

        def work() -> list[Any]:
            return list(self._open().walk_blobs(self._root + prefix, include=["metadata"], delimiter="/"))

        found = self._do(f"list {prefix!r}", work)
        if not found and folder:
            raise RemoteNotFound(f"there is nothing below {self.address(prefix)}")
        return self._entries(each for each in found if hasattr(each, "size"))

    def find(self, prefix: str) -> Entries:
        """Give all blobs whose names begin with a prefix, which may be a whole name.

        Args:
            prefix: The prefix; empty for all of the container.

        Returns:
            The blobs; what stands for a folder is left out.
        """

        def work() -> list[Any]:
            return list(self._open().list_blobs(self._root + prefix, include=["metadata"]))

        return self._entries(self._do(f"list {prefix!r}", work))

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a blob into an empty stream; when it is replaced meanwhile, from the start again."""
        from azure.core import MatchConditions

        kept = LocalTarget(target)

        def work() -> int:
            kept.restart()
            blob = self._blob(path)
            told = blob.get_blob_properties()

            def read(start: int, length: int) -> bytes:
                part = blob.download_blob(
                    offset=start, length=length, validate_content=True, etag=told.etag,
                    match_condition=MatchConditions.IfNotModified,
                )  # fmt: skip
                return bytes(part.readall())

            return kept.fill(int(told.size), _RANGE, read)

        return self._do(f"read {path!r}", work)

    def stage(self, source: Source, path: str) -> "StagedBlocks":
        """Upload a blob in blocks, each with a checksum that Azure verifies; it is not seen before it is published."""
        _fit(path)
        with local_storage(f"read {source}"):
            size = source.stat().st_size
        ids = []
        for number, block in enumerate(blocks(source, max(_BLOCK, -(-size // _MOST_BLOCKS)))):
            ids.append(f"{uuid.uuid4().hex}-{number:06d}")
            self._do(f"write {path!r}", lambda: self._send(path, ids[-1], block))  # noqa: B023 - it is called at once
        return StagedBlocks(self, path, tuple(ids))

    def commit(self, path: str, ids: tuple[str, ...]) -> None:
        """Make a blob of its blocks.

        Args:
            path: The blob.
            ids: The ids of all blocks, in order.
        """
        from azure.storage.blob import BlobBlock

        listed = [BlobBlock(id) for id in ids]
        self._do(f"write {path!r}", lambda: self._blob(path).commit_block_list(listed))

    def delete(self, path: str) -> None:
        """Remove a blob."""
        self._do(f"remove {path!r}", lambda: self._blob(path).delete_blob())

    def move(self, entry: Entry, path: str) -> None:
        """Copy a blob within the container, and remove the first."""
        _fit(path)

        def work() -> None:
            copy = self._blob(path)
            copy.start_copy_from_url(self._blob(entry.path).url)
            while (state := copy.get_blob_properties().copy.status) == "pending":
                self._clock.sleep(1.0)
            if state != "success":
                raise RemoteError(f"{self.address(entry.path)} could not be copied to {path!r}: {state}")

        self._do(f"move {entry.path!r} to {path!r}", work)
        self.delete(entry.path)

    def make_folders(self, path: str) -> None:
        """Make nothing: folders are there when something is in them."""

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of a blob for people."""
        return f"{self._container.place}/{self._root}{path}"

    @property
    def _root(self) -> str:
        folder = self._container.folder.strip("/")
        return f"{folder}/" if folder else ""

    def _entries(self, found: Any) -> Entries:
        files = (
            each for each in found if not (each.metadata or {}).get("hdi_isfolder") and not each.name.endswith("/")
        )
        return [
            Entry(posixpath.basename(each.name), each.name.removeprefix(self._root), each.size, each.last_modified)
            for each in files
        ]

    def _send(self, path: str, id: str, block: bytes) -> None:
        self._blob(path).stage_block(id, block, length=len(block), validate_content=True)

    def _do(self, what: str, work: Callable[[], T]) -> T:
        def once() -> T:
            with speaking(f"{self._container.place}: cannot {what}"):
                return work()

        self._open()  # what is missing for it is no fault of the other side
        where = f"{self._container.place}: cannot {what}"
        try:
            return persist(once, where, self._clock)
        except AuthenticationFailed:
            if not self._container.renewable:
                raise
        self.close()  # the key that the service gave is over
        self._open()
        return persist(once, where, self._clock)

    def _blob(self, path: str) -> Any:
        return self._open().get_blob_client(self._root + path)

    def _open(self) -> "ContainerClient":
        with self._lock:
            if self._client is None:
                self._client = self._container.client(self._timeout)
            return self._client


def _fit(path: str) -> None:
    """Refuse a name that Azure would change: it turns backslashes, and drops dots at the end."""
    safe_name(posixpath.basename(path))
    if "\\" in path or any(part.endswith(".") for part in path.split("/")):
        raise UnsafeName(
            f"the name {path!r} cannot be that of a blob: Azure turns \\ into / and drops a dot at the end"
        )


@attrs.frozen
class StagedBlocks:
    """A blob whose blocks are all there, and of which nothing is seen."""

    _remote: AzureRemote
    _path: str
    _ids: tuple[str, ...]

    def publish(self) -> str:
        """Commit the blocks: the blob is there, whole, instead of an older one."""
        self._remote.commit(self._path, self._ids)
        return self._remote.address(self._path)

    def discard(self) -> None:
        """Leave the blocks to Azure, which shows them nowhere and forgets them after a week."""
