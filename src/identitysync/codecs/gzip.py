"""Gzip: files of one or several members, streamed block by block (RFC 1952)."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, cast

from identitysync.errors import FormatError, InvalidParameter

BLOCK: Final = 1 << 20
"""Bytes that are read at a time."""

MAX_BYTES: Final = 1 << 40
"""Bytes that a file may grow to, unless the caller says otherwise."""

MAX_RATIO: Final = 1100
"""How much larger a file may become; deflate cannot do more than 1032, so that more is a fault."""

_MAGIC: Final = b"\x1f\x8b"
_KINDS: Final = (
    (b"PK", "a zip file"), (b"BZh", "a bzip2 file"), (b"\xfd7zXZ", "an xz file"), (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x89LZO", "an LZO file"),
)  # fmt: skip


def compress(source: BinaryIO, target: BinaryIO, level: int = 1) -> None:
    """Compress a stream; the result tells neither name nor time, so that equal bytes give equal files.

    Args:
        source: What to compress.
        target: Where it goes.
        level: 0 to 9 as in gzip; 0 to 3 are done by ISA-L, which is many times faster, 4 to 9 by zlib.

    Raises:
        InvalidParameter: There is no such level.
    """
    squeezer = compressor(level)
    while block := source.read(BLOCK):
        target.write(squeezer.compress(block))
    target.write(squeezer.flush())


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
    taken = given = 0
    waiting = source.read(BLOCK)
    if not waiting.startswith(_MAGIC):
        raise FormatError(f"not gzip: {_what(waiting)}")
    inflater = make()
    while waiting:
        taken += len(waiting)
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
            if not inflater.eof:
                waiting = inflater.unconsumed_tail
                continue
            waiting = inflater.unused_data or source.read(BLOCK)
            taken += 0 if inflater.unused_data else len(waiting)
            waiting = _after_member(waiting, source, taken)
            if not waiting:
                return
            inflater = make()
        waiting = source.read(BLOCK)
    raise FormatError(f"the gzip data is cut off after {taken} bytes: its end is missing")


def _after_member(waiting: bytes, source: BinaryIO, taken: int) -> bytes:
    """Give the bytes of the next member, or nothing at the end; zeros behind the last member are padding."""
    if waiting and not waiting.strip(b"\0"):
        while waiting := source.read(BLOCK):
            if waiting.strip(b"\0"):
                break
    if waiting and not (_MAGIC.startswith(waiting[:2]) or waiting.startswith(_MAGIC)):
        raise FormatError(f"the gzip data is followed by something else before byte {taken}: {_what(waiting)}")
    return waiting


def _what(start: bytes) -> str:
    if not start:
        return "the file is empty"
    kind = next((kind for magic, kind in _KINDS if start.startswith(magic)), None)
    return f"it is {kind}" if kind else f"it starts with {start[:4].hex(' ')}"
