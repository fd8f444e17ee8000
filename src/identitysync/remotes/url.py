"""Any URL that fsspec knows, and plain paths."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import attrs

from identitysync.errors import InvalidParameter, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.base import Entry, Remote
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.names import safe_name

_OWN: Final = {
    "sftp": "datasource.*.sftp",
    "ssh": "datasource.*.sftp",
    "ftp": "datasource.*.ftp",
    "ftps": "datasource.*.ftp",
}
_OBJECT_STORES: Final = {"s3", "s3a", "gs", "gcs", "abfs", "az"}


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

        try:
            self._files, self._root = fsspec.core.url_to_fs(url, skip_instance_cache=protocol != "memory")
        except (ValueError, ImportError) as fault:
            raise InvalidParameter(f"the URL {_shown(url)} cannot be opened: {fault}") from fault
        self._root = str(self._root).rstrip("/")
        self._protocol, self._url = protocol, _shown(url).rstrip("/")

    def list(self, folder: str = "") -> list[Entry]:
        """Give the files of a folder, without its sub-folders."""
        place = f"{self._root}/{safe_name(folder)}" if folder else self._root
        try:
            found = self._files.ls(place or "/", detail=True)
        except FileNotFoundError as fault:
            raise RemoteNotFound(f"there is nothing at {self._url}/{folder}") from fault
        except OSError as fault:
            raise RemoteUnavailable(f"{self._url} cannot be listed: {fault}") from fault
        return [_entry(each) for each in found if each.get("type") == "file"]

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into a stream."""
        try:
            with self._files.open(path, "rb") as source:
                while block := source.read(1 << 20):
                    target.write(block)
        except FileNotFoundError as fault:
            raise RemoteNotFound(f"there is no file {path}") from fault
        except OSError as fault:
            raise RemoteUnavailable(f"{path} cannot be read: {fault}") from fault
        return target.tell()

    def stage(self, source: Path, path: str) -> "StagedUrl":
        """Upload a file beside its final name; object stores show nothing before an upload is complete anyway."""
        final = f"{self._root}/{safe_name(path)}"
        folder, _, name = final.rpartition("/")
        hidden = self._protocol not in _OBJECT_STORES
        temporary = f"{folder}/.{name[-200:]}.{secrets.token_hex(4)}.part"
        staged = StagedUrl(
            self._files, str(source), temporary if hidden else "", final, f"{self._url}/{safe_name(path)}"
        )
        if hidden:
            try:
                self._files.makedirs(folder, exist_ok=True)
                self._files.put_file(str(source), temporary)
            except OSError as fault:
                staged.discard()
                raise RemoteUnavailable(f"{final} cannot be written: {fault}") from fault
        return staged

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._files.rm_file(path)

    def close(self) -> None:
        """Let go of nothing: fsspec keeps its connections to itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@attrs.frozen
class StagedUrl:
    """A file beside its final name, or, for an object store, one that waits on this machine."""

    _files: Any
    _source: str
    _temporary: str
    _final: str
    _address: str

    def publish(self) -> str:
        """Give it its final name."""
        try:
            if self._temporary:
                if self._files.exists(self._final):
                    self._files.rm_file(self._final)
                self._files.mv(self._temporary, self._final)
            else:
                self._files.put_file(self._source, self._final)
        except OSError as fault:
            raise RemoteUnavailable(f"{self._final} cannot be written: {fault}") from fault
        return self._address

    def discard(self) -> None:
        """Remove it."""
        if self._temporary and self._files.exists(self._temporary):
            self._files.rm_file(self._temporary)


def _entry(found: dict[str, Any]) -> Entry:
    path = str(found["name"])
    moment = found.get("mtime") or found.get("LastModified") or found.get("last_modified") or found.get("created")
    modified = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int | float) else moment
    if isinstance(modified, datetime) and modified.tzinfo is None:
        modified = modified.replace(tzinfo=UTC)
    return Entry(
        path.rpartition("/")[2], path, int(found.get("size") or 0), modified if isinstance(modified, datetime) else None
    )


def _shown(url: str) -> str:
    """Leave user and password out of a URL."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
