"""Judge the text of one JSON value, a record or none, and make of it what goes on."""

import re
from typing import Final, TypeAlias

import attrs

from identitysync.contract import Rejected
from identitysync.errors import FormatError
from identitysync.scripts.parse.json_source import Fault
from identitysync.values import Record, json_bytes, json_value

_BYTE: Final = re.compile(r" \(byte (\d+)\)$")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_WRONG_BYTE: Final = re.compile("[\udc80-\udcff]")


@attrs.frozen
class Element:
    r"""Something that is no record.

    Attributes:
        line: Where it begins, from 1.
        text: Its text; a byte that is no UTF-8 stands there as ``<\xe9>``, which is no JSON wherever it stands, so that
            a replay cannot take it for a character.
        reason: Why it is none.
        sound: Whether it is JSON all the same.
        fault_line: The line where the fault is.
    """

    line: int
    text: str
    reason: str
    sound: bool
    fault_line: int


Found: TypeAlias = Record | Element | Fault


def judge(text: bytes, line: int) -> Record | Element:
    """Read one value.

    Args:
        text: Its bytes.
        line: The line on which it begins.

    Returns:
        The record, or what is there instead.
    """
    try:
        value = json_value(text)
    except ValueError as fault:
        reason = str(fault).removeprefix("JSON is malformed: ").removeprefix("JSON is ")
        place = _BYTE.search(reason)
        at = line + text.count(b"\n", 0, int(place[1])) if place else line
        if reason == "Input data was truncated":
            reason = "half of a surrogate pair is no character" if _SURROGATE.search(text) else "it is cut off"
        shown = _WRONG_BYTE.sub(_named, text.decode("utf-8", "surrogateescape").strip())
        return Element(line, shown, f"this is no JSON: {reason}", sound=False, fault_line=at)
    if type(value) is dict:
        return value
    shown = text.decode("utf-8").strip()
    return Element(line, shown, f"this is {_kind(value)}, not an object", sound=True, fault_line=line)


def made(found: Found, file: str, *, add_filename: bool) -> Record | Rejected:
    """Make a record, or a reject, of what was found.

    Args:
        found: What was found.
        file: The file's name.
        add_filename: Whether the record gets it.

    Raises:
        FormatError: What was found ends the file.
    """
    if isinstance(found, Fault):
        raise FormatError(found.reason, file=file, line=found.line)
    if isinstance(found, Element):
        shown = {"_fileName": file, "_line": found.line, "_text": found.text}
        code = "no-object" if found.sound else "malformed-json"
        return Rejected(shown, f"{file}: line {found.fault_line}: {found.reason}", code)
    if add_filename:
        if "_fileName" in found:
            shown = {"_fileName": file, "_line": None, "_text": json_bytes(found).decode()}
            message = f"{file}: a record has a field '_fileName' of its own, which addFilename would overwrite"
            return Rejected(shown, message, "name-clash")
        found["_fileName"] = file
    return found


def is_json(text: bytes) -> bool:
    """Tell whether this is one JSON value."""
    try:
        json_value(text)
    except ValueError:
        return False
    return True


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {list: "an array", str: "a text", bool: "a boolean"}.get(type(value), "a number")


def _named(byte: re.Match[str]) -> str:
    return f"<\\x{ord(byte[0]) - 0xDC00:02x}>"
