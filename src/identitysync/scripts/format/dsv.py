"""``file.format.dsv``: records into a file of delimiter-separated values."""

import codecs
from enum import StrEnum

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import InvalidParameter
from identitysync.scripts.format.dsv_rows import DsvEncoder
from identitysync.values import FieldPath


class DsvVersion(StrEnum):
    """The versions of the format that flows name."""

    STANDARD = "Standard"


def unescaped(text: str) -> str:
    """Read the two characters that flows write for a tab or a line end."""
    return text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")


def _separator(text: str) -> None:
    if not text or any(letter in '"\r\n' for letter in unescaped(text)):
        raise InvalidParameter(f"a column separator is neither empty nor a quote nor a line end; found {text!r}")


def _escape(text: str) -> None:
    if len(text) > 1 or text in {'"', "\r", "\n"}:
        raise InvalidParameter(f"an escape character is one character other than the quote; found {text!r}")


def _line_end(text: str) -> None:
    if unescaped(text) not in {"\n", "\r\n", "\r"}:
        raise InvalidParameter(f"a line end is \\n, \\r\\n or \\r; found {text!r}")


def _charset(text: str) -> None:
    try:
        codecs.lookup(text)
    except LookupError as fault:
        raise InvalidParameter(f"there is no charset {text!r}; UTF-8, ISO-8859-1 and UTF-16 are usual ones") from fault


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
    ),
)  # fmt: skip
class FormatDsv(Formatter):
    """Write one row for each record, below a header.

    The columns are those of `columns`, else the union of all fields in the order in which they turn up, over the whole
    file: none is ever lost, wherever it turns up first. Nested objects become dotted columns, arrays compact JSON; null
    and missing are empty. All of that is *our choice*, as is quoting: only where it is needed (RFC 4180, by doubling),
    or everywhere with `quoteFields`; with an `escapeCharacter`, by escaping.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="accounts_${now}.csv", variables=True
    )
    column_separator: str = param(doc="What stands between two columns.", example=",", check=_separator)
    quote_fields: bool = param(default=False, doc="Whether every field is quoted.", example=True, text=True)
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )
    write_header: bool = param(default=True, doc="Whether the first row holds the names.", example=False, text=True)
    escape_character: str = param(
        default="", doc="What stands before a quote, and before itself, inside quotes.", example="\\", check=_escape
    )
    line_end: str = param(default="\n", doc="What ends a row.", example="\\r\\n", check=_line_end)
    max_file_size: float | None = param(
        default=None, doc="Megabytes after which the next part begins: name_1.csv, name_2.csv.", example=10, text=True
    )
    dsv_format_version: DsvVersion = param(
        default=DsvVersion.STANDARD, doc="The version of the format.", example="Standard"
    )
    columns: list[FieldPath] = param(
        default=[], doc="The columns, when they shall not be found out.", example=["UID", "profile.email"], text=True
    )
    file_charset: str = param(default="UTF-8", doc="The charset.", example="ISO-8859-1", check=_charset)

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        return DsvEncoder(
            separator=unescaped(self.column_separator),
            quote_all=self.quote_fields,
            escape=self.escape_character,
            line_end=unescaped(self.line_end),
            header=self.write_header,
            columns=self.columns,
            charset=self.file_charset,
        )
