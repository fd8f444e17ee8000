"""Tables for notebooks: plain HTML, everything escaped, nothing from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from identitysync.display.measure import visible
from identitysync.display.text import cell_text, columns_of, value_text
from identitysync.values import Record

_LONGEST: Final = 200
"""How many letters of a cell are shown."""


def html_table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> str:
    """Draw a table.

    Args:
        headers: The names of the columns.
        rows: The cells.
        right: The numbers of the columns that are aligned to the right.

    Returns:
        The HTML; cells longer than 200 letters end with ``…``.
    """
    head = "".join(f"<th{_align(index, right)}>{_safe(name)}</th>" for index, name in enumerate(headers))
    body = "".join(
        f"<tr>{''.join(f'<td{_align(index, right)}>{_safe(cell)}</td>' for index, cell in enumerate(row))}</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def record_table_html(records: Sequence[Record]) -> str:
    """Draw records as a table: a row each, and a column for each field at their top.

    Args:
        records: The records.

    Returns:
        The HTML; a missing field is empty, null is ``null``, an empty text ``""``.
    """
    columns = columns_of(records)
    return html_table(columns, [[value_text(record, column) for column in columns] for record in records])


def _align(index: int, right: Sequence[int]) -> str:
    side = "right;font-variant-numeric:tabular-nums" if index in right else "left"
    return f' style="text-align:{side}"'


def _safe(cell: Any) -> str:
    text = cell_text(cell)
    return escape(visible(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else ""))
