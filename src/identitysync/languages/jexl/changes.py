"""The methods that change an array or an object; an expression that calls one works on a copy of the record."""

from typing import Any, Final

from identitysync.languages.jexl.coercion import MAX_ITEMS, to_text
from identitysync.languages.jexl.comparison import same
from identitysync.languages.jexl.signatures import ANY, ARRAY, NUMBER, OBJECT, Methods


def _room(values: list[Any] | dict[str, Any], more: int = 1) -> None:
    if len(values) + more > MAX_ITEMS:
        raise ValueError(f"it would hold more than {MAX_ITEMS} values")


def _inserted(values: list[Any], index: int, value: Any) -> None:
    if not 0 <= index <= len(values):
        raise IndexError(f"it has {len(values)} elements")
    _room(values)
    values.insert(index, value)


def _added(values: list[Any], value: Any) -> bool:
    _room(values)
    values.append(value)
    return True


def _extended(values: list[Any], others: list[Any]) -> bool:
    _room(values, len(others))
    values += others.copy()
    return bool(others)


def _set(values: list[Any], index: int, value: Any) -> Any:
    if not 0 <= index < len(values):
        raise IndexError(f"it has {len(values)} elements")
    before, values[index] = values[index], value
    return before


def _removed(values: list[Any], what: Any) -> Any:
    if type(what) is int:  # an index, as Java chooses
        if not 0 <= what < len(values):
            raise IndexError(f"it has {len(values)} elements")
        return values.pop(what)
    found = next((i for i, each in enumerate(values) if same(each, what)), None)
    if found is not None:
        del values[found]
    return found is not None


def _put(record: dict[str, Any], key: Any, value: Any) -> Any:
    name = _key(key)
    _room(record)
    before = record.get(name)
    record[name] = value
    return before


def _put_if_absent(record: dict[str, Any], key: Any, value: Any) -> Any:
    before = record.get(_key(key))
    if before is None:
        _room(record)
        record[_key(key)] = value
    return before


def _key(key: Any) -> str:
    return "null" if key is None else to_text(key)


CHANGING_ARRAYS: Final[Methods] = {
    ("add", 1): ((ANY,), _added),
    ("add", 2): ((NUMBER, ANY), _inserted),
    ("addAll", 1): ((ARRAY,), _extended),
    ("set", 2): ((NUMBER, ANY), _set),
    ("remove", 1): ((ANY,), _removed),
    ("clear", 0): ((), lambda values: values.clear()),
}
"""Those of arrays."""

CHANGING_OBJECTS: Final[Methods] = {
    ("put", 2): ((ANY, ANY), _put),
    ("putIfAbsent", 2): ((ANY, ANY), _put_if_absent),
    ("putAll", 1): ((OBJECT,), lambda record, other: record.update(other)),
    ("remove", 1): ((ANY,), lambda record, key: record.pop(_key(key), None)),
    ("clear", 0): ((), lambda record: record.clear()),
}
"""Those of objects."""

CHANGING: Final = frozenset(name for name, _ in (*CHANGING_ARRAYS, *CHANGING_OBJECTS))
"""The names of all of them."""
