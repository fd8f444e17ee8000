"""Which characters are the same when case is to be ignored, as Java compares them: one character with one other.

Without the flag ``u`` only ASCII letters have cases. With it two characters are the same when the small letters of
their capitals are: ``k`` and the Kelvin sign, ``s`` and the long s, all four of ``i I ı İ``.
"""

from functools import cache
from typing import Final

_CASED: Final = (
    (0x41, 0x2500), (0x2C00, 0x2E00), (0xA640, 0xAC00), (0xFF21, 0xFF5B), (0x10400, 0x10E00), (0x11800, 0x11900),
    (0x16E40, 0x16EC0), (0x1E900, 0x1E960),
)  # fmt: skip


def variants(letter: str, flags: frozenset[str]) -> str:
    """Give a letter and, where case is to be ignored, all that are the same."""
    if "i" not in flags:
        return letter
    if flags & {"u", "U"}:
        folded = _folded(letter)  # a letter without a capital, such as ß, stands for itself alone
        return letter if folded == _capital(letter) else _same().get(folded, letter)
    return "".join(sorted({letter.lower(), letter.upper()})) if letter.isascii() else letter


def beside(first: str, last: str, flags: frozenset[str]) -> str:
    """Give what a range matches beside its own characters where case is to be ignored."""
    if "i" not in flags:
        return ""
    if flags & {"u", "U"}:
        near = ((each, _capital(each)) for group in _same().values() for each in group)
        found = {each for each, capital in near if first <= capital <= last or first <= _small(capital) <= last}
    else:
        found = {each for code in range(128) if first <= chr(code) <= last for each in variants(chr(code), flags)}
    return "".join(sorted(each for each in found if not first <= each <= last))


@cache
def _same() -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for first, last in _CASED:
        for letter in map(chr, range(first, last)):
            groups.setdefault(_folded(letter), []).append(letter)
    return {folded: "".join(group) for folded, group in groups.items() if len(group) > 1}


def _folded(letter: str) -> str:
    return _small(_capital(letter))


def _capital(letter: str) -> str:
    """Give the capital when it is one character: of ß, whose capital is SS in Python, there is none."""
    return next((each for each in (letter.upper(), letter.title()) if len(each) == 1), letter)


def _small(letter: str) -> str:
    return letter.lower()[0]  # İ has two in Python, an i and its dot
