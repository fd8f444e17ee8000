"""Any URL that fsspec knows, and plain paths."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from identitysync.errors import IdentitySyncError, InvalidParameter, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.base import Entry, Remote
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.names import safe_name, temporary_name
from identitysync.remotes.staged_url import StagedCommit, StagedRename, StagedUrl
from identitysync.remotes.storage import BLOCK, LocalTarget, Source, local_storage

ATTEMPTS: Final = 3
"""How often a file is read when the connection drops; what fsspec itself tries again comes on top."""

_OWN: Final = {
    "sftp": "datasource.*.sftp",
    "ssh": "datasource.*.sftp",
    "ftp": "datasource.*.ftp",
    "ftps": "datasource.*.ftp",
}
_OBJECT_STORES: Final = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}
_COMMITTING: Final = {"s3", "s3a", "gs", "gcs"}
"""Stores whose uploads can be complete and yet unseen, until they are committed."""


def is_local(url: str) -> bool:
    """Tell whether a URL is a path of this machine.

    Args:
        url: A URL or path.

    Returns:
        Whether it is.
    """
    return "://" not in url or url.startswith(("file://", "local://"))


def local_path(url: str) -> Path:
    """Give the path of a local URL.

    Args:
        url: A path, or a ``file://`` URL.

    Returns:
        The path, with ``~`` expanded.
    """
    return Path(url.partition("://")[2] or url).expanduser()


def open_url(url: str) -> Remote:
    """Open the folder that a URL names.

    Args:
        url: A path, or any fsspec URL.

    Returns:
        The folder.

    Raises:
        InvalidParameter: No installed package knows such URLs, or a script of ours does it better.
    """
    return LocalFolder(local_path(url)) if is_local(url) else UrlFolder(url)


class UrlFolder:
    """A folder behind fsspec."""

    def __init__(self, url: str) -> None:
        """Find the package that knows the URL.

        Args:
            url: Any fsspec URL but those of SFTP and FTP.

        Raises:
            InvalidParameter: There is none.
        """
        protocol = url.partition("://")[0].lower()
        if protocol in _OWN:
            message = f"{protocol}:// URLs are not read here, where hosts would not be verified; use {_OWN[protocol]}"
            raise InvalidParameter(message)
        import fsspec

        self._given, self._url, self._protocol = url, _shown(url), protocol
        try:
            self._files, root = fsspec.core.url_to_fs(url, skip_instance_cache=protocol != "memory")
        except (ValueError, ImportError) as fault:
            raise InvalidParameter(f"the URL {self._url} cannot be opened: {self._said(fault)}") from fault
        self._root = str(root).rstrip("/")

    def list(self, folder: str = "") -> list[Entry]:
        """Give the files of a folder, without its sub-folders; a web address that names a file gives that one."""
        place = self._place(folder)
        with self._speaking(f"list {self.address(folder)}"):
            self._files.invalidate_cache()
            if self._protocol in {"http", "https"} and not folder and not self._url.endswith("/"):
                return [_entry(self._files.info(self._root), "")]
            found = self._files.ls(place or "/", detail=True)
        inside = f"{self._root}/"
        named = [(each, str(each["name"])) for each in found if each.get("type") == "file"]
        return [_entry(each, name.removeprefix(inside)) for each, name in named if name.startswith(inside)]

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into a stream, from the start again when the connection drops."""
        kept = LocalTarget(target)
        for attempt in range(ATTEMPTS):
            try:
                with self._speaking(f"read {self.address(path)}"):
                    return self._read(self._place(path), kept)
            except RemoteUnavailable:
                if attempt == ATTEMPTS - 1:
                    raise
                kept.restart()
        raise AssertionError(path)  # pragma: no cover - the last attempt returns or raises

    def stage(self, source: Source, path: str) -> StagedUrl:
        """Upload a file beside its final name, or, in a store that can do so, as one that nobody sees yet."""
        final = self._place(safe_name(path))
        folder, _, name = final.rpartition("/")
        committing = self._protocol in _COMMITTING
        temporary = f"{folder}/{temporary_name(name)}"
        with self._speaking(f"write {self.address(path)}"):
            if self._protocol not in _OBJECT_STORES and folder:
                self._files.makedirs(folder, exist_ok=True)
            upload = self._files.open(final, "wb", autocommit=False) if committing else None
            staged: StagedUrl = (
                StagedRename(self._files, temporary, final, self.address(path), self._speaking)
                if upload is None
                else StagedCommit(upload, self.address(path), self._speaking)
            )
            try:
                stream = upload if upload is not None else self._files.open(temporary, "wb")
                _send(source, stream)
                if upload is None:
                    self._verify(temporary, source.stat().st_size)
            except BaseException:
                staged.give_up()
                raise
        return staged

    def delete(self, path: str) -> None:
        """Remove a file."""
        place = self._place(safe_name(path))
        with self._speaking(f"remove {self.address(path)}"):
            if not self._files.exists(place):
                raise RemoteNotFound(f"there is no file {self.address(path)}")
            self._files.rm_file(place)

    def move(self, entry: Entry, path: str) -> None:
        """Give a file another place, over what is there; object stores copy it, and remove the first."""
        final = self._place(safe_name(path))
        self.make_folders(path.rpartition("/")[0])
        with self._speaking(f"move {self.address(entry.path)}"):
            if not self._files.exists(self._place(entry.path)):
                raise RemoteNotFound(f"there is no file {self.address(entry.path)}")
        StagedRename(self._files, self._place(entry.path), final, self.address(path), self._speaking).publish()

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it; object stores have none."""
        if self._protocol not in _OBJECT_STORES:
            with self._speaking(f"make the folder {self.address(path)}"):
                self._files.makedirs(self._place(path), exist_ok=True)

    def close(self) -> None:
        """Let go of nothing: fsspec keeps its connections to itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, place: str, kept: LocalTarget) -> int:
        size = self._files.info(place).get("size")
        with self._files.open(place, "rb") as source:
            kept.copy(source)
        if isinstance(size, int) and kept.size != size:
            raise RemoteUnavailable(f"{size} bytes were announced, {kept.size} arrived")
        return kept.size

    def _verify(self, place: str, size: int) -> None:
        there = self._files.info(place).get("size")
        if there != size:
            raise RemoteUnavailable(f"{there} bytes are there, {size} were sent")

    def _place(self, path: str) -> str:
        return f"{self._root}/{safe_name(path)}" if path else self._root

    def address(self, path: str) -> str:
        """Give the address of a file or folder for people, without user, password and query."""
        return f"{self._url.rstrip('/')}/{path}" if path else self._url

    def _said(self, fault: BaseException) -> str:
        """Give the text of an error without the parts of the URL that may be secret."""
        return str(fault).replace(self._given, self._url) or type(fault).__name__

    @contextmanager
    def _speaking(self, doing: str) -> Iterator[None]:
        try:
            yield
        except RemoteUnavailable as fault:
            raise RemoteUnavailable(f"cannot {doing}: {fault}") from fault
        except IdentitySyncError:
            raise
        except FileNotFoundError as fault:
            raise RemoteNotFound(f"cannot {doing}: it does not exist") from fault
        except PermissionError as fault:
            raise RemoteError(f"cannot {doing}: it is not permitted ({self._said(fault)})") from fault
        except OSError as fault:
            raise RemoteUnavailable(f"cannot {doing}: {self._said(fault)}") from fault
        except Exception as fault:  # each package behind fsspec has errors of its own
            raise RemoteError(f"cannot {doing}: {type(fault).__name__}: {self._said(fault)}") from fault


def _send(source: Source, stream: Any) -> None:
    """Write a file of this machine into a stream, and close that: only then the last bytes are on their way."""
    with local_storage(f"read {source}"):
        start = source.open("rb")
    with start, stream:
        while True:
            with local_storage(f"read {source}"):
                block = start.read(BLOCK)
            if not block:
                return
            stream.write(block)


def _entry(found: dict[str, Any], path: str) -> Entry:
    moment = next(
        (found[key] for key in ("mtime", "LastModified", "last_modified", "updated", "created") if found.get(key)), None
    )
    modified = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int | float) else moment
    if isinstance(modified, datetime) and modified.tzinfo is None:
        modified = modified.replace(tzinfo=UTC)
    name = str(found["name"]).rpartition("/")[2]
    return Entry(name, path, int(found.get("size") or 0), modified if isinstance(modified, datetime) else None)


def _shown(url: str) -> str:
    """Leave user and password out of a URL."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
