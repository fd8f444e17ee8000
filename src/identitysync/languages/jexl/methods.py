"""Call methods: those of texts, arrays, objects, numbers and booleans that are listed here, and no others."""

import struct
from collections.abc import Callable, Iterable
from typing import Any, Final

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.jexl import text_methods
from identitysync.languages.jexl.arithmetic import add
from identitysync.languages.jexl.changes import CHANGING_ARRAYS, CHANGING_OBJECTS
from identitysync.languages.jexl.coercion import MAX_TEXT, Failure, shown, to_text
from identitysync.languages.jexl.comparison import contains, empty, ends, matches, pattern_fault, same, starts
from identitysync.languages.jexl.hashing import hash_code
from identitysync.languages.jexl.signatures import ANY, ARRAY, NUMBER, TEXT, Methods


def call(owner: Any, method: tuple[str, int], arguments: tuple[Any, ...], at: int) -> Any:
    """Call a method; on null, and where no such method takes such arguments, the answer is null, as in lenient JEXL.

    Args:
        owner: The value.
        method: The method's name, and how many arguments it is given.
        arguments: Its arguments.
        at: The offset in the expression, for errors.

    Returns:
        What the method gives.

    Raises:
        Failure: The method cannot do it, such as for an index outside the text, or null where a text is needed.
    """
    known = _METHODS.get(type(owner))
    entry = known.get(method) if known is not None else None
    if entry is None:
        return _general(owner, method, arguments, at)
    takes, work = entry
    if arguments:
        for argument, kinds in zip(arguments, takes, strict=True):
            if kinds and type(argument) not in kinds:
                if argument is None and str in kinds:
                    raise Failure(f"{method[0]}() takes no null", at)
                return _general(owner, method, arguments, at)
    try:
        return work(owner, *arguments)
    except (PatternError, RecordRejected) as fault:
        raise Failure(pattern_fault(fault), at) from fault
    except (LookupError, TypeError, ValueError, OverflowError, struct.error) as fault:
        given = ", ".join(to_text(each)[:40] for each in arguments)
        raise Failure(f"{method[0]}({given}) cannot be done on {shown(owner)}: {fault}", at) from fault


def _general(owner: Any, method: tuple[str, int], arguments: tuple[Any, ...], at: int) -> Any:
    """Call what JEXL itself offers under a method's name where a value has no such method."""
    known = _GENERAL.get(method)
    return known[1](owner, *arguments, at) if known is not None and isinstance(owner, known[0]) else None


def distinct(values: Iterable[Any]) -> list[Any]:
    """Make a set: the values without doubles, in order."""
    found: list[Any] = []
    for value in values:
        if not contains(found, value):
            found.append(value)
    return found


