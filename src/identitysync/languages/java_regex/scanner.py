"""Walk through the text of a pattern."""

import re
from collections.abc import Sequence

from identitysync.errors import PatternError


class Unsupported(Exception):
    """The standard ``re`` module cannot express this; the ``regex`` module can."""


class Scanner:
    r"""A pattern and a place in it.

    Attributes:
        text: The pattern; what stood between ``\Q`` and ``\E`` is escaped letter by letter, as Java does it.
        at: The place.
        extended: Whether the pattern is translated for the ``regex`` module, which knows properties and set operations.
    """

    def __init__(self, text: str, *, extended: bool) -> None:
        """Begin at the beginning."""
        self._written = text
        self.text, self._places = _unquoted(text)
        self.at, self.extended = 0, extended

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

    def skip_comments(self, flags: frozenset[str]) -> None:
        """Go on behind blanks and comments, where the flag ``x`` allows them."""
        if "x" in flags:
            self.accept(_UNIX_COMMENTS if "d" in flags else _COMMENTS)

    def needs_extended(self) -> None:
        """Give up the translation for the standard module.

        Raises:
            Unsupported: It is that one which is being made.
        """
        if not self.extended:
            raise Unsupported

    def fault(self, reason: str, at: int | None = None) -> PatternError:
        """Make the error that points at a place, here when none is given."""
        return PatternError(reason, self._written, self._places[self.at if at is None else at])


_COMMENTS = re.compile(r"(?:[ \t\n\x0b\f\r]|#[^\n\r\x85\u2028\u2029]*)*")
_UNIX_COMMENTS = re.compile(r"(?:[ \t\n\x0b\f\r]|#[^\n]*)*")
_PIECE = re.compile(r"\\Q(?P<quoted>.*?)(?:\\E|\Z)|\\.|.|\\\Z", re.DOTALL)


def _unquoted(text: str) -> tuple[str, Sequence[int]]:
    """Escape what is quoted, and tell where each letter stood."""
    if "\\Q" not in text:
        return text, range(len(text) + 2)
    made: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(text):
        start, inside = piece.start(), piece["quoted"]
        if inside is None:
            made.append(piece[0])
            places += range(start, piece.end())
            continue
        for place, letter in enumerate(inside, start + 2):
            made.append(_literal(letter))
            places += [place] * len(made[-1])
    return "".join(made), [*places, len(text), len(text)]


def _literal(letter: str) -> str:
    if not letter.isascii() or letter.isalpha():
        return letter
    return f"\\x3{letter}" if letter.isdigit() else "\\" + letter
