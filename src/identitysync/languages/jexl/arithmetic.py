"""The lenient arithmetic of Commons JEXL 3.1, measured on the engine itself.

Null and the empty text count as zero, two texts are always joined by ``+``, a number and a numeric text are added,
dividing by zero gives 0.0, and equality turns its operands into one type first.
"""

import math
import re
from typing import Any, Final

from identitysync.languages.java_regex import compile_regex
from identitysync.values import json_bytes


class Failure(Exception):
    """An operation that cannot be done; ``at`` is the offset in the expression."""

    def __init__(self, reason: str, at: int) -> None:
        self.reason, self.at = reason, at
        super().__init__(reason)


MAX_BITS: Final = 65_536
"""How large whole numbers may grow."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19000}")
_FLOATING: Final = re.compile(r"[+-]?[0-9]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")


def truth(value: Any) -> bool:
    """Take a value as a condition: null, 0, NaN, the empty text and the text ``false`` are not true."""
    if value is None:
        return False
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[no-any-return]  # its type was just compared
    if kind is str:
        return value not in {"", "false"}
    if kind is int or kind is float:
        return not (value == 0 or math.isnan(value))
    return True


def equal(left: Any, right: Any, at: int) -> bool:
    """Compare for equality."""
    if left is right:
        return True
    if left is None or right is None:
        return False
    if type(left) is bool or type(right) is bool:
        return truth(left) == truth(right)
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return type(left) is type(right) and bool(left == right)
    return _compare(left, right, at) == 0


def less(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is less than right; null is neither."""
    return left is not None and right is not None and _compare(left, right, at) < 0


