"""The lenient arithmetic of Commons JEXL 3.1, measured on the engine itself.

Null and the empty text count as zero, two texts are always joined by ``+``, a number and a numeric text are added, and
dividing by zero gives 0.0.
"""

import math
from typing import Any

from identitysync.languages.jexl.coercion import (
    Failure,
    NotNumeric,
    bounded,
    floating,
    joined,
    shown,
    to_float,
    to_int,
    to_text,
)


def add(left: Any, right: Any, at: int) -> Any:
    """Add numbers, or join texts."""
    if isinstance(left, str) and isinstance(right, str):
        return joined(left, right, at)
    if type(left) is int and type(right) is int:
        return bounded(left + right, at)
    if left is None and right is None:
        return 0
    try:
        if floating(left) or floating(right):
            return to_float(left, at) + to_float(right, at)
        return bounded(to_int(left, at) + to_int(right, at), at)
    except NotNumeric:
        return joined(to_text(left), to_text(right), at)


def subtract(left: Any, right: Any, at: int) -> Any:
    """Subtract numbers."""
    if type(left) is int and type(right) is int:
        return bounded(left - right, at)
    if left is None and right is None:
        return 0
    if floating(left) or floating(right):
        return to_float(left, at) - to_float(right, at)
    return bounded(to_int(left, at) - to_int(right, at), at)


def multiply(left: Any, right: Any, at: int) -> Any:
    """Multiply numbers."""
    if type(left) is int and type(right) is int:
        return _product(left, right, at)
    if left is None and right is None:
        return 0
    if floating(left) or floating(right):
        return to_float(left, at) * to_float(right, at)
    return _product(to_int(left, at), to_int(right, at), at)


def _product(one: int, other: int, at: int) -> int:
    return bounded(bounded(one, at) * bounded(other, at), at)  # large factors are refused before the work is done


def divide(left: Any, right: Any, at: int) -> Any:
    """Divide numbers; whole ones give a whole one, cut toward zero, and where there is no quotient it is 0.0."""
    if left is None and right is None:
        return 0
    try:
        if floating(left) or floating(right):
            dividend, divisor = to_float(left, at), to_float(right, at)
            return 0.0 if divisor == 0 else dividend / divisor
        one, other = to_int(left, at), to_int(right, at)
    except NotNumeric:
        raise
    except Failure:
        return 0.0  # so the engine does with an array or an object
    if other == 0:
        return 0.0
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def remainder(left: Any, right: Any, at: int) -> Any:
    """Give the rest of a division; of whole numbers it is never negative, and where there is none it is 0.0."""
    if left is None and right is None:
        return 0
    try:
        if floating(left) or floating(right):
            dividend, divisor = to_float(left, at), to_float(right, at)
            if divisor == 0:
                return 0.0
            return math.nan if math.isinf(dividend) else math.fmod(dividend, divisor)
        one, other = to_int(left, at), to_int(right, at)
    except NotNumeric:
        raise
    except Failure:
        return 0.0  # so the engine does with an array or an object
    return one % other if other > 0 else 0.0


def negate(value: Any, at: int) -> Any:
    """Give the negative of a number; only numbers and booleans have one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return -value
    raise Failure(f"{shown(value)} has no negative", at)


def bit_and(left: Any, right: Any, at: int) -> int:
    """And the bits of two whole numbers."""
    return _long(left, at) & _long(right, at)


def bit_or(left: Any, right: Any, at: int) -> int:
    """Or the bits of two whole numbers."""
    return _long(left, at) | _long(right, at)


def bit_xor(left: Any, right: Any, at: int) -> int:
    """Exclusive-or the bits of two whole numbers."""
    return _long(left, at) ^ _long(right, at)


def shift_left(left: Any, right: Any, at: int) -> int:
    """Shift the bits of a 64-bit number up."""
    return _signed(_long(left, at) << (_long(right, at) & 63))


def shift_right(left: Any, right: Any, at: int) -> int:
    """Shift the bits of a 64-bit number down, and keep its sign."""
    return _long(left, at) >> (_long(right, at) & 63)


def shift_right_unsigned(left: Any, right: Any, at: int) -> int:
    """Shift the bits of a 64-bit number down, and fill up with zeros."""
    return _signed((_long(left, at) % 2**64) >> (_long(right, at) & 63))


def bit_not(value: Any, at: int) -> int:
    """Turn the bits of a whole number around."""
    return ~_long(value, at)


def _long(value: Any, at: int) -> int:
    """Turn a value into a Java ``long``: 64 bits, where a floating-point number stops at the last one."""
    if isinstance(value, float):
        limit = -(2**63) if value < 0 else 2**63 - 1
        return limit if math.isinf(value) or abs(value) >= 2**63 else to_int(value, at)
    return _signed(to_int(value, at))


def _signed(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63
