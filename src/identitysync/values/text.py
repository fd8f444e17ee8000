"""The text of a value, one truth for DSV cells, joins, replacements and file names."""

from typing import Any

from identitysync.values.json_text import json_bytes
from identitysync.values.records import MISSING


def text_of(value: Any) -> str:
    """Write a value as text.

    Args:
        value: Any value of a record, or ``MISSING``.

    Returns:
        Text as it is; ``true`` and ``false``; numbers as in JSON; nothing for null and missing; objects and arrays as
        compact JSON.

    Raises:
        ValueError: The value holds something that JSON cannot.
    """
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # its type was just compared
    if value is None or value is MISSING:
        return ""
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    return json_bytes(value).decode()
