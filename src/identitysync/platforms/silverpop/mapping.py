"""The mapping file of an import: which database, what shall be done, and what the columns are.

It follows https://developer.goacoustic.com/acoustic-campaign/reference/importlist
"""

import csv
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

import attrs

from identitysync.errors import FormatError
from identitysync.platforms.xml import tree, written_xml

_FILE_TYPES: Final = {",": 0, "\t": 1, "|": 2}


class Action(StrEnum):
    """What an import does with the contacts of its file."""

    ADD_AND_UPDATE = "ADD_AND_UPDATE"
    OPT_OUT = "OPT_OUT"


@attrs.frozen
class Layout:
    """How a file of contacts is written.

    Attributes:
        separator: What stands between columns.
        columns: The names of the columns.
    """

    separator: str
    columns: Sequence[str]

    def column(self, name: str, file: str) -> str:
        """Give the spelling that the file has for a column's name.

        Raises:
            FormatError: The file has no such column.
        """
        for column in self.columns:
            if column.casefold() == name.casefold():
                return column
        raise FormatError(f"there is no column {name!r}; the columns are {', '.join(self.columns)}", file=file, line=1)


def layout_of(path: Path, file: str) -> Layout:
    """Find out how a file of contacts is written: with commas, tabs or pipes, and a header.

    Args:
        path: The file.
        file: Its name, for people.

    Raises:
        FormatError: It has no header of different names, or is no text in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            lines = {separator: _first_row(source, separator) for separator in _FILE_TYPES}
    except (csv.Error, UnicodeDecodeError):
        raise FormatError(
            "this is no text in UTF-8: let file.format.dsv stand right before the writer, uncompressed", file=file
        ) from None
    separator, columns = max(lines.items(), key=lambda each: len(each[1]))
    if not any(columns):
        raise FormatError("the file has no header", file=file, line=1)
    if len(columns) == 1 and ";" in columns[0]:
        raise FormatError("the columns are parted by ';'; commas, tabs and pipes are known", file=file, line=1)
    if len({column.casefold() for column in columns}) < len(columns) or not all(columns):
        raise FormatError(f"each column needs a name of its own; found {', '.join(columns)}", file=file, line=1)
    return Layout(separator, columns)


def mapping(
    list_id: int | str, action: Action, layout: Layout, *, sync_fields: Sequence[str], included: Sequence[str]
) -> str:
    """Write a mapping file.

    Args:
        list_id: The database.
        action: What to do.
        layout: How the file of contacts is written.
        sync_fields: The columns by which contacts are found in a database that has no key.
        included: The columns that are imported.
    """
    info = tree(
        "LIST_INFO", ("ACTION", action.value), ("LIST_ID", list_id), ("FILE_TYPE", _FILE_TYPES[layout.separator]),
        ("HASHEADERS", "true"),
    )  # fmt: skip
    columns = [
        tree("COLUMN", ("INDEX", index), ("NAME", name), ("INCLUDE", str(name in included).lower()))
        for index, name in enumerate(layout.columns, 1)
    ]
    fields = [tree("SYNC_FIELD", ("NAME", name)) for name in sync_fields]
    whole = tree("LIST_IMPORT", info, tree("SYNC_FIELDS", *fields), tree("MAPPING", *columns))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written_xml(whole)}\n'


def _first_row(source: TextIO, separator: str) -> list[str]:
    source.seek(0)
    return next(csv.reader(source, delimiter=separator), [])
