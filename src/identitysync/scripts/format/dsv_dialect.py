"""How a DSV file is written: what separates, quotes, escapes, and ends a row."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import attrs

from identitysync.errors import InvalidParameter


@attrs.define(slots=False)
class Dialect:
    """Write rows.

    Attributes:
        separator: What stands between two columns, any length.
        quote: What opens and closes a quoted field.
        escape: What stands before a quote, and before itself, in a quoted field; nothing when quotes are doubled.
        line_end: What ends a row.
        quote_all: Whether every field is quoted.
    """

    separator: str
    quote: str = '"'
    escape: str = ""
    line_end: str = "\n"
    quote_all: bool = False

    def __attrs_post_init__(self) -> None:
        if self.quote in self.separator:
            raise InvalidParameter(f"the column separator {self.separator!r} holds the quote {self.quote!r}")
        if self.escape and (self.escape in self.separator or self.escape == self.quote):
            raise InvalidParameter(
                f"the escape character {self.escape!r} is the quote or part of the column separator; "
                "quotes inside quoted fields are doubled when there is no escape character"
            )

    @cached_property
    def _special(self) -> re.Pattern[str]:
        # a cell that holds the beginning of a long separator could make one together with what follows it
        signs = f"{self.separator[0]}{self.quote}{self.escape}\r\n"
        return re.compile(f"[{re.escape(signs)}]")

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile(f"{re.escape(self.escape)}[\\s\\S]")

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """Write rows.

        Args:
            rows: The cells of each, all rows of one length; none when there are no columns, which gives blank lines.

        Returns:
            The text, with a line end behind each row.
        """
        width = len(rows[0]) if rows else 0
        if not width:
            return self.line_end * len(rows)
        if self.quote_all:
            return self._quoted_rows(rows)
        separator = self.separator
        lines = [separator.join(row) for row in rows]
        text = self.line_end.join(lines) + self.line_end
        if self._is_plain(text, len(rows), width):
            return text
        first, each = separator[0], separator.count(separator[0])
        for number, line in enumerate(lines):
            # the separators alone hold so many of their first character: with more, some cell holds one
            if (
                self.quote in line
                or "\n" in line
                or "\r" in line
                or (self.escape and self.escape in line)
                or line.count(first) != (width - 1) * each
            ):
                cells = rows[number]
                special = self._special.search
                lines[number] = separator.join([self.quoted(cell) if special(cell) else cell for cell in cells])
            elif not line:  # one empty cell, which is no blank line
                lines[number] = self.quote * 2
        return self.line_end.join(lines) + self.line_end

    def pad(self, text: str, width: int, wanted: int) -> str:
        """Add empty cells to rows that were written when there were fewer columns.

        Args:
            text: The rows, as ``text`` wrote them.
            width: How many columns they have.
            wanted: How many they shall have.

        Returns:
            The rows.
        """
        cell = self.quote * 2 if self.quote_all or wanted == 1 else ""
        if not width:
            end = self.separator.join([cell] * wanted) + self.line_end
        else:
            end = (self.separator + cell) * (wanted - width) + self.line_end
        if self.quote not in text:
            return text.replace(self.line_end, end)
        empty = self.quote * 2 if width == 1 and not self.quote_all else None  # quoted only for standing alone
        return "".join([(end if row == empty else row + end) for row in self._rows(text)])

    def quoted(self, cell: str) -> str:
        """Write a cell in quotes."""
        if self.escape:
            safe = cell.replace(self.escape, self.escape * 2).replace(self.quote, self.escape + self.quote)
        else:
            safe = cell.replace(self.quote, self.quote * 2)
        return f"{self.quote}{safe}{self.quote}"

    def _is_plain(self, text: str, count: int, width: int) -> bool:
        """Tell whether no cell of these rows holds anything special, by counting what the rows themselves need."""
        feeds, returns = self.line_end.count("\n"), self.line_end.count("\r")
        first = self.separator[0]
        return (
            width > 1
            and self.quote not in text
            and not (self.escape and self.escape in text)
            and text.count("\n") == feeds * count
            and text.count("\r") == returns * count
            and text.count(first) == count * (width - 1) * self.separator.count(first)
        )

    def _quoted_rows(self, rows: Sequence[Sequence[str]]) -> str:
        quote, between = self.quote, f"{self.quote}{self.separator}{self.quote}"
        lines = [f"{quote}{between.join(row)}{quote}" for row in rows]
        text = self.line_end.join(lines) + self.line_end
        if text.count(quote) == 2 * sum(map(len, rows)) and not (self.escape and self.escape in text):
            return text
        for number, row in enumerate(rows):
            line = lines[number]
            if line.count(quote) != 2 * len(row) or (self.escape and self.escape in line):
                lines[number] = self.separator.join(map(self.quoted, row))
        return self.line_end.join(lines) + self.line_end

    def _rows(self, text: str) -> Iterator[str]:
        """Cut what ``text`` wrote into rows, without their line ends: a row is whole when its quotes are even."""
        held: list[str] = []
        is_open = False
        for line in text.split(self.line_end)[:-1]:
            if self.quote in line:
                bare = self._escaped.sub("", line) if self.escape else line
                is_open ^= bool(bare.count(self.quote) % 2)
            if is_open:
                held.append(line)
            elif held:
                held.append(line)
                yield self.line_end.join(held)
                held = []
            else:
                yield line


def unescaped(text: str) -> str:
    r"""Read a separator or line end as flows write it: the two characters ``\t``, ``\r``, ``\n`` are meant as one."""
    return text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")


def check_separator(text: str) -> None:
    """Raise ``InvalidParameter`` unless columns can be separated by this."""
    plain = unescaped(text)
    if not plain or "\r" in plain or "\n" in plain:
        raise InvalidParameter(f"a column separator is neither empty nor a line end; found {text!r}")


def check_quote(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is one character that can quote."""
    if len(text) != 1 or text in {"\r", "\n"}:
        raise InvalidParameter(f"expected one character that is no line end; found {text!r}")


def check_escape(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is one character that can escape, or nothing."""
    if text:
        check_quote(text)


def check_line_end(text: str) -> None:
    r"""Raise ``InvalidParameter`` unless this ends lines."""
    if unescaped(text) not in {"\n", "\r\n", "\r"}:
        raise InvalidParameter(f"a line end is \\n, \\r\\n or \\r; found {text!r}")
