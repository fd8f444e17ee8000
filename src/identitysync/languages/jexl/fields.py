"""How expressions find fields: literal keys first, then nested ones, by dots or by underscores."""

from itertools import combinations
from typing import Any


def under(record: Any, name: str) -> Any:
    """Find ``data_subscribed``: the key itself, else the nested field ``data.subscribed``; null when there is none."""
    if name in record:
        return record[name]
    start = name.find("_")
    while start >= 0:
        child = record.get(name[:start])
        if isinstance(child, dict):
            rest = name[start + 1 :]
            found = under(child, rest) if rest else None
            if found is not None:
                return found
        start = name.find("_", start + 1)
    return None


def walk(record: dict[str, Any], parts: tuple[str, ...], whole: str) -> Any:
    """Find ``data.subscribed``: a key with the dots in it, else the nested field; null when there is none."""
    if whole in record:
        return record[whole]
    value: Any = under(record, parts[0])
    if value is None:  # a key may hold some of the dots: JEXL looks for them when the first name leads nowhere
        for count in range(2, len(parts)):
            if (value := record.get(".".join(parts[:count]))) is not None:
                parts = parts[count - 1 :]
                break
    for part in parts[1:]:
        value = member(value, part)
    return value


def member(owner: Any, key: Any) -> Any:
    """Give ``owner.key`` or ``owner[key]``; null when there is no such thing."""
    if isinstance(owner, dict):
        return owner.get(key if isinstance(key, str) else str(key) if type(key) is int else None)
    if isinstance(owner, list):
        numeric = isinstance(key, float) or (isinstance(key, str) and key.isdecimal() and key.isascii())
        index = int(key) if numeric else key
        if type(index) is int and 0 <= index < len(owner):
            return owner[index]
    if key == "empty" and isinstance(owner, list | str):  # the bean property behind isEmpty()
        return not owner
    return None


def readings(parts: tuple[str, ...]) -> set[str]:
    """Name every path that a name may read: itself, and the nested ones behind its underscores.

    Args:
        parts: The names between the dots.

    Returns:
        Dotted paths; of a name with many underscores, those of the objects that hold everything it may read.
    """
    first, rest = parts[0], parts[1:]
    marks = [i for i, letter in enumerate(first) if letter == "_" and i > 0]
    found = {".".join(parts)}
    if len(marks) > 4:
        return found | {first[:mark] for mark in marks}
    for count in range(1, len(marks) + 1):
        for chosen in combinations(marks, count):
            path = "".join("." if i in chosen else letter for i, letter in enumerate(first))
            if ".." not in path and not path.endswith("."):
                found.add(".".join((path, *rest)))
    return found
