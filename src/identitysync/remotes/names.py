"""Names that come from outside, and must not lead outside."""

import re
from typing import Final

from identitysync.errors import UnsafeName

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def safe_name(name: str) -> str:
    """Accept a name, perhaps with sub-folders, that stays below the folder it is joined to.

    Args:
        name: The name, with ``/`` between folders.

    Returns:
        The name, without doubled slashes.

    Raises:
        UnsafeName: It is empty, absolute, climbs by ``..``, names a drive, or holds control characters.
    """
    if _CONTROL.search(name) or "\udc80" <= max(name, default="") <= "\udcff":
        raise UnsafeName(f"the file name {name!r} holds control characters")
    if name.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", name):
        raise UnsafeName(f"the file name {name!r} is absolute; it must stay below its folder")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if not parts or name.endswith("/"):
        raise UnsafeName(f"the file name {name!r} names no file")
    if any(part == ".." or part.startswith("..\\") or "\\..\\" in part for part in parts):
        raise UnsafeName(f"the file name {name!r} leaves its folder by '..'")
    return "/".join(parts)
