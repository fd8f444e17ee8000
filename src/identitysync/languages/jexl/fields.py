"""How expressions find fields: literal keys first, then nested ones, by dots or by underscores."""

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
    for part in parts[1:]:
        value = member(value, part)
    return value


def member(owner: Any, key: Any) -> Any:
    """Give ``owner.key`` or ``owner[key]``; null when there is no such thing."""
    if isinstance(owner, dict):
        return owner.get(key) if isinstance(key, str | int) else None
    if isinstance(owner, list):
        index = int(key) if isinstance(key, str) and key.isdecimal() and key.isascii() else key
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(owner):
            return owner[index]
    return None
