r"""The classes of characters that have names: ``\p{L}``, ``\p{Alpha}``, ``\p{javaLetter}``, ``\p{IsGreek}``."""

import re
from typing import Final

from identitysync.languages.java_regex.scanner import Scanner

_POSIX: Final = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t", "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0b\f\r",
}  # fmt: skip
_BINARY: Final = {
    "ALPHABETIC": r"\p{Alphabetic}", "LETTER": r"\p{L}", "IDEOGRAPHIC": r"\p{Ideographic}",
    "LOWERCASE": r"\p{Lowercase}", "UPPERCASE": r"\p{Uppercase}", "TITLECASE": r"\p{Lt}",
    "WHITE_SPACE": r"\p{White_Space}", "CONTROL": r"\p{Cc}",
    "PUNCTUATION": r"\p{P}", "HEX_DIGIT": r"\p{Nd}0-9a-fA-F\uff10-\uff19\uff21-\uff26\uff41-\uff46",
    "ASSIGNED": r"\P{Cn}", "NONCHARACTER_CODE_POINT": r"\p{Noncharacter_Code_Point}", "DIGIT": r"\p{Nd}",
    "ALNUM": r"\p{Alphabetic}\p{Nd}", "BLANK": r"\p{Zs}\t", "JOIN_CONTROL": "\\u200c\\u200d",
    "WORD": r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d",
    "GRAPH": r"[^\p{Z}\p{Cc}\p{Cs}\p{Cn}]", "PRINT": r"[^\p{Zl}\p{Zp}\p{Cc}\p{Cs}\p{Cn}]",
}  # fmt: skip
_WIDE: Final = {
    "Lower": "LOWERCASE", "Upper": "UPPERCASE", "Alpha": "ALPHABETIC", "Digit": "DIGIT", "Alnum": "ALNUM",
    "Punct": "PUNCTUATION", "Graph": "GRAPH", "Print": "PRINT", "Blank": "BLANK", "Cntrl": "CONTROL",
    "XDigit": "HEX_DIGIT", "Space": "WHITE_SPACE",
}  # fmt: skip
_ALIASES: Final = {name.replace("_", ""): name for name in _BINARY} | {key.upper(): name for key, name in _WIDE.items()}
_IGNORABLE: Final = r"\x00-\x08\x0e-\x1b\x7f-\x9f\p{Cf}"
_OTHER: Final = {
    "javaWhitespace": r"\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000",
    "javaISOControl": r"\x00-\x1f\x7f-\x9f", "L1": r"\x00-\xff", "all": r"\x00-\U0010ffff",
}  # fmt: skip
_JAVA: Final = {
    "javaLowerCase": r"\p{Lowercase}", "javaUpperCase": r"\p{Uppercase}", "javaLetter": r"\p{L}",
    "javaDigit": r"\p{Nd}", "javaLetterOrDigit": r"\p{L}\p{Nd}", "javaAlphabetic": r"\p{Alphabetic}",
    "javaSpaceChar": r"\p{Z}", "javaTitleCase": r"\p{Lt}", "javaMirrored": r"\p{Bidi_Mirrored}",
    "javaIdeographic": r"\p{Ideographic}", "javaDefined": r"\P{Cn}", "javaIdentifierIgnorable": _IGNORABLE,
    "javaJavaIdentifierStart": r"\p{L}\p{Nl}\p{Sc}\p{Pc}",
    "javaJavaIdentifierPart": rf"\p{{L}}\p{{Nl}}\p{{Sc}}\p{{Pc}}\p{{Nd}}\p{{Mn}}\p{{Mc}}{_IGNORABLE}",
    "javaUnicodeIdentifierStart": r"\p{L}\p{Nl}\p{Other_ID_Start}",
    "javaUnicodeIdentifierPart":
        rf"\p{{L}}\p{{Nl}}\p{{Pc}}\p{{Nd}}\p{{Mn}}\p{{Mc}}\p{{Other_ID_Start}}\p{{Other_ID_Continue}}{_IGNORABLE}",
    "LD": r"\p{L}\p{Nd}", "LC": r"\p{Lu}\p{Ll}\p{Lt}",
}  # fmt: skip
_CATEGORY: Final = re.compile(
    r"(?:L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfosn]?)\Z"
)  # the general categories
_NAME: Final = re.compile(r"\{([^{}]*)\}|([A-Za-z])")
_SCRIPT: Final = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)*\Z")  # the regex module takes an odd one for plain letters
_BLOCK: Final = re.compile(r"[A-Za-z0-9]+(?:[_ -][A-Za-z0-9]+)*\Z")
_CATEGORIES_OF_CASE: Final = frozenset({r"\p{Lu}", r"\p{Ll}", r"\p{Lt}"})
_CASES: Final = frozenset({r"\p{Lowercase}", r"\p{Uppercase}"})


def named_class(scanner: Scanner, flags: frozenset[str]) -> str:
    r"""Translate the name behind ``\p`` or ``\P``.

    Args:
        scanner: Stands behind the letter, and behind the name afterwards.
        flags: The flags that are set.

    Returns:
        The inside of the set.

    Raises:
        PatternError: There is no such class.
    """
    start = scanner.at - 2
    found = scanner.accept(_NAME)
    if found is None or not (found[1] or found[2]):
        raise scanner.fault("\\p needs a name, such as \\p{L}", start)
    name = found[1] or found[2]
    source = _BINARY[_WIDE[name]] if "U" in flags and name in _WIDE else _source(name, flags)
    if source is not None and r"\p" not in source.lower():
        return source
    scanner.needs_extended()
    if source is None or not _compiles(source):
        raise scanner.fault(f"there is no class of characters {name!r}", start)
    if "i" not in flags:
        return source
    if source in _CASES or name == "javaTitleCase" or name.upper() == "ISTITLECASE":
        return r"\p{Lowercase}\p{Uppercase}\p{Lt}"
    return r"\p{Lu}\p{Ll}\p{Lt}" if source in _CATEGORIES_OF_CASE else source


def word_class(letter: str) -> str:
    r"""Give the inside of ``\w``, ``\d`` or ``\s`` under the flag ``U``."""
    return _BINARY[{"w": "WORD", "d": "DIGIT", "s": "WHITE_SPACE"}[letter]]


def _source(name: str, flags: frozenset[str]) -> str | None:
    """Spell a class of Java as the ``regex`` module does; None when there is none of this name."""
    key, equals, value = name.partition("=")
    if equals:
        match key.lower():
            case "gc" | "general_category":
                return _plain(value, flags)
            case "sc" | "script":
                return _script(value)
            case "blk" | "block":
                return _block(value)
        return None
    if name.startswith("In"):
        return _block(name[2:])
    if name.startswith("Is"):
        rest = name[2:]
        return _BINARY.get(_ALIASES.get(rest.upper(), rest.upper())) or _plain(rest, flags) or _script(rest)
    return _plain(name, flags)


def _plain(name: str, flags: frozenset[str]) -> str | None:
    if name in _POSIX:
        return "a-zA-Z" if "i" in flags and name in {"Lower", "Upper"} else _POSIX[name]
    return _OTHER.get(name) or _JAVA.get(name) or (rf"\p{{{name}}}" if _CATEGORY.match(name) else None)


def _script(name: str) -> str | None:
    return rf"\p{{Script={name}}}" if _SCRIPT.match(name) else None


def _block(name: str) -> str | None:
    return rf"\p{{Block={name}}}" if _BLOCK.match(name) else None


def _compiles(source: str) -> bool:
    import regex

    try:
        regex.compile(f"[{source}]", regex.V1)
    except regex.error:
        return False
    return True
