"""Walk through the text of a pattern."""

import re

from identitysync.errors import PatternError


class Unsupported(Exception):
    """The standard ``re`` module cannot express this; the ``regex`` module can."""


class Scanner:
    """A pattern and a place in it.

    Attributes:
        text: The pattern.
        at: The place.
        extended: Whether the pattern is translated for the ``regex`` module, which knows properties and set operations.
    """

    def __init__(self, text: str, *, extended: bool) -> None:
        """Begin at the beginning."""
        self.text, self.at, self.extended = text, 0, extended

    @property
    def done(self) -> bool:
        """Whether the end was reached."""
        return self.at >= len(self.text)

    def peek(self) -> str:
        """Give the letter at the place; empty at the end."""
        return self.text[self.at : self.at + 1]

    def sees(self, part: str) -> bool:
        """Tell whether a part of text stands at the place."""
        return self.text.startswith(part, self.at)

    def take(self) -> str:
        """Give the letter at the place, and go on behind it."""
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def accept(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a piece of syntax at the place, and go on behind it when it is there."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def needs_extended(self) -> None:
        """Give up the translation for the standard module.

        Raises:
            Unsupported: It is that one which is being made.
        """
        if not self.extended:
            raise Unsupported

    def fault(self, reason: str, at: int | None = None) -> PatternError:
        """Make the error that points at a place, here when none is given."""
        return PatternError(reason, self.text, self.at if at is None else at)
