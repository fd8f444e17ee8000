"""Read JSON lines, each judged alone."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import attrs
import msgspec

from identitysync.contract import Block, Decoded, File, Rejected, Table
from identitysync.errors import FormatError
from identitysync.scripts.parse.cutting import blocks, count_of
from identitysync.scripts.parse.json_element import Found, judge, made
from identitysync.scripts.parse.json_source import MAX_ELEMENT
from identitysync.values import Record

_SPACE: Final = b" \t\r\n"
_OPENS, _CLOSES = b"{}"
_decode_lines = msgspec.json.Decoder().decode_lines


@attrs.frozen
class JsonLinesDecoder:
    """Make a record of each line.

    Attributes:
        file: The file's name.
        add_filename: Whether records get it.
    """

    file: str
    add_filename: bool
    names = None

    def decode(self, block: Block) -> Decoded:
        """Read lines: the whole block at once, and line by line where it has a fault."""
        data = block.bytes()
        records = at_once(data)
        if records and not self.add_filename:
            return Decoded(records)
        return Decoded([self.made(found) for found in records or _one_by_one(data, block.line)])

    def objects(self, block: Block, type: Any) -> list[Any] | None:
        """Read a block as objects of a class; None when it is not so simple, or a record does not fit."""
        data = block.bytes()
        count = 0 if self.add_filename else count_objects(data)
        if not count:
            return None
        try:
            found: list[Any] = msgspec.json.Decoder(type).decode_lines(data)
        except (ValueError, RecursionError):
            return None
        return found if len(found) == count else None

    def table(self, block: Block, shape: Any) -> Table | None:
        """Read a block natively; None when it is not so simple, or a record does not fit."""
        found = None if self.add_filename else shape.read(block.bytes())
        return None if found is None else Table(found)

    def texts(self, block: Block) -> Sequence[bytes]:
        """Give the text of each record of a block whose lines are simple."""
        return block.bytes().split(b"\n")

    def made(self, found: Found) -> Record | Rejected:
        """Make a record, or a reject, of what was found; raise ``FormatError`` for what ends the file."""
        return made(found, self.file, add_filename=self.add_filename)


def cut_lines(stream: BinaryIO, file: File, offset: int, line: int) -> Iterator[Block]:
    """Cut a file of lines.

    Args:
        stream: The file, where its first line begins.
        file: The same file.
        offset: The byte at which the stream is.
        line: The line on which it is.

    Yields:
        The blocks.

    Raises:
        FormatError: A line is too long.
    """

    def complain(data: bytes, number: int) -> None:
        if len(data) > MAX_ELEMENT:
            raise FormatError(f"a line has more than {MAX_ELEMENT} bytes", file=file.name, line=number)

    return blocks(stream, file, offset, line, complain, lambda data: count_of(data, b"\n"))


def at_once(block: bytes) -> list[Any]:
    """Decode a block of lines; nothing when it is not so simple that each line is one object."""
    count = count_objects(block)
    if not count:
        return []
    try:
        records: list[Any] = _decode_lines(block)
    except (ValueError, RecursionError):
        return []
    return records if len(records) == count and all(type(record) is dict for record in records) else []


def count_objects(block: bytes) -> int:
    """Count the lines of a block, if each begins and ends as an object does; else give 0.

    The decoder takes a value that goes over several lines, and several values on a line. Inside a value, ``}`` and
    ``{`` never stand at two sides of a line end; so when they do at each, and it finds as many values as there are
    lines, each line is one.
    """
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for line in lines:
        if not line or line[0] != _OPENS or (line[-1] != _CLOSES and not line.endswith(b"}\r")):
            return 0
    return len(lines)


def _one_by_one(block: bytes, number: int) -> Iterator[Found]:
    for line in block.split(b"\n"):
        if line.strip(_SPACE):
            yield judge(line, number)
        number += 1
