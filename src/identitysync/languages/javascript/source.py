"""The source of a script: base64 or plain, and whether it is JavaScript at all."""

import base64
import binascii
import re
from typing import Final

from identitysync.errors import JavaScriptError
from identitysync.languages.javascript.faults import Limits, fault_at

_ALPHABET: Final = re.compile(r"[A-Za-z0-9+/=\s]+")
_ODD: Final = re.compile("[\0\ud800-\udfff]")
_NOTHING_RUNS: Final = "throw 0;"
"""Put before a source, it lets the engine read all of it and run none of it."""


def decode_source(text: str) -> str:
    """Give the source of a script.

    Args:
        text: The source as flows carry it: base64, or as it is. No function can be written in base64's letters alone.

    Returns:
        The source.
    """
    if not _ALPHABET.fullmatch(text):
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise JavaScriptError(f"this is neither a function nor base64 of UTF-8 text ({fault})", text) from fault


def source_bytes(source: str) -> bytes:
    """Encode a source for the engine.

    Args:
        source: The source.

    Returns:
        UTF-8.

    Raises:
        JavaScriptError: It holds a zero or half a character.
    """
    odd = _ODD.search(source)
    if odd is not None:
        raise JavaScriptError(f"no source can hold the character {odd[0]!a}", source, odd.start())
    return source.encode()


def check_source(source: str) -> None:
    """Read a source without running it.

    Args:
        source: The source.

    Raises:
        JavaScriptError: It is no JavaScript, or names no ``process``.
        MissingExtra: The engine is not installed.
    """
    from identitysync.languages.javascript.sandbox import engine_folder

    engine_folder()
    import quickjs

    if "process" not in source:
        raise JavaScriptError("the script defines no function named process", source)
    source_bytes(source)
    limits = Limits()
    context = quickjs.Context()
    context.set_time_limit(limits.seconds)
    context.set_memory_limit(limits.memory)
    try:
        context.eval(_NOTHING_RUNS + source)
    except quickjs.JSException as fault:
        reason, _, trace = str(fault).partition("\n")
        if reason != "0":
            raise fault_at(reason, trace, source, limits, shift=len(_NOTHING_RUNS)) from fault
