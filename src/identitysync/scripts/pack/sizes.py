"""How large a file may become when it is unpacked."""

from typing import Any, Final

from identitysync.contract import param
from identitysync.errors import InvalidParameter

_MOST: Final = 1_000_000_000


def max_size(doc: str = "Megabytes that a file may grow to; more is taken for a bomb.") -> Any:
    """Declare the parameter ``maxSize``.

    Args:
        doc: What it means.

    Returns:
        A field for a script.
    """
    return param(default=1_000_000.0, doc=doc, example=5000, text=True, check=_check_size)


def in_bytes(megabytes: float) -> int:
    """Turn megabytes into bytes."""
    return int(megabytes * 1_000_000)


def _check_size(megabytes: float) -> None:
    if not 0 < megabytes <= _MOST:
        raise InvalidParameter(f"a file has more than 0 and at most {_MOST:,} megabytes; found {megabytes}")
