"""``file.parse.json``: JSON files into records."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from identitysync.contract import Example, File, Note, Parser, Rejected, param, script
from identitysync.errors import FormatError
from identitysync.scripts.parse.charset import Charset, check_charset, decoded, recognize
from identitysync.scripts.parse.json_element import Element
from identitysync.scripts.parse.json_forms import elements
from identitysync.scripts.parse.json_source import Fault
from identitysync.values import Record, json_bytes

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
        with file.open() as stream:
            charset = recognize(stream, self.file_charset, file.name)
            if charset.note:
                yield Note(charset.note)
            for found in elements(_blocks(stream, charset, file.name), self.wrap_field):
                if type(found) is dict:
                    if self.add_filename:
                        if "_fileName" in found:
                            yield _clash(found, file.name)
                            continue
                        found["_fileName"] = file.name
                    yield found
                elif isinstance(found, Fault):
                    raise FormatError(found.reason, file=file.name, line=found.line)
                elif isinstance(found, Element):
                    shown = {"_fileName": file.name, "_line": found.line, "_text": found.text}
                    code = "no-object" if found.sound else "malformed-json"
                    yield Rejected(shown, f"{file.name}: line {found.fault_line}: {found.reason}", code)


def _clash(record: Record, file: str) -> Rejected:
    shown = {"_fileName": file, "_line": None, "_text": json_bytes(record).decode()}
    message = f"{file}: a record has a field '_fileName' of its own, which addFilename would overwrite"
    return Rejected(shown, message, "name-clash")


def _blocks(stream: BinaryIO, charset: Charset, file: str) -> Iterator[bytes]:
    if charset.name == "utf-8":  # judged with the JSON, so that a wrong byte costs one line and not the file
        return iter(lambda: stream.read(_BLOCK), b"")
    return (text.encode("utf-8", "surrogatepass") for text in decoded(stream, charset, file))
