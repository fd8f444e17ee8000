"""Find out what the text of a DSV cell stands for."""

import math
import re
from typing import Any, Final

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FIRST: Final = frozenset("-0123456789tf")
_LONGEST: Final = 4000  # Python turns no longer text into an integer


def inferred(text: str) -> Any:
    """Turn a cell into what it stands for.

    Args:
        text: The cell.

    Returns:
        None when it is empty; a boolean for ``true`` and ``false``; a number for what JSON takes for one, unless it is
        beyond a double; else the text itself, such as ``01234``, ``+1``, ``1,5`` or a blank.
    """
    if not text:
        return None
    if text[0] not in _FIRST:
        return text
    if text in {"true", "false"}:
        return text == "true"
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return text
    if found[1] is None and found[2] is None:
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else text
