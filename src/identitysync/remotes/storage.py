"""What this machine's disk says, in words for people."""

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, Protocol

import attrs

from identitysync.errors import LocalStorageError, RemoteUnavailable

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK: Final = 1 << 20
"""Bytes that are copied at a time."""

_HINTS: Final = {
    errno.ENOSPC: "; make room on that disk",
    errno.EDQUOT: "; the user's quota is used up",
    errno.EFBIG: "; files may not grow that large there",
    errno.EROFS: "; choose a place that can be written",
    errno.EACCES: "; the user of this process needs the right to do so",
    errno.EPERM: "; the user of this process needs the right to do so",
}


@contextmanager
def local_storage(doing: str) -> Iterator[None]:
    """Turn errors of this machine's file system into one for people.

    Args:
        doing: What is done, with the path: ``write /data/x.csv``.

    Raises:
        LocalStorageError: The disk is full, or this machine refuses.
    """
    try:
        yield
    except OSError as fault:
        hint = _HINTS.get(fault.errno or 0, "")
        raise LocalStorageError(f"cannot {doing}: {fault.strerror or fault}{hint}") from fault


class Source(Protocol):
    """A file of this machine that goes elsewhere; a path is one."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open it from its beginning."""
        ...

    def stat(self) -> os.stat_result:
        """Tell its size."""
        ...


@attrs.frozen
class CheckedSource:
    """A file of this machine whose reader hears on the way when he need not go on."""

    _path: Path
    _check: Callable[[], object]

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open it from its beginning."""
        return _CheckedReader(io.FileIO(self._path, mode), self._check)

    def stat(self) -> os.stat_result:
        """Tell its size."""
        return self._path.stat()

    def __str__(self) -> str:
        return str(self._path)


class _CheckedReader(io.BufferedReader):
    def __init__(self, raw: io.FileIO, check: Callable[[], object]) -> None:
        super().__init__(raw)
        self._check = check

    def read(self, size: int | None = -1, /) -> bytes:
        self._check()
        return super().read(size)


class CheckedTarget(io.BufferedWriter):
    """A file of this machine whose writer hears on the way when he need not go on."""

    def __init__(self, path: Path, check: Callable[[], object]) -> None:
        """Empty the file, or make it.

        Args:
            path: Where it is.
            check: Is called before every block, and may raise.
        """
        super().__init__(io.FileIO(path, "wb"))
        self._check = check

    def write(self, block: "Buffer", /) -> int:
        """Write a block, unless there is no need for it any more."""
        self._check()
        return super().write(block)


def blocks(source: Source, size: int = BLOCK) -> Iterator[bytes]:
    """Read a file of this machine, block by block.

    Args:
        source: The file.
        size: Bytes of a block; the last one may be shorter.

    Yields:
        The blocks.

    Raises:
        LocalStorageError: It cannot be read.
    """
    with local_storage(f"read {source}"):
        stream = source.open("rb")
    with stream:
        while True:
            with local_storage(f"read {source}"):
                block = stream.read(size)
            if not block:
                return
            yield block


class LocalTarget:
    """Write what arrives from elsewhere into a stream of this machine, from its start again when need be."""

    def __init__(self, stream: BinaryIO) -> None:
        """Take the stream as it is; what it holds so far is kept.

        Args:
            stream: Where the bytes go.
        """
        self._stream, self._start = stream, stream.tell()
        self._doing = f"write {getattr(stream, 'name', 'what arrives')}"

    def restart(self) -> None:
        """Forget what has arrived."""
        with local_storage(self._doing):
            self._stream.seek(self._start)
            self._stream.truncate()

    def write(self, block: bytes) -> None:
        """Keep a block."""
        with local_storage(self._doing):
            self._stream.write(block)

    def copy(self, source: BinaryIO) -> None:
        """Keep all that a source holds."""
        shutil.copyfileobj(source, self, BLOCK)

    def fill(self, size: int, most: int, read: Callable[[int, int], bytes]) -> int:
        """Fetch what is missing of so many bytes, some at a time.

        Args:
            size: How many there are.
            most: How many to read at a time.
            read: Reads from a place on, so many bytes.

        Returns:
            How many there are.

        Raises:
            RemoteUnavailable: There are fewer.
        """
        while (arrived := self.size) < size:
            block = read(arrived, min(most, size - arrived))
            if not block:
                raise RemoteUnavailable(f"there are to be {size} bytes; {arrived} arrived")
            self.write(block)
        return size

    @property
    def size(self) -> int:
        """How many bytes have arrived."""
        return self._stream.tell() - self._start
