"""Cut a JSON array into blocks, and read each block alone.

How a record ends and the next begins is learned from the first ones, as ``json_list`` does. A block ends behind the
last record that seems to end in it. A place that only looks like such an end, in a text or deeper in a record, leaves
brackets or quotes open on its left, so that this block is no list of records: then it is read element by element, and
what has no end in it goes to the block that follows.
"""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import attrs
import msgspec

from identitysync.contract import Block, Decoded, File, Rejected, Table
from identitysync.errors import FormatError
from identitysync.scripts.parse.cutting import blocks
from identitysync.scripts.parse.json_element import Found, made
from identitysync.scripts.parse.json_list import Reader, seam_of
from identitysync.scripts.parse.json_source import MAX_ELEMENT, SHOWN, Fault, Source
from identitysync.values import Record, json_value

_BLANKS: Final = b" \t\r\n"
_texts = msgspec.json.Decoder(list[msgspec.Raw])


@attrs.frozen
class JsonArrayDecoder:
    """Make a record of each element.

    Attributes:
        file: The file's name.
        add_filename: Whether records get it.
        start: The byte behind the opening bracket: no comma is due there.
    """

    file: str
    add_filename: bool
    start: int
    names = None

    def decode(self, block: Block) -> Decoded:
        """Read elements: the whole block at once, and one by one where that fails."""
        text = self._list(block)
        try:
            records: Any = json_value(text) if text else []
        except (ValueError, RecursionError):
            records = []
        if not records or not all(type(record) is dict for record in records):
            return self._one_by_one(block)
        return Decoded([self.made(record) for record in records] if self.add_filename else records)

    def objects(self, block: Block, type: Any) -> list[Any] | None:
        """Read a block as objects of a class; None when it is not so simple, or a record does not fit."""
        text = b"" if self.add_filename else self._list(block)
        if not text:
            return None
        try:
            found: list[Any] = msgspec.json.Decoder(list[type]).decode(text)
        except (ValueError, RecursionError):
            return None
        return found

    def table(self, block: Block, shape: Any) -> Table | None:
        """Read a block natively; None when it is not so simple, or a record does not fit."""
        begins = block.offset <= self.start
        found = None if self.add_filename else shape.read(block.bytes(), begins, block.last)
        return None if found is None else Table(found)

    def texts(self, block: Block) -> Sequence[bytes]:
        """Give the text of each record of a block that ``objects`` could read."""
        return [bytes(each) for each in _texts.decode(self._list(block))]

    def made(self, found: Found) -> Record | Rejected:
        """Make a record, or a reject, of what was found."""
        return made(found, self.file, add_filename=self.add_filename)

    def _list(self, block: Block) -> bytes:
        """Give a block as a whole array of its own; nothing when it does not look like one."""
        text = block.bytes().strip(_BLANKS)
        if block.offset > self.start:
            if not text.startswith(b","):
                return b""
            text = text[1:].lstrip(_BLANKS)
        if not text.startswith(b"{"):  # no comma may stand alone
            return b""
        return b"[" + text if block.last else b"[" + text + b"]"

    def _one_by_one(self, block: Block) -> Decoded:
        data = block.bytes()
        source = Source(iter([data]))
        source.line = block.line
        reader = Reader(source, array=True, begun=block.offset > self.start)
        found: list[Record | Rejected] = []
        done, line = 0, block.line
        for each in reader.read():
            if isinstance(each, Fault):
                if not block.last and (source.ended or source.left < SHOWN):  # with more, it may be none, or read other
                    return Decoded(found, rest=block.tail(len(data) - done, line))
                return Decoded(found, fault=FormatError(each.reason, file=self.file, line=each.line))
            found.append(self.made(each))
            done, line = len(data) - source.left, source.line
        if not block.last:  # the array has ended; only blanks may follow, which are looked at with the file's end
            return Decoded(found, rest=block.tail(len(data) - done, line))
        if source.first():
            reason = f"something follows the end of the array: {source.shown()}"
            return Decoded(found, fault=FormatError(reason, file=self.file, line=source.line))
        return Decoded(found)


def cut_array(stream: BinaryIO, file: File, start: int, line: int, beginning: Source) -> Iterator[Block] | None:
    """Cut a file that is one array.

    Args:
        stream: The file, wherever it is; it is at ``start`` afterwards.
        file: The same file.
        start: The byte behind the opening bracket.
        line: The line on which that is.
        beginning: What comes there.

    Returns:
        The blocks; None when its first elements do not tell how the others are joined.
    """
    seam = _learned(beginning)
    stream.seek(start)
    if not seam:
        return None

    def complain(data: bytes, number: int) -> None:
        if len(data) > MAX_ELEMENT:
            raise FormatError(f"a value has more than {MAX_ELEMENT} bytes", file=file.name, line=number)

    def end_of(data: bytes) -> int:
        return data.rfind(seam) + 1

    return blocks(stream, file, start, line, complain, lambda data: data.count(b"\n"), end_of)


def _learned(beginning: Source) -> bytes:
    if beginning.first() != b"{" or isinstance(beginning.element(), Fault):
        return b""
    return seam_of(beginning)
