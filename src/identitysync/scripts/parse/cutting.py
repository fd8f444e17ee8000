"""Cut the bytes of a file into blocks that end where a line or a record ends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final

from identitysync.contract import Block, File
from identitysync.native import kernel

BLOCK: Final = 1 << 19
"""Bytes that a block has, about: enough that what comes once for each block does not count."""

Complain = Callable[[bytes, int], None]
"""Looks at a line that has no end yet, and the number of its line; raises ``FormatError`` when it is too long."""


def blocks(
    stream: BinaryIO,
    file: File,
    offset: int,
    line: int,
    complain: Complain,
    count: Callable[[bytes], int],
    end_of: "Callable[[bytes], int] | None" = None,
) -> Iterator[Block]:
    """Cut a file from where its stream is.

    Args:
        stream: The file.
        file: The same file, to be named in the blocks.
        offset: The byte at which the stream is.
        line: The line on which the stream is.
        complain: Judges a line that is longer than a block.
        count: Counts the line ends in a block.
        end_of: Says where a block may end in these bytes, 0 for nowhere; by default behind the last line end. It may be
            a guess, when whoever decodes the blocks can bear that it was wrong.

    Yields:
        The blocks, none of them empty.

    Raises:
        FormatError: A line is too long.
    """
    end_of = end_of or line_end
    content = getattr(file, "content", b"")  # whoever tests a parser may hand in less than a file
    data = stream.read(BLOCK)
    while data:
        more = stream.read(BLOCK)
        end = end_of(data) if more else len(data)
        if not end:
            complain(data, line)
            data += more
            continue
        taken = data[:end]
        yield Block(content if isinstance(content, Path) else taken, offset, end, line, not more, taken)
        line += count(taken)
        offset += end
        data = data[end:] + more


def count_of(data: bytes, sign: bytes) -> int:
    """Count how often a sign comes; signs are so near each other that looking for one after the other costs more."""
    native = kernel()
    count: int = native.count(data, sign) if native and len(sign) == 1 else data.count(sign)
    return count


def closing(stack: AbstractContextManager[object], found: Iterator[Block]) -> Iterator[Block]:
    """Give blocks, and let go of what they are read from behind the last one."""
    with stack:
        yield from found


def line_end(data: bytes) -> int:
    """Give the place behind the last line end; 0 when there is none."""
    # a carriage return at the very end may be half of a line end
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1


def quoted_line_end(quote: bytes) -> Callable[[bytes], int]:
    """Find line ends where quotes enclose some that are none.

    Args:
        quote: The quote.

    Returns:
        What gives a place where as many quotes have been closed as opened, where there is one: a guess.
    """

    def end_of(data: bytes) -> int:
        end = line_end(data)
        if end and data[end - 1 : end] == b"\n" and count_of(data[:end], quote) % 2:
            before = data.rfind(b"\n", 0, data.rfind(quote, 0, end)) + 1
            if before and count_of(data[:before], quote) % 2 == 0:
                return before
        return end

    return end_of
