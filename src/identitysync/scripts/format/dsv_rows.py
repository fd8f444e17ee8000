"""Records into rows of delimiter-separated values, under columns that are given, or grow with what records hold."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from identitysync.contract import Layout, Surprise
from identitysync.errors import RecordRejected
from identitysync.scripts.format.charset import Charset
from identitysync.scripts.format.dsv_dialect import Dialect
from identitysync.values import MISSING, FieldPath, Record, all_finite, flatten, flattened, text_of, why_not


class DsvEncoder:
    """Encode the records of one file; its layout is the number of columns."""

    joint = b""
    _flat: Callable[[Record], Record] = staticmethod(flattened)

    def __init__(self, dialect: Dialect, charset: Charset, columns: Sequence[FieldPath], *, header: bool) -> None:
        """Begin a file.

        Args:
            dialect: How rows are written.
            charset: How text is written.
            columns: The columns; when there are none, they are found out.
            header: Whether the file begins with their names.
        """
        self._dialect, self._charset, self._header = dialect, charset, header
        self._paths = list(columns)
        self._columns = {path.literal: None for path in self._paths}
        self._names = list(self._columns)
        self._layout: Layout = ()
        self._flat_paths = all(len(path.segments) == 1 for path in self._paths)

    def encode(self, records: Sequence[Record]) -> bytes:
        """Encode a batch; when one of its records cannot be, nothing is remembered of any of them."""
        try:
            if self._paths:
                return self._charset.encode(self._dialect.text(self._given(records)))
            rows, columns = self._found(records)
            block = self._charset.encode(self._dialect.text(rows))
            if columns is not self._columns:
                names = list(columns)
                self._charset.encode("".join(names[len(self._names) :]))
                self._columns, self._names = columns, names
        except (ValueError, TypeError, RecursionError) as fault:
            raise RecordRejected(f"the record cannot be written as text: {why_not(fault)}", code="no-text") from fault
        return block

    def start(self) -> bytes:
        """Give the header, as far as the columns are known."""
        if not self._header or not self._names:
            return self._charset.mark
        if self._names[0].startswith("\ufeff") and not self._charset.mark:  # not to be taken for a byte-order mark
            text = self._dialect.separator.join(map(self._dialect.quoted, self._names)) + self._dialect.line_end
        else:
            text = self._dialect.text([self._names])
        return self._charset.mark + self._charset.encode(text)

    def finish(self) -> bytes:
        """Give nothing: a file ends with its last row."""
        return b""

    def layout(self) -> Layout:
        """Give the columns as far as they are known."""
        if len(self._layout) != len(self._names):
            self._layout = tuple(self._names)
        return self._layout

    @property
    def settled(self) -> bool:
        """Whether the columns are given."""
        return bool(self._paths)

    def adopt(self, layout: Layout) -> bool:
        """Take over more columns, unless they are others than those that are known."""
        known = self.layout()
        if layout[: len(known)] == known:
            if len(layout) > len(known):
                self._columns = dict.fromkeys(layout)
                self._names = list(layout)
            return True
        return known[: len(layout)] == layout

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        """Add empty cells at the end of every row of an older block."""
        text = block.decode(self._charset.name)
        return self._charset.encode(self._dialect.pad(text, len(layout), len(self._names)))

    def row(self, record: Record) -> str:
        """Write one record as ``block`` takes it, in the columns that are known."""
        try:
            cells = [each if type(each) is str else cell(each) for each in self._values(record)]
        except (ValueError, TypeError, RecursionError) as fault:
            raise RecordRejected(f"the record cannot be written as text: {why_not(fault)}", code="no-text") from fault
        self._charset.encode("".join(cells))
        return self.line(cells)

    def line(self, cells: Sequence[str]) -> str:
        """Write cells as a row without its line end, and without the quotes at both sides where all cells have them."""
        text = self._dialect.text([cells])
        edge = len(self._dialect.quote) if self._dialect.quote_all else 0
        return text[edge : len(text) - edge - len(self._dialect.line_end)]

    def block(self, lines: list[str]) -> bytes:
        """Make a block of such rows."""
        if not lines:
            return b""
        edge = self._dialect.quote if self._dialect.quote_all else ""
        end = f"{edge}{self._dialect.line_end}"
        return self._charset.encode(f"{edge}{f'{end}{edge}'.join(lines)}{end}")

    def _values(self, record: Record) -> Sequence[Any]:
        if self._paths:
            return [path.get(record) for path in self._paths]
        flat = flatten(record)
        if not flat.keys() <= self._columns.keys():
            raise Surprise
        return list(map(flat.get, self._names))

    def _given(self, records: Sequence[Record]) -> list[list[str]]:
        if self._flat_paths:
            names = self._names
            return [[v if type(v) is str else cell(v) for v in map(record.get, names)] for record in records]
        paths = self._paths
        return [[v if type(v) is str else cell(v) for v in [path.get(record) for path in paths]] for record in records]

    def _found(self, records: Sequence[Record]) -> tuple[list[list[str]], dict[str, None]]:
        """Give the rows, and the columns with those that are new."""
        columns, names, flattened = self._columns, self._names, self._flat
        rows: list[list[str]] = []
        for record in records:
            flat = flattened(record)
            values: Any = flat.values()
            if list(flat) != names:
                if not flat.keys() <= columns.keys():
                    columns = {**columns, **dict.fromkeys(flat)}
                    names = list(columns)
                values = map(flat.get, names)
            rows.append([v if type(v) is str else cell(v) for v in values])
        if columns is not self._columns:
            width = len(names)
            for row in rows:
                row.extend([""] * (width - len(row)))
        return rows, columns


def cell(value: Any) -> str:
    """Write a value as the text of a cell.

    Args:
        value: Any value of a record; ``MISSING``, and ``UNSET`` of msgspec, are missing.

    Returns:
        Its text, not quoted yet.

    Raises:
        RecordRejected: It is a number that is infinite or none, or holds one.
        ValueError: It holds something else that no text stands for.
    """
    kind = type(value)
    if value is None or value is MISSING or value is UNSET:
        return ""
    if kind is int:
        return str(value)
    if kind in {float, list, dict} and not all_finite((value,)):
        raise RecordRejected("a number is infinite or none at all (NaN), which no text stands for", code="not-finite")
    return text_of(value)
