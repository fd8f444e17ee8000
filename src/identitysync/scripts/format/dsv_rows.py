"""Rows of delimiter-separated values: flatten records, find columns, quote."""

import re
from collections.abc import Sequence
from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values import MISSING, FieldPath, Record, text_of


class DsvEncoder:
    """Encode records as rows; the columns are given, or grow with what the records hold."""

    joint = b""

    def __init__(
        self,
        *,
        separator: str,
        quote_all: bool,
        escape: str,
        line_end: str,
        header: bool,
        columns: Sequence[FieldPath],
        charset: str,
    ) -> None:
        """Begin a file; the arguments are those of ``file.format.dsv``."""
        self._separator, self._quote_all, self._escape, self._line_end = separator, quote_all, escape, line_end
        self._header, self._paths, self._charset = header, list(columns), charset
        # utf-16 would write its mark at the start of every block
        self._mark = "\ufeff".encode(charset) if "".encode(charset) else b""
        self._body_charset = charset if not self._mark else f"{charset}-le"
        if self._mark:
            self._mark = "\ufeff".encode(self._body_charset)
        self._columns = {path.literal: None for path in self._paths}
        self._special = re.compile("|".join(map(re.escape, filter(None, (separator, '"', "\n", "\r", escape)))))

    def encode(self, records: Sequence[Record]) -> bytes:
        """Encode a batch."""
        rows = self._given(records) if self._paths else self._found(records)
        try:
            text = self._text(rows)
            block = text.encode(self._body_charset)
        except UnicodeEncodeError as fault:
            letter = fault.object[fault.start]
            message = f"the charset {self._charset} has no character U+{ord(letter):04X}"
            raise RecordRejected(message, code="charset") from fault
        return block

    def start(self) -> bytes:
        """Give the header, as far as the columns are known."""
        if not self._header or not self._columns:
            return self._mark
        return self._mark + self._text([list(self._columns)]).encode(self._body_charset)

    def finish(self) -> bytes:
        """Give nothing: a file ends with its last row."""
        return b""

    def layout(self) -> int:
        """Number the layout by its columns."""
        return len(self._columns)

    def adapt(self, block: bytes, layout: int) -> bytes:
        """Add empty cells at the end of every row of an older block."""
        missing = len(self._columns) - layout
        cell = '""' if self._quote_all else ""
        padding = (self._separator + cell) * missing + self._line_end
        if layout == 0:  # rows of records without any field: an empty line each
            padding = self._separator.join([cell] * missing) + self._line_end
        rows: list[str] = []
        row = ""
        for line in block.decode(self._body_charset).split(self._line_end)[:-1]:
            row += line
            if self._is_whole(row):
                rows.append(row)
                row = ""
            else:
                row += self._line_end
        return "".join(row + padding for row in rows).encode(self._body_charset)

    def _is_whole(self, row: str) -> bool:
        quotes = row.count('"')
        if self._escape and quotes:
            escaped = re.escape(self._escape)
            quotes = re.sub(f"{escaped}.", "", row, flags=re.DOTALL).count('"')
        return quotes % 2 == 0

    def _given(self, records: Sequence[Record]) -> list[list[str]]:
        paths = self._paths
        if all(len(path.segments) == 1 for path in paths):
            keys = [path.literal for path in paths]
            return [[v if type(v) is str else _cell(v) for v in map(record.get, keys)] for record in records]
        return [[_cell(path.get(record)) for path in paths] for record in records]

    def _found(self, records: Sequence[Record]) -> list[list[str]]:
        flat = [_flatten(record) if _is_nested(record) else record for record in records]
        columns = self._columns
        new = {key: None for record in flat for key in record if key not in columns}
        if new:
            # nothing is remembered when a text cannot be encoded: its record is left out and the rest comes again
            self._check("".join(new))
            for record in flat:
                for value in record.values():
                    if type(value) is str:
                        self._check(value)
            columns.update(new)
        return [[_cell(record.get(column)) for column in columns] for record in flat]

    def _check(self, text: str) -> None:
        try:
            text.encode(self._body_charset)
        except UnicodeEncodeError as fault:
            message = f"the charset {self._charset} has no character U+{ord(fault.object[fault.start]):04X}"
            raise RecordRejected(message, code="charset") from fault

    def _text(self, rows: list[list[str]]) -> str:
        if self._quote_all:
            return "".join(map(self._quoted_row, rows))
        separator, special, end, escape = self._separator, self._special.search, self._line_end, self._escape
        made: list[str] = []
        for row in rows:
            line = separator.join(row)
            # one look at the whole row: a row without anything special has just its own separators
            if (
                '"' in line
                or "\n" in line
                or "\r" in line
                or line.count(separator) >= len(row)
                or (escape and escape in line)
            ):
                line = separator.join([self._quoted(cell) if special(cell) else cell for cell in row])
            made.append((line or ('""' if len(row) == 1 else "")) + end)
        return "".join(made)

    def _quoted_row(self, row: list[str]) -> str:
        if self._escape:
            return self._separator.join(map(self._quoted, row)) + self._line_end
        line = f'"{f"{_QUOTE}{self._separator}{_QUOTE}".join(row)}"'
        if line.count('"') != 2 * len(row):
            line = self._separator.join(map(self._quoted, row))
        return (line if row else "") + self._line_end

    def _quoted(self, cell: str) -> str:
        if self._escape:
            safe = cell.replace(self._escape, self._escape * 2).replace('"', f'{self._escape}"')
        else:
            safe = cell.replace('"', '""')
        return f'"{safe}"'


_QUOTE = '"'


def _cell(value: Any) -> str:
    if type(value) is str:
        return value
    return "" if value is None or value is MISSING else text_of(value)


def _is_nested(record: Record) -> bool:
    return any(type(value) is dict for value in record.values())


def _flatten(record: Record) -> Record:
    """Turn nested objects into dotted columns; two fields that would become one column reject the record."""
    flat: Record = {}
    _spread("", record, flat)
    return flat


def _spread(prefix: str, record: Record, flat: Record) -> None:
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict) and value:
            _spread(f"{name}.", value, flat)
        elif name in flat:
            raise RecordRejected(f"two fields of the record would become the column {name!r}", code="name-clash")
        else:
            flat[name] = "" if value == {} else value
