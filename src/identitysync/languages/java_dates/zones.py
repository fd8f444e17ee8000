"""Read the zone of a moment: an offset, the id of a zone, or an abbreviation that means one thing."""

import re
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_HOURS: Final[dict[str, float]] = {
    "UTC": 0, "GMT": 0, "Z": 0, "COORDINATED UNIVERSAL TIME": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "WIB": 7, "SGT": 8, "HKT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "HST": -10, "AKST": -9, "AKDT": -8, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5,
    "EDT": -4, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
}  # fmt: skip
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?", re.ASCII | re.IGNORECASE)


def read_zone(text: str) -> tzinfo | None:
    """Read how far a zone is from UTC.

    Args:
        text: ``Z``, ``+01``, ``+0100``, ``+01:00``, ``GMT+1:00``, ``CET`` or ``Europe/Berlin``.

    Returns:
        The zone, or None for a name that is not known.

    Raises:
        ValueError: The shift is a day or more.
    """
    hours = _HOURS.get(text.upper())
    if hours is not None:
        return timezone(timedelta(hours=hours))
    found = _OFFSET.fullmatch(text)
    if found is None:
        return _by_id(text) if "/" in text else None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if int(found[3] or 0) > 59:
        raise ValueError(f"{text} is no zone")
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _by_id(text: str) -> tzinfo | None:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown, or no name of a file that could be one
        return None
