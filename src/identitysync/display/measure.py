"""Tell how wide a text is on a terminal, show what cannot be seen, cut what is too long."""

import unicodedata
from collections.abc import Iterator
from typing import Final

_WIDE: Final = frozenset("WF")
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_SKINS: Final = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_HIDDEN: Final = frozenset(("Cc", "Cs", "Cf", "Zl", "Zp"))


def visible(text: str) -> str:
    r"""Make everything visible that would move a cursor, hide text or turn its direction.

    Args:
        text: Any text, lone surrogates included.

    Returns:
        The text on one line: ``␊`` for a line end, ``␛`` for an escape, ``\u202e`` for a turn of direction. Joiners of
        emoji stay.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def cell_width(text: str) -> int:
    """Count the columns of a terminal that a text takes.

    Args:
        text: Visible text.

    Returns:
        The columns: two for East Asian and emoji, none for accents that stand on another letter.
    """
    return len(text) if text.isascii() else sum(_steps(text))


def cut(text: str, limit: int) -> str:
    """Shorten a text that is too wide; its end is then ``…``.

    Args:
        text: Visible text.
        limit: The columns that there are, at least 1.

    Returns:
        The text, at most as wide as that.
    """
    if len(text) <= limit and text.isascii():
        return text
    used = fits = 0
    for index, step in enumerate(_steps(text)):
        used += step
        if used > limit:
            return f"{text[:fits].removesuffix(_JOINER)}…"
        if used <= limit - 1:
            fits = index + 1
    return text


def _shown(letter: str) -> str:
    if letter < " ":
        return chr(0x2400 + ord(letter))
    if letter == "\x7f":
        return "␡"
    if unicodedata.category(letter) not in _HIDDEN or letter == _JOINER:
        return letter
    code = ord(letter)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _steps(text: str) -> Iterator[int]:
    """Give what each letter adds: a person of several joined emoji is as wide as one."""
    joined = False
    before = 0
    for letter in text:
        if letter == _JOINER:
            joined, step = True, 0
        elif letter == _EMOJI_STYLE:
            step = 1 if before == 1 else 0
        elif before == 2 and letter in _SKINS:
            step = 0
        elif joined or unicodedata.combining(letter) or unicodedata.category(letter) in {"Mn", "Me"}:
            joined, step = False, 0
        else:
            step = 2 if unicodedata.east_asian_width(letter) in _WIDE else 1
            before = step
        yield step