def mapping(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Make an object; its keys are texts, as in JSON."""
    return {"null" if key is None else to_text(key): value for key, value in pairs}


def _get(values: list[Any], index: int) -> Any:
    if not 0 <= index < len(values):
        raise IndexError(f"it has {len(values)} elements")
    return values[index]


def _part(values: list[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(values):
        raise IndexError(f"it has {len(values)} elements")
    return values[start:end]


def _index_of(values: list[Any], value: Any) -> int:
    return next((i for i, each in enumerate(values) if same(each, value)), -1)


def _last_index_of(values: list[Any], value: Any) -> int:
    return next((i for i in range(len(values) - 1, -1, -1) if same(values[i], value)), -1)


def _contains_all(values: list[Any], others: list[Any]) -> bool:
    return all(contains(values, each) for each in others)


def _joined(values: list[Any], separator: str) -> str:
    texts = [to_text(each) for each in values]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise ValueError(f"the text would have more than {MAX_TEXT} characters")
    return separator.join(texts)


def _compare(left: Any, right: Any) -> int:
    if type(left) is not type(right) or (type(left) is int and _width(left) != _width(right)):
        raise TypeError("the other is of another type")
    return int(left > right) - int(left < right)


def _width(number: int) -> int:
    """Tell Java's types of whole numbers apart: int, long and those beyond."""
    bits = (number if number >= 0 else ~number).bit_length()
    return 1 if bits < 32 else 2 if bits < 64 else 3


def _whole(bits: int) -> Callable[[Any], int]:
    """Make a cast to a whole number of so many bits, as Java casts: a number too large loses its upper bits."""
    half = 1 << (bits - 1)

    def cast(number: float) -> int:
        if isinstance(number, float):  # a floating-point number stops at the last int or long
            limit = max(half, 1 << 31)
            number = 0 if number != number else int(min(max(number, -limit), limit))  # noqa: PLR0124 - NaN
            number = min(max(number, -limit), limit - 1)
        return (int(number) + half) % (2 * half) - half

    return cast


_LIST: Final[Methods] = {
    ("isEmpty", 0): ((), lambda values: not values),
    ("get", 1): ((NUMBER,), _get),
    ("subList", 2): ((NUMBER, NUMBER), _part),
    ("contains", 1): ((ANY,), contains),
    ("indexOf", 1): ((ANY,), _index_of),
    ("lastIndexOf", 1): ((ANY,), _last_index_of),
    ("containsAll", 1): ((ARRAY,), _contains_all),
    ("join", 1): ((TEXT,), _joined),
    ("equals", 1): ((ANY,), same),
    ("toString", 0): ((), to_text),
    ("hashCode", 0): ((), hash_code),
    **CHANGING_ARRAYS,
}
_MAP: Final[Methods] = {
    ("isEmpty", 0): ((), lambda record: not record),
    ("get", 1): ((ANY,), lambda record, key: record.get(key) if isinstance(key, str) else None),
    ("getOrDefault", 2): ((TEXT, ANY), lambda record, key, value: record.get(key, value)),
    ("containsKey", 1): ((ANY,), lambda record, key: isinstance(key, str) and key in record),
    ("containsValue", 1): ((ANY,), lambda record, value: contains(list(record.values()), value)),
    ("keySet", 0): ((), list),
    ("values", 0): ((), lambda record: list(record.values())),
    ("equals", 1): ((ANY,), same),
    ("toString", 0): ((), to_text),
    ("hashCode", 0): ((), hash_code),
    **CHANGING_OBJECTS,
}
_NUMBER: Final[Methods] = {
    ("intValue", 0): ((), _whole(32)),
    ("longValue", 0): ((), _whole(64)),
    ("shortValue", 0): ((), _whole(16)),
    ("byteValue", 0): ((), _whole(8)),
    ("doubleValue", 0): ((), float),
    ("floatValue", 0): ((), lambda number: struct.unpack("f", struct.pack("f", number))[0]),
    ("toString", 0): ((), to_text),
    ("hashCode", 0): ((), hash_code),
    ("compareTo", 1): ((ANY,), _compare),
    ("equals", 1): ((ANY,), same),
}
_FLOAT: Final[Methods] = {
    **_NUMBER,
    ("isNaN", 0): ((), lambda number: number != number),  # noqa: PLR0124 - NaN alone differs from itself
    ("isInfinite", 0): ((), lambda number: abs(number) == float("inf")),
    ("toString", 0): ((), lambda number: to_text(number) or "NaN"),
}
_BOOLEAN: Final[Methods] = {
    ("booleanValue", 0): ((), bool),
    ("hashCode", 0): ((), hash_code),
    ("compareTo", 1): ((ANY,), _compare),
    ("equals", 1): ((ANY,), same),
    ("toString", 0): ((), to_text),
}
_METHODS: Final[dict[type, Methods]] = {
    str: text_methods.METHODS, list: _LIST, dict: _MAP, int: _NUMBER, float: _FLOAT, bool: _BOOLEAN,
}  # fmt: skip
_GENERAL: Final[dict[tuple[str, int], tuple[tuple[type, ...], Callable[..., Any]]]] = {
    ("contains", 1): ((str, list, dict), lambda owner, value, at: matches(value, owner, at)),
    ("matches", 1): ((str, list, dict, int, float), matches),
    ("startsWith", 1): ((str,), starts),
    ("endsWith", 1): ((str,), ends),
    ("isEmpty", 0): ((int, float), lambda owner, _: None if isinstance(owner, bool) else empty(owner)),
    ("add", 1): ((int, float), add),
}
NAMES: Final = frozenset(name for known in _METHODS.values() for name, _ in known)
"""The names of all methods there are; an expression that names another is refused."""
