"""Translate what stands for one character: letters, escapes and properties; a set is the inside of brackets."""

import re
from typing import Final

from identitysync.languages.java_regex.scanner import Scanner

WORD: Final = "a-zA-Z0-9_"
_UNICODE: Final = {"w": r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d", "d": r"\p{Nd}", "s": r"\p{White_Space}"}
_PLAIN: Final = {"w": WORD, "d": "0-9", "s": r" \t\n\x0b\f\r"}
_BLANKS: Final = {
    "h": r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    "v": r"\n\x0b\f\r\x85\u2028\u2029",
}
_POSIX: Final = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t", "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0b\f\r",
}  # fmt: skip
_WIDE_POSIX: Final = {
    "Lower": r"\p{Lowercase}", "Upper": r"\p{Uppercase}", "Alpha": r"\p{Alphabetic}", "Digit": r"\p{Nd}",
    "Alnum": r"\p{Alphabetic}\p{Nd}", "Punct": r"\p{P}", "Space": r"\p{White_Space}", "Cntrl": r"\p{Cc}",
    "XDigit": r"\p{Nd}0-9a-fA-F", "Blank": r"\p{Zs}\t",
}  # fmt: skip
_JAVA: Final = {
    "javaLowerCase": r"\p{Lowercase}", "javaUpperCase": r"\p{Uppercase}", "javaLetter": r"\p{L}",
    "javaDigit": r"\p{Nd}", "javaLetterOrDigit": r"\p{L}\p{Nd}", "javaAlphabetic": r"\p{Alphabetic}",
    "javaSpaceChar": r"\p{Z}", "javaTitleCase": r"\p{Lt}", "javaMirrored": r"\p{Bidi_Mirrored}",
    "javaWhitespace": r"\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000",
    "javaISOControl": r"\x00-\x1f\x7f-\x9f", "javaDefined": r"\P{Cn}", "L1": r"\x00-\xff", "all": r"\x00-\U0010ffff",
    "LD": r"\p{L}\p{Nd}", "LC": r"\p{Lu}\p{Ll}\p{Lt}",
}  # fmt: skip
_BINARY: Final = {
    "ALPHABETIC": r"\p{Alphabetic}", "LETTER": r"\p{L}", "IDEOGRAPHIC": r"\p{Ideographic}",
    "LOWERCASE": r"\p{Lowercase}", "UPPERCASE": r"\p{Uppercase}", "TITLECASE": r"\p{Lt}",
    "WHITE_SPACE": r"\p{White_Space}", "WHITESPACE": r"\p{White_Space}", "CONTROL": r"\p{Cc}",
    "PUNCTUATION": r"\p{P}", "HEX_DIGIT": r"\p{Nd}0-9a-fA-F\uff10-\uff19\uff21-\uff26\uff41-\uff46",
    "ASSIGNED": r"\P{Cn}", "NONCHARACTER_CODE_POINT": r"\p{Noncharacter_Code_Point}", "DIGIT": r"\p{Nd}",
    "ALNUM": r"\p{Alphabetic}\p{Nd}", "BLANK": r"\p{Zs}\t", "WORD": _UNICODE["w"], "JOIN_CONTROL": "\\u200c\\u200d",
}  # fmt: skip
_CATEGORY: Final = re.compile(
    r"(?:L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfosn]?)\Z"
)  # the general categories
_PROPERTY: Final = re.compile(r"\{([^{}]*)\}|([A-Za-z])")
_NUMERIC: Final = {
    "x": re.compile(r"\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2})"),
    "u": re.compile(r"()([0-9a-fA-F]{4})"),
    "0": re.compile(r"()([0-3][0-7]{2}|[0-7]{1,2})"),
}
_LOW_HALF: Final = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}


def escaped(letter: str) -> str:
    """Spell a letter so that it means itself, inside of brackets and outside."""
    return "\\" + letter if letter in "\\.^$|?*+()[]{}-&~#:" else letter


