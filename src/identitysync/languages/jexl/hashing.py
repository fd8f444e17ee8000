"""Java's ``hashCode``: people take its rest to share records out, so that it must be the same number."""

import struct
from collections.abc import Iterable
from typing import Any

from identitysync.languages.jexl.coercion import measured
from identitysync.languages.jexl.utf16 import wide


def hash_code(value: Any) -> int:
    """Compute the hash code of a value: that of Java's text, Integer, Long, BigInteger, Double, Boolean, List or Map.

    Args:
        value: The value.

    Returns:
        A number of 32 bits.
    """
    return _signed(_hashed(measured(value)))


def _hashed(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, str):
        return _folded(map(ord, wide(value)), 0)
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return _halves(int.from_bytes(struct.pack(">d", value)))
    if isinstance(value, list):
        return _folded(map(_hashed, value), 1)
    return sum((_hashed(key) ^ _hashed(each)) & 0xFFFFFFFF for key, each in value.items())


def _whole(number: int) -> int:
    bits = (number if number >= 0 else ~number).bit_length()
    if bits < 32:
        return number
    if bits < 64:
        return _halves(number & 0xFFFFFFFFFFFFFFFF)
    words = []
    rest = abs(number)
    while rest:
        words.append(rest & 0xFFFFFFFF)
        rest >>= 32
    code = _folded(reversed(words), 0)
    return code if number > 0 else -code


def _halves(bits: int) -> int:
    return (bits ^ bits >> 32) & 0xFFFFFFFF


def _folded(codes: Iterable[int], code: int) -> int:
    for each in codes:
        code = (31 * code + each) & 0xFFFFFFFF
    return code


def _signed(code: int) -> int:
    return (code + 2**31) % 2**32 - 2**31
