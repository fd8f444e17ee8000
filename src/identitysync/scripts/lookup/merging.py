"""What becomes of a record and what was found for it."""

from collections.abc import Sequence
from typing import Any

from identitysync.values import MISSING, Record


def merged(record: Record, found: Record, *, lookup_wins: bool) -> Record:
    """Merge what was found into a record, object by object.

    Args:
        record: The record, which is not changed.
        found: What was found; its values are taken over as they are.
        lookup_wins: Whose value stays where both have a field.

    Returns:
        A new record.
    """
    result = dict(record)
    for key, value in found.items():
        old: Any = result.get(key, MISSING)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value, lookup_wins=lookup_wins)
        elif old is MISSING or lookup_wins:
            result[key] = value
    return result


def gathered(found: Sequence[Record]) -> Record:
    """Put several hits into one: each field becomes an array with one element for each hit.

    Args:
        found: The hits.

    Returns:
        One record; null stands where a hit lacks the field.
    """
    keys = dict.fromkeys(key for each in found for key in each)
    return {key: [each.get(key) for each in found] for key in keys}
