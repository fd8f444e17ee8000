"""Cut the text of a DSV file into rows of fields.

A quote opens a field only at the field's beginning (RFC 4180); elsewhere it is a character like others. Blocks of text
without any quote or escape, which are most, are cut by plain splitting, and so are rows in which each field is quoted;
only the others are walked through field by field. Every character is looked at a bounded number of times, whatever the
file holds.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Final

from identitysync.errors import FormatError
from identitysync.scripts.parse.dsv_dialect import Dialect
from identitysync.scripts.parse.dsv_found import BadRow, Found, Header
from identitysync.scripts.parse.dsv_walk import OpenRow, Walker, split_lines

MAX_ROW: Final = 16 << 20
"""Characters that one row may have: more means a quote that is never closed, or no DSV file at all."""

_SOME: Final = 1024
"""Lines that are split at once: those of a row that is open are not split at all."""


class Cutter:
    """Cut the rows of one file."""

    def __init__(self, dialect: Dialect, file: str, *, line: int = 1, width: int = -1) -> None:
        """Prepare.

        Args:
            dialect: How the file is written.
            file: Its name, for errors.
            line: The line on which the text begins.
            width: How many columns the header has; less than 0 when the first row is the header.
        """
        self._separator, self._quote, self._escape = dialect.separator, dialect.quote, dialect.escape
        self._between = f"{dialect.quote}{dialect.separator}{dialect.quote}"
        self._walker = Walker(dialect)
        self._file = file
        self._number, self._width = line, width
        self._open: OpenRow | None = None

    def rows(self, blocks: Iterable[str]) -> Iterator[Found]:
        """Cut rows; blank lines are none.

        Args:
            blocks: The text of the file.

        Yields:
            The first row as ``Header``, unless it is a ``BadRow``; then the fields of each row that has as many as the
            header, and a ``BadRow`` for each other one.

        Raises:
            FormatError: A row has no end within ``MAX_ROW`` characters.
        """
        for text in self._whole_lines(blocks):
            yield from self.cut(text)
        yield from self.end()

    def cut(self, text: str) -> Iterator[Found]:
        """Cut some whole lines; a row that they begin and do not end stays open.

        Args:
            text: The lines.

        Yields:
            As ``rows`` does.

        Raises:
            FormatError: A row has no end within ``MAX_ROW`` characters.
        """
        if self._open is None and not self._is_special(text):
            yield from self._plain(text)
        else:
            yield from self._mixed(text)

    def batch(self, text: str) -> list[Found]:
        """Cut some whole lines at once: ``cut``, only faster, below a header.

        Args:
            text: The lines.

        Returns:
            What ``cut`` yields.

        Raises:
            FormatError: A row has no end within ``MAX_ROW`` characters.
        """
        separator, width = self._separator, self._width
        if self._open is None and not self._is_special(text):
            lines = split_lines(text)
            rows: list[Found] = [line.split(separator) for line in lines]
            if set(map(len, rows)) <= {width} and "" not in lines:  # type: ignore[arg-type]  # they are lists
                self._number += len(lines)
                return rows
            return list(self._plain(text))
        if self._escape and self._escape in text:
            return list(self._mixed(text))
        return self._sparse(text)

    def _sparse(self, text: str) -> list[Found]:
        """Cut lines of which some hold quotes: all are split, and only those are looked at closely."""
        separator, width, quote = self._separator, self._width, self._quote
        lines = text.split("\n")
        last = lines.pop()
        bare = lines
        if "\r" in text:
            bare = [line[:-1] if line[-1:] == "\r" else line for line in lines]
        found: list[Found] = []
        first, at = self._number, 0  # so many lines are done
        while at < len(lines):
            begin = at
            some = bare[at : at + _SOME] if self._open is None else []
            rows = [line.split(separator) for line in some]
            odd = [
                number
                for number, line in enumerate(some, at)
                if quote in line or len(rows[number - at]) != width or "\r" in line or not line
            ]
            for number in odd or [at] * (not some):
                if number < at:
                    continue  # it belongs to a row that began before
                found += rows[at - begin : number - begin]
                at = number
                if self._open is None:
                    self._number = first + at
                    found += self._odd(lines[at], bare[at])
                    at += 1
                while self._open is not None and at < len(lines):
                    end = self._stretch(lines, at)
                    found += self._go_on(self._open, "\n".join([*lines[at:end], ""]))
                    at = end
                first = self._number - at
            found += rows[at - begin :]
            at = max(at, begin + len(some))
            self._number = first + at
        if last:
            found += self._mixed(last)
        return found

    def _stretch(self, lines: list[str], start: int) -> int:
        """Give how far one look goes in a row that is open: a line with a quote, or all lines up to the next one."""
        if self._quote in lines[start]:
            return start + 1
        return next((n for n in range(start + 1, len(lines)) if self._quote in lines[n]), len(lines))

    def _odd(self, line: str, bare: str) -> list[Found]:
        """Cut a line that is not simple, with and without what may be half of its end."""
        if "\r" not in bare:
            if self._quote in bare:
                fields = self._all_quoted(bare, self._between) or self._some_quoted(bare)
            else:
                fields = bare.split(self._separator)
            if fields:
                self._number += 1
                if len(fields) == self._width and bare:
                    return [fields]
                return [self._judged(self._number - 1, bare, fields)] if bare else []
        return list(self._mixed(f"{line}\n"))

    def _go_on(self, row: OpenRow, text: str) -> list[Found]:
        """Go on with a row that is open: with one line, or with lines without any quote."""
        if "\r" in text.removesuffix("\r\n").removesuffix("\n") and self._quote in text:
            return list(self._mixed(text))  # it may be several lines
        self._number += text.count("\n") + text.count("\r") - text.count("\r\n")
        if self._walker.walk(row, text):
            self._open = None
            return [row.fields if len(row.fields) == self._width and not row.fault else self._finished(row)]
        self._bounded(row)
        return []

    def _bounded(self, row: OpenRow) -> None:
        if row.size > MAX_ROW:
            raise FormatError(f"{row.opened()} within {MAX_ROW} characters", file=self._file, line=row.line)

    def end(self) -> Iterator[BadRow]:
        """Give the row that is open at the end of the file, if there is one."""
        row = self._open
        if row is not None:
            count = self._number - row.line
            within = "within its line" if count == 1 else f"within the {count} lines up to the end of the file"
            yield BadRow(row.line, row.text(), f"{row.opened()} {within}")

    @property
    def open(self) -> OpenRow | None:
        """The row that is open, if there is one."""
        return self._open

    def _is_special(self, text: str) -> bool:
        return bool((self._quote and self._quote in text) or (self._escape and self._escape in text))

    def _plain(self, text: str) -> Iterator[Found]:
        """Cut lines in which nothing is quoted or escaped."""
        lines = split_lines(text)
        separator, width = self._separator, self._width
        for number, line in enumerate(lines, self._number):
            fields = line.split(separator)
            if len(fields) == width and line:
                yield fields
            elif line:
                yield self._judged(number, line, fields)
                width = self._width
        self._number += len(lines)

    def _mixed(self, text: str) -> Iterator[Found]:
        """Cut lines in which something may be quoted or escaped."""
        separator, between = self._separator, self._between
        for line in io.StringIO(text, newline=""):
            number = self._number
            self._number += 1
            if self._open is None:
                bare = line.rstrip("\r\n")
                if not self._is_special(bare):
                    fields = bare.split(separator)
                elif self._escape and self._escape in bare:
                    fields = []
                else:
                    fields = self._all_quoted(bare, between) or self._some_quoted(bare)
                if fields:
                    if len(fields) == self._width and bare:
                        yield fields
                    elif bare:
                        yield self._judged(number, bare, fields)
                    continue
                self._open = OpenRow(number)
            row = self._open
            if self._walker.walk(row, line):
                self._open = None
                yield row.fields if len(row.fields) == self._width and not row.fault else self._finished(row)
            else:
                self._bounded(row)

    def _all_quoted(self, line: str, between: str) -> list[str]:
        """Cut a line in which each field is quoted and holds no quote itself; nothing when it is another one."""
        quote, width = self._quote, self._width
        if line[0] == quote == line[-1] and line.count(quote) == 2 * width:
            fields = line[1:-1].split(between)
            # with so many fields, the separators and the two ends account for all the quotes that there are
            if len(fields) == width:
                return fields
        return []

    def _some_quoted(self, line: str) -> list[str]:
        """Cut a line in which quoted fields hold separators at most; nothing when it is another one."""
        separator, quote = self._separator, self._quote
        fields: list[str] = []
        pieces = iter(line.split(separator))
        for piece in pieces:
            if piece[:1] != quote:
                fields.append(piece)
                continue
            count = piece.count(quote)
            if count == 1:
                held = [piece[1:]]
                for more in pieces:
                    held.append(more)
                    if quote in more:
                        break
                last = held[-1]
                if len(held) == 1 or last[-1:] != quote or last.count(quote) != 1:
                    return []
                held[-1] = last[:-1]
                fields.append(separator.join(held))
            elif count == 2 and piece[-1] == quote:
                fields.append(piece[1:-1])
            else:
                inner = piece[1:-1].split(quote * 2)
                if piece[-1] != quote or len(inner) * 2 != count:
                    return []
                fields.append(quote.join(inner))
        return fields

    def _finished(self, row: OpenRow) -> Header | BadRow:
        if row.fault:
            return BadRow(row.line, row.text(), row.fault)
        return self._judged(row.line, row.text(), row.fields)

    def _judged(self, line: int, text: str, fields: list[str]) -> Header | BadRow:
        """Take the first row for the header, and any other for one that does not fit it."""
        if self._width < 0:
            self._width = len(fields)
            return Header(line, text, fields)
        found = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        return BadRow(line, text, f"the row has {found}, the header {self._width}")

    def _whole_lines(self, blocks: Iterable[str]) -> Iterator[str]:
        """Cut text behind line ends; a carriage return at the end of a block may be half of one, and waits."""
        rest = ""
        for block in blocks:
            text = rest + block if rest else block
            cut = text.rfind("\n") + 1
            cut = max(cut, text.rfind("\r", cut, len(text) - 1) + 1)
            rest = text[cut:]
            if cut:
                yield text[:cut]
            if len(rest) > MAX_ROW:
                message = f"there is no line end within {MAX_ROW} characters behind {rest[:40]!r}"
                raise FormatError(message, file=self._file, line=self._number)
        if rest:
            yield rest
