"""The CSV of the Bulk API 2.0, as "Prepare CSV Files" of its developer guide says: commas, line feeds, quotes doubled.

Python's own module is not used: its reader refuses long cells unless a limit is changed for the whole process, and its
writer leaves a carriage return unquoted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from identitysync.errors import RemoteError
from identitysync.values import Record, all_finite, flatten, text_of

NULL: Final = "#N/A"
"""The cell that empties a field; an empty cell leaves it as it is."""

Row = Mapping[str, str]

_SPECIAL: Final = re.compile(r'[",\r\n]|^\s|\s$')
_CELL: Final = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\Z)')


def cells(record: Record) -> dict[str, str]:
    """Make the cells of a record.

    Args:
        record: The record.

    Returns:
        The texts by column: nested objects become dotted columns, null becomes ``#N/A``; what is missing or empty is
        left out, for it changes nothing.

    Raises:
        RecordRejected: Two fields would get the same column, or the record is nested too deeply.
        ValueError: A value has no text.
    """
    flat = flatten(record) if dict in map(type, record.values()) else record
    try:
        finite = all_finite(flat.values())
    except RecursionError as fault:
        raise ValueError("a list in it is nested too deeply") from fault
    if not finite:
        raise ValueError("it holds a number that is infinite, or none")
    texts = {name: NULL if value is None else text_of(value) for name, value in flat.items()}
    "".join([*texts, *texts.values()]).encode()  # half a surrogate pair is an error of this record alone
    return {name: text for name, text in texts.items() if text}


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Give the columns of rows, in order of first sight."""
    return list(dict.fromkeys(name for row in rows for name in row))


def written(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Write rows below a header."""
    lines = [",".join(map(_quoted, columns))]
    lines += [",".join([_quoted(row.get(name, "")) for name in columns]) for row in rows]
    return "\n".join([*lines, ""]).encode()


def read(body: bytes) -> list[dict[str, str]]:
    """Read rows by their header.

    Args:
        body: The whole text, perhaps empty.

    Returns:
        The cells by column.

    Raises:
        RemoteError: It is no such CSV.
    """
    lines = _lines(body.decode("utf-8-sig", "replace"))
    header = next(lines, [])
    try:
        return [dict(zip(header, line, strict=True)) for line in lines]
    except ValueError:
        raise RemoteError("Salesforce sent a row whose columns are not those of its header") from None


def _quoted(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _lines(text: str) -> Iterator[list[str]]:
    line: list[str] = []
    place = 0
    while place < len(text):
        cell = _CELL.match(text, place)
        if cell is None:
            raise RemoteError(f"Salesforce sent a CSV that cannot be read from character {place} on")
        quoted, plain, end = cell.groups()
        line.append(plain if quoted is None else quoted.replace('""', '"'))
        place = cell.end()
        if end == ",":
            if place == len(text):
                line.append("")
                yield line
            continue
        yield line
        line = []
