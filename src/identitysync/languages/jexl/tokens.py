"""Cut a JEXL expression into tokens."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final

import attrs

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.utf16 import narrow


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    TEXT = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@attrs.frozen
class Token:
    """One token.

    Attributes:
        kind: What it is.
        value: A number, a text, a name, or the sign itself; word operators are given as their signs.
        offset: Where it begins.
    """

    kind: Kind
    value: Any
    offset: int


_WORDS: Final = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "and": "&&", "or": "||", "not": "!", "div": "/", "mod": "%",
}  # fmt: skip
_SPACE: Final = re.compile(r"(?:\s+|##[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_FLOAT: Final = re.compile(r"(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)[fFdDbB]?|\d+[fFdDbB](?![\w$])")
_INTEGER: Final = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[lLhH]?")
_INDEX: Final = re.compile(r"[0-9]{1,9}(?![\w$])")
_NAME: Final = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@]*")
_SIGN: Final = re.compile(r"\?\.|\?\?|\?:|&&|\|\||==|!=|<=|>=|=~|!~|=\^|!\^|=\$|!\$|[-+*/%&|^~!<>?:.,;()\[\]{}=]")
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """Cut an expression into tokens.

    Args:
        text: The expression.

    Yields:
        Its tokens, and ``END``.

    Raises:
        ExpressionError: A character means nothing, or a text is never closed.
    """
    position = 0
    after_dot = False
    while True:
        if found := _SPACE.match(text, position):
            position = found.end()
        if position >= len(text):
            yield Token(Kind.END, "", len(text))
            return
        if after_dot and (found := _INDEX.match(text, position)):  # likes.0.1 holds no 0.1
            token, position = Token(Kind.NUMBER, int(found[0]), position), found.end()
        else:
            token, position = _token(text, position)
        after_dot = token.kind is Kind.SIGN and token.value in {".", "?."}
        yield token


def _token(text: str, start: int) -> tuple[Token, int]:
    letter = text[start]
    if letter in "'\"":
        return _text(text, start)
    if letter.isdigit() and letter.isascii():
        if found := _FLOAT.match(text, start):
            return Token(Kind.NUMBER, float(found[0].rstrip("fFdDbB")), start), found.end()
        found = _INTEGER.match(text, start)
        if found is not None and len(found[1]) > 1000:
            raise ExpressionError("the number has more than 1000 digits", text, start)
        if found is not None:
            return Token(Kind.NUMBER, _integer(found[1], text, start), start), found.end()
    if found := _NAME.match(text, start):
        word = found[0]
        return Token(Kind.SIGN, _WORDS[word], start) if word in _WORDS else Token(Kind.NAME, word, start), found.end()
    if found := _SIGN.match(text, start):
        return Token(Kind.SIGN, found[0], start), found.end()
    raise ExpressionError(f"the character {letter!r} means nothing here", text, start)


def _integer(digits: str, text: str, start: int) -> int:
    if digits[:2].lower() == "0x":
        return int(digits, 16)
    if digits[0] != "0" or len(digits) == 1:
        return int(digits)
    if not set(digits) <= set("01234567"):
        raise ExpressionError("a number that begins with 0 is octal, and has no 8 or 9", text, start)
    return int(digits, 8)


def _text(text: str, start: int) -> tuple[Token, int]:
    quote = text[start]
    position = start + 1
    while position < len(text) and text[position] != quote:
        position += 2 if text[position] == "\\" else 1
    if position >= len(text):
        raise ExpressionError("a text is opened and never closed", text, start)

    def unescape(found: re.Match[str]) -> str:
        # JEXL knows the backslash, the quote itself and four digits behind u; any other backslash stays
        code = found[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        return code if code in {"\\", quote} else found[0]

    try:
        value = narrow(_ESCAPE.sub(unescape, text[start + 1 : position]))
    except ValueError as fault:
        raise ExpressionError("the text holds half a character", text, start) from fault
    return Token(Kind.TEXT, value, start), position + 1
