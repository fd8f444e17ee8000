"""What the cells of an extracted file stand for, by the data types of Marketo's fields."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]+)?")
_NOTHING: Final = "null"
"""What stands in the place of a value that is not there."""

Reading = Callable[[str], Any]


def _text(cell: str) -> Any:
    return None if cell == _NOTHING else cell


def _truth(cell: str) -> Any:
    return {"true": True, "false": False}.get(cell.lower(), _text(cell))


def _whole(cell: str) -> Any:
    return int(cell) if _WHOLE.fullmatch(cell) else _text(cell)


def _number(cell: str) -> Any:
    return float(cell) if _NUMBER.fullmatch(cell) else _text(cell)


_READINGS: Final[Mapping[str, Reading]] = {
    "boolean": _truth,
    "currency": _number,
    "float": _number,
    "integer": _whole,
    "percent": _whole,
    "score": _whole,
}


def readings(fields: Sequence[str], types: Mapping[str, str]) -> list[Reading]:
    """Give what reads the cells of each column: booleans, whole and other numbers; all else stays text.

    A cell that is not what its type says stays text, too, so that nothing is lost.

    Args:
        fields: The columns.
        types: The data types of fields; one that is not there is read as text.
    """
    return [_READINGS.get(types.get(field, ""), _text) for field in fields]
