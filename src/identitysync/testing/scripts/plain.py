"""What records are made of, and when two are the same."""

import math
from typing import Any

from identitysync.testing.remotes.ground import expect


def is_plain(value: Any) -> None:
    """Look into what comes out: objects with text keys, arrays, texts, numbers, booleans and null, and nothing else."""
    if isinstance(value, dict):
        expect(all(type(key) is str for key in value), f"{value!r} has a key that is no text")
        for each in value.values():
            is_plain(each)
    elif isinstance(value, list):
        for each in value:
            is_plain(each)
    else:
        expect(value is None or type(value) in {str, int, float, bool}, f"{value!r} is no plain value")


def same(one: Any, other: Any) -> bool:
    """Compare records, with their order and types, and NaN equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other)))
