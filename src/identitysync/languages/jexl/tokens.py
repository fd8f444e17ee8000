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
    TEMPLATE = auto()
    END = auto()


@attrs.frozen
class Token:
    """One token.

    Attributes:
        kind: What it is.
        value: A number, a text, a name, or the sign itself; word operators are given as their signs. A template is a
            tuple of its texts and of the tokens of its expressions.
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
_FLOAT: Final = re.compile(r"(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)[fFdDbB]?|\d+[fFdDbB](?![\w$])", re.ASCII)
_INTEGER: Final = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[lLhH]?", re.ASCII)
_INDEX: Final = re.compile(r"[0-9]{1,9}(?![\w$])", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@]*")
_SIGN: Final = re.compile(
    r"\.\.\.|>>>|<<|>>|\.\.|->|\+\+|\?\.|\?\?|\?:|&&|\|\||==|!=|<=|>=|=~|!~|=\^|!\^|=\$|!\$|[-+*/%&|^]=|"
    r"[-+*/%&|^~!<>?:.,;()\[\]{}=]"
)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_REGEX: Final = re.compile(r"~/((?:\\/|[^/\r\n])*)/")
_TEMPLATE: Final = re.compile(r"[^`$#\\]+|\\.|\$\$+\{|[$#](?!\{)", re.DOTALL)
MAX_TEMPLATES: Final = 20
"""How deep templates may be nested."""


def tokens(text: str, position: int = 0, nested: int = 0) -> Iterator[Token]:
    """Cut an expression into tokens.

    Args:
        text: The expression.
        position: Where it begins.
        nested: In how many templates it stands; then it ends at the brace that closes it.

    Yields:
        Its tokens, and ``END``.

    Raises:
        ExpressionError: A character means nothing, or a text is never closed.
    """
    after_dot = False
    braces = 0
    while True:
        if found := _SPACE.match(text, position):
            position = found.end()
        if position >= len(text):
            yield Token(Kind.END, "", len(text))
            return
        if after_dot and (found := _INDEX.match(text, position)):  # likes.0.1 holds no 0.1
            token, position = Token(Kind.NUMBER, int(found[0]), position), found.end()
        elif text[position] == "`":
            token, position = _template(text, position, nested)
        else:
            token, position = _token(text, position)
        if nested and token.kind is Kind.SIGN and token.value in {"{", "}"}:
            braces += 1 if token.value == "{" else -1
            if braces < 0:
                yield Token(Kind.END, "", token.offset)
                return
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
    if found := _REGEX.match(text, start):
        return Token(Kind.TEXT, found[1].replace("\\/", "/"), start), found.end()
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
    # JEXL knows the backslash, the quote itself and four digits behind u; any other backslash stays
    value = _unescaped(text[start + 1 : position], {"\\", quote}, text, start)
    return Token(Kind.TEXT, value, start), position + 1


def _unescaped(part: str, known: set[str], text: str, start: int) -> str:
    def unescape(found: re.Match[str]) -> str:
        code = found[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        return code if code in known else found[0]

    try:
        return narrow(_ESCAPE.sub(unescape, part))
    except ValueError as fault:
        raise ExpressionError("the text holds half a character", text, start) from fault


def _template(text: str, start: int, nested: int) -> tuple[Token, int]:
    if nested >= MAX_TEMPLATES:
        raise ExpressionError(f"templates are nested more than {MAX_TEMPLATES} deep", text, start)
    parts: list[str | tuple[Token, ...]] = []
    position = begin = start + 1
    while position < len(text):
        if found := _TEMPLATE.match(text, position):  # $${ is no expression, and neither is a $ or # alone
            position = found.end()
            continue
        if position > begin:
            parts.append(_unescaped(text[begin:position], {"\\", "`", "'", '"', "$", "#"}, text, start))
        if text[position] == "`":
            return Token(Kind.TEMPLATE, tuple(parts), start), position + 1
        if position + 2 > len(text) or text[position] == "\\":
            break
        inside = tuple(tokens(text, position + 2, nested + 1))
        if inside[-1].offset >= len(text):
            break
        parts.append(inside)
        position = begin = inside[-1].offset + 1
    raise ExpressionError("a template is opened and never closed", text, start)
