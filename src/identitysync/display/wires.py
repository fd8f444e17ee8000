"""Lead lines through the gap between two columns of characters, so that nothing seems joined that is not.

Lines of one net share a lane, in which they turn. Nets that could be taken for one another get lanes of their own.
"""

from collections.abc import Iterable, Sequence

import attrs


@attrs.frozen
class Wire:
    """A line from one column to the next.

    Attributes:
        left: The line of text where it begins.
        right: The line of text where it ends.
        edge: The number of its arrow.
    """

    left: int
    right: int
    edge: int


@attrs.frozen
class Net:
    """Wires that belong together: each of their beginnings leads to each of their ends.

    Attributes:
        wires: The wires.
    """

    wires: tuple[Wire, ...]

    @property
    def lefts(self) -> set[int]:
        """Where it begins."""
        return {wire.left for wire in self.wires}

    @property
    def rights(self) -> set[int]:
        """Where it ends."""
        return {wire.right for wire in self.wires}

    @property
    def straight(self) -> bool:
        """Whether it needs no lane."""
        return len(self.lefts | self.rights) == 1


def nets(wires: Iterable[Wire]) -> list[Net]:
    """Bundle the wires of a gap.

    Args:
        wires: All of them.

    Returns:
        The nets: what is wholly joined is one, all else has one for each beginning.
    """
    groups: list[list[Wire]] = []
    for wire in wires:
        mine = [wire]
        rest = []
        for group in groups:
            joined = any(wire.left == other.left or wire.right == other.right for other in group)
            if joined:
                mine = group + mine
            else:
                rest.append(group)
        groups = [*rest, mine]
    found: list[Net] = []
    for group in groups:
        net = Net(tuple(group))
        if len({(wire.left, wire.right) for wire in group}) == len(net.lefts) * len(net.rights):
            found.append(net)
        else:
            found += [Net(tuple(wire for wire in group if wire.left == left)) for left in sorted(net.lefts)]
    return sorted(found, key=lambda net: min(net.lefts))


def lanes(bundled: Sequence[Net]) -> tuple[list[int], list[int]]:
    """Give each net a lane.

    Args:
        bundled: The nets of a gap.

    Returns:
        The lane of each net, from 0, and the numbers of those nets for which there is none: their lines would lie on
        top of others.
    """
    bent = [number for number, net in enumerate(bundled) if not net.straight]
    waits = {
        number: {other for other in bent if other != number and bundled[number].rights & bundled[other].lefts}
        for number in bent
    }
    lane = [0] * len(bundled)
    spans: list[list[tuple[int, int]]] = []
    done: list[int] = []
    lost: list[int] = []
    left = list(bent)
    while left:
        ready = next((number for number in left if not waits[number] - set(done) - set(lost)), None)
        if ready is None:
            lost.append(left.pop())
            continue
        left.remove(ready)
        done.append(ready)
        lines = bundled[ready].lefts | bundled[ready].rights
        span = min(lines), max(lines)
        first = max((lane[other] + 1 for other in waits[ready] if other in done), default=0)
        while first < len(spans) and any(span[0] <= end and begin <= span[1] for begin, end in spans[first]):
            first += 1
        while len(spans) <= first:
            spans.append([])
        spans[first].append(span)
        lane[ready] = first
    return lane, lost
