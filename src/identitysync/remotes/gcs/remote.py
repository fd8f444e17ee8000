"""A bucket of Google Cloud Storage as a place for files: names of objects are paths."""

import json
import posixpath
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self, TypeAlias, TypeVar, cast

from identitysync.contract import Clock
from identitysync.errors import MissingExtra, RemoteNotFound
from identitysync.remotes.attempts import persist
from identitysync.remotes.base import Entry
from identitysync.remotes.gcs.faults import speaking
from identitysync.remotes.gcs.login import GcsLogin
from identitysync.remotes.gcs.upload import StagedTail, Upload
from identitysync.remotes.names import safe_name
from identitysync.remotes.storage import LocalTarget, Source

if TYPE_CHECKING:
    from identitysync.remotes.gcs.files import Files

T = TypeVar("T")
Entries: TypeAlias = list[Entry]

_BLOCK: Final = 8 << 20


class GcsRemote:
    """A bucket. An object is there, whole, when it is published; an older one stays until then."""

    def __init__(self, login: GcsLogin, clock: Clock, *, timeout: float = 60.0) -> None:
        """Remember where to connect.

        Args:
            login: Which bucket, and as whom.
            clock: Passes the time between two attempts.
            timeout: Seconds that may pass until something moves.
        """
        self._login, self._clock, self._timeout = login, clock, timeout
        self._files: Files | None = None
        self._lock = threading.Lock()

    def list(self, folder: str = "") -> Entries:
        """Give the objects of a folder, without its sub-folders."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""
        found = self._listed(prefix, delimiter="/")
        if found is None and folder:
            raise RemoteNotFound(f"there is nothing below {self.address(prefix)}")
        return found or []

    def find(self, prefix: str) -> Entries:
        """Give all objects whose names begin with a prefix, which may be a whole name.

        Args:
            prefix: The prefix; empty for all of the bucket.

        Returns:
            The objects; what stands for a folder is left out.
        """
        return self._listed(prefix) or []

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy an object into an empty stream; when it is replaced meanwhile, from the start again."""
        kept = LocalTarget(target)

        def work() -> int:
            kept.restart()
            told = self._info(path)

            def read(start: int, length: int) -> bytes:
                return self.ask(
                    "GET", "b/{}/o/{}", self._login.bucket, path,
                    headers={"Range": f"bytes={start}-{start + length - 1}"}, alt="media",
                    ifGenerationMatch=told.get("generation"),
                )[2]  # fmt: skip

            return kept.fill(int(told["size"]), _BLOCK, read)

        return self.do(f"read {path!r}", work)

    def stage(self, source: Source, path: str) -> StagedTail:
        """Upload all of an object but its last bytes, without which it is not seen."""
        safe_name(posixpath.basename(path))
        return Upload(self, self._login.bucket, path).send(source)

    def delete(self, path: str) -> None:
        """Remove an object."""
        self.do(f"remove {path!r}", lambda: self.ask("DELETE", "b/{}/o/{}", self._login.bucket, path))

    def move(self, entry: Entry, path: str) -> None:
        """Copy an object within the bucket, and remove the first."""
        safe_name(posixpath.basename(path))
        bucket = self._login.bucket

        def work() -> None:
            token = None
            while True:
                _, _, content = self.ask(
                    "POST", "b/{}/o/{}/rewriteTo/b/{}/o/{}", bucket, entry.path, bucket, path, rewriteToken=token
                )
                told = json.loads(content)
                if told.get("done", True):
                    return
                token = told["rewriteToken"]

        self.do(f"move {entry.path!r} to {path!r}", work)
        self.delete(entry.path)

    def make_folders(self, path: str) -> None:
        """Make nothing: folders are there when something is in them."""

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            self._files = None  # gcsfs closes them when nobody needs it any more

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of an object for people."""
        return f"gs://{self._login.bucket}/{path}"

    def do(self, what: str, work: Callable[[], T]) -> T:
        """Do something, again when the connection drops.

        Args:
            what: What is done, for errors.
            work: It, from its start.

        Returns:
            What it gives.

        Raises:
            RemoteError: It could not be done.
        """
        where = f"gs://{self._login.bucket}: cannot {what}"
        self._open()  # what is missing for it is no fault of the other side

        def once() -> T:
            with speaking(where):
                return work()

        return persist(once, where, self._clock)

    def ask(self, method: str, path: str, *parts: str, **how: Any) -> tuple[int, dict[str, str], bytes]:
        """Send one request; see ``Files.ask``."""
        files = self._open()
        return self._await(files, lambda: files.ask(method, path, *parts, **how))

    def _info(self, path: str) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.ask("GET", "b/{}/o/{}", self._login.bucket, path)[2]))

    def _listed(self, prefix: str, **how: str) -> Entries | None:
        """Give the objects below a prefix, or None when there is nothing at all."""

        def pages() -> Iterator[dict[str, Any]]:
            token = None
            while True:
                _, _, content = self.ask("GET", "b/{}/o", self._login.bucket, prefix=prefix, pageToken=token, **how)
                page = json.loads(content)
                yield page
                token = page.get("nextPageToken")
                if not token:
                    return

        def work() -> Entries | None:
            found: list[dict[str, Any]] = []
            folders = False
            for page in pages():
                found += page.get("items", ())
                folders |= bool(page.get("prefixes"))
            if not found and not folders:
                return None
            return [_entry(each) for each in found if not each["name"].endswith("/")]

        return self.do(f"list {prefix!r}", work)

    @staticmethod
    def _await(files: "Files", work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        from fsspec.asyn import sync

        return cast(T, sync(files.loop, work))

    def _open(self) -> "Files":
        with self._lock:
            if self._files is None:
                try:
                    from identitysync.remotes.gcs.files import Files
                except ImportError as fault:
                    raise MissingExtra("gcs", "Google Cloud Storage") from fault
                self._files = Files(self._login, self._timeout)
            return self._files


def _entry(told: dict[str, Any]) -> Entry:
    moment = None
    with suppress(KeyError, ValueError):
        moment = datetime.fromisoformat(told["updated"])
    return Entry(posixpath.basename(told["name"]), told["name"], int(told["size"]), moment)
