"""Walk through one row of a DSV file, field by field, also when it goes over several lines."""

import re

from identitysync.scripts.parse.dsv_dialect import Dialect


class OpenRow:
    """A row while it is walked through.

    Attributes:
        line: The line on which it begins, from 1.
        fields: The fields that are complete.
        fault: Why the row cannot be cut; empty when it can.
        parts: What there is of a field that goes on in the next line, with quotes doubled and escapes in it.
        quoted: Whether that field is a quoted one.
        size: How many characters the row has so far.
    """

    __slots__ = ("_lines", "fault", "fields", "line", "parts", "quoted", "size")

    def __init__(self, line: int) -> None:
        """Begin a row on that line."""
        self.line = line
        self.fields: list[str] = []
        self.fault = ""
        self.parts: list[str] = []
        self.quoted = False
        self.size = 0
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """Take note of a line of the row."""
        self._lines.append(line)
        self.size += len(line)

    def text(self) -> str:
        """Give the row as it stands in the file, without the last line end."""
        return _without_end("".join(self._lines))

    def raw(self) -> str:
        """Give what there is of the row as it stands in the file."""
        return "".join(self._lines)

    def opened(self) -> str:
        """Say what has been opened and not closed, for a sentence that goes on."""
        number = len(self.fields) + 1
        what = "opens a quote that is not closed" if self.quoted else "escapes a line end, and does not go on"
        return f"column {number} {what}"


class Walker:
    """Walk through rows of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        """Prepare the patterns."""
        self._separator, self._quote, self._escape = dialect.separator, dialect.quote, dialect.escape
        quote, escape, separator = map(re.escape, (dialect.quote, dialect.escape, dialect.separator))
        if dialect.escape:
            # a line end of two characters is escaped as one
            escaped = rf"{escape}(?:\r\n|[\s\S])"
            inside = rf"(?:[^{quote}{escape}]++|{escaped}|{quote}{quote})*+"
            first = re.escape(dialect.separator[0])
            self._plain = re.compile(rf"(?:[^{first}{escape}\r\n]++|{escaped}|(?!{separator}){first})*+")
            doubled = f"|{quote}{quote}" if dialect.quote else ""
            self._meant = re.compile(rf"{escape}(\r\n|[\s\S]){doubled}")
        else:
            inside = rf"(?:[^{quote}]++|{quote}{quote})*+"
        self._inside = re.compile(inside) if dialect.quote else None

    def walk(self, row: OpenRow, line: str) -> bool:
        """Go on with a row.

        Args:
            row: The row; its fields, or its fault, are filled in.
            line: The next line of the file, with its end.

        Returns:
            Whether the row ends here.
        """
        row.add(line)
        end = len(_without_end(line))
        position = 0
        if row.parts:
            signs = self._quote if row.quoted and not self._escape else None
            if signs and signs not in line:  # the usual line of a long text
                row.parts.append(line)
                return False
            position = self._go_on(row, line, 0)
            if position < 0:
                return False
        elif not line:
            return True
        else:
            position = self._field(row, line, 0, end)
        while 0 <= position < end and not row.fault:
            if not line.startswith(self._separator, position):
                row.fault = f"column {len(row.fields)} goes on after its closing quote"
                return True
            position = self._field(row, line, position + len(self._separator), end)
        return position >= 0

    def _field(self, row: OpenRow, line: str, start: int, end: int) -> int:
        """Cut a field, and give where it ends; -1 when it goes on in the next line."""
        if self._quote and line.startswith(self._quote, start):
            close = line.find(self._quote, start + 1)
            follows = close + 1
            if not self._escape and close > 0 and (follows >= end or line.startswith(self._separator, follows)):
                row.fields.append(line[start + 1 : close])
                return follows
            row.quoted = True
            return self._go_on(row, line, start + 1)
        if self._escape:
            row.quoted = False
            return self._go_on(row, line, start)
        stop = line.find(self._separator, start, end)
        stop = end if stop < 0 else stop
        row.fields.append(line[start:stop])
        return stop

    def _go_on(self, row: OpenRow, line: str, start: int) -> int:
        """Go on with an open field, and give where it ends; -1 when it still goes on in the next line."""
        pattern = self._inside if row.quoted else self._plain
        found = pattern.match(line, start) if pattern is not None else None
        stop = start if found is None else found.end()
        row.parts.append(line[start:stop])
        if row.quoted:
            if not line.startswith(self._quote, stop):
                row.parts.append(line[stop:])  # an escape at the very end of the file
                return -1
            stop += 1
        elif stop == len(line) and line.endswith(("\r", "\n")):
            return -1  # its end is escaped
        elif line.startswith(self._escape, stop):
            row.parts.append(line[stop:])
            return -1
        row.fields.append(self._meaning("".join(row.parts), quoted=row.quoted))
        row.parts = []
        return stop

    def _meaning(self, text: str, *, quoted: bool) -> str:
        if self._escape:
            if self._escape in text or (quoted and self._quote in text):
                return self._meant.sub(lambda found: found[1] or self._quote, text)
            return text
        return text.replace(self._quote * 2, self._quote)


def _without_end(line: str) -> str:
    return line[:-2] if line.endswith("\r\n") else line[:-1] if line.endswith(("\n", "\r")) else line


def split_lines(text: str) -> list[str]:
    """Split text without quotes into lines without their ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines
