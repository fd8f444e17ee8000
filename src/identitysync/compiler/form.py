"""In which form records come to a function, and in which form it gives them: as objects and rows here."""

import re
from collections.abc import Sequence
from typing import Any, Final, Protocol

import attrs

from identitysync.compiler.fields import KnownFields
from identitysync.compiler.places import Columns
from identitysync.compiler.source import Source
from identitysync.contract import Cells, EmittingRows, Formatter, Layout, Rows, Unfit
from identitysync.values import Record


@attrs.frozen
class Whole:
    """How whole records are made of a block.

    Attributes:
        parts: The names of their fields in order, with what each is, as the native kernel takes them.
    """

    parts: Sequence[tuple[str, str]]

    def records(self, table: Any, sources: list[Any], order: list[Any]) -> tuple[list[Record], Any]:
        """Make records.

        Args:
            table: The table of the native kernel.
            sources: The source of each value in it.
            order: The numbers of the rows that are wanted, with records in the place of those that are made already.

        Returns:
            The records, and what the kernel remembers of how it made them.
        """
        made: tuple[list[Record], Any] = table.records(self.parts, sources, order)
        return made

    def row(self, record: Record) -> Record:
        """Give a record that is made already."""
        return record


NAMES: Final = re.compile(r"\b[pv]\d+\b")
"""The names that a function has for the fields of a record."""


class Form(Columns, Protocol):
    """The parts of a function that differ by form."""

    def end(self, source: Source, fields: KnownFields, script: Formatter, layout: Layout, add: str) -> Rows | Cells:
        """Write the code that adds a record to what a formatter gets.

        Args:
            source: Where code goes.
            fields: The record.
            script: The formatter.
            layout: What is known of its layout.
            add: The name of what takes the row.

        Returns:
            What makes bytes of the rows.
        """
        ...

    def whole(self, source: Source, fields: KnownFields, add: str) -> Whole:
        """Write the code that adds a record to those that a barrier gets."""
        ...

    def loop(self, body: str) -> tuple[list[str], str, list[str]]:
        """Give what stands before the loop over the records, its head, and what stands first in it.

        Args:
            body: What the loop does. Where there is nothing to do for one record after the other, there is no head.
        """
        ...

    def places(self) -> str:
        """Give the source of where the cells of each formatter are."""
        ...


@attrs.frozen
class RowForm:
    """Records that come one by one, and go as rows.

    Attributes:
        prelude: The names of fields, and where they are found.
        first: The line that finds all of them, when there is one.
    """

    prelude: Sequence[tuple[str, str]]
    first: str = ""

    def end(self, source: Source, fields: KnownFields, script: Formatter, layout: Layout, add: str) -> Rows | Cells:
        """Add the row."""
        if not isinstance(script, EmittingRows):
            raise Unfit("it needs whole records")
        rows = script.emit_rows(fields, layout)
        source.line(f"{add}({rows.source})")
        return rows

    def whole(self, source: Source, fields: KnownFields, add: str) -> Whole:
        """Refuse: whole records are made of tables."""
        raise Unfit("it needs whole records")

    def loop(self, body: str) -> tuple[list[str], str, list[str]]:
        """Look those fields up that the body uses."""
        head = "for i, r in enumerate(items):"
        if self.first:
            return [], head, [self.first]
        used = set(NAMES.findall(body))
        lines: list[str] = []
        for name, source in reversed(self.prelude):
            if name in used:
                used |= set(NAMES.findall(source))
                lines.append(f"{name} = {source}")
        return [], head, lines[::-1]

    def places(self) -> str:
        """Give none: rows hold their cells."""
        return "()"

    def natively(self, source: str, method: str, given: Sequence[bytes | int | str]) -> str | None:
        """Do nothing: there are no columns."""
        return None

    def surprising(self, source: str) -> bool:
        """Do nothing: there are no columns."""
        return False
