"""Which records an emulator refuses."""

import re
from collections.abc import Callable
from typing import TypeAlias

Refuse: TypeAlias = str | Callable[[str], bool] | None
"""Texts that are refused: a regular expression that is found in them, or a function; None for none."""


def refuser(wanted: Refuse) -> Callable[[str], bool]:
    """Make a function that tells whether a text is refused.

    Args:
        wanted: What is refused.
    """
    if wanted is None:
        return lambda _: False
    if callable(wanted):
        return wanted
    pattern = re.compile(wanted)
    return lambda text: pattern.search(text) is not None
