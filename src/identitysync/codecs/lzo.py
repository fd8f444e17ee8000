"""LZO in the container of lzop: files of one or several members, streamed block by block, with an index for Hadoop.

A member is a header, blocks of 256 KiB, and four zeros; each block tells its two lengths and a checksum, and is stored
as it is when it cannot be made smaller. The index lists where each block begins, as 64-bit numbers, so that several
machines can read one file (https://github.com/twitter/hadoop-lzo).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from identitysync.codecs.kinds import found_instead
from identitysync.errors import FormatError, MissingExtra

BLOCK: Final = 256 << 10
"""Bytes of a block, as lzop and Hadoop write them."""

MAX_BLOCK: Final = 1 << 20
"""Bytes of a block that is read: a hostile one may fill 255 times as much memory before it is found out."""

MAX_BYTES: Final = 1 << 40
"""Bytes that a file may grow to, unless the caller says otherwise."""

_MAGIC: Final = b"\x89LZO\0\r\n\x1a\n"
_VERSIONS: Final = (0x1040, 0x20A0, 0x0940)  # of lzop, of its library, and the oldest lzop that can read this
_METHOD, _LEVEL = 1, 5  # LZO1X-1, the usual
_METHODS: Final = (1, 2, 3)  # all are unpacked alike
_STREAM: Final = 0x0300000C  # of Unix, from a stream to a stream: no permissions and no time are restored

_ADLER_PLAIN: Final = 0x1
_PLAIN: Final = ((_ADLER_PLAIN, zlib.adler32), (0x100, zlib.crc32))
_PACKED: Final = ((0x2, zlib.adler32), (0x200, zlib.crc32))
_EXTRA, _FILTER, _CRC_HEADER = 0x40, 0x800, 0x1000


def compress(source: BinaryIO, offsets: list[int] | None = None) -> Iterator[bytes]:
    """Compress a stream; the result tells neither name nor time, so that equal bytes give equal files.

    Args:
        source: What to compress.
        offsets: Receives where each block begins.

    Yields:
        The file, block by block.

    Raises:
        MissingExtra: The library is not installed.
    """
    squeezer = library().LZOCompressor()
    header = struct.pack(">3H2B4L", *_VERSIONS, _METHOD, _LEVEL, _STREAM | _ADLER_PLAIN, 0, 0, 0) + b"\0"
    place = len(_MAGIC) + len(header) + 4
    yield _MAGIC + header + struct.pack(">L", zlib.adler32(header))
    while block := source.read(BLOCK):
        packed = squeezer.compress(block)
        if len(packed) >= len(block):
            packed = block
        if offsets is not None:
            offsets.append(place)
        place += 12 + len(packed)
        yield struct.pack(">3L", len(block), len(packed), zlib.adler32(block)) + packed
    yield bytes(4)


def index(offsets: list[int]) -> bytes:
    """Write the index of a file.

    Args:
        offsets: Where its blocks begin.

    Returns:
        The index.
    """
    return struct.pack(f">{len(offsets)}Q", *offsets)


def is_index(source: BinaryIO) -> bool:
    """Tell whether a file may be an index: numbers that only grow, the first of which lies behind a header.

    Args:
        source: The file.

    Returns:
        Whether it may be one; an empty file is the index of an empty file.
    """
    before = len(_MAGIC)
    while block := source.read(8):
        if len(block) < 8 or (place := int.from_bytes(block)) <= before:
            return False
        before = place
    return True


def blocks(source: BinaryIO, *, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """Uncompress a stream of one or several members, block by block.

    Args:
        source: What to uncompress.
        max_bytes: How many bytes may come out.

    Yields:
        Blocks of at most ``MAX_BLOCK``.

    Raises:
        FormatError: It is no file of lzop, is cut off, is damaged, or grows beyond what is allowed.
        MissingExtra: The library is not installed.
    """
    lzo = library()
    start = source.read(len(_MAGIC))
    if len(start) >= 4 and _MAGIC.startswith(start):
        start += _exactly(source, len(_MAGIC) - len(start))
    if start != _MAGIC:
        raise FormatError(f"not LZO: {found_instead(start)}")
    given = 0
    while start:
        if start != _MAGIC:
            raise FormatError(f"the LZO data has ended, and something else follows: {found_instead(start)}")
        flags = _header(source)
        while length := _number(source):
            given += length
            if given > max_bytes:
                raise FormatError(f"the LZO data grows to more than {max_bytes} bytes; it may be a bomb")
            yield _block(source, lzo, flags, length)
        start = source.read(len(_MAGIC))


def _header(source: BinaryIO) -> int:
    """Read a header, and give the flags, which say how blocks are checked."""
    fixed = _exactly(source, 12)
    version, _, needed, method, _ = struct.unpack_from(">3H2B", fixed)
    flags = int.from_bytes(fixed[8:])
    if version < _VERSIONS[2] or needed > _VERSIONS[0]:
        raise FormatError(f"the LZO file is of version {version:x} of lzop, which is not read here; 940 to 1040 are")
    if method not in _METHODS or flags & _FILTER:
        raise FormatError("the LZO file is packed in a way that is not read here; lzop -1 to -9 without filter are")
    fixed += _exactly(source, 13)  # permissions, time, length of the name
    fixed += _exactly(source, fixed[-1])
    if _number(source) != (zlib.crc32 if flags & _CRC_HEADER else zlib.adler32)(fixed):
        raise FormatError("the header of the LZO file is damaged: its checksum is wrong")
    if flags & _EXTRA:
        extra = _number(source)
        if extra > MAX_BLOCK:
            raise FormatError(f"the header of the LZO file is damaged: it tells of {extra} more bytes")
        _exactly(source, extra + 4)
    return flags


def _block(source: BinaryIO, lzo: Any, flags: int, length: int) -> bytes:
    packed_length = _number(source)
    if length > MAX_BLOCK or not 0 < packed_length <= length:
        lengths = f"{packed_length} bytes that become {length}"
        raise FormatError(f"a block of the LZO file has {lengths}: it is damaged, or larger than {MAX_BLOCK} bytes")
    sums = _checksums(source, flags, _PLAIN)
    packed_sums = _checksums(source, flags, _PACKED) if packed_length < length else []
    packed = block = _exactly(source, packed_length)
    if packed_length < length:
        try:
            block = lzo.LZOCompressor.decompress(packed, length)
        except lzo.LZOError as fault:
            raise FormatError(f"a block of the LZO file is damaged: {fault}") from fault
    right = all(made(block) == told for made, told in sums) and all(made(packed) == told for made, told in packed_sums)
    if len(block) != length or not right:
        raise FormatError("a block of the LZO file is damaged: its length or checksum is wrong")
    return bytes(block)


def _checksums(source: BinaryIO, flags: int, kinds: Any) -> list[tuple[Any, int]]:
    return [(made, _number(source)) for flag, made in kinds if flags & flag]


def _number(source: BinaryIO) -> int:
    return int.from_bytes(_exactly(source, 4))


def _exactly(source: BinaryIO, count: int) -> bytes:
    found = source.read(count)
    if len(found) < count:
        raise FormatError("the LZO file is cut off: its end is missing")
    return found


def library() -> Any:
    """Give the library that packs and unpacks blocks.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import lzallright
    except ImportError as fault:
        raise MissingExtra("lzo", "LZO") from fault
    return lzallright
