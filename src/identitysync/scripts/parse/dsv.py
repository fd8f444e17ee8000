"""``file.parse.dsv``: files of delimiter-separated values into records."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from identitysync.contract import Example, File, Note, Parser, Rejected, param, script
from identitysync.errors import FormatError, InvalidParameter
from identitysync.scripts.parse.charset import AUTO, check_charset, decoded, detect
from identitysync.scripts.parse.dsv_rows import BadRow, Cutter, Row
from identitysync.values import Record

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def _separator(text: str) -> None:
    if not text or any(letter in '"\r\n' for letter in text):
        raise InvalidParameter(f"a column separator is neither empty nor a quote nor a line end; found {text!r}")


def _escape(text: str) -> None:
    if len(text) > 1 or text in {'"', "\r", "\n"}:
        raise InvalidParameter(f"an escape character is one character other than the quote; found {text!r}")


@script(
    "file.parse.dsv",
    summary="Read records from files of delimiter-separated values (CSV and the like).",
    examples=(
        Example(
            "the header names the fields; every value is text",
            {"columnSeparator": ","},
            'UID,name\n1,"Ada, or ""A"""\n2,\n',
            [{"UID": "1", "name": 'Ada, or "A"'}, {"UID": "2", "name": ""}],
        ),
        Example(
            "types found out",
            {"columnSeparator": ";", "inferTypes": True},
            "a;b;c;d\n1;true;01234;\n",
            [{"a": 1, "b": True, "c": "01234", "d": None}],
        ),
    ),
)
class ParseDsv(Parser):
    """Make a record of each row below the header, whose names stay flat even when they hold dots.

    Lines end with a line feed, a carriage return or both; a quoted field may hold all of these; blank lines are
    skipped. A row with too few or too many columns is rejected with its line number, as is one with text behind a
    closing quote. Empty and duplicate names in the header are an error.

    What `inferTypes` takes for a number, and what `auto-detect` does, is *our choice*: JSON numbers without leading
    zeros; the byte-order mark, else UTF-8 when the first MiB is that, else windows-1252, said in the trace.
    """

    column_separator: str = param(doc="What stands between two columns.", example=",", check=_separator)
    file_charset: str = param(
        default="UTF-8", doc="The charset, or `auto-detect`.", example="auto-detect", check=check_charset
    )
    infer_types: bool = param(
        default=False, doc="Whether true, false and numbers are recognized, and empty is null.", example=True, text=True
    )
    add_filename: bool = param(default=False, doc="Whether `_fileName` is added.", example=True, text=True)
    escape_character: str = param(
        default="", doc="What takes the meaning off the next character.", example="\\", check=_escape
    )

    def parse(self, file: File) -> Iterator[Record | Rejected | Note]:
        """Read the header, then record by record."""
        separator = self.column_separator.replace("\\t", "\t")
        with file.open() as stream:
            charset = self.file_charset
            if charset.casefold() == AUTO:
                charset = detect(stream)
                yield Note(f"{file.name} is taken for {charset}")
            rows = Cutter(separator, self.escape_character).rows(decoded(stream, charset, file.name), file.name)
            header = _header(rows, file.name)
            if header is None:
                return
            yield from self._records(rows, header, file.name)

    def _records(self, rows: Iterator[Row | BadRow], header: Row, name: str) -> Iterator[Record | Rejected]:
        names = header.fields
        width = len(names)
        infer: Callable[[str], Any] | None = _inferred if self.infer_types else None
        for row in rows:
            if type(row) is Row and len(row.fields) == width:
                fields = map(infer, row.fields) if infer else row.fields
                record = dict(zip(names, fields, strict=True))
                if self.add_filename:
                    record["_fileName"] = name
                yield record
                continue
            reason = (
                row.reason if isinstance(row, BadRow) else f"the row has {len(row.fields)} columns, the header {width}"
            )
            shown = {"_fileName": name, "_line": row.line, "_text": row.text, "_header": header.text}
            yield Rejected(shown, f"{name}: line {row.line}: {reason}", "malformed-row")


def _header(rows: Iterator[Row | BadRow], name: str) -> Row | None:
    header = next(rows, None)
    if header is None:
        return None
    if isinstance(header, BadRow):
        raise FormatError(f"the header cannot be read: {header.reason}", file=name, line=header.line)
    doubles = [field for field, count in Counter(header.fields).items() if count > 1]
    if "" in header.fields:
        number = header.fields.index("") + 1
        message = f"column {number} of {len(header.fields)} has no name; is columnSeparator right?"
        raise FormatError(message, file=name, line=header.line)
    if doubles:
        raise FormatError(f"the column {doubles[0]!r} is there twice; names are unique", file=name, line=header.line)
    return header


def _inferred(text: str) -> Any:
    if not text:
        return None
    if text in {"true", "false"}:
        return text == "true"
    found = _NUMBER.fullmatch(text) if len(text) <= 4000 else None
    if found is None:
        return text
    if found[1] is None and found[2] is None:
        return int(text)
    number = float(text)
    return number if number not in {float("inf"), float("-inf")} else text
