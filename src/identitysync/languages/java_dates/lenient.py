"""Read leniently, as ``SimpleDateFormat`` does unless it is told not to.

A number may have any count of digits, but where another number touches it behind, it has as many as its letters; blanks
may stand before a field; what follows behind the end is not looked at; a number that is too large rolls over. A field
takes what it can, and nothing is tried again: so it is in Java, and so no text takes long.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from identitysync.languages.java_dates.letters import Letters, split
from identitysync.languages.java_dates.reading import Reader, Told, fraction, key_of, meaning_of_words, words, year

_MOST_DIGITS = 9


@lru_cache(maxsize=256)
def compile_leniently(text: str) -> tuple[re.Pattern[str], tuple[Reader, ...]]:
    """Make the expression that reads leniently by a pattern.

    Args:
        text: A valid pattern.

    Returns:
        The expression, one group per run of letters, and what reads each group.
    """
    parts = split(text)
    made: list[str] = []
    readers: list[Reader] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            made.append(re.escape(part))
            continue
        field = words(part) or _digits(parts, index, part.count)
        # but a name of several words ends where the pattern goes on
        made.append(rf"[ \t]*+({field})" if part.letter == "z" else rf"[ \t]*+((?>{field}))")
        readers.append(Reader(key_of(part), part.letter, _meaning(part)))
    return re.compile("".join(made), re.ASCII), tuple(readers)


def _digits(parts: Sequence[str | Letters], index: int, count: int) -> str:
    following = parts[index + 1] if index + 1 < len(parts) else ""
    touched = isinstance(following, Letters) and following.numeric
    return rf"\d{{{count}}}" if touched else rf"\d{{1,{max(count, _MOST_DIGITS)}}}"


def _meaning(part: Letters) -> Callable[[str], int]:
    if (meaning := meaning_of_words(part)) is not None:
        return meaning
    match part.letter:
        case "S":
            return (lambda text: int(text) * 1000) if part.count <= 3 else fraction
        case "y" | "Y" if part.count <= 2:
            return year
        case "A":
            return lambda text: int(text) * 1000
        case "n" | "N":
            return lambda text: int(text) // 1000
        case "k" | "h":
            round_clock = 24 if part.letter == "k" else 12
            return lambda text: 0 if int(text) == round_clock else int(text)
        case "e" | "c":
            return lambda text: (int(text) - 2) % 7 + 1
    return int


def told_by(readers: Sequence[Reader], groups: Sequence[str]) -> tuple[Told, str | None]:
    """Read the groups of a match; where a text tells something twice, the last one holds.

    Args:
        readers: What reads each group.
        groups: The groups.

    Returns:
        The numbers, and the zone or None.
    """
    told: Told = {}
    zone: str | None = None
    for reader, text in zip(readers, groups, strict=True):
        if reader.key in "zZXxVO":
            zone = text
        else:
            told[reader.key] = reader.read(text)
    return told, zone
