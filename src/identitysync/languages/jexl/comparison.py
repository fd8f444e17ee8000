"""How JEXL compares: equality, order, ``=~``, ``=^``, ``=$``, ``empty`` and ``size``."""

from collections.abc import Callable
from typing import Any

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex import compile_regex
from identitysync.languages.jexl.coercion import (
    BadPattern,
    Exhausted,
    Failure,
    NotNumeric,
    Unordered,
    measured,
    shown,
    to_float,
    to_int,
    to_text,
    truth,
)
from identitysync.languages.jexl.utf16 import units, wide


def equal(left: Any, right: Any, at: int) -> bool:
    """Compare for equality; null equals null alone, and beside a boolean both are taken as conditions."""
    if left is right:
        return True
    if left is None or right is None:
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, list | dict) and isinstance(right, list | dict):
        return same(left, right)
    return _order(left, right, at) == 0


def less(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is less than right; null never is."""
    return left is not right and left is not None and right is not None and _order(left, right, at) < 0


def less_equal(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is less than or equal to right."""
    return left is right or (left is not None and right is not None and _order(left, right, at) <= 0)


def greater(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is greater than right; null never is."""
    return left is not right and left is not None and right is not None and _order(left, right, at) > 0


def greater_equal(left: Any, right: Any, at: int) -> bool:
    """Tell whether left is greater than or equal to right."""
    return left is right or (left is not None and right is not None and _order(left, right, at) >= 0)


def _order(left: Any, right: Any, at: int) -> int:
    kinds = {type(left), type(right)}
    if float in kinds:
        one, other = to_float(left, at), to_float(right, at)
        if one != one:  # noqa: PLR0124 - NaN; JEXL puts it below everything on the left, above on the right
            return 0 if other != other else -1  # noqa: PLR0124 - NaN
        return -1 if one < other else int(one != other)
    if int in kinds:
        first, second = to_int(left, at), to_int(right, at)
        return -1 if first < second else int(first != second)
    if str in kinds:
        here, there = wide(to_text(left)), wide(to_text(right))
        return -1 if here < there else int(here != there)
    if kinds == {bool}:
        return int(left) - int(right)
    kind = Unordered if bool in kinds else Failure
    raise kind(f"{shown(left)} and {shown(right)} cannot be compared", at)


def same(left: Any, right: Any) -> bool:
    """Compare as ``Object.equals`` does: ``1``, ``1.0`` and ``true`` are three things.

    Args:
        left: A value.
        right: Another.

    Returns:
        Whether they are of one type and equal, all the way down.
    """
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, list | dict):
        measured(left)
    return _same(left, right)


def _same(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    return bool(left == right)


def contains(values: list[Any], value: Any) -> bool:
    """Tell whether an array holds a value, as ``List.contains`` does."""
    return any(same(each, value) for each in values)


def matches(left: Any, right: Any, at: int) -> bool:
    """Look a value up in an array or an object's keys, or match it as a whole against a regular expression."""
    if left is None or right is None:
        return left is right
    if isinstance(right, str):
        return _full_match(right, to_text(left), at)
    if isinstance(right, dict):
        return left.keys() <= right.keys() if isinstance(left, dict) else isinstance(left, str) and left in right
    if isinstance(right, list):
        return all(contains(right, each) for each in left) if isinstance(left, list) else contains(right, left)
    return equal(right, left, at)


def _full_match(regex: str, text: str, at: int) -> bool:
    try:
        return compile_regex(regex).full_match(text)
    except (PatternError, RecordRejected) as fault:
        raise BadPattern(pattern_fault(fault), at) from fault


def pattern_fault(fault: PatternError | RecordRejected) -> str:
    """Say what is wrong with a regular expression, or with the time that it takes."""
    if isinstance(fault, RecordRejected):
        return fault.message
    return f"the regular expression {fault.text[:60]!r} is wrong: {fault.reason}"


def starts(left: Any, right: Any, at: int) -> bool:
    """Tell whether a text begins with another; what is no text is compared for equality."""
    if left is None or right is None:
        return left is right
    return left.startswith(to_text(right)) if isinstance(left, str) else equal(left, right, at)


def ends(left: Any, right: Any, at: int) -> bool:
    """Tell whether a text ends with another; what is no text is compared for equality."""
    if left is None or right is None:
        return left is right
    return left.endswith(to_text(right)) if isinstance(left, str) else equal(left, right, at)


def attempt(work: Callable[[], Any]) -> Any:
    """Give a value, or null where there is none: ``empty`` and ``size`` forgive what the engine forgives."""
    try:
        return work()
    except (NotNumeric, BadPattern, Unordered, Exhausted):
        raise
    except Failure:
        return None


def empty(value: Any) -> bool:
    """Tell whether a value is null, zero, or has nothing in it."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return not truth(value)
    return value is None or (isinstance(value, str | list | dict) and not value)


def size(value: Any) -> int | None:
    """Count characters or elements; null has none, and what cannot be counted has no size."""
    if value is None:
        return 0
    if isinstance(value, str):
        return units(value)
    return len(value) if isinstance(value, list | dict) else None
