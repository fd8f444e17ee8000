"""Names that come from outside, and must not lead outside."""

import posixpath
import re
import secrets
from typing import Final

from identitysync.errors import UnsafeName

MAX_BYTES: Final = 255
"""Bytes that a name between two slashes may have: the limit of all common file systems."""

_CONTROL: Final = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029]")
_NO_TEXT: Final = re.compile("[\ud800-\udfff]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")


def safe_name(name: str) -> str:
    """Accept a name, perhaps with sub-folders, that stays below the folder it is joined to.

    Args:
        name: The name, with ``/`` between folders.

    Returns:
        The name, without doubled slashes.

    Raises:
        UnsafeName: It is empty, absolute, climbs by ``..``, names a drive, holds control characters or bytes that are
            no UTF-8, or is too long.
    """
    if _CONTROL.search(name):
        raise UnsafeName(f"the file name {name!r} holds control characters or line ends")
    if _NO_TEXT.search(name):
        raise UnsafeName(f"the file name {name!r} is not UTF-8")
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        raise UnsafeName(f"the file name {name!r} is absolute; it must stay below its folder")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if not parts or name.endswith(("/", "/.")):
        raise UnsafeName(f"the file name {name!r} names no file")
    if any(".." in part.split("\\") for part in parts):
        raise UnsafeName(f"the file name {name!r} leaves its folder by '..'")
    if any(len(part.encode()) > MAX_BYTES for part in parts):
        raise UnsafeName(f"the file name {name!r} is longer than {MAX_BYTES} bytes; give a shorter one")
    return "/".join(parts)


def temporary_name(name: str) -> str:
    """Make a hidden name that nobody else uses, for a file that is not complete yet.

    Args:
        name: The final name, without folders.

    Returns:
        ``.NAME.RANDOM.part``, shortened where it would be longer than file systems allow.
    """
    tail = f".{secrets.token_hex(4)}.part"
    room = MAX_BYTES - 1 - len(tail)
    return f".{name.encode()[:room].decode(errors='ignore')}{tail}"


def upload_path(path: str, *, uploading: bool) -> str:
    """Give the temporary place of a file during its upload, in the folder of its final one.

    Args:
        path: Its final place.
        uploading: Whether the temporary name is the final one with ``.uploading``, instead of a hidden one.

    Returns:
        The place.

    Raises:
        UnsafeName: The final name cannot be one.
    """
    folder, name = posixpath.split(path)
    safe_name(name)
    return posixpath.join(folder, f"{name}.uploading" if uploading else temporary_name(name))