def variants(letter: str, flags: frozenset[str]) -> str:
    """Give a letter and, where case is to be ignored, its other cases: of ASCII alone unless the flag ``u`` is set."""
    if "i" not in flags:
        return letter
    if letter.isascii():
        wanted = {letter.lower(), letter.upper()}
        if flags & {"u", "U"} and letter in "kKsS":
            wanted.add("\u212a" if letter in "kK" else "\u017f")
        return "".join(sorted(wanted))
    if not flags & {"u", "U"}:
        return letter
    others = {letter, letter.lower(), letter.upper(), letter.upper().lower()}
    return "".join(sorted(each for each in others if len(each) == 1))


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
            return _UNICODE[kind], letter.isupper()
        return _PLAIN[kind], letter.isupper()
    if letter in "hHvV":
        return _BLANKS[kind], letter.isupper()
    if letter in "pP":
        return _property(scanner, flags), letter == "P"
    return None


def _property(scanner: Scanner, flags: frozenset[str]) -> str:
    start = scanner.at - 2
    found = scanner.accept(_PROPERTY)
    if found is None or not (found[1] or found[2]):
        raise scanner.fault("\\p needs a name, such as \\p{L}", start)
    name = found[1] or found[2]
    if name in _POSIX:
        if "U" in flags and name in _WIDE_POSIX:
            scanner.needs_extended()
            return _WIDE_POSIX[name]
        either = "i" in flags and name in {"Lower", "Upper"}
        return "a-zA-Z" if either else _POSIX[name]
    if name in {"L1", "all", "javaWhitespace", "javaISOControl"}:
        return _JAVA[name]
    scanner.needs_extended()
    source = _JAVA.get(name) or _known(name)
    if source is None or not _compiles(source):
        raise scanner.fault(f"there is no class of characters {name!r}", start)
    if "i" in flags and source in {r"\p{Lu}", r"\p{Ll}", r"\p{Lt}"}:
        return r"\p{Lu}\p{Ll}\p{Lt}"
    if "i" in flags and source in {r"\p{Lowercase}", r"\p{Uppercase}"}:
        return r"\p{Lowercase}\p{Uppercase}\p{Lt}"
    return source


def _known(name: str) -> str | None:
    """Spell a property of Java as the ``regex`` module does."""
    key, equals, value = name.partition("=")
    if equals:
        prefix = {"sc": "Script", "script": "Script", "blk": "Block", "block": "Block"}.get(key.lower())
        if key.lower() in {"gc", "general_category"}:
            return rf"\p{{{value}}}" if _CATEGORY.match(value) else None
        return rf"\p{{{prefix}={value}}}" if prefix else None
    if _CATEGORY.match(name):
        return rf"\p{{{name}}}"
    if name.startswith("In"):
        return rf"\p{{Block={name[2:]}}}"
    if not name.startswith("Is"):
        return None
    rest = name[2:]
    if rest.upper() in _BINARY:
        return _BINARY[rest.upper()]
    return rf"\p{{{rest}}}" if _CATEGORY.match(rest) else rf"\p{{Script={rest}}}"


def _compiles(source: str) -> bool:
    import regex

    try:
        regex.compile(f"[{source}]", regex.V1)
    except regex.error:
        return False
    return True


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
        found = scanner.accept(_NUMERIC[letter])
        if found is None:
            raise scanner.fault(f"\\{letter} needs digits", start)
        code = int(found[1] or found[2], 8 if letter == "0" else 16)
        if letter == "u" and 0xD800 <= code < 0xDC00 and (low := scanner.accept(_LOW_HALF)):
            code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        if code > 0x10FFFF:
            raise scanner.fault("there is no such character", start)
        return chr(code)
    if letter.isascii() and letter.isalnum():
        raise scanner.fault(f"\\{letter} means nothing here", start)
    return letter
