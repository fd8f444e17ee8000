"""How JEXL turns one type into another: the ``to…`` methods of its ``JexlArithmetic``, lenient.

Whole numbers have any size here, and a text of an array or object is its compact JSON, as everywhere in this library.
"""

import math
import re
from decimal import Decimal
from typing import Any, Final

from identitysync.values import text_of

MAX_BITS: Final = 14_000
"""How large whole numbers may grow; Python writes and reads them up to 4,300 digits."""

MAX_TEXT: Final = 1024 * 1024
"""How many characters a text may grow to."""

MAX_ITEMS: Final = 100_000
"""How many values an array or object may hold, all the way down, to be compared, written as text or given back."""

_INTEGER: Final = re.compile(r"[+-]?\d{1,4200}")
_FLOAT: Final = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?|NaN|Infinity)")
_FLOATING: Final = re.compile(r"[+-]?[0-9]*(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_BLANKS: Final = "".join(map(chr, range(33)))


class Failure(Exception):
    """An operation that cannot be done; ``at`` is the offset in the expression."""

    def __init__(self, reason: str, at: int) -> None:
        self.reason, self.at = reason, at
        super().__init__(reason)


class NotNumeric(Failure):
    """A text that should be a number and is none."""


class BadPattern(Failure):
    """A regular expression that is none, or that takes too long."""


class Unordered(Failure):
    """A boolean that should be less or greater than an array or an object."""


class Exhausted(Failure):
    """An evaluation that spent what it may spend; nothing makes up for it."""


def truth(value: Any) -> bool:
    """Take a value as a condition: null, 0, NaN, the empty text and the text ``false`` are not true."""
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value not in {"", "false"}
    if isinstance(value, int | float):
        return not (value == 0 or value != value)  # noqa: PLR0124 - NaN alone differs from itself
    return True


def floating(value: Any) -> bool:
    """Tell whether a value is a floating-point number, or a text with a point or an exponent that could be one."""
    if isinstance(value, str):
        found = _FLOATING.fullmatch(value)
        return found is not None and found.lastindex is not None
    return isinstance(value, float)


def to_int(value: Any, at: int) -> int:
    """Turn a value into a whole number; null and the empty text are 0.

    Args:
        value: The value.
        at: The offset in the expression, for errors.

    Returns:
        The number.

    Raises:
        NotNumeric: It is a text of something else.
        Failure: It is an array or an object.
    """
    if isinstance(value, int):
        return int(value)
    if value is None or value == "":
        return 0
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else 0
    if isinstance(value, str):
        if _INTEGER.fullmatch(value):
            return int(value)
        raise NotNumeric(f"{shown(value)} is no whole number", at)
    raise Failure(f"{shown(value)} is no number", at)


def to_float(value: Any, at: int) -> float:
    """Turn a value into a floating-point number; null is 0.0 and the empty text NaN.

    Args:
        value: The value.
        at: The offset in the expression, for errors.

    Returns:
        The number.

    Raises:
        NotNumeric: It is a text of something else.
        Failure: It is an array or an object, or too large.
    """
    if isinstance(value, float):
        return value
    if value is None:
        return 0.0
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError as fault:
            raise Failure("the number is too large for a floating-point number", at) from fault
    if isinstance(value, str):
        plain = value.strip(_BLANKS)
        if _FLOAT.fullmatch(plain):
            return float(plain.rstrip("fFdD") if plain[-1] in "fFdD" else plain)
        if value == "":
            return math.nan
        raise NotNumeric(f"{shown(value)} is no number", at)
    raise Failure(f"{shown(value)} is no number", at)


def to_text(value: Any) -> str:
    """Turn a value into text: null is empty, and numbers are written as Java writes them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        measured(value)
    return java_double(value) if isinstance(value, float) else text_of(value)


def measured(value: Any) -> Any:
    """Let a value pass that is not too large: what statements build may hold the same array again and again.

    Args:
        value: The value.

    Returns:
        The same value.

    Raises:
        Failure: It holds too many values, all the way down, or itself.
    """
    waiting = [value]
    count = 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, list | dict):
            count += len(each)
            if count > MAX_ITEMS:
                raise Failure(f"an array or object holds more than {MAX_ITEMS} values", 0)
            waiting += each if isinstance(each, list) else each.values()
    return value


def java_double(value: float) -> str:
    """Write a floating-point number as ``Double.toString`` does, and NaN as nothing, as JEXL does.

    Args:
        value: The number.

    Returns:
        Its text, such as ``1.0E10``.
    """
    if not math.isfinite(value):
        return "" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    plain = "".join(map(str, digits))
    exponent = Decimal(repr(value)).adjusted()
    return f"{'-' if sign else ''}{plain[0]}.{plain[1:] or '0'}E{exponent}"


def bounded(number: int, at: int) -> int:
    """Let a whole number pass that is not too large.

    Args:
        number: The number.
        at: The offset in the expression, for errors.

    Returns:
        The same number.

    Raises:
        Failure: It has too many bits.
    """
    if number.bit_length() > MAX_BITS:
        raise Failure(f"the number would have more than {MAX_BITS} bits", at)
    return number


def joined(left: str, right: str, at: int) -> str:
    """Join two texts.

    Args:
        left: The first.
        right: The second.
        at: The offset in the expression, for errors.

    Returns:
        Both.

    Raises:
        Failure: The result would be too long.
    """
    if len(left) + len(right) > MAX_TEXT:
        raise Failure(f"the text would have more than {MAX_TEXT} characters", at)
    return left + right


def shown(value: Any) -> str:
    """Name a value for an error: its type, and the beginning of a text."""
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "an array"
    return "null" if value is None else "an object"