def less_equal(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is less than or equal to right."""
    return left is right or (left is not None and right is not None and _compare(left, right, at) <= 0)


def greater(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is greater than right."""
    return less(right, left, at)


def greater_equal(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is greater than or equal to right."""
    return left is right or (left is not None and right is not None and _compare(left, right, at) >= 0)


def _compare(left: Any, right: Any, at: int) -> int:
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        raise Failure(f"{_kind(left)} and {_kind(right)} cannot be compared", at)
    if type(left) is float or type(right) is float:
        one, other = to_float(left, at), to_float(right, at)
        if math.isnan(one) or math.isnan(other):  # NaN is above everything, as in Java
            return math.isnan(one) - math.isnan(other)
        return _order(one, other)
    if type(left) is int or type(right) is int:
        return _order(to_int(left, at), to_int(right, at))
    if isinstance(left, str) or isinstance(right, str):
        return _order(to_text(left), to_text(right))
    return int(left) - int(right)  # two booleans


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def add(left: Any, right: Any, at: int) -> Any:
    """Add numbers, or join texts."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if _is_numeric(left) and _is_numeric(right):
        if _is_floating(left) or _is_floating(right):
            return to_float(left, at) + to_float(right, at)
        return _bounded(to_int(left, at) + to_int(right, at), at)
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        raise Failure(f"{_kind(left)} and {_kind(right)} cannot be added", at)
    return to_text(left) + to_text(right)


def subtract(left: Any, right: Any, at: int) -> Any:
    """Subtract numbers."""
    if _is_floating(left) or _is_floating(right):
        return to_float(left, at) - to_float(right, at)
    return _bounded(to_int(left, at) - to_int(right, at), at)


def multiply(left: Any, right: Any, at: int) -> Any:
    """Multiply numbers."""
    if _is_floating(left) or _is_floating(right):
        return to_float(left, at) * to_float(right, at)
    return _bounded(to_int(left, at) * to_int(right, at), at)


def divide(left: Any, right: Any, at: int) -> Any:
    """Divide numbers; whole ones give a whole one, cut toward zero."""
    if _is_floating(left) or _is_floating(right):
        divisor = to_float(right, at)
        dividend = to_float(left, at)
        return 0.0 if divisor == 0 else dividend / divisor
    one, other = to_int(left, at), to_int(right, at)
    if other == 0:
        return 0.0
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def remainder(left: Any, right: Any, at: int) -> Any:
    """Give the rest of a division; of whole numbers it is never negative."""
    if _is_floating(left) or _is_floating(right):
        divisor = to_float(right, at)
        return 0.0 if divisor == 0 else math.fmod(to_float(left, at), divisor)
    one, other = to_int(left, at), to_int(right, at)
    return one % other if other > 0 else 0.0


def negate(value: Any, at: int) -> Any:
    """Give the negative of a number; only numbers and booleans have one."""
    if type(value) is bool:
        return not value
    if type(value) is int or type(value) is float:
        return -value
    raise Failure(f"{_kind(value)} has no negative", at)


def bit_and(left: Any, right: Any, at: int) -> int:
    """And the bits of two whole numbers."""
    return to_int(left, at) & to_int(right, at)


def bit_or(left: Any, right: Any, at: int) -> int:
    """Or the bits of two whole numbers."""
    return to_int(left, at) | to_int(right, at)


def bit_xor(left: Any, right: Any, at: int) -> int:
    """Exclusive-or the bits of two whole numbers."""
    return to_int(left, at) ^ to_int(right, at)


def bit_not(value: Any, at: int) -> int:
    """Turn the bits of a whole number around."""
    return ~to_int(value, at)


def matches(left: Any, right: Any, at: int) -> bool:
    """Match a text as a whole against a regular expression, or look a value up in a collection."""
    if left is None and right is None:
        return True
    if left is None or right is None:
        return False
    if isinstance(right, list):
        return any(type(left) is type(each) and left == each for each in right)
    if isinstance(right, dict):
        return left in right if isinstance(left, str) else False
    if isinstance(left, list | dict):
        raise Failure(f"{_kind(left)} cannot be matched", at)
    return compile_regex(to_text(right)).full_match(to_text(left))


def starts(left: Any, right: Any, at: int) -> bool:  # noqa: ARG001 - all operators are called alike
    """Tell whether a text begins with another."""
    if left is None or right is None:
        return left is right
    return to_text(left).startswith(to_text(right))


def ends(left: Any, right: Any, at: int) -> bool:  # noqa: ARG001 - all operators are called alike
    """Tell whether a text ends with another."""
    if left is None or right is None:
        return left is right
    return to_text(left).endswith(to_text(right))


def empty(value: Any) -> bool:
    """Tell whether a value is null, zero, or has nothing in it."""
    if type(value) is int or type(value) is float:
        return value == 0 or math.isnan(value)
    return value is None or (isinstance(value, str | list | dict) and not value)


def size(value: Any) -> int | None:
    """Count characters or elements; null has none, a number has no size."""
    if value is None:
        return 0
    return len(value) if isinstance(value, str | list | dict) else None


def to_int(value: Any, at: int) -> int:
    """Turn a value into a whole number."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]  # its type was just compared
    if value is None or value == "":
        return 0
    if kind is bool:
        return int(value)
    if kind is float:
        return int(value) if math.isfinite(value) else 0
    if kind is str and _INTEGER.fullmatch(value) and len(value) < 4000:
        return int(value)
    raise Failure(f"{_kind(value)} {_shown(value)}is no whole number", at)


def to_float(value: Any, at: int) -> float:
    """Turn a value into a floating-point number."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]  # its type was just compared
    if value is None:
        return 0.0
    try:
        if kind is int or kind is bool:
            return float(value)
        if kind is str:
            return math.nan if value == "" else float(value if _FLOATING.fullmatch(value) else "no number")
    except (ValueError, OverflowError) as fault:
        raise Failure(f"{_kind(value)} {_shown(value)}is no number", at) from fault
    raise Failure(f"{_kind(value)} is no number", at)


def to_text(value: Any) -> str:
    """Turn a value into text, numbers as Java writes them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _java_double(value)
    return str(value) if isinstance(value, int) else json_bytes(value).decode()


def _java_double(value: float) -> str:
    if not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return format(value, "f") if "e" in repr(value) else repr(value)
    digits, _, exponent = f"{value:.17e}".partition("e")
    shortest = repr(value)
    if "e" in shortest:
        digits = shortest.partition("e")[0]
    else:
        plain = shortest.lstrip("-").replace(".", "").strip("0") or "0"
        digits = ("-" if value < 0 else "") + plain[0] + "." + (plain[1:] or "0")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def _is_numeric(value: Any) -> bool:
    if isinstance(value, str):
        return value == "" or _INTEGER.fullmatch(value) is not None or _is_floating(value)
    return value is None or isinstance(value, int | float)


def _is_floating(value: Any) -> bool:
    if isinstance(value, str):
        if value.isdigit() or not any(letter in ".eE" for letter in value):
            return False
        return _FLOATING.fullmatch(value) is not None and any(letter.isdigit() for letter in value)
    return isinstance(value, float)


def _bounded(number: int, at: int) -> int:
    if number.bit_length() > MAX_BITS:
        raise Failure(f"the number would have more than {MAX_BITS} bits", at)
    return number


def _kind(value: Any) -> str:
    names = {
        str: "the text",
        bool: "the boolean",
        int: "the number",
        float: "the number",
        list: "an array",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    return f"{value[:40]!r} " if isinstance(value, str) else ""
