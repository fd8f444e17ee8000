"""JSON as records know it: integers of any size stay exact, numbers beyond a double and broken text are refused."""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def json_bytes(value: Any) -> bytes:
    """Write a value as compact JSON in UTF-8, keys in their order.

    Args:
        value: Plain data.

    Returns:
        The JSON text, without a line end.

    Raises:
        ValueError: The value holds something that JSON cannot, such as a lone surrogate.
    """
    try:
        return _encode(value)
    except (TypeError, RecursionError) as fault:
        raise ValueError(f"this value cannot be written as JSON: {why_not(fault)}") from fault


def why_not(fault: Exception) -> str:
    """Say why a value cannot be written, whatever it was that met its depth first.

    Args:
        fault: What writing it raised.

    Returns:
        The reason, for people.
    """
    return "it is nested too deeply, or holds itself" if isinstance(fault, RecursionError) else str(fault)


def json_value(text: bytes | str) -> Any:
    """Read one JSON value.

    Args:
        text: JSON, as UTF-8 bytes or text, without a byte-order mark.

    Returns:
        Plain data; integers are exact whatever their size.

    Raises:
        ValueError: The text is no JSON; the message tells the byte.
    """
    try:
        return _decode(text)
    except RecursionError as fault:
        raise ValueError("JSON is nested too deeply") from fault
    except UnicodeError as fault:
        raise ValueError(f"JSON is not valid UTF-8: {fault}") from fault
