"""Where files stand in the order of publication, however early or late they are complete."""

from collections.abc import Iterator
from itertools import count

import attrs


@attrs.frozen(eq=False)
class Place:
    """The place of a file, behind which all files stand that come of it.

    Attributes:
        key: What places are ordered by.
    """

    key: tuple[int, ...]
    _numbers: Iterator[int] = attrs.field(factory=count, repr=False)

    def next(self) -> "Place":
        """Give the next place behind this one."""
        return Place((*self.key, next(self._numbers)))
