"""Subscribers as records: custom fields beside the others, by their keys."""

from typing import Any

from identitysync.values import Record


def record_of(subscriber: Record) -> Record:
    """Make a record of a subscriber.

    Args:
        subscriber: As Campaign Monitor gives it, with ``CustomFields``.

    Returns:
        The same, each custom field beside the others: one value, or an array where a key stands there several times.
        A key that is taken by a field of the subscriber keeps its brackets.
    """
    record = {name: value for name, value in subscriber.items() if name != "CustomFields"}
    values: dict[str, list[Any]] = {}
    for field in subscriber.get("CustomFields") or ():
        key = bare(str(field.get("Key", "")))
        values.setdefault(f"[{key}]" if key in record else key, []).append(field.get("Value"))
    return record | {key: found if len(found) > 1 else found[0] for key, found in values.items()}


def bare(key: str) -> str:
    """Give the key of a custom field without its brackets."""
    return key.removeprefix("[").removesuffix("]")
