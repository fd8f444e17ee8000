"""What data extensions keep, and the rules for a row.

Codes are those of "70000-71999 Custom Object" and of the example of "GET /data/v1/async/{requestId}/results"; no public
page has texts beside the latter's.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from identitysync.testing.http import Documents


class RowError(Exception):
    """A row that is refused.

    Attributes:
        code: Marketing Cloud's code.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DataExtensions:
    """Rows of several data extensions."""

    def __init__(
        self,
        documents: Documents,
        keys: Mapping[str, Collection[str]],
        columns: Mapping[str, Collection[str]],
        refuses: Callable[[str], bool],
    ) -> None:
        """Keep rows.

        Args:
            documents: Where they are.
            keys: The primary keys by the external key of the data extension.
            columns: All columns, where they are known; others take any.
            refuses: Tells whether an e-mail address is refused.
        """
        self._documents, self._keys, self._columns, self._refuses = documents, keys, columns, refuses

    def has(self, name: str) -> bool:
        """Tell whether there is such a data extension."""
        return name in self._keys

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Give all rows, in the order in which they came."""
        return (row for _, row in self._documents.documents(self._documents.numbers(name)))

    def put(self, name: str, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> list[RowError | None]:
        """Change the rows with these primary keys, or add them.

        Args:
            name: The data extension.
            rows: The columns to change.
            replace: Whether a row may be there.

        Returns:
            What is wrong with each row.
        """
        changed: dict[str, dict[str, Any]] = {}
        faults: list[RowError | None] = []
        with self._documents.locked():
            for row in rows:
                try:
                    self._check(name, row)
                    primary, whole = self._changed(name, row, changed, replace=replace)
                except RowError as fault:
                    faults.append(fault)
                else:
                    changed[primary] = whole
                    faults.append(None)
            self._documents.add(name, changed.items())
        return faults

    def _check(self, name: str, row: Mapping[str, Any]) -> None:
        known = self._columns.get(name)
        for column, value in row.items():
            if isinstance(value, dict | list) or (known is not None and column not in known):
                raise RowError("70000", f"Custom Object Data Validation General Error: {column}")
            if isinstance(value, str) and "email" in column.lower() and self._refuses(value):
                raise RowError("UnexpectedError", f"The value {value} of {column} is not valid.")

    def _changed(
        self, name: str, row: Mapping[str, Any], changed: Mapping[str, dict[str, Any]], *, replace: bool
    ) -> tuple[str, dict[str, Any]]:
        keys = [row.get(column) for column in self._keys[name]]
        if None in keys or "" in keys:
            raise RowError("70001", "Custom Object Data Validation Null Value")
        primary = json.dumps([str(key).rstrip().casefold() for key in keys])
        found = changed.get(primary) or self._documents.get(name, primary)
        if found is not None and not replace:
            text = f"Violation of PRIMARY KEY constraint. The duplicate key value is ({', '.join(map(str, keys))})."
            raise RowError("UnexpectedError", text)
        return primary, {**(found or {}), **row}
