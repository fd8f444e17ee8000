"""Remember what was given already, in a few bytes each."""

import hashlib
from array import array
from typing import Final

_FIRST: Final = 1 << 10


class Seen:
    """A set of texts, of which eight bytes each are remembered.

    An open-addressed table: 12 to 24 bytes for each text, where a ``set`` takes about ten times as much; a site may
    have a hundred million accounts. Two texts among ten million fall together with a chance of 1 in 370,000.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._table = array("Q", bytes(8 * _FIRST))
        self._mask = _FIRST - 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: bytes) -> bool:
        """Remember a text.

        Args:
            text: The text.

        Returns:
            Whether it is new.
        """
        mark = mark_of(text)
        table, mask = self._table, self._mask
        place = mark & mask
        while found := table[place]:
            if found == mark:
                return False
            place = (place + 1) & mask
        table[place] = mark
        self._count += 1
        if self._count * 3 > mask * 2:
            self._grow()
        return True

    def _grow(self) -> None:
        mask = self._mask * 2 + 1
        table = array("Q", bytes(8 * (mask + 1)))
        for mark in self._table:
            if mark:
                place = mark & mask
                while table[place]:
                    place = (place + 1) & mask
                table[place] = mark
        self._table, self._mask = table, mask


def mark_of(text: bytes) -> int:
    """Give eight bytes that stand for a text; never 0.

    Args:
        text: The text.

    Returns:
        A number from 1 to 2**64 - 1.
    """
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") or 1
