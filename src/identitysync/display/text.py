"""Tables for terminals."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from identitysync.values import Record, text_of

_WIDEST: Final = 40


def table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = (), widest: int = _WIDEST
) -> str:
    """Draw a table.

    Args:
        headers: The names of the columns.
        rows: The cells.
        right: The numbers of the columns that are aligned to the right.
        widest: How wide a column may be; longer cells end with ``…``.

    Returns:
        The lines.
    """
    cells = [[_shown(cell, widest) for cell in row] for row in (headers, *rows)]
    widths = [max(_width(row[index]) for row in cells) for index in range(len(headers))]
    lines = ["  ".join(_padded(cell, widths[i], i in right) for i, cell in enumerate(row)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def columns_of(records: Sequence[Record]) -> list[str]:
    """Give the names of all fields, in the order in which they turn up."""
    return list(dict.fromkeys(key for record in records for key in record))


def record_table(records: Sequence[Record]) -> str:
    """Draw records as a table: a row each, and a column for each field at their top.

    Args:
        records: The records.

    Returns:
        The lines; a missing field is empty, null is ``null``.
    """
    columns = columns_of(records)
    return table(columns, [[value_text(record, column) for column in columns] for record in records], widest=32)


def value_text(record: Record, column: str) -> str:
    """Give the text of one cell: null can be told from a missing field."""
    if column not in record:
        return ""
    value = record[column]
    try:
        return "null" if value is None else text_of(value)
    except ValueError:
        return repr(value)


def _shown(cell: Any, widest: int) -> str:
    text = "".join(_visible(letter) for letter in (cell if isinstance(cell, str) else text_of(cell)))
    if _width(text) <= widest:
        return text
    while _width(text) > widest - 1:
        text = text[:-1]
    return f"{text}…"


def _visible(letter: str) -> str:
    if letter < " ":
        return chr(0x2400 + ord(letter))
    return "�" if unicodedata.category(letter) in {"Cc", "Cs"} else letter


def _width(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(each) or each in "\u200d\ufe0f"
        else 2
        if unicodedata.east_asian_width(each) in "WF"
        else 1
        for each in text
    )


def _padded(text: str, width: int, right: bool) -> str:
    padding = " " * (width - _width(text))
    return padding + text if right else text + padding
