"""Cut the bytes of a file into blocks that begin where a line begins."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final

from identitysync.contract import Block, File

BLOCK: Final = 1 << 18
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
    quote: bytes = b"",
) -> Iterator[Block]:
    """Cut a file from where its stream is.

    Args:
        stream: The file.
        file: The same file, to be named in the blocks.
        offset: The byte at which the stream is.
        line: The line on which the stream is.
        complain: Judges a line that is longer than a block.
        count: Counts the line ends in a block.
        quote: What encloses line ends that are none. Blocks end where as many quotes have been closed as opened, where
            there is such a place; it is a guess, and whoever decodes them must bear that it was wrong.

    Yields:
        The blocks, none of them empty.

    Raises:
        FormatError: A line is too long.
    """
    content = getattr(file, "content", b"")  # whoever tests a parser may hand in less than a file
    data = stream.read(BLOCK)
    while data:
        more = stream.read(BLOCK)
        end = _end(data, quote) if more else len(data)
        if not end:
            complain(data, line)
            data += more
            continue
        taken = data[:end]
        yield Block(content if isinstance(content, Path) else taken, offset, end, line, not more, taken)
        line += count(taken)
        offset += end
        data = data[end:] + more


def closing(stack: AbstractContextManager[object], found: Iterator[Block]) -> Iterator[Block]:
    """Give blocks, and let go of what they are read from behind the last one."""
    with stack:
        yield from found


def _end(data: bytes, quote: bytes) -> int:
    end = data.rfind(b"\n") + 1
    if not end:
        # a carriage return at the very end may be half of a line end
        return data.rfind(b"\r", 0, len(data) - 1) + 1
    if quote and data.count(quote, 0, end) % 2:
        before = data.rfind(b"\n", 0, data.rfind(quote, 0, end)) + 1
        if before and data.count(quote, 0, before) % 2 == 0:
            return before
    return end
