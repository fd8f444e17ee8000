"""``file.parse.dsv``: files of delimiter-separated values into records."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from identitysync.contract import Cut, Example, File, Note, Parser, Rejected, param, script
from identitysync.errors import FormatError
from identitysync.scripts.parse.charset import Charset, check_charset, decoded, is_plain, recognize
from identitysync.scripts.parse.cutting import closing
from identitysync.scripts.parse.dsv_decoder import DsvDecoder, find_header
from identitysync.scripts.parse.dsv_dialect import Dialect, check_separator, check_sign, unescaped
from identitysync.scripts.parse.dsv_found import BadRow, Found, Header
from identitysync.scripts.parse.dsv_rows import Cutter
from identitysync.values import Record


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
        Example(
            "tabs, quotes that mean nothing, and a character that escapes",
            {"columnSeparator": "\\t", "quoteCharacter": "", "escapeCharacter": "\\"},
            'a\tb\n5" disk\tone\\\ttwo\n',
            [{"a": '5" disk', "b": "one\ttwo"}],
        ),
    ),
)
class ParseDsv(Parser):
    r"""Make a record of each row below the header, whose names stay flat even when they hold dots.

    A row ends with a line feed, a carriage return or both. A field in quotes may hold line ends, separators, and quotes
    written twice; quotes inside a field that does not begin with one are ordinary characters. Blank lines are skipped,
    a file without any row gives no records.

    A row with too few or too many columns is rejected as `{_fileName, _line, _text, _header}`; so is one with text
    behind a closing quote, or with a quote that the rest of the file does not close. Wrong bytes, a header with an
    empty name or with one name twice, and a row of more than 16 million characters are errors that end the file.

    *Our choice*, where the original is not documented:

    - `inferTypes` takes an empty cell for null, and recognizes `true`, `false` and what JSON takes for a number;
      `01234`, `+1` and blanks stay text.
    - `auto-detect` goes by the byte-order mark, else takes a file for UTF-8 when its first MiB is that, else for
      windows-1252; the trace says which. The mark of UTF-8 is believed whatever `fileCharset` says.
    - Without `escapeCharacter` nothing is escaped; with it, the character after it counts as itself, in quotes or not.
    - `quoteCharacter` is ours: files whose quotes are meant literally are read with an empty one.
    """

    column_separator: str = param(
        doc="What stands between two columns, of any length; a tab may be written as `\\t`.",
        example=",",
        check=check_separator,
    )
    file_charset: str = param(
        default="UTF-8", doc="The charset, or `auto-detect`.", example="auto-detect", check=check_charset
    )
    infer_types: bool = param(
        default=False, doc="Whether true, false and numbers are recognized, and empty is null.", example=True, text=True
    )
    add_filename: bool = param(
        default=False, doc="Whether each record gets the file's name as `_fileName`.", example=True, text=True
    )
    escape_character: str = param(
        default="", doc="What takes the meaning off the next character; empty for none.", example="\\", check=check_sign
    )
    quote_character: str = param(
        default='"', doc="What opens and closes a quoted field; empty for none.", example="'", check=check_sign
    )

    def __attrs_post_init__(self) -> None:
        """Refuse signs that contradict each other."""
        self._dialect()

    @property
    def named(self) -> bool:
        """Whether all records of a file have the same fields, all of them text."""
        return not self.infer_types

    def parse(self, file: File) -> Iterator[Record | Rejected | Note]:
        """Read the header, then record by record.

        Args:
            file: The file.

        Yields:
            Records, rejected rows, and what the trace shall say.

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
            rows = Cutter(self._dialect(), file.name).rows(decoded(stream, charset, file.name))
            first = next(rows, None)
            if first is not None:
                decoder = self._decoder(charset, self._header(first, file.name), file.name)
                for row in rows:
                    yield decoder.made(row)

    def cut(self, file: File) -> Cut | None:
        """Cut a file into blocks, unless its charset is one in which a line end cannot be told by its byte."""
        with ExitStack() as stack:
            stream = stack.enter_context(file.open())
            charset = recognize(stream, self.file_charset, file.name)
            if not is_plain(charset.name):
                return None
            first, blocks = find_header(stream, file, charset, self._dialect())
            header = None if first is None else self._header(first, file.name)
            notes = (Note(charset.note),) if charset.note else ()
            return Cut(self._decoder(charset, header, file.name), closing(stack.pop_all(), blocks), notes)

    def _decoder(self, charset: Charset, header: Header | None, name: str) -> DsvDecoder:
        return DsvDecoder(self._dialect(), charset, name, header, self.infer_types, self.add_filename)

    def _dialect(self) -> Dialect:
        return Dialect(unescaped(self.column_separator), self.quote_character, self.escape_character)

    def _header(self, row: Found, name: str) -> Header:
        if isinstance(row, BadRow):
            raise FormatError(f"the header cannot be read: {row.reason}", file=name, line=row.line)
        if not isinstance(row, Header):
            raise TypeError(f"the first row is no header: {row}")
        fault = _fault(row.fields, add_filename=self.add_filename)
        if fault:
            raise FormatError(fault, file=name, line=row.line)
        return row


def _fault(names: list[str], *, add_filename: bool) -> str:
    if any("\0" in name for name in names):
        return "the header holds the character NUL; if the file is UTF-16, say so with fileCharset"
    if "" in names:
        number = names.index("") + 1
        hint = "does every line end with a separator?" if number == len(names) > 1 else "is columnSeparator right?"
        return f"column {number} of {len(names)} has no name in the header; {hint}"
    doubles = [repr(name) for name, count in Counter(names).items() if count > 1]
    if doubles:
        return f"the header has the same name more than once: {', '.join(doubles[:5])}; rename all but one"
    if add_filename and "_fileName" in names:
        return "the file has a column '_fileName' of its own, which addFilename would overwrite; switch it off"
    return ""
