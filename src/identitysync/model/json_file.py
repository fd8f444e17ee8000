"""JSON as people write it: with ``//`` and ``/* */`` comments and trailing commas."""

import json
import re
from typing import Any, Final

import orjson

from identitysync.errors import Diagnostic, InvalidDataflow

_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
_LONG_NUMBER: Final = re.compile(r"\d{19}")


def loads(text: str | bytes) -> Any:
    """Read JSON with comments and trailing commas; integers stay exact whatever their size.

    Args:
        text: The JSON, in UTF-8 when it is bytes; a byte-order mark is skipped.

    Returns:
        Plain data.

    Raises:
        InvalidDataflow: The text is no JSON; line and column are named.
    """
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise _refuse(f"the text is not UTF-8: byte {fault.start} is {fault.object[fault.start]:#04x}") from fault
    if "//" in plain or "/*" in plain:
        plain = _TOKENS.sub(_blank, plain)
    plain = _TRAILING.sub(lambda found: " " if found[0] == "," else found[0], plain)
    try:
        # orjson turns integers beyond 64 bits into floats, so texts that may hold one take the slower way
        return json.loads(plain) if _LONG_NUMBER.search(plain) else orjson.loads(plain)
    except ValueError as fault:
        place = json.JSONDecodeError("", plain, min(getattr(fault, "pos", 0), len(plain)))
        reason = str(fault).partition(":")[0]
        raise _refuse(f"the text is no JSON at line {place.lineno}, column {place.colno}: {reason}") from fault


def dumps(value: Any) -> str:
    """Write JSON for people, indented by two.

    Args:
        value: Plain data.

    Returns:
        The text, ending with a line end.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _blank(found: re.Match[str]) -> str:
    token = found[0]
    return token if token[0] == '"' else re.sub(r"[^\n]", " ", token)


def _refuse(message: str) -> InvalidDataflow:
    return InvalidDataflow([Diagnostic("not-json", "$", message, "check the file with a JSON editor")])
