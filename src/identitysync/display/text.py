"""Tables for terminals."""

from collections.abc import Sequence
from typing import Any, Final

from identitysync.display.measure import cell_width, cut, visible
from identitysync.values import Record, text_of

_WIDEST: Final = 40
_LETTERS: Final = 20
"""How many letters are looked at for each column of width: enough for accents, and no more of a huge value."""


def table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = (), widest: int = _WIDEST
) -> str:
    """Draw a table.

    Args:
        headers: The names of the columns.
        rows: The cells; a row may be shorter than the headers, never longer.
        right: The numbers of the columns that are aligned to the right.
        widest: How wide a column may be; longer cells end with ``…``.

    Returns:
        The lines; nothing when there are no columns.
    """
    if not headers:
        return ""
    missing = [""] * len(headers)
    cells = [[*(_shown(cell, widest) for cell in row), *missing[len(row) :]] for row in (headers, *rows)]
    widths = [max(cell_width(row[index]) for row in cells) for index in range(len(headers))]
    lines = ["  ".join(_padded(cell, widths[i], i in right) for i, cell in enumerate(row)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * size for size in widths))
    return "\n".join(lines)


def columns_of(records: Sequence[Record]) -> list[str]:
    """Give the names of all fields, in the order in which they turn up."""
    return list(dict.fromkeys(key for record in records for key in record))


def record_table(records: Sequence[Record]) -> str:
    """Draw records as a table: a row each, and a column for each field at their top.

    Args:
        records: The records.

    Returns:
        The lines; a missing field is empty, null is ``null``, an empty text ``""``.
    """
    columns = columns_of(records)
    return table(columns, [[value_text(record, column) for column in columns] for record in records], widest=32)


def value_text(record: Record, column: str) -> str:
    """Give the text of one cell: null and an empty text can be told from a missing field."""
    if column not in record:
        return ""
    value = record[column]
    if value == "":
        return '""'
    return "null" if value is None else cell_text(value)


def cell_text(value: Any) -> str:
    """Give the text of any value, also of one that no file could hold."""
    try:
        return text_of(value)
    except ValueError:
        return repr(value)


def _shown(cell: Any, widest: int) -> str:
    return cut(visible(cell_text(cell)[: widest * _LETTERS]), widest)


def _padded(text: str, size: int, right: bool) -> str:
    padding = " " * (size - cell_width(text))
    return padding + text if right else text + padding
