"""Look for numbers that neither JSON nor anybody else can read: not a number, and infinity."""

from collections.abc import Iterable
from typing import Any


def all_finite(values: Iterable[Any]) -> bool:
    """Tell whether there is no such number, however deep in objects and arrays.

    Args:
        values: Values of records.

    Returns:
        False when there is one. The JSON writer would turn it into null without a word.
    """
    for value in values:
        kind = type(value)
        if kind is float:
            if value - value != 0.0:  # NaN for both, and the quickest way to ask
                return False
        elif (kind is dict and not all_finite(value.values())) or (kind is list and not all_finite(value)):
            return False
    return True
