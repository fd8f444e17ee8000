"""What a record tells of a user, as BlueKai's rules read it: pairs of a name and a text."""

import math
from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values import Record, flatten, text_of


def hints(record: Record) -> list[tuple[str, str]]:
    """Give the pairs of a record.

    Args:
        record: The record, without the user's id; nested fields get names with dots, arrays give several pairs.

    Returns:
        Names and texts; null, missing and empty values are left out.

    Raises:
        RecordRejected: A name or value cannot be told in a pair.
    """
    flat = flatten(record) if dict in map(type, record.values()) else record
    return [pair for name, value in flat.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    found = []
    for each in value if type(value) is list else [value]:
        if type(each) in {list, dict}:
            raise RecordRejected(
                f"{name!r} holds arrays or objects in an array, which have no place in a phint", code="too-deep"
            )
        if type(each) is float and not math.isfinite(each):
            raise RecordRejected(f"{name!r} is infinite or no number at all (NaN)", code="not-finite")
        text = text_of(each)
        if text:
            if not name or "=" in name:
                raise RecordRejected(
                    f"a phint is name=value, and the name {name!r} is empty or holds a sign of equality; rename it",
                    code="forbidden-character",
                )
            found.append((name, text))
    return found
