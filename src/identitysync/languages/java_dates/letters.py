"""Cut a date pattern into plain text and runs of letters."""

from typing import Final

import attrs

from identitysync.errors import PatternError

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
QUARTERS: Final = ("1st quarter", "2nd quarter", "3rd quarter", "4th quarter")
MAX_LENGTH: Final = 500
"""The longest pattern, in characters."""

_LETTERS: Final = frozenset("GyYMLwWDdFEuaHkKhmsSzZXxQqecAnNVO")
_MOST: Final = {"X": 5, "x": 5, "S": 9, "Q": 4, "q": 4, "e": 4, "c": 4, "V": 2, "O": 4, "A": 19, "n": 19, "N": 19}
_NEVER: Final = frozenset({"cc", "V", "OO", "OOO"})
_YEAR: Final = 3
"""So many ``u`` are a year, as in ``DateTimeFormatter``; fewer are a weekday, as in ``SimpleDateFormat``."""


@attrs.frozen
class Letters:
    """A run of one letter.

    Attributes:
        letter: Which one.
        count: How many of it.
    """

    letter: str
    count: int

    @property
    def named(self) -> bool:
        """Whether the field is written as a word."""
        return self.letter in "GEazVO" or (self.letter in "MLQqec" and self.count >= 3)

    @property
    def numeric(self) -> bool:
        """Whether the field is written in digits alone."""
        return not self.named and self.letter not in "ZXx"


def split(text: str) -> tuple[str | Letters, ...]:
    """Cut a pattern into its parts.

    Args:
        text: The pattern.

    Returns:
        Plain text, without its quotes, and runs of letters.

    Raises:
        PatternError: The pattern is too long, a letter means nothing or stands too often, or a quote is never closed.
    """
    if len(text) > MAX_LENGTH:
        raise PatternError(f"the date pattern is {len(text)} characters long; {MAX_LENGTH} is the most")
    parts: list[str | Letters] = []
    position = 0
    while position < len(text):
        letter = text[position]
        end = position + 1
        if letter == "'":
            plain, end = _quoted(text, position)
            parts.append(plain)
        elif letter.isascii() and letter.isalpha():
            while end < len(text) and text[end] == letter:
                end += 1
            parts.append(_letters(text, position, end))
        else:
            parts.append(letter)
        position = end
    return _joined(parts)


def _letters(text: str, start: int, end: int) -> Letters:
    letter = text[start]
    if letter not in _LETTERS:
        raise PatternError(f"{letter!r} means nothing in a date pattern; plain letters stand in quotes", text, start)
    most = _MOST.get(letter, MAX_LENGTH)
    if end - start > most:
        raise PatternError(f"{letter!r} stands {end - start} times; {most} is the most", text, start)
    if text[start:end] in _NEVER:
        raise PatternError(f"{text[start:end]!r} means nothing in a date pattern", text, start)
    return Letters("y" if letter == "u" and end - start >= _YEAR else letter, end - start)


def _quoted(text: str, start: int) -> tuple[str, int]:
    if text.startswith("''", start):
        return "'", start + 2
    plain = ""
    position = start + 1
    while True:
        end = text.find("'", position)
        if end < 0:
            raise PatternError("a quote is opened and never closed", text, start)
        plain += text[position:end]
        if not text.startswith("''", end):
            return plain, end + 1
        plain += "'"
        position = end + 2


def _joined(parts: list[str | Letters]) -> tuple[str | Letters, ...]:
    joined: list[str | Letters] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
