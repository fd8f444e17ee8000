"""Translate what stands for one character: letters, escapes and sets; a set is the inside of brackets."""

import re
import unicodedata
from typing import Final

from identitysync.languages.java_regex.properties import named_class, word_class
from identitysync.languages.java_regex.scanner import Scanner

_PLAIN: Final = {"w": "a-zA-Z0-9_", "d": "0-9", "s": r" \t\n\x0b\f\r"}
_BLANKS: Final = {
    "h": r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    "v": r"\n\x0b\f\r\x85\u2028\u2029",
}
_NUMERIC: Final = {
    "x": re.compile(r"\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2})"),
    "u": re.compile(r"()([0-9a-fA-F]{4})"),
    "0": re.compile(r"()([0-3][0-7]{2}|[0-7]{1,2})"),
}
_NAMED: Final = re.compile(r"\{([^{}]*)\}")
_LOW_HALF: Final = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_ABSENT: Final = {
    "G": "\\G, the end of the match before, is not known here",
    "b": "\\b{g}, the edge of what a reader takes for one character, is not known here",
}


def escaped(letter: str) -> str:
    """Spell a letter so that it means itself, inside of brackets and outside."""
    return "\\" + letter if letter in "\\.^$|?*+()[]{}-&~#:" else letter


def set_escape(scanner: Scanner, letter: str, flags: frozenset[str]) -> tuple[str, bool] | None:
    r"""Translate an escape that stands for a set, such as ``\d`` or ``\p{L}``.

    Args:
        scanner: Stands behind the letter.
        letter: The letter behind the backslash.
        flags: The flags that are set.

    Returns:
        The inside of the set and whether it is turned around; None when the escape is of another kind.

    Raises:
        PatternError: There is no such property.
    """
    kind = letter.lower()
    if letter in "wWdDsS":
        if "U" in flags:
            scanner.needs_extended()
            return word_class(kind), letter.isupper()
        return _PLAIN[kind], letter.isupper()
    if letter in "hHvV":
        return _BLANKS[kind], letter.isupper()
    if letter in "pP":
        return named_class(scanner, flags), letter == "P"
    return None


def letter_escape(scanner: Scanner, letter: str) -> str:
    r"""Translate an escape that stands for one letter, such as ``\n``, ``\x41`` or ``\.``.

    Args:
        scanner: Stands behind the letter.
        letter: The letter behind the backslash.

    Returns:
        The letter that it stands for.

    Raises:
        PatternError: The escape means nothing.
    """
    start = scanner.at - 2
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter == "c" and not scanner.done:
        return chr(ord(scanner.take()) ^ 64)
    if letter in _NUMERIC:
        return _numbered(scanner, letter, start)
    if letter == "N":
        return _named(scanner, start)
    if letter.isascii() and letter.isalnum():
        raise scanner.fault(_ABSENT.get(letter, f"\\{letter} means nothing here"), start)
    return letter


def _numbered(scanner: Scanner, letter: str, start: int) -> str:
    found = scanner.accept(_NUMERIC[letter])
    if found is None:
        raise scanner.fault(f"\\{letter} needs digits", start)
    code = int(found[1] or found[2], 8 if letter == "0" else 16)
    if letter == "u" and 0xD800 <= code < 0xDC00 and (low := scanner.accept(_LOW_HALF)):
        code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
    if code > 0x10FFFF:
        raise scanner.fault("there is no such character", start)
    return chr(code)


def _named(scanner: Scanner, start: int) -> str:
    found = scanner.accept(_NAMED)
    try:
        named = unicodedata.lookup(found[1] if found else "")
    except KeyError:
        named = ""
    if len(named) != 1:  # there are names of sequences too
        raise scanner.fault("\\N needs the name of a character, such as \\N{BULLET}", start)
    return named
