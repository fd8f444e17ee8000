"""Cut the text of a DSV file into rows of fields.

A quote opens a field only at the field's beginning (RFC 4180). Rows without any quote, which are most, are cut by plain
splitting; only the others are scanned.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from identitysync.errors import FormatError

MAX_ROW: Final = 16 << 20
"""Characters that one row may have: more means a quote that is never closed."""

_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\r(?=[\s\S])|\n)")


@attrs.frozen
class BadRow:
    """A row that cannot be cut.

    Attributes:
        line: The line on which it begins, from 1.
        text: Its text.
        reason: Why not.
    """

    line: int
    text: str
    reason: str


@attrs.frozen
class Row:
    """A row of fields.

    Attributes:
        line: The line on which it begins, from 1.
        text: Its text, without the line end.
        fields: The fields.
    """

    line: int
    text: str
    fields: list[str]


class Cutter:
    """Cut rows for one dialect."""

    def __init__(self, separator: str, escape: str) -> None:
        """Prepare.

        Args:
            separator: What stands between two columns.
            escape: The escape character, or nothing.
        """
        self._separator, self._escape = separator, escape
        sep, esc = re.escape(separator), re.escape(escape)
        if escape:
            self._quoted = re.compile(rf'"((?:[^"{esc}]|{esc}[\s\S]|"")*)"')
            self._plain = re.compile(rf"(?:{esc}[\s\S]|(?!{sep})[^{esc}])*")
            self._unescape = re.compile(rf'{esc}([\s\S])|""')
        else:
            self._quoted = re.compile(r'"([^"]*(?:""[^"]*)*)"')
            self._plain = re.compile(rf"(?:(?!{sep})[\s\S])*" if len(separator) > 1 else rf"[^{sep}]*")

    def rows(self, blocks: Iterable[str], file: str) -> Iterator[Row | BadRow]:
        """Cut rows.

        Args:
            blocks: The text.
            file: The file's name, for errors.

        Yields:
            Each row that is not blank.

        Raises:
            FormatError: A row has no end.
        """
        line = 1
        open_row = ""
        open_line = 1
        separator = self._separator
        for text in _lines(blocks):
            if not open_row and '"' not in text and not (self._escape and self._escape in text):
                plain = text.rstrip("\r\n")
                if plain:
                    yield Row(line, plain, plain.split(separator))
                line += 1
                continue
            if not open_row:
                open_line = line
            open_row += text
            line += 1
            found = self._cut(open_row)
            if found is not None:
                yield Row(open_line, found[0], found[1]) if found[1] else BadRow(open_line, found[0], found[2])
                open_row = ""
            elif len(open_row) > MAX_ROW:
                raise FormatError(
                    f"a quote is opened and not closed within {MAX_ROW} characters", file=file, line=open_line
                )
        if open_row:
            yield BadRow(open_line, open_row, "a quote is opened and never closed")

    def _cut(self, row: str) -> tuple[str, list[str], str] | None:
        """Give the row's text and its fields, or why it has none; nothing when it goes on in the next line."""
        text = row[:-2] if row.endswith("\r\n") else row[:-1] if row.endswith(("\n", "\r")) else row
        fields: list[str] = []
        position = 0
        while True:
            if text.startswith('"', position):
                found = self._quoted.match(text, position)
                if found is None:
                    return None
                fields.append(self._without_escapes(found[1]) if self._escape else found[1].replace('""', '"'))
            else:
                found = self._plain.match(text, position)
                if found is None:  # pragma: no cover - the pattern matches nothing, too
                    raise AssertionError(text)
                fields.append(self._without_escapes(found[0]) if self._escape else found[0])
                if self._escape and found.end() < len(text) and not text.startswith(self._separator, found.end()):
                    return None  # an escape at the very end of the line
            position = found.end()
            if position == len(text):
                return text, fields, ""
            if not text.startswith(self._separator, position):
                return text, [], f"column {len(fields)} goes on after its closing quote"
            position += len(self._separator)

    def _without_escapes(self, text: str) -> str:
        return self._unescape.sub(lambda found: found[1] or '"', text)


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """Cut text into lines with their ends: line feed, carriage return, or both."""
    rest = ""
    for block in blocks:
        text = rest + block
        if "\r" not in text:
            *whole, rest = text.split("\n")
            for line in whole:
                yield line + "\n"
        else:
            position = 0
            for found in _LINES.finditer(text):
                yield found[0]
                position = found.end()
            rest = text[position:]
        if len(rest) > MAX_ROW:
            yield rest
            rest = ""
    if rest.endswith("\r") or rest:
        yield rest
