"""``file.format.dsv``: records into a file of delimiter-separated values."""

from collections import Counter
from enum import StrEnum

from identitysync.contract import Cells, Encoder, Example, Fields, Formatter, Layout, Rows, param, script
from identitysync.errors import InvalidParameter
from identitysync.scripts.format.charset import Charset, check_charset
from identitysync.scripts.format.dsv_dialect import (
    Dialect,
    check_escape,
    check_line_end,
    check_quote,
    check_separator,
    unescaped,
)
from identitysync.scripts.format.dsv_emit import emit_cells, emit_rows
from identitysync.scripts.format.dsv_rows import DsvEncoder
from identitysync.scripts.format.sizes import check_size
from identitysync.values import FieldPath


class DsvVersion(StrEnum):
    """The versions of the format that flows name."""

    STANDARD = "Standard"


def _check_columns(paths: list[FieldPath]) -> None:
    doubles = [name for name, count in Counter(path.literal for path in paths).items() if count > 1]
    if doubles:
        raise InvalidParameter(f"each column is named once; found more than once: {', '.join(doubles)}")


@script(
    "file.format.dsv",
    summary="Write records into a file of delimiter-separated values (CSV and the like).",
    examples=(
        Example(
            "the union of all fields; objects become dotted columns, arrays JSON",
            {"fileName": "a.csv", "columnSeparator": ","},
            [{"UID": "1", "profile": {"age": 3}}, {"UID": "2", "likes": ["a", "b"]}],
            'UID,profile.age,likes\n1,3,\n2,,"[""a"",""b""]"\n',
        ),
        Example(
            "every field in quotes",
            {"fileName": "a.csv", "columnSeparator": "|", "quoteFields": True},
            [{"a": 'say "x"', "b": None}],
            '"a"|"b"\n"say ""x"""|""\n',
        ),
        Example(
            "named columns",
            {"fileName": "a.csv", "columnSeparator": ";", "columns": ["b", "a"]},
            [{"a": 1, "b": 2, "c": 3}],
            "b;a\n2;1\n",
        ),
        Example(
            "quotes escaped instead of doubled",
            {"fileName": "a.csv", "columnSeparator": ",", "escapeCharacter": "\\", "writeHeader": False},
            [{"a": 'say "x"', "b": 1.5}],
            '"say \\"x\\"",1.5\n',
        ),
    ),
)
class FormatDsv(Formatter):
    """Write one row for each record, below a header.

    The columns are those of `columns`, else the union of all fields in the order in which they turn up, over the whole
    file: none is ever lost, wherever it turns up first, and all parts of a split file have the same. Nested objects
    become dotted columns, arrays compact JSON; null and missing are empty.

    A record is rejected when two of its fields would become one column (`profile.email`, and `email` in `profile`),
    when `fileCharset` lacks one of its characters, and when a number is infinite or not a number.

    *Our choice*, where the original is not documented: all of the above; that `quoteFields: false` quotes what needs it
    (RFC 4180); that quotes in quoted fields are doubled unless there is an `escapeCharacter`, which then stands before
    quotes and before itself; that `quoteCharacter` exists. UTF-16 is written little-endian with a byte-order mark.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="accounts_${now}.csv", variables=True
    )
    column_separator: str = param(
        doc="What stands between two columns, of any length; a tab may be written as `\\t`.",
        example=",",
        check=check_separator,
    )
    quote_fields: bool = param(
        default=False, doc="Whether every field is quoted, the header's too.", example=True, text=True
    )
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )
    write_header: bool = param(default=True, doc="Whether the first row holds the names.", example=False, text=True)
    escape_character: str = param(
        default="",
        doc="What stands before a quote, and before itself, inside quotes; empty to double quotes.",
        example="\\",
        check=check_escape,
    )
    quote_character: str = param(
        default='"', doc="What opens and closes a quoted field.", example="'", check=check_quote
    )
    line_end: str = param(
        default="\n",
        doc="What ends a row: `\\n`, `\\r\\n` or `\\r`, also written so.",
        example="\\r\\n",
        check=check_line_end,
    )
    max_file_size: float | None = param(
        default=None,
        doc="Megabytes after which the next part begins: name_1.csv, name_2.csv.",
        example=10,
        text=True,
        check=check_size,
    )
    dsv_format_version: DsvVersion = param(
        default=DsvVersion.STANDARD, doc="The version of the format.", example="Standard"
    )
    columns: list[FieldPath] = param(
        default=[],
        doc="The columns, when they shall not be found out; other fields are left out.",
        example=["UID", "profile.email"],
        text=True,
        check=_check_columns,
    )
    file_charset: str = param(default="UTF-8", doc="The charset.", example="ISO-8859-1", check=check_charset)

    def __attrs_post_init__(self) -> None:
        """Refuse signs that contradict each other."""
        self._dialect()

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return DsvEncoder(self._dialect(), Charset.of(self.file_charset), self.columns, header=self.write_header)

    def emit_rows(self, fields: Fields, layout: Layout) -> Rows:
        """Do the same in a function."""
        return emit_rows(fields, layout, self._dialect(), Charset.of(self.file_charset), self.columns)

    def emit_cells(self, fields: Fields, layout: Layout) -> Cells:
        """Do the same natively."""
        return emit_cells(fields, layout, self._dialect(), Charset.of(self.file_charset), self.columns)

    def _dialect(self) -> Dialect:
        return Dialect(
            separator=unescaped(self.column_separator),
            quote=self.quote_character,
            escape=self.escape_character,
            line_end=unescaped(self.line_end),
            quote_all=self.quote_fields,
        )
