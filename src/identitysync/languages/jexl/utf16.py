"""Count and cut texts as Java does, in UTF-16 units: an emoji is two of them."""

import re
from typing import Final

_LAST: Final = "\uffff"
_HALF: Final = re.compile("[\ud800-\udfff]")


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text) + sum(letter > _LAST for letter in text)


def wide(text: str) -> str:
    """Spell a text in UTF-16 units, one character each, so that indexes and order are those of Java.

    Args:
        text: A text.

    Returns:
        The text, where a character beyond the first 65,536 has become its two halves.
    """
    if text.isascii() or max(text) <= _LAST:
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


def narrow(text: str) -> str:
    """Undo ``wide``.

    Args:
        text: A text in UTF-16 units.

    Returns:
        The text.

    Raises:
        ValueError: Half a character is left over; no file could hold it.
    """
    if text.isascii() or not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise ValueError("it would cut a character in two") from None
