"""Read what stands in a text by the letters of a date pattern: a regular expression, and what each field of it means.

A number may have fewer digits than its letters (``1/2/2020`` fits ``MM/dd/yyyy``, as in Java) unless another number
touches it; years and fractions of a second may not, because ``24`` is no year and ``.5`` no millisecond.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import attrs

from identitysync.languages.java_dates.letters import DAYS, MONTHS, QUARTERS, Letters

Told: TypeAlias = dict[str, int]
"""What a text tells, by the pattern's letters: ``u`` the weekday, ``h`` 0 to 11, ``a`` 0 or 1, ``S`` microseconds of a
second, ``A`` those of the day."""

_PIVOT: Final = 50
_DIGITS: Final = {
    "y": 4, "Y": 4, "D": 3, "S": 3, "W": 1, "F": 1, "u": 1, "Q": 1, "q": 1, "e": 1, "c": 1, "A": 8, "n": 9, "N": 14,
}  # fmt: skip
_RANGES: Final = {
    "k": (1, 24), "h": (1, 12), "K": (0, 11), "w": (1, 53), "W": (1, 6), "F": (1, 5), "u": (1, 7), "Q": (1, 4),
}  # fmt: skip
_KEYS: Final = {"L": "M", "k": "H", "K": "h", "E": "u", "e": "u", "c": "u", "q": "Q", "n": "S", "N": "A"}
_DAY: Final = 86_400_000_000


@attrs.frozen
class Reader:
    """Reads one field.

    Attributes:
        key: What it tells of.
        letter: The letter in the pattern.
        read: Turns the text into a number; it raises ``ValueError``.
    """

    key: str
    letter: str
    read: Callable[[str], int]


def compile_parts(parts: Sequence[str | Letters]) -> tuple[re.Pattern[str], tuple[Reader, ...]]:
    """Make the regular expression of a pattern.

    Args:
        parts: The parts of the pattern.

    Returns:
        The expression, one group per run of letters, and what reads each group.
    """
    made: list[str] = []
    readers: list[Reader] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            made.append(re.escape(part))
            continue
        made.append(f"({words(part) or _digits(part, _touched(parts, index))})")
        readers.append(Reader(key_of(part), part.letter, _meaning(part)))
    # ASCII keeps the letter ſ from being an s.
    return re.compile("".join(made), re.ASCII), tuple(readers)


def openness(parts: Sequence[str | Letters]) -> int:
    """Count the fields whose end is not told by what follows, so that an expression may have to try several.

    Args:
        parts: The parts of the pattern.

    Returns:
        Their number; one that may end in more than two places counts for more, a zone's name for four.
    """
    count = 0
    for index, part in enumerate(parts):
        if isinstance(part, Letters):
            if part.letter in "zV":
                count += 4
            elif part.named:
                count += 1
            elif part.numeric and _touched(parts, index):
                least, most = _width(part, _touched(parts, index))
                count += (most - least).bit_length()
    return count


def key_of(part: Letters) -> str:
    """Give what a field tells of."""
    return _KEYS.get(part.letter, part.letter)


def words(part: Letters) -> str:
    """Give the expression of a field that is not read in digits alone; nothing for any other."""
    if part.named and part.letter in "ML":
        return _words(MONTHS)
    if part.named and part.letter in "Qq":
        return f"(?i:{'|'.join(QUARTERS)}|Q[1-4])"
    if part.named and part.letter in "ec":
        return _words(DAYS)
    match part.letter:
        case "G":
            return "(?i:AD|BC)"
        case "E":
            return _words(DAYS)
        case "a":
            return "(?i:AM|PM)"
        case "z":
            return r"(?:GMT|UTC)?[+-]\d{1,2}:?\d{2}|[A-Za-z]+(?: [A-Za-z]+){0,4}"
        case "Z":
            return r"[+-]\d{4}"
        case "X" | "x":
            zone = r"[+-]\d{2}(?:\d{2})?" if part.count == 1 else rf"[+-]\d{{2}}{':' if part.count % 2 else ''}\d{{2}}"
            return f"Z|{zone}" if part.letter == "X" else zone
        case "V":
            return r"[A-Za-z][A-Za-z0-9_+/-]*|[+-]\d{2}:\d{2}"
        case "O":
            return r"GMT(?:[+-]\d{1,2}(?::\d{2})?)?" if part.count == 1 else r"GMT(?:[+-]\d{2}:\d{2})?"
    return ""


def _digits(part: Letters, touched: int) -> str:
    least, most = _width(part, touched)
    return rf"\d{{{least},{most}}}"


def _width(part: Letters, touched: int) -> tuple[int, int]:
    """Give the least and the most digits of a number that other digits touch on none to two sides."""
    if (part.letter in "yY" and part.count == 2) or (part.letter == "S" and part.count > 3):
        return part.count, part.count
    least = part.count if touched or part.letter in "yYS" else 1
    # Between two other numbers the width is fixed, as in Java.
    return least, part.count if touched == 2 else max(part.count, _DIGITS.get(part.letter, 2))


def _touched(parts: Sequence[str | Letters], index: int) -> int:
    """Count the sides, none to two, on which other digits touch a field."""
    before = parts[index - 1] if index else ""
    after = parts[index + 1] if index + 1 < len(parts) else ""
    left = before[-1:].isdigit() if isinstance(before, str) else before.numeric
    right = after[:1].isdigit() if isinstance(after, str) else after.numeric
    return left + right


def _words(names: Sequence[str]) -> str:
    return f"(?i:{'|'.join(dict.fromkeys((*names, *(name[:3] for name in names))))})"


def _meaning(part: Letters) -> Callable[[str], int]:
    if (meaning := meaning_of_words(part)) is not None:
        return meaning
    match part.letter:
        case "S":
            return _thousandths if part.count <= 3 else fraction
        case "y" | "Y" if part.count <= 2:
            return year
        case "A" | "n" | "N":
            return lambda text: _small_part(part.letter, int(text))
        case "e" | "c":
            return lambda text: (_within("u")(text) - 2) % 7 + 1
        case "q":
            return _within("Q")
        case "k" | "h" | "K" | "w" | "W" | "F" | "u" | "Q":
            return _within(part.letter)
    return int


def meaning_of_words(part: Letters) -> Callable[[str], int] | None:
    """Give what turns the words of a field into its number; None for a field of digits."""
    if not part.named or part.letter in "zVO":
        return None
    match part.letter:
        case "M" | "L":
            return lambda text: _place(MONTHS, text)
        case "Q" | "q":
            return lambda text: int(text.upper().removeprefix("Q")[0])
        case "G":
            return lambda text: int(text.upper() == "AD")
        case "a":
            return lambda text: int(text.upper() == "PM")
    return lambda text: _place(DAYS, text)


def year(text: str) -> int:
    """Read a year; one of two digits lies between 1950 and 2049."""
    if len(text) != 2:
        return int(text)
    return int(text) + (2000 if int(text) < _PIVOT else 1900)


def _place(names: Sequence[str], text: str) -> int:
    start = text[:3].capitalize()
    return next(number for number, name in enumerate(names, 1) if name.startswith(start))


def _thousandths(text: str) -> int:
    if int(text) > 999:
        raise ValueError(f"{text} is more than 999 milliseconds")
    return int(text) * 1000


def _small_part(letter: str, number: int) -> int:
    """Read milliseconds of the day, nanoseconds of the second or of the day, as microseconds."""
    value, rest = (number * 1000, 0) if letter == "A" else divmod(number, 1000)
    if rest:
        raise ValueError(f"{number} nanoseconds are finer than a microsecond")
    if value >= (1_000_000 if letter == "n" else _DAY):
        raise ValueError(f"{number} is too much for {letter}")
    return value


def fraction(text: str) -> int:
    """Read a fraction of a second, as microseconds."""
    if text[6:].strip("0"):
        raise ValueError(f".{text} is finer than a microsecond")
    return int(text[:6].ljust(6, "0"))


def _within(letter: str) -> Callable[[str], int]:
    least, most = _RANGES[letter]
    round_clock = {"k": 24, "h": 12}.get(letter, most + 1)

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"{text} is not from {least} to {most} ({letter})")
        return number % round_clock

    return read
