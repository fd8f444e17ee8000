"""What is wrong with a little program that a dataflow carries."""

from typing import Any

from identitysync.errors.root import IdentitySyncError


class LanguageError(IdentitySyncError):
    """Point at a fault in a little program that a dataflow carries.

    Attributes:
        reason: What is wrong, without the place.
        text: The whole program.
        offset: The index in ``text`` where the fault is, or None when it concerns the whole.
    """

    def __init__(self, reason: str, text: str = "", offset: int | None = None) -> None:
        self.reason, self.text, self.offset = reason, text, offset
        super().__init__(reason if offset is None else f"{reason} at {self.place()}\n{self.caret()}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.text, self.offset)

    @property
    def line(self) -> int:
        """The line of the fault, from 1."""
        return self.text.count("\n", 0, self.offset or 0) + 1

    @property
    def column(self) -> int:
        """The column of the fault, from 1."""
        offset = self.offset or 0
        return offset - (self.text.rfind("\n", 0, offset) + 1) + 1

    def place(self) -> str:
        """Name line and column."""
        return f"line {self.line}, column {self.column}"

    def caret(self) -> str:
        """Show at most 76 characters of the faulty line with a caret below the fault."""
        line = self.text.split("\n")[self.line - 1].replace("\t", " ")
        start = max(0, self.column - 1 - 60)
        return f"  {line[start : start + 76]}\n  {' ' * (self.column - 1 - start)}^"


class ExpressionError(LanguageError):
    """Refuse a JEXL expression, or say why its evaluation failed."""


class JavaScriptError(LanguageError):
    """Refuse a script of ``record.evaluate``, or say why it failed on a record."""


class PatternError(LanguageError):
    """Refuse a Java regular expression, its replacement, or a Java date pattern."""


class QueryError(LanguageError):
    """Refuse a query of the SQL-like language."""
