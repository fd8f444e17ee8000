"""Judge how long a pattern may backtrack, from its shape alone."""

from typing import Final

import attrs

_MANY_WAYS: Final = 1000


@attrs.define
class _Group:
    """What one alternative of a group holds, and what its earlier ones held at most.

    Attributes:
        loops: Repetitions without a bound, or with a wide one.
        ways: In how many ways the alternative may match one text, loops apart.
        most_loops: The most of an earlier alternative.
        most_ways: The most of an earlier alternative.
        all_ways: Those of the earlier alternatives together.
        tail: Whether the last element is a repetition: behind it nothing can fail.
        width: How many letters the alternative matches at least.
        least_width: The least of an earlier alternative; None before the first has ended.
        last_width: How many letters the last element matches at least.
        reach: How many letters the alternative looks at, at most, when each loop goes round once.
        all_steps: How many letters the earlier alternatives look at together, each in all of its ways.
        last_reach: How many letters the last element looks at.
        looks: Whether the group only looks around, and matches nothing itself.
    """

    loops: int = 0
    ways: int = 1
    most_loops: int = 0
    most_ways: int = 0
    all_ways: int = 0
    tail: bool = False
    width: int = 0
    least_width: int | None = None
    last_width: int = 0
    reach: int = 0
    all_steps: int = 0
    last_reach: int = 0
    looks: bool = False

    def grow(self, width: int, reach: int) -> None:
        """Add an element."""
        self.width += width
        self.last_width = width
        self.reach += reach
        self.last_reach = reach
        self.tail = False

    def finish(self) -> None:
        """End an alternative."""
        self.most_loops = max(self.most_loops, self.loops - self.tail)
        self.most_ways = max(self.most_ways, self.ways)
        self.all_ways += self.ways
        self.least_width = self.width if self.least_width is None else min(self.width, self.least_width)
        self.all_steps += self.reach * self.ways
        self.loops = self.width = self.reach = 0
        self.ways = 1
        self.tail = False


@attrs.frozen
class Judgement:
    """How long a pattern may take.

    Attributes:
        explodes: Whether the time may double with every letter, or grow as a high power.
        degree: How many repetitions compete in one alternative.
        width: How many letters a match has at least.
        steps: How many letters an attempt looks at, at most, where each repetition that competes goes round once.
    """

    explodes: bool
    degree: int
    width: int
    steps: int


class Effort:
    """Hears of the parts of a pattern in order."""

    def __init__(self) -> None:
        """Begin outside of all groups."""
        self._groups = [_Group()]
        self._closed: _Group | None = None
        self._explodes = False
        self.widest = 0
        """How many letters any part of the pattern matches at least: the engines lay as many out in memory."""

    def element(self, width: int) -> None:
        """Hear of a letter or a class, or of an anchor, whose width is 0."""
        self._groups[-1].grow(width, 1)
        self._closed = None

    def alternative(self) -> None:
        """Hear of a ``|``."""
        self._groups[-1].finish()
        self._closed = None

    def begin(self, *, looks: bool) -> None:
        """Hear that a group is opened, and whether it only looks around."""
        self._groups[-1].tail = False
        self._groups.append(_Group(looks=looks))
        self._closed = None

    def end(self) -> None:
        """Hear that a group is closed."""
        group = self._groups.pop()
        group.tail = False  # what follows the group may fail
        group.finish()
        outer = self._groups[-1]
        outer.grow(0 if group.looks else group.least_width or 0, group.all_steps)
        outer.loops += group.most_loops
        outer.ways = min(outer.ways * group.all_ways, _MANY_WAYS + 1)
        self._closed = group

    def quantify(self, sign: str, least: int, most: int) -> None:
        """Hear of a quantifier behind the last element, how often it repeats at least and, if it ends, at most."""
        outer, group = self._groups[-1], self._closed
        outer.width += outer.last_width * (least - 1)
        self.widest = max(self.widest, outer.width)
        outer.reach += outer.last_reach * (most - 1)
        if sign.startswith("?") or sign == "{0,1}":
            outer.ways = min(outer.ways * 2, _MANY_WAYS + 1)
            return
        if sign.rstrip("?+") in {"{1}", "{0}"}:
            return
        fixed = sign.startswith("{") and "," not in sign
        if group is not None and (group.most_loops or group.all_ways > 1):
            self._explodes = True
        if not fixed:
            outer.loops += 1
            outer.tail = True
        self._closed = None

    def refer(self) -> None:
        """Hear of a back-reference."""
        self._explodes = True

    def whole(self) -> Judgement:
        """Judge.

        Returns:
            How long it may take.
        """
        group = self._groups[0]
        group.finish()
        explodes = self._explodes or group.most_ways > _MANY_WAYS or group.most_loops > 2
        return Judgement(explodes, group.most_loops, group.least_width or 0, group.all_steps)
