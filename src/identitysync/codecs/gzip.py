"""Gzip: files of one or several members, streamed block by block (RFC 1952)."""

import io
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from identitysync.codecs.kinds import found_instead
from identitysync.errors import FormatError, InvalidParameter

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK: Final = 1 << 20
"""Bytes that are read at a time."""

MAX_BYTES: Final = 1 << 40
"""Bytes that a file may grow to, unless the caller says otherwise."""

MAX_RATIO: Final = 1100
"""How much larger a file may become; deflate cannot do more than 1032, so that more is a fault."""

_THREADS: Final = min(4, os.cpu_count() or 1)
_MAGIC: Final = b"\x1f\x8b"


def compress(source: BinaryIO, target: BinaryIO, level: int = 1) -> None:
    """Compress a stream; the result tells neither name nor time, so that equal bytes give equal files.

    Each megabyte becomes a member of its own, which RFC 1952 allows and every reader knows, so that all cores can work.

    Args:
        source: What to compress.
        target: Where it goes.
        level: 0 to 9 as in gzip; 0 to 3 are done by ISA-L, which is many times faster, 4 to 9 by zlib.

    Raises:
        InvalidParameter: There is no such level.
    """
    compressor(level)
    first = source.read(BLOCK)
    second = source.read(BLOCK)
    if not second:
        target.write(member(first, level))
        return
    with ThreadPoolExecutor(_THREADS, "gzip") as pool:
        under_way = deque(pool.submit(member, block, level) for block in (first, second))
        while under_way:
            if len(under_way) <= _THREADS and (block := source.read(BLOCK)):
                under_way.append(pool.submit(member, block, level))
            else:
                target.write(under_way.popleft().result())


def member(block: bytes, level: int) -> bytes:
    """Compress a block into a whole gzip file, which may be a member of a larger one.

    Args:
        block: What to compress.
        level: As in ``compress``.

    Returns:
        The member.
    """
    squeezer = compressor(level)
    return bytes(squeezer.compress(block) + squeezer.flush())


def plain(member: bytes) -> bytes:
    """Uncompress what ``member`` gave."""
    return zlib.decompress(member, wbits=31)


def compressor(level: int) -> Any:
    """Make a compressor of one gzip member, with ``compress`` and ``flush``.

    Args:
        level: As in ``compress``.

    Returns:
        The compressor.

    Raises:
        InvalidParameter: There is no such level.
    """
    if not 0 <= level <= 9:
        raise InvalidParameter(f"the level of compression is 0 to 9; found {level}")
    if level <= 3:
        from isal import isal_zlib

        return isal_zlib.compressobj(level, wbits=31)
    return zlib.compressobj(level, wbits=31)


def decompress(source: BinaryIO, target: BinaryIO, *, max_bytes: int = MAX_BYTES, max_ratio: int = MAX_RATIO) -> None:
    """Uncompress a stream of one or several members.

    Args:
        source: What to uncompress.
        target: Where it goes.
        max_bytes: How many bytes may come out.
        max_ratio: How many bytes may come out for one that goes in.

    Raises:
        FormatError: The stream is not gzip, is cut off, is damaged, or grows beyond what is allowed.
    """
    target.writelines(blocks(source, max_bytes=max_bytes, max_ratio=max_ratio))


def blocks(source: BinaryIO, *, max_bytes: int = MAX_BYTES, max_ratio: int = MAX_RATIO) -> Iterator[bytes]:
    """Uncompress a stream, block by block.

    Args:
        source: What to uncompress.
        max_bytes: As in ``decompress``.
        max_ratio: As in ``decompress``.

    Yields:
        Blocks of about a megabyte.

    Raises:
        FormatError: As in ``decompress``.
    """
    from isal import isal_zlib

    damaged = cast(type[Exception], isal_zlib.error)
    make: Callable[[], Any] = lambda: isal_zlib.decompressobj(wbits=31)  # noqa: E731 - one line says it all
    waiting = _start(source)
    if not waiting.startswith(_MAGIC):
        raise FormatError(f"not gzip: {found_instead(waiting)}")
    taken, given, inflater = len(waiting), 0, make()
    while True:
        while waiting:
            try:
                block = inflater.decompress(waiting, BLOCK)
            except damaged as fault:
                raise FormatError(f"the gzip data is damaged near byte {taken}: {fault}") from fault
            given += len(block)
            if given > max_bytes or given > max_ratio * taken + BLOCK:
                raise FormatError(f"the gzip data grows to more than {given} bytes from {taken}; it may be a bomb")
            if block:
                yield block
            if inflater.eof:
                break
            waiting = inflater.unconsumed_tail
        if not inflater.eof:
            waiting = source.read(BLOCK)
            taken += len(waiting)
            if not waiting:
                raise FormatError(f"the gzip data is cut off after {taken} bytes: its end is missing")
            continue
        waiting, more = _next_member(inflater.unused_data, source, taken)
        if not waiting:
            return
        taken += more
        inflater = make()


def open_reader(source: BinaryIO, *, max_bytes: int = MAX_BYTES, max_ratio: int = MAX_RATIO) -> BinaryIO:
    """Read a gzip stream as if it were not compressed, block by block, as far as somebody reads.

    Args:
        source: What to uncompress; it is closed with the reader.
        max_bytes: As in ``decompress``.
        max_ratio: As in ``decompress``.

    Returns:
        A stream that cannot go back; reading it raises the errors of ``decompress``.
    """
    reader = _Reader(source, blocks(source, max_bytes=max_bytes, max_ratio=max_ratio))
    return cast(BinaryIO, io.BufferedReader(reader, BLOCK))


class _Reader(io.RawIOBase):
    def __init__(self, source: BinaryIO, given: Iterator[bytes]) -> None:
        self._source, self._given = source, given
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: "Buffer") -> int:
        into = memoryview(target).cast("B")
        if not self._block:
            self._block = memoryview(next(self._given, b""))
        count = min(len(into), len(self._block))
        into[:count] = self._block[:count]
        self._block = self._block[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def _next_member(rest: bytes, source: BinaryIO, taken: int) -> tuple[bytes, int]:
    """Give the first bytes of the next member, or none, and how many were read; zeros between members are padding."""
    before, rest = taken, rest.lstrip(b"\0")
    while len(rest) < 2:
        more = source.read(BLOCK)
        if not more:
            break
        taken, rest = taken + len(more), (rest + more).lstrip(b"\0")
    if rest and not rest.startswith(_MAGIC):
        place = taken - len(rest)
        raise FormatError(f"the gzip data ends at byte {place}, and something else follows: {found_instead(rest)}")
    return rest, taken - before


def _start(source: BinaryIO) -> bytes:
    """Read a first block of at least two bytes, where there are so many."""
    start = source.read(BLOCK)
    return start + source.read(BLOCK) if len(start) == 1 else start
