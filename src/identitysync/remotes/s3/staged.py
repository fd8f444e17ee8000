"""An upload to S3 whose parts are all there, and of which nothing is seen."""

import hashlib
from typing import Protocol

import attrs


@attrs.frozen
class Part:
    """A part of an object.

    Attributes:
        number: Which one, from 1.
        etag: What the service calls its content.
        size: Its bytes.
    """

    number: int
    etag: str
    size: int

    @staticmethod
    def whole(parts: "tuple[Part, ...]") -> str:
        """Give what S3 calls the content of an object that is made of parts."""
        try:
            digests = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
        except ValueError:  # encrypted objects have names of their own
            return ""
        return f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"'


class _Bucket(Protocol):
    def complete(self, path: str, upload: str, parts: tuple[Part, ...]) -> None: ...

    def abort(self, path: str, upload: str) -> None: ...

    def address(self, path: str) -> str: ...


@attrs.frozen
class StagedParts:
    """A complete upload that has not been completed."""

    _bucket: _Bucket
    _path: str
    _upload: str
    _parts: tuple[Part, ...]

    def publish(self) -> str:
        """Complete it: the object is there, whole, instead of an older one."""
        self._bucket.complete(self._path, self._upload, self._parts)
        return self._bucket.address(self._path)

    def discard(self) -> None:
        """Have the service forget it."""
        if self._upload:
            self._bucket.abort(self._path, self._upload)
