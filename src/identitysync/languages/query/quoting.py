r"""Write values into queries and read them back: the one place where a value becomes text of the query language.

A string stands in double or single quotes. Inside, ``\"``, ``\'``, ``\\``, ``\n``, ``\r``, ``\t`` and ``\uXXXX`` are
escapes and a doubled quote is one quote. Before any other character a backslash stays, so that ``regex('\d+')`` says
what it seems to say.
"""

import math
import re
from typing import Final, TypeAlias

from identitysync.errors import InvalidParameter

Literal: TypeAlias = str | int | float | bool
"""What a field can be compared with."""

_NAMED: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Line separators are escaped too, because a log or a form field may break a line there.
_UNSAFE: Final = re.compile(r'[\x00-\x1f"\\\x7f-\x9f\u2028\u2029]')
_ESCAPE: Final = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|(.))|""|''""", re.DOTALL)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_MAX_DIGITS: Final = 1000


def quote(value: Literal) -> str:
    """Write a value so that the query language reads exactly this value, whatever it holds.

    Args:
        value: A string, whole number, finite float or boolean.

    Returns:
        Its text: strings in double quotes, numbers bare, ``true`` or ``false``.

    Raises:
        InvalidParameter: The value is of another type, not finite, or holds half a surrogate pair.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            if _SURROGATE.search(value):
                raise InvalidParameter(f"{value!r} holds half a surrogate pair, which no query can carry")
            return '"' + _UNSAFE.sub(_escape, value) + '"'
        case int():
            if value.bit_length() > _MAX_DIGITS * 3:
                raise InvalidParameter("this whole number has too many digits for a query")
            return int.__repr__(value)
        case float() if math.isfinite(value):
            return float.__repr__(value)
    raise InvalidParameter(
        f"a query can hold a text, a number, true or false, but not {type(value).__name__} {value!r:.60}"
    )


def unquote(token: str) -> str:
    """Read a string with its quotes.

    Args:
        token: What stands in the query, quotes included.

    Returns:
        The string.

    Raises:
        ValueError: The escapes leave half a surrogate pair.
    """
    text = token[1:-1]
    mark = token[0]
    if "\\" in text or mark in text:
        text = _ESCAPE.sub(lambda found: _unescape(found, mark), text)
    if _SURROGATE.search(text):
        # Two escapes may make one character outside the basic plane, as in JSON; UnicodeDecodeError is a ValueError.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    return text


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return _ESCAPES.get(letter) or f"\\u{ord(letter):04x}"


def _unescape(found: re.Match[str], mark: str) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return _NAMED.get(found[2], found[0])
    return mark if found[0][0] == mark else found[0]
