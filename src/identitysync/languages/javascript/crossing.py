"""Records on their way to JavaScript and back: what JSON cannot say crosses beside it, so that nothing changes.

JavaScript has one kind of number, a double. Integers beyond 2^53 therefore cross as ``BigInt``; what is larger and no
``BigInt`` comes back as a float; NaN, the infinities and ``-0`` have no place in JSON at all. All these are sent with
their path. ``3.0`` comes back as ``3``, and keys that look like array indices come back first: that is set right by
comparing what came back with what was sent, place by place.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import attrs

from identitysync.errors import JavaScriptError
from identitysync.values import MISSING, Record, json_bytes, json_value

_SAFE: Final = 2**53 - 1
_BITS: Final = 13_287
"""Bits of an integer of 4000 digits; Python writes and reads a few hundred digits more."""

_DEEP: Final = 200
"""Levels of objects and arrays that a record may have here; the engine's stack bears no more than a few thousand."""

Place: TypeAlias = list[str | int]


class Unfit(ValueError):
    """The record holds something that JavaScript cannot; the message names its place."""


@attrs.define
class Findings:
    """What is special about one record.

    Attributes:
        numbers: Places of numbers that JSON cannot say, and each as JavaScript writes it.
        delicate: Whether something in it has to be set right when it comes back.
    """

    numbers: list[tuple[Place, str]] = attrs.field(factory=list)
    delicate: bool = False


def survey(record: Record) -> Findings:
    """Look for what is special about a record.

    Args:
        record: The record.

    Returns:
        What was found.

    Raises:
        Unfit: It holds something that is no plain data, or is too deep.
    """
    found = Findings()
    _survey(record, [], found)
    return found


def _survey(value: Any, path: Place, found: Findings) -> None:
    if len(path) > _DEEP:
        raise Unfit(f"the field {path[0]} holds more than {_DEEP} objects and arrays within each other")
    keyed = type(value) is dict
    for key, child in value.items() if keyed else enumerate(value):
        if keyed and (type(key) is not str or (key < ":" and key.isdigit())):
            if type(key) is not str:
                raise Unfit(f"{_words([*path, key])} has no text as its name")
            found.delicate = True
        kind = type(child)
        if kind is str or child is None or kind is bool:
            continue
        if kind is int:
            if not -_SAFE <= child <= _SAFE:
                found.numbers.append(([*path, key], _digits(child, [*path, key])))
        elif kind is float:
            if child - child != 0.0:
                found.numbers.append(([*path, key], _ODD[repr(child)]))
            elif child.is_integer():
                found.delicate = True
        elif kind is dict or kind is list:
            path.append(key)
            _survey(child, path, found)
            path.pop()
        else:
            raise Unfit(f"{_words([*path, key])} holds a {kind.__name__}, which is no plain data")


def _digits(number: int, path: Place) -> str:
    if number.bit_length() > _BITS:
        raise Unfit(f"{_words(path)} holds an integer of more than 4000 digits")
    return f"{number}n"


_ODD: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _words(path: Sequence[object]) -> str:
    return "the field " + ".".join(map(str, path))


def batch_text(records: Sequence[Record | None], findings: Sequence[Findings]) -> bytes:
    """Write a batch as the driver reads it.

    Args:
        records: The records; None is the call after the last one.
        findings: What is special about each.

    Returns:
        JSON.
    """
    numbers = [(index, *each) for index, found in enumerate(findings) for each in found.numbers]
    message = {"records": records, "numbers": numbers}
    try:
        return json_bytes(message)
    except ValueError:  # half a character, which JavaScript can hold and UTF-8 cannot
        plain = json.loads(json.dumps(message), parse_constant=lambda _: None)
        return json.dumps(plain).encode()


def answers(text: bytes, count: int) -> tuple[list[Any], list[list[str]]]:
    """Read what the driver answers.

    Args:
        text: How many records it has processed; below that, both as JSON, the changes of shared variables, and what
            became of the records.
        count: How many records were asked for.

    Returns:
        For each of the first records, one at least, what it said, what it gave, and why it failed; and the names and
        new values of shared variables.

    Raises:
        JavaScriptError: It is something else: the script has spoilt what the driver stands on.
    """
    head, changes, body = text.split(b"\n", 2)
    done, found, changed = int(head), _read(body), _read(changes) if changes else []
    fits = type(found) is list and 0 < len(found) == done <= count and all(map(_is_answer, found))
    if not fits or type(changed) is not list or not all(map(_is_pair, changed)):
        raise JavaScriptError(
            "its answers cannot be read; does it change methods of Array.prototype or String.prototype?"
        )
    return found, changed


def _read(text: bytes) -> Any:
    try:
        return json_value(text)
    except ValueError:
        try:
            return json.loads(text)  # half a character again
        except ValueError:
            return None


def _is_pair(found: Any) -> bool:
    return type(found) is list and [type(each) for each in found] == [str, str]


def _is_answer(found: Any) -> bool:
    if type(found) is not list or len(found) != 3:
        return False
    said, gave, failed = found
    return all(map(_is_pair, said)) and all(_is_given(each) for each in gave) and (failed is None or _is_pair(failed))


def _is_given(found: Any) -> bool:
    return type(found) is list and [type(each) for each in found] in ([str, dict, list], [str, dict, list, dict, list])


def receive(record: Record, numbers: Sequence[tuple[Place, str]], sent: Record, *, delicate: bool) -> Record:
    """Complete a record that came back.

    Args:
        record: The record as JSON had it.
        numbers: Places of numbers that JSON could not say.
        sent: The record as it was sent.
        delicate: Whether something has to be set right by comparing.

    Returns:
        The record.
    """
    for path, digits in numbers:
        owner: Any = record
        for key in path[:-1]:
            owner = owner[int(key) if isinstance(owner, list) else key]
        owner[int(path[-1]) if isinstance(owner, list) else path[-1]] = float(digits)
    return _set_right(record, sent) if delicate else record


def _set_right(new: Any, old: Any) -> Any:
    if type(new) is dict and type(old) is dict:
        fixed = {key: _set_right(value, old.get(key, MISSING)) for key, value in new.items()}
        if any(key < ":" and key.isdigit() for key in fixed):
            return {key: fixed[key] for key in [*(key for key in old if key in fixed), *fixed]}
        return fixed
    if type(new) is list and type(old) is list:
        return [_set_right(*pair) for pair in zip(new, old, strict=False)] + new[len(old) :]
    if type(new) is int and type(old) is float and new == old:
        return old
    return new
