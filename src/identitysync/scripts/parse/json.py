"""``file.parse.json``: JSON files into records."""

from collections.abc import Iterator

from identitysync.contract import Example, File, Note, Parser, Rejected, param, script
from identitysync.errors import FormatError
from identitysync.scripts.parse.charset import AUTO, check_charset, decoded, detect
from identitysync.scripts.parse.json_forms import Element, Fault, elements
from identitysync.values import Record


@script(
    "file.parse.json",
    summary="Read records from JSON files.",
    examples=(
        Example("an array", {}, '[{"a": 1}, {"a": 123456789012345678901234567890}]',
                [{"a": 1}, {"a": 123456789012345678901234567890}]),
        Example("one object per line", {}, '{"a": 1}\n{"a": null}\n', [{"a": 1}, {"a": None}]),
        Example("wrapped", {"wrapField": "users"}, '{"time": 3, "users": [{"a": 1}]}', [{"a": 1}]),
    ),
)  # fmt: skip
class ParseJson(Parser):
    """Make a record of each object: of an array, of lines, of objects one after the other, or of a wrapped array.

    The form is told by the beginning of the file (*our choice*): `[` is an array; a first object that ends on its line
    means lines, each judged alone, so that a broken one is rejected and the next is read; else objects follow each
    other, and a fault ends the file. With `wrapField` the file is one object, and its records are in the array of that
    name. What is no object is rejected. Integers of any size stay exact.
    """

    add_filename: bool = param(default=False, doc="Whether `_fileName` is added.", example=True, text=True)
    wrap_field: str = param(default="", doc="The name of the array in the one object of the file.", example="users")
    file_charset: str = param(
        default="UTF-8", doc="The charset, or `auto-detect`.", example="auto-detect", check=check_charset
    )

    def parse(self, file: File) -> Iterator[Record | Rejected | Note]:
        """Read record by record."""
        with file.open() as stream:
            charset = self.file_charset
            if charset.casefold() == AUTO:
                charset = detect(stream)
                yield Note(f"{file.name} is taken for {charset}")
            if charset.casefold() in {"utf-8", "utf8"}:
                blocks: Iterator[bytes] = iter(lambda: stream.read(1 << 20), b"")
            else:
                blocks = (text.encode() for text in decoded(stream, charset, file.name))
            for found in elements(blocks, self.wrap_field):
                if type(found) is dict:
                    if self.add_filename:
                        found["_fileName"] = file.name
                    yield found
                elif isinstance(found, Fault):
                    raise FormatError(found.reason, file=file.name, line=found.line)
                elif isinstance(found, Element):
                    shown = {"_fileName": file.name, "_line": found.line, "_text": found.text}
                    yield Rejected(shown, f"{file.name}: line {found.line}: {found.reason}", "malformed-json")
