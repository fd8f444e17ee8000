"""Find where branches meet again: in a graph without circles, the first box that all ways from some boxes pass."""

from collections.abc import Mapping, Sequence
from typing import Final

END: Final = None
"""Where all ways end that lead nowhere."""


class Meetings:
    """Answer where branches meet: the tree of immediate post-dominators of a graph.

    (Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm, Rice University 2001; one pass is enough without
    circles.)
    """

    def __init__(self, nexts: Mapping[str, Sequence[str]]) -> None:
        """Build the tree.

        Args:
            nexts: Where the arrows of each box lead; there are no circles.
        """
        self._parent: dict[str, str | None] = {}
        self._depth: dict[str | None, int] = {END: 0}
        for id in _backwards(nexts):
            parent = self.of(nexts[id]) if nexts[id] else END
            self._parent[id] = parent
            self._depth[id] = self._depth[parent] + 1

    def of(self, ids: Sequence[str]) -> str | None:
        """Find the first box that all ways from these boxes pass, one of themselves included.

        Args:
            ids: One box at least.

        Returns:
            The box, or None when the ways meet no more.
        """
        met: str | None = ids[0]
        for id in ids[1:]:
            other: str | None = id
            while met != other:
                if self._depth[met] >= self._depth[other]:
                    met = self.after(met)
                else:
                    other = self.after(other)
        return met

    def after(self, id: str | None) -> str | None:
        """Find the first box behind this one that all ways from it pass."""
        return END if id is None else self._parent[id]

    def branches(self, ids: Sequence[str], meeting: str | None) -> list[list[str]]:
        """Bundle those that meet already before a meeting point.

        Args:
            ids: Where the branches begin.
            meeting: Where all of them meet.

        Returns:
            The bundles, in the order of their first branches.
        """
        bundles: dict[str | None, list[str]] = {}
        for id in ids:
            last: str | None = id
            while last != meeting and self.after(last) != meeting:
                last = self.after(last)
            bundles.setdefault(last, []).append(id)
        return list(bundles.values())


def _backwards(nexts: Mapping[str, Sequence[str]]) -> list[str]:
    """Order boxes so that each stands behind all to which it leads."""
    order: list[str] = []
    seen: set[str] = set()
    for start in nexts:
        stack = [] if start in seen else [(start, iter(nexts[start]))]
        seen.add(start)
        while stack:
            id, left = stack[-1]
            target = next(left, END)
            if target is END:
                order.append(id)
                stack.pop()
            elif target not in seen:
                seen.add(target)
                stack.append((target, iter(nexts[target])))
    return order
