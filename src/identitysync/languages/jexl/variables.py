"""What statements do at run time: write variables and elements, walk over items, make and call functions."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from identitysync.languages.jexl import fields
from identitysync.languages.jexl.coercion import MAX_ITEMS, Failure, joined, shown, to_int, to_text

MAX_RANGE: Final = 100_000
"""How many numbers a range may hold."""

MAX_LEVELS: Final = 100
"""How deep the arrays and objects of a result may be nested."""


class Closure:
    """A function that was made, with the variables that it took from around it."""

    __slots__ = ("call", "parameters")

    def __init__(self, parameters: int) -> None:
        """Begin; what it calls is set when everything it holds is known.

        Args:
            parameters: How many it has.
        """
        self.parameters = parameters
        self.call: Callable[..., Any] = lambda *_: None


def closure(function: Callable[..., Any], parameters: int, bound: tuple[Any, ...], itself: int) -> Closure:
    """Make a function.

    Args:
        function: Its code.
        parameters: How many it has.
        bound: The code's first arguments.
        itself: Which of them is the function itself, or -1.

    Returns:
        The function.
    """
    made = Closure(parameters)
    made.call = (
        partial(function, *bound[:itself], made, *bound[itself + 1 :]) if itself >= 0 else partial(function, *bound)
    )
    return made


def invoke(function: Any, arguments: tuple[Any, ...]) -> Any:
    """Call a function; a missing argument is null, one too many is ignored, and what is no function gives null."""
    if type(function) is not Closure:
        return None
    missing = function.parameters - len(arguments)
    return (
        function.call(*arguments, *(None,) * missing)
        if missing > 0
        else function.call(*arguments[: function.parameters])
    )


def put(record: dict[str, Any], name: str, value: Any) -> Any:
    """Give a variable that was never declared its value; the record is a copy."""
    record[name] = value
    return value


def put_path(record: dict[str, Any], parts: tuple[str, ...], whole: str, value: Any, at: int) -> Any:
    """Do ``a.b = value``: set an element of the object, or the name with the dots when there is no object.

    Args:
        record: A copy of the record.
        parts: The names between the dots.
        whole: All of them.
        value: The value.
        at: The offset in the expression, for errors.

    Returns:
        The value.

    Raises:
        Failure: Something on the way is null.
    """
    if fields.under(record, parts[0]) is None:
        return put(record, whole, value)
    owner = fields.walk(record, parts[:-1], ".".join(parts[:-1]))
    if owner is None:
        raise Failure(f"{'.'.join(parts[:-1])} is null", at)
    return put_member(owner, parts[-1], value, at)


def put_member(owner: Any, key: Any, value: Any, at: int) -> Any:
    """Do ``owner[key] = value``; what cannot take it stays as it is, as in lenient JEXL.

    Args:
        owner: An object, an array, or something else.
        key: The key or the index.
        value: The value.
        at: The offset in the expression, for errors.

    Returns:
        The value; null when the owner is null.

    Raises:
        Failure: The index is negative, or the key is no text.
    """
    if isinstance(owner, dict):
        if key is None or isinstance(key, list | dict):
            raise Failure(f"{shown(key)} is no key", at)
        owner[to_text(key)] = value
    elif isinstance(owner, list):
        index = to_int(key, at) if isinstance(key, float) or (isinstance(key, str) and key.isdecimal()) else key
        if type(index) is int:
            if index < 0:
                raise Failure(f"an array has no element {index}", at)
            if index < len(owner):
                owner[index] = value
    return None if owner is None else value


def items(value: Any) -> Iterable[Any]:
    """Give what ``for`` walks over: the elements of an array, the values of an object, nothing of anything else."""
    if isinstance(value, list):
        return tuple(value)
    return tuple(value.values()) if isinstance(value, dict) else ()


def span(first: Any, last: Any, at: int) -> range:
    """Give the whole numbers from one to another, up or down."""
    begin, end = to_int(first, at), to_int(last, at)
    return range(begin, end + 1) if begin <= end else range(begin, end - 1, -1)


def numbers(first: Any, last: Any, at: int) -> list[int]:
    """Make an array of the whole numbers from one to another.

    Args:
        first: The first.
        last: The last.
        at: The offset in the expression, for errors.

    Returns:
        The array.

    Raises:
        Failure: They are no numbers, or too many.
    """
    found = span(first, last, at)
    if abs(found.stop - found.start) > MAX_RANGE:
        raise Failure(f"the range has more than {MAX_RANGE} numbers", at)
    return list(found)


def template(parts: tuple[Any, ...], at: int) -> str:
    """Join the parts of a template."""
    found = ""
    for part in parts:
        nan = part != part  # noqa: PLR0124 - a template spells it out, a sum of texts does not
        found = joined(found, "NaN" if nan else to_text(part), at)
    return found


def copied(value: Any) -> Any:
    """Copy arrays and objects all the way down: an expression changes what it reads, and never the record."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def delivered(value: Any) -> Any:
    """Let a result pass that a record can hold.

    Args:
        value: What the last statement gave.

    Returns:
        The same.

    Raises:
        Failure: It is a function, holds one, or is too large.
    """
    waiting = [(value, 0)]
    count = 0
    while waiting:
        each, level = waiting.pop()
        if isinstance(each, list | dict):
            count += len(each)
            if count > MAX_ITEMS or level >= MAX_LEVELS:
                raise Failure(f"the result has more than {MAX_ITEMS} values or {MAX_LEVELS} levels", 0)
            waiting += [(one, level + 1) for one in (each.values() if isinstance(each, dict) else each)]
        elif type(each) is Closure:
            raise Failure("the result is a function; call it", 0)
    return value
