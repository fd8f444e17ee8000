"""``file.parse.json``: JSON files into records."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final

from identitysync.contract import Cut, Decoder, Example, File, Note, Parser, Rejected, param, script
from identitysync.scripts.parse.charset import Charset, check_charset, decoded, recognize
from identitysync.scripts.parse.cutting import closing
from identitysync.scripts.parse.json_array import JsonArrayDecoder, cut_array
from identitysync.scripts.parse.json_element import made
from identitysync.scripts.parse.json_forms import elements, is_lines
from identitysync.scripts.parse.json_lines import JsonLinesDecoder, cut_lines
from identitysync.scripts.parse.json_source import Source
from identitysync.values import Record

_BLOCK: Final = 1 << 20


@script(
    "file.parse.json",
    summary="Read records from JSON files.",
    examples=(
        Example(
            "an array",
            {},
            '[{"a": 1}, {"a": 123456789012345678901234567890}]',
            [{"a": 1}, {"a": 123456789012345678901234567890}],
        ),
        Example("one object per line", {}, '{"a": 1}\n{"a": null}\n', [{"a": 1}, {"a": None}]),
        Example("objects one after the other", {}, '{"a": 1} {"a": 2}', [{"a": 1}, {"a": 2}]),
        Example("wrapped", {"wrapField": "users"}, '{"time": 3, "users": [{"a": 1}]}', [{"a": 1}]),
    ),
)
class ParseJson(Parser):
    """Make a record of each object: of an array, of lines, of objects one after the other, or of a wrapped array.

    The form is told by the beginning of the file (*our choice*): `[` is an array; a first object that ends on its line,
    or a first line that is no whole JSON while the second is, means lines; else objects follow each other. With
    `wrapField` the file is one object, and its records are in the array of that name.

    Of lines, each is judged alone: a broken one is rejected as `{_fileName, _line, _text}` and the next is read. In the
    other forms a fault ends the file with an error that names the line. What is JSON but no object is rejected, in all
    forms. An empty file gives no records.

    Integers of any size stay exact; a number beyond a double, half of a surrogate pair, and a record of more than
    64 million bytes are faults. Of a name that an object has twice, the last counts.
    """

    named = False

    add_filename: bool = param(
        default=False, doc="Whether each record gets the file's name as `_fileName`.", example=True, text=True
    )
    wrap_field: str = param(
        default="", doc="The name of the array in the one object that the file is; empty for none.", example="users"
    )
    file_charset: str = param(
        default="UTF-8", doc="The charset, or `auto-detect`.", example="auto-detect", check=check_charset
    )

    def parse(self, file: File) -> Iterator[Record | Rejected | Note]:
        """Read record by record.

        Args:
            file: The file.

        Yields:
            Records, what is none, and what the trace shall say.

        Raises:
            FormatError: The file cannot be read, or not any further; the line is named.
        """
        cut = self.cut(file)
        if cut is not None:
            yield from cut.found()
            return
        with file.open() as stream:
            charset = recognize(stream, self.file_charset, file.name)
            if charset.note:
                yield Note(charset.note)
            for found in elements(_blocks(stream, charset, file.name), self.wrap_field):
                yield made(found, file.name, add_filename=self.add_filename)

    def cut(self, file: File) -> Cut | None:
        """Cut lines, or an array, into blocks; the other forms are read from the beginning to the end."""
        with ExitStack() as stack:
            stream = stack.enter_context(file.open())
            charset = recognize(stream, self.file_charset, file.name)
            if self.wrap_field or charset.name != "utf-8":
                return None
            offset, line = _first(stream, charset.mark)
            stream.seek(offset)
            source = Source(_blocks(stream, charset, file.name))
            form = source.first()
            if form == b"[":
                source.drop(1)
                decoder: Decoder = JsonArrayDecoder(file.name, self.add_filename, offset + 1)
                found = cut_array(stream, file, offset + 1, line, source)
            elif form and is_lines(source):
                stream.seek(offset)
                decoder = JsonLinesDecoder(file.name, self.add_filename)
                found = cut_lines(stream, file, offset, line)
            else:
                return None
            if found is None:
                return None
            notes = (Note(charset.note),) if charset.note else ()
            return Cut(decoder, closing(stack.pop_all(), found), notes)


def _first(stream: BinaryIO, offset: int) -> tuple[int, int]:
    """Skip blanks; give the byte and the line where the first other sign is."""
    line = 1
    while block := stream.read(_BLOCK):
        rest = block.lstrip(b" \t\r\n")
        skipped = len(block) - len(rest)
        offset += skipped
        line += block.count(b"\n", 0, skipped)
        if rest:
            break
    return offset, line


def _blocks(stream: BinaryIO, charset: Charset, file: str) -> Iterator[bytes]:
    if charset.name == "utf-8":  # judged with the JSON, so that a wrong byte costs one line and not the file
        return iter(lambda: stream.read(_BLOCK), b"")
    return (text.encode("utf-8", "surrogatepass") for text in decoded(stream, charset, file))
