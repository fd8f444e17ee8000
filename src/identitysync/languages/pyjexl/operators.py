"""What the operators of Mozilla's JEXL do: what Python does, within bounds, and null where there is nothing."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.languages.jexl import fields
from identitysync.languages.jexl.coercion import MAX_BITS, MAX_ITEMS, MAX_TEXT, Failure, bounded, joined, shown


def member(owner: Any, key: Any) -> Any:
    """Give ``owner.key``: of an array, that of its first element, as Mozilla does; null when there is no such thing."""
    if isinstance(owner, list):
        owner = owner[0] if owner else None
    return owner.get(key) if isinstance(owner, dict) else None


def walk(record: dict[str, Any], parts: tuple[str, ...], whole: str) -> Any:
    """Find a field as everywhere in this library, and members of the first element where there is an array."""
    found = fields.walk(record, parts, whole)
    if found is not None or whole in record:
        return found
    value = fields.under(record, parts[0])
    for part in parts[1:]:
        value = member(value, part)
    return value


def pick(owner: Any, key: Any) -> Any:
    """Give ``owner[key]``: all of it for true, null for false, else the element or null."""
    if key is True:
        return owner
    if key is False or not isinstance(owner, list | dict | str):
        return None
    if isinstance(owner, dict) is not isinstance(key, str):
        return None
    try:
        return owner[key]
    except (LookupError, TypeError):
        return None


def elements(value: Any) -> list[Any]:
    """Give what a filter looks at: the elements of an array, nothing of null, and anything else as the only one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def filtered(value: Any, test: Callable[[Any], Any]) -> list[Any]:
    """Give the elements for which a test is true."""
    return [each for each in elements(value) if test(each)]


def filtered_within(value: Any, test: Callable[[Any], Any], step: Callable[[int], None], at: int) -> list[Any]:
    """Give the elements for which a test is true; each costs a step, since this is done again and again."""
    found: list[Any] = []
    for each in elements(value):
        step(at)
        if test(each):
            found.append(each)
    return found


def _number(value: Any, at: int) -> Any:
    if isinstance(value, int | float):
        return value
    raise Failure(f"{shown(value)} is no number", at)


def add(left: Any, right: Any, at: int) -> Any:
    """Add numbers, or join two texts or two arrays."""
    if isinstance(left, str) and isinstance(right, str):
        return joined(left, right, at)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_ITEMS:
            raise Failure(f"the array would have more than {MAX_ITEMS} elements", at)
        return left + right
    if isinstance(left, str | list) or isinstance(right, str | list):
        raise Failure(f"{shown(left)} and {shown(right)} cannot be added", at)
    return _bounded(_number(left, at) + _number(right, at), at)


def subtract(left: Any, right: Any, at: int) -> Any:
    """Subtract numbers."""
    return _bounded(_number(left, at) - _number(right, at), at)


def multiply(left: Any, right: Any, at: int) -> Any:
    """Multiply numbers, or repeat a text or an array."""
    if isinstance(right, str | list):
        left, right = right, left
    if isinstance(left, str | list):
        if not isinstance(right, int):
            raise Failure(f"{shown(left)} cannot be repeated by {shown(right)}", at)
        limit = MAX_TEXT if isinstance(left, str) else MAX_ITEMS
        if len(left) * right > limit:
            raise Failure(f"the result would have more than {limit} characters or elements", at)
        return left * right
    return _bounded(_number(left, at) * _number(right, at), at)


def divide(left: Any, right: Any, at: int) -> Any:
    """Divide numbers."""
    return _divided(operator.truediv, left, right, at)


def divide_down(left: Any, right: Any, at: int) -> Any:
    """Divide numbers, down to a whole one."""
    return _divided(operator.floordiv, left, right, at)


def remainder(left: Any, right: Any, at: int) -> Any:
    """Give the rest of a division, with the sign of the divisor."""
    return _divided(operator.mod, left, right, at)


def _divided(work: Callable[[Any, Any], Any], left: Any, right: Any, at: int) -> Any:
    if _number(right, at) == 0:
        raise Failure("a number is divided by zero", at)
    return work(_number(left, at), right)


def power(left: Any, right: Any, at: int) -> Any:
    """Raise a number to a power."""
    base, exponent = _number(left, at), _number(right, at)
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0 and abs(base) > 1:
        if base.bit_length() * exponent > MAX_BITS:
            raise Failure(f"the number would have more than {MAX_BITS} bits", at)
    elif base == 0 and exponent < 0:
        raise Failure("a number is divided by zero", at)
    result = base**exponent
    if isinstance(result, complex):
        raise Failure("a negative number has no such root", at)
    return result


def _bounded(number: Any, at: int) -> Any:
    return bounded(number, at) if isinstance(number, int) else number


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any, int], bool]:
    def work(left: Any, right: Any, at: int) -> bool:
        """Compare; null is neither less nor greater than anything."""
        if left is None or right is None:
            return False
        try:
            return compare(left, right)
        except TypeError:
            raise Failure(f"{shown(left)} and {shown(right)} cannot be compared", at) from None

    return work


def within(left: Any, right: Any, at: int) -> bool:
    """Tell whether a text is part of another, a value is an element of an array, or a key one of an object."""
    if right is None:
        return False
    if isinstance(right, str) and not isinstance(left, str):
        raise Failure(f"{shown(left)} is no text, and cannot be part of one", at)
    if isinstance(right, dict) and isinstance(left, list | dict):
        raise Failure(f"{shown(left)} is no key", at)
    if not isinstance(right, str | list | dict):
        raise Failure(f"{shown(right)} holds nothing to look in", at)
    return left in right


OPERATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "//": divide_down, "%": remainder, "^": power,
    "<": _ordered(operator.lt), "<=": _ordered(operator.le), ">": _ordered(operator.gt), ">=": _ordered(operator.ge),
    "in": within,
}  # fmt: skip
"""By sign; equality, and, or and not are Python's own."""
