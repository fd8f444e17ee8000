"""Zip: archives of one or several files, written and read block by block (PKWARE's APPNOTE 6.3)."""

import errno
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

from identitysync.codecs.kinds import found_instead
from identitysync.errors import FormatError, InvalidParameter

BLOCK: Final = 1 << 20
"""Bytes that are read at a time."""

MAX_BYTES: Final = 1 << 40
"""Bytes that all files of an archive may grow to, unless the caller says otherwise."""

MAX_RATIO: Final = 1100
"""How much larger the files may be than their archive; deflate cannot do more than 1032, so that more is a fault."""

MAX_DIRECTORY: Final = 8 << 20
"""Bytes that the list of the files may have: it is held in memory, a file takes about 100 of them."""

_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")  # the latter is an archive of nothing
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHERS: Final = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_LARGE: Final = 2_000_000_000


def compress(files: Iterable[tuple[str, BinaryIO, int]], level: int = 6) -> Iterator[bytes]:
    """Make an archive; it tells no time, so that equal files give equal archives.

    Args:
        files: Each file's name in the archive, its bytes, read before the next file is asked for, and about how many
            they are, so that only large files need what old readers do not know.
        level: 0 (as it is) to 9 (small), as in zlib.

    Yields:
        The archive, block by block.

    Raises:
        InvalidParameter: There is no such level.
    """
    check_level(level)
    sink = _Sink()
    with zipfile.ZipFile(cast(BinaryIO, sink), "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, source, size in files:
            with archive.open(name, "w", force_zip64=size >= _LARGE) as stream:
                while block := source.read(BLOCK):
                    stream.write(block)
                    yield sink.take()
    yield sink.take()


def check_level(level: int) -> None:
    """Raise ``InvalidParameter`` unless there is such a level of compression."""
    if not 0 <= level <= 9:
        raise InvalidParameter(f"the level of compression is 0 to 9; found {level}")


def members(
    source: BinaryIO, *, max_bytes: int = MAX_BYTES, max_ratio: int = MAX_RATIO
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Give the files of an archive one after the other; folders are left out.

    Args:
        source: The archive, in which one can go back and forth.
        max_bytes: How many bytes all files together may have.
        max_ratio: How many bytes may come out for one that goes in.

    Yields:
        Names as they stand in the archive, to be distrusted, and bytes, to be taken before the next is asked for.

    Raises:
        FormatError: It is no archive, is cut off, damaged, encrypted, packed in an unknown way, or grows beyond what
            is allowed.
    """
    start = source.read(16)
    if not start.startswith(_STARTS):
        raise FormatError(f"not zip: {found_instead(start)}")
    meter = _Meter(max_bytes, max_ratio * source.seek(0, 2) + BLOCK)
    with _faults("the zip file"):
        archive = zipfile.ZipFile(cast(BinaryIO, _Cautious(source)))
    with archive:
        for entry in archive.infolist():
            if not entry.filename:
                raise FormatError("a file in the zip file has no name")
            if not entry.is_dir():
                yield entry.filename, _blocks(archive, entry, meter)


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, meter: "_Meter") -> Iterator[bytes]:
    if entry.flag_bits & 0x1:
        raise FormatError(
            f"{entry.filename!r} in the zip file is encrypted with a password; send it without, or by PGP"
        )
    if entry.compress_type not in _METHODS:
        method = _OTHERS.get(entry.compress_type, f"method {entry.compress_type}")
        raise FormatError(f"{entry.filename!r} in the zip file is packed by {method}; only deflate and stored are read")
    with _faults(f"{entry.filename!r} in the zip file"), archive.open(entry) as stream:
        while block := stream.read(BLOCK):
            meter.add(len(block))
            yield block


class _Meter:
    """Count what comes out, whichever file it belongs to: files may overlap, so that each alone looks harmless."""

    def __init__(self, *limits: int) -> None:
        self._limit, self._given = min(limits), 0

    def add(self, count: int) -> None:
        self._given += count
        if self._given > self._limit:
            raise FormatError(f"the zip file grows to more than {self._limit} bytes; it may be a bomb")


class _Sink:
    """Collect what an archive writes until it is taken; a stream in which nobody can go back."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._blocks = b"".join(self._blocks), []
        return taken


class _Cautious:
    """An archive whose list of files is never read when it would fill the memory."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek, self.tell, self.seekable = source.seek, source.tell, source.seekable

    def read(self, count: int = -1) -> bytes:
        if count > MAX_DIRECTORY:
            raise FormatError(
                f"the list of files in the zip file has {count} bytes; more than {MAX_DIRECTORY} are a fault"
            )
        return self._source.read(count)


@contextmanager
def _faults(what: str) -> Iterator[None]:
    """Turn what the library says of broken archives into one kind of error."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise FormatError(f"{what} is cut off or damaged: {str(fault) or 'its end is missing'}") from fault
    except (ValueError, OverflowError, IndexError) as fault:
        raise FormatError(f"{what} is damaged: {fault}") from fault
    except OSError as fault:
        if fault.errno != errno.EINVAL:  # a place before the beginning
            raise
        raise FormatError(f"{what} is damaged: it points to places outside of itself") from fault
