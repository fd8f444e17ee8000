"""The methods of ``java.lang.String``, lists, maps and numbers that expressions may call, and no others."""

from collections.abc import Callable
from typing import Any, Final

from identitysync.languages.java_regex import compile_regex
from identitysync.languages.jexl.arithmetic import Failure, to_text


def call(owner: Any, method: str, arguments: tuple[Any, ...], at: int) -> Any:
    """Call a method; on null, and where there is no such method, the answer is null, as in lenient JEXL.

    Args:
        owner: The value.
        method: The method's name.
        arguments: Its arguments.
        at: The offset in the expression, for errors.

    Returns:
        What the method gives.

    Raises:
        Failure: The method cannot do it, such as for an index outside the text.
    """
    kind = bool if isinstance(owner, bool) else int if isinstance(owner, int) else type(owner)
    work = _METHODS.get(kind, {}).get((method, len(arguments)))
    if work is None:
        return None
    try:
        return work(owner, *arguments)
    except (IndexError, TypeError, ValueError, AttributeError) as fault:
        raise Failure(f"{method}({', '.join(to_text(each)[:40] for each in arguments)}) cannot be done", at) from fault


def _substring(text: str, start: Any, end: Any = None) -> str:
    last = len(text) if end is None else int(end)
    if not 0 <= int(start) <= last <= len(text):
        raise IndexError
    return text[int(start) : last]


def _char_at(text: str, index: Any) -> str:
    if not 0 <= int(index) < len(text):
        raise IndexError
    return text[int(index)]


def _split(text: str, regex: Any) -> list[str]:
    parts = compile_regex(to_text(regex)).split(text)
    while len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _compare_text(left: str, right: Any) -> int:
    for one, other in zip(left, to_text(right), strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(to_text(right))


def _get(values: list[Any], index: Any) -> Any:
    if not 0 <= int(index) < len(values):
        raise IndexError
    return values[int(index)]


def _index_of(values: list[Any], value: Any) -> int:
    return next((i for i, each in enumerate(values) if type(each) is type(value) and each == value), -1)


Work = Callable[..., Any]
_TEXT: Final[dict[tuple[str, int], Work]] = {
    ("length", 0): len,
    ("size", 0): len,
    ("isEmpty", 0): lambda text: not text,
    ("toLowerCase", 0): str.lower,
    ("toUpperCase", 0): str.upper,
    ("trim", 0): lambda text: text.strip("".join(map(chr, range(33)))),
    ("toString", 0): str,
    ("substring", 1): _substring,
    ("substring", 2): _substring,
    ("charAt", 1): _char_at,
    ("indexOf", 1): lambda text, part: text.find(to_text(part)),
    ("indexOf", 2): lambda text, part, start: text.find(to_text(part), int(start)),
    ("lastIndexOf", 1): lambda text, part: text.rfind(to_text(part)),
    ("contains", 1): lambda text, part: to_text(part) in text,
    ("startsWith", 1): lambda text, part: text.startswith(to_text(part)),
    ("endsWith", 1): lambda text, part: text.endswith(to_text(part)),
    ("concat", 1): lambda text, other: text + to_text(other),
    ("equals", 1): lambda text, other: text == other,
    ("equalsIgnoreCase", 1): lambda text, other: isinstance(other, str) and text.lower() == other.lower(),
    ("compareTo", 1): _compare_text,
    ("matches", 1): lambda text, regex: compile_regex(to_text(regex)).full_match(text),
    ("replace", 2): lambda text, old, new: text.replace(to_text(old), to_text(new)),
    ("replaceAll", 2): lambda text, regex, new: compile_regex(to_text(regex)).replace_all(text, to_text(new)),
    ("replaceFirst", 2): lambda text, regex, new: compile_regex(to_text(regex)).replace_first(text, to_text(new)),
    ("split", 1): _split,
}
_LIST: Final[dict[tuple[str, int], Work]] = {
    ("size", 0): len,
    ("isEmpty", 0): lambda values: not values,
    ("get", 1): _get,
    ("contains", 1): lambda values, value: _index_of(values, value) >= 0,
    ("indexOf", 1): _index_of,
}
_MAP: Final[dict[tuple[str, int], Work]] = {
    ("size", 0): len,
    ("isEmpty", 0): lambda record: not record,
    ("get", 1): lambda record, key: record.get(key),
    ("containsKey", 1): lambda record, key: key in record,
    ("containsValue", 1): lambda record, value: _index_of(list(record.values()), value) >= 0,
    ("keySet", 0): list,
    ("values", 0): lambda record: list(record.values()),
}
_NUMBER: Final[dict[tuple[str, int], Work]] = {
    ("intValue", 0): int,
    ("longValue", 0): int,
    ("doubleValue", 0): float,
    ("toString", 0): to_text,
    ("compareTo", 1): _sign,
    ("equals", 1): lambda number, other: type(number) is type(other) and number == other,
}
_BOOLEAN: Final[dict[tuple[str, int], Work]] = {
    ("toString", 0): to_text,
    ("booleanValue", 0): bool,
    ("equals", 1): lambda value, other: value is other,
}
_METHODS: Final[dict[type, dict[tuple[str, int], Work]]] = {
    str: _TEXT, list: _LIST, dict: _MAP, int: _NUMBER, float: _NUMBER, bool: _BOOLEAN,
}  # fmt: skip
