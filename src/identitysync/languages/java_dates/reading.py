"""Read what stands in a text by the letters of a date pattern: a regular expression, and what each field of it means.

A number may have fewer digits than its letters (``1/2/2020`` fits ``MM/dd/yyyy``, as in Java) unless another number
touches it; years and fractions of a second may not, because ``24`` is no year and ``.5`` no millisecond.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta, timezone, tzinfo
from typing import Final, TypeAlias

import attrs

from identitysync.languages.java_dates.letters import DAYS, MONTHS, Letters

Told: TypeAlias = dict[str, int]
"""What a text tells, by the pattern's letters: ``u`` the weekday, ``h`` 0 to 11, ``a`` 0 or 1, ``S`` microseconds."""

ZONES: Final = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "Coordinated Universal Time": 0,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "HST": -10,
    "AKST": -9,
    "AKDT": -8,
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
}
"""Names of zones that mean one thing, as in mails, and their hours from UTC."""

_PIVOT: Final = 50
_DIGITS: Final = {"y": 4, "Y": 4, "D": 3, "S": 3, "W": 1, "F": 1, "u": 1}
_RANGES: Final = {"k": (1, 24), "h": (1, 12), "K": (0, 11), "w": (1, 53), "W": (1, 6), "F": (1, 5), "u": (1, 7)}
_KEYS: Final = {"L": "M", "k": "H", "K": "h", "E": "u"}


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
        made.append(f"({_body(part, _touched(parts, index))})")
        readers.append(Reader(_KEYS.get(part.letter, part.letter), part.letter, _meaning(part)))
    # ASCII keeps the letter ſ from being an s.
    return re.compile("".join(made), re.ASCII), tuple(readers)


def openness(parts: Sequence[str | Letters]) -> int:
    """Count the fields whose end is not told by what follows, so that an expression may have to try several.

    Args:
        parts: The parts of the pattern.

    Returns:
        Their number; a zone's name counts for four.
    """
    count = 0
    for index, part in enumerate(parts):
        if isinstance(part, Letters):
            if part.letter == "z":
                count += 4
            elif part.named:
                count += 1
            elif part.numeric and _touched(parts, index):
                least, most = _width(part, _touched(parts, index))
                count += least < most
    return count


def read_zone(text: str) -> tzinfo | None:
    """Read how far a zone is from UTC.

    Args:
        text: ``Z``, ``+01``, ``+0100``, ``+01:00``, ``GMT+1:00`` or one of ``ZONES``.

    Returns:
        The zone, or None for a name that is not known.

    Raises:
        ValueError: The shift is a day or more.
    """
    if text in ZONES:
        return timezone(timedelta(hours=ZONES[text]))
    found = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?", text, re.ASCII)
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if int(found[3] or 0) > 59:
        raise ValueError(f"{text} is no zone")
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _body(part: Letters, touched: int) -> str:
    if part.named and part.letter in "ML":
        return _words(MONTHS)
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
            zone = (r"[+-]\d{2}(?:\d{2})?", r"[+-]\d{4}", r"[+-]\d{2}:\d{2}")[part.count - 1]
            return f"Z|{zone}" if part.letter == "X" else zone
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
    if part.named and part.letter in "ML":
        return lambda text: _place(MONTHS, text)
    match part.letter:
        case "E":
            return lambda text: _place(DAYS, text)
        case "G":
            return lambda text: int(text.upper() == "AD")
        case "a":
            return lambda text: int(text.upper() == "PM")
        case "S":
            return _thousandths if part.count <= 3 else _fraction
        case "y" | "Y" if part.count == 2:
            return lambda text: int(text) + (2000 if int(text) < _PIVOT else 1900)
        case "k" | "h" | "K" | "w" | "W" | "F" | "u":
            return _within(part.letter)
    return int


def _place(names: Sequence[str], text: str) -> int:
    start = text[:3].capitalize()
    return next(number for number, name in enumerate(names, 1) if name.startswith(start))


def _thousandths(text: str) -> int:
    if int(text) > 999:
        raise ValueError(f"{text} is more than 999 milliseconds")
    return int(text) * 1000


def _fraction(text: str) -> int:
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
