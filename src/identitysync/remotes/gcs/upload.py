"""A resumable upload, of which the last bytes are held back until the object may be seen.

The protocol is that of https://cloud.google.com/storage/docs/performing-resumable-uploads.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol, TypeVar

import attrs

from identitysync.errors import RemoteError, RemoteUnavailable
from identitysync.remotes.storage import Source, blocks, local_storage

T = TypeVar("T")

_UNIT: Final = 256 << 10
"""All but the last bytes are sent in multiples of this."""

_BLOCK: Final = 8 << 20


class _Bucket(Protocol):
    def do(self, what: str, work: Callable[[], T]) -> T: ...

    def ask(
        self, method: str, path: str, *parts: str, block: bytes | None = None, **how: object
    ) -> tuple[int, dict[str, str], bytes]: ...

    def address(self, path: str) -> str: ...


class Upload:
    """One upload; the service verifies the whole by a checksum that it is told at the beginning."""

    def __init__(self, bucket: _Bucket, name: str, path: str) -> None:
        """Remember where the object goes.

        Args:
            bucket: Talks to the service.
            name: The bucket's name.
            path: The object's.
        """
        self._bucket, self._name, self._path = bucket, name, path
        self._session = ""
        self._doing = f"write {path!r}"

    def send(self, source: Source) -> "StagedTail":
        """Send all of a file but its last bytes.

        Args:
            source: The file.

        Returns:
            What is left to do.
        """
        with local_storage(f"read {source}"):
            size = source.stat().st_size
        digest = hashlib.md5(usedforsecurity=False)
        for block in blocks(source):
            digest.update(block)
        self._begin(base64.b64encode(digest.digest()).decode())
        ahead = max(0, size - 1) // _UNIT * _UNIT
        try:
            tail = self._send_ahead(source, size, ahead)
        except BaseException:
            with suppress(RemoteError):  # the first error matters more
                self.cancel()
            raise
        return StagedTail(self, tail, ahead)

    def finish(self, tail: bytes, position: int) -> str:
        """Send the last bytes: the object is there, whole, instead of an older one.

        Args:
            tail: The bytes; none for an empty object.
            position: How many have gone before.

        Returns:
            Its address.
        """
        self._put(tail, position, str(position + len(tail)))
        return self._bucket.address(self._path)

    def cancel(self) -> None:
        """Have the service forget the upload, if it knows it."""

        def work() -> None:
            try:
                self._bucket.ask("DELETE", self._session)
            except Exception as fault:  # gcsfs and what is below it have errors of their own
                gone = isinstance(fault, FileNotFoundError) or getattr(fault, "code", 0) in {410, 501}
                if not gone:  # nor is it a service that cannot be told, and forgets it by itself after a week
                    raise

        self._bucket.do(f"cancel the upload of {self._path!r}", work)

    def _begin(self, checksum: str) -> None:
        def work() -> str:
            _, headers, _ = self._bucket.ask(
                "POST", "/upload/storage/v1/b/{}/o", self._name, uploadType="resumable",
                json={"name": self._path, "md5Hash": checksum},
                headers={"X-Upload-Content-Type": "application/octet-stream"},
            )  # fmt: skip
            return headers["Location"]

        self._session = self._bucket.do(self._doing, work)

    def _send_ahead(self, source: Source, size: int, ahead: int) -> bytes:
        """Send so many bytes of a file, and give the others."""
        position, tail = 0, b""
        for block in blocks(source, _BLOCK):
            now, late = block[: max(0, ahead - position)], block[max(0, ahead - position) :]
            if now:
                self._put(now, position, "*")
            position += len(block)
            tail += late
        if position != size:
            raise RemoteUnavailable(f"{source} had {size} bytes, then {position}")
        return tail

    def _put(self, block: bytes, start: int, total: str) -> None:
        """Send a block; after a drop, what of it has not arrived."""
        again = False

        def work() -> None:
            nonlocal again
            there = self._arrived() if again else start
            again = True
            if there is None:
                return
            rest = block[max(0, there - start) :]
            if not rest and total == "*":
                return
            end = start + len(block)
            span = f"bytes {end - len(rest)}-{end - 1}/{total}" if rest else f"bytes */{total}"
            status, _, content = self._bucket.ask("PUT", self._session, block=rest, headers={"Content-Range": span})
            if total != "*" and (status == 308 or int(json.loads(content)["size"]) != end):
                raise RemoteUnavailable(f"{end} bytes were sent, and the service does not have them all")

        self._bucket.do(self._doing, work)

    def _arrived(self) -> int | None:
        """Ask how many bytes have arrived; None when the object is complete."""
        status, headers, _ = self._bucket.ask("PUT", self._session, block=b"", headers={"Content-Range": "bytes */*"})
        if status != 308:
            return None
        match = re.fullmatch(r"bytes=0-(\d+)", {key.lower(): text for key, text in headers.items()}.get("range", ""))
        return (int(match[1]) + 1) // _UNIT * _UNIT if match else 0


@attrs.frozen
class StagedTail:
    """An object of which all but the last bytes are there, and of which nothing is seen."""

    _upload: Upload
    _tail: bytes
    _position: int

    def publish(self) -> str:
        """Send the last bytes."""
        return self._upload.finish(self._tail, self._position)

    def discard(self) -> None:
        """Have the service forget it."""
        self._upload.cancel()
