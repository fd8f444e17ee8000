"""Cut a query into tokens."""

import math
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

import attrs

from identitysync.errors import QueryError
from identitysync.languages.query.quoting import Literal, unquote

MAX_LENGTH: Final = 1_000_000
"""The longest text of a query, in characters: room for an ``in`` list of 20,000 UIDs."""

_MAX_DIGITS: Final = 1000
# Possessive quantifiers (++, *+) keep an unclosed string from being tried in ever more ways.
_TOKEN: Final = re.compile(
    r"""\s++
    | (?P<word>(?:(?:[^\W\d]|[@$])[\w@$-]*+|`[^`]*+`)(?:\.(?:[\w@$][\w@$-]*+|`[^`]*+`))*+)
    | (?P<number>-?[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)(?![\w.])
    | (?P<text>"(?:[^"\\]++|\\.|"")*+"|'(?:[^'\\]++|\\.|'')*+')
    | (?P<mark><=|>=|!=|[=<>(),*!])""",
    re.VERBOSE | re.DOTALL,
)


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    TEXT = auto()
    MARK = auto()
    END = auto()


_KINDS: Final = {"word": Kind.WORD, "number": Kind.NUMBER, "text": Kind.TEXT, "mark": Kind.MARK}


@attrs.frozen
class Token:
    """A piece of a query.

    Attributes:
        kind: What it is.
        text: How it is written.
        offset: Where it begins.
        value: What a number or text means.
        word: A word in small letters, a mark as it is, nothing for values and for names in back quotes.
    """

    kind: Kind
    text: str
    offset: int
    value: Literal = ""
    word: str = ""


def tokens(text: str) -> Iterator[Token]:
    """Cut a query into tokens, the last of which is an ``END``.

    Args:
        text: A query, or a part of one.

    Yields:
        Each token.

    Raises:
        QueryError: The text is too long, or something in it is no token.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is {len(text)} characters long; {MAX_LENGTH} is the most")
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _fault(text, position)
        if found.lastgroup is not None:
            yield _token(found, _KINDS[found.lastgroup], text)
        position = found.end()
    yield Token(Kind.END, "", len(text))


def _token(found: re.Match[str], kind: Kind, text: str) -> Token:
    written, offset = found[0], found.start()
    if kind is Kind.NUMBER:
        return Token(kind, written, offset, _number(written, text, offset))
    if kind is Kind.TEXT:
        try:
            return Token(kind, written, offset, unquote(written))
        except ValueError:
            raise QueryError("this text holds half a surrogate pair", text, offset) from None
    return Token(kind, written, offset, word="" if "`" in written else written.lower())


def _number(written: str, text: str, offset: int) -> int | float:
    if len(written) > _MAX_DIGITS:
        raise QueryError(f"this number has more than {_MAX_DIGITS} digits", text, offset)
    if written.lstrip("-").isdigit():
        return int(written)
    value = float(written)
    if math.isinf(value):
        raise QueryError("this number is too large", text, offset)
    return value


def _fault(text: str, offset: int) -> QueryError:
    letter = text[offset]
    if letter in "\"'":
        return QueryError("a text is opened here and never closed", text, offset)
    if letter == "`":
        return QueryError("a name is opened here by a back quote and never closed", text, offset)
    if text.startswith(".*", offset):
        return QueryError("name the object alone, without .*: it stands for all that is below", text, offset)
    if letter == ".":
        return QueryError("a name is missing beside this dot", text, offset)
    if text.startswith(("&&", "||"), offset):
        return QueryError(f"write {'AND' if letter == '&' else 'OR'}", text, offset)
    if letter.isdigit() or letter in "-+":
        return QueryError("this is no number; a text stands in quotes", text, offset)
    return QueryError(f"{letter!r} means nothing in a query; a text stands in quotes", text, offset)
