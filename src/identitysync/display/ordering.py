"""Put each column into an order with few crossings: barycentres in sweeps, then swaps of neighbours.

Arrows for what is rejected are drawn below the others where that costs no crossing.
"""

from bisect import bisect_left, insort
from typing import Final

from identitysync.display.web import Link, Web

_SWEEPS: Final = 12
_SWAPS: Final = 4
_SWAPPED: Final = 2000
"""How many links a graph may have for its neighbours to be swapped; larger ones would take seconds."""
_SHIFT: Final = 0.3
"""How far below their neighbours those are wanted who get what is rejected, in rows."""


def ordered(web: Web) -> list[list[int]]:
    """Order all columns.

    Args:
        web: The graph.

    Returns:
        The vertices of each column, from the top.
    """
    order = _first(web)
    gaps = _gaps(web, len(order))
    before: list[list[tuple[int, float]]] = [[] for _ in web.columns]
    after: list[list[tuple[int, float]]] = [[] for _ in web.columns]
    for link in web.links:
        shift = _SHIFT if link.error else 0.0
        before[link.right].append((link.left, shift))
        after[link.left].append((link.right, -shift))
    position = [0] * len(web.columns)
    _count(order, position)
    best, fewest = [list(column) for column in order], _cost(gaps, position)
    for sweep in range(_SWEEPS):
        if fewest == (0, 0):
            break
        beside = after if sweep % 2 else before
        for column in order[::-1] if sweep % 2 else order:
            _sort(column, beside, position)
        cost = _cost(gaps, position)
        if cost < fewest:
            best, fewest = [list(column) for column in order], cost
    _count(best, position)
    if len(web.links) <= _SWAPPED:
        _swap(best, gaps, position)
    return best


def _first(web: Web) -> list[list[int]]:
    """Order all as one meets them who walks along the arrows, those for what is rejected last."""
    order: list[list[int]] = [[] for _ in range(max(web.columns, default=-1) + 1)]
    nexts: list[list[int]] = [[] for _ in web.columns]
    led_to = [False] * len(web.columns)
    for link in sorted(web.links, key=lambda link: link.error):
        nexts[link.left].append(link.right)
        led_to[link.right] = True
    met = [False] * len(web.columns)
    stack = [vertex for vertex in range(len(web.columns) - 1, -1, -1) if not led_to[vertex]]
    while stack:
        vertex = stack.pop()
        if not met[vertex]:
            met[vertex] = True
            order[web.columns[vertex]].append(vertex)
            stack += reversed(nexts[vertex])
    return order


def _gaps(web: Web, columns: int) -> list[list[Link]]:
    gaps: list[list[Link]] = [[] for _ in range(max(columns - 1, 0))]
    for link in web.links:
        gaps[web.columns[link.left]].append(link)
    return gaps


def _count(order: list[list[int]], position: list[int]) -> None:
    for column in order:
        for index, vertex in enumerate(column):
            position[vertex] = index


def _sort(column: list[int], beside: list[list[tuple[int, float]]], position: list[int]) -> None:
    def middle(vertex: int) -> float:
        near = beside[vertex]
        return sum(position[other] + shift for other, shift in near) / len(near) if near else float(position[vertex])

    column.sort(key=middle)
    for index, vertex in enumerate(column):
        position[vertex] = index


def _cost(gaps: list[list[Link]], position: list[int]) -> tuple[int, int]:
    """Count crossings, and arrows for what is rejected that lie above others of the same box."""
    counts = [_gap_cost(links, position) for links in gaps]
    return sum(crossings for crossings, _ in counts), sum(above for _, above in counts)


def _gap_cost(links: list[Link], position: list[int]) -> tuple[int, int]:
    crossings = above = 0
    seen: list[int] = []
    normal: dict[int, int] = {}
    for _, right, link in sorted(((position[each.left], position[each.right], each) for each in links), key=_ends):
        crossings += len(seen) - bisect_left(seen, right + 1)
        insort(seen, right)
        if not link.error:
            normal[link.left] = max(normal.get(link.left, -1), right)
    for link in links:
        above += link.error and position[link.right] < normal.get(link.left, -1)
    return crossings, above


def _ends(each: tuple[int, int, Link]) -> tuple[int, int]:
    return each[:2]


def _swap(order: list[list[int]], gaps: list[list[Link]], position: list[int]) -> None:
    """Swap neighbours as long as it helps."""
    for _ in range(_SWAPS):
        helped = False
        for number, column in enumerate(order):
            near = [gap for gap in (number - 1, number) if 0 <= gap < len(gaps)]
            cost = _cost([gaps[gap] for gap in near], position)
            for index in range(len(column) - 1):
                if cost == (0, 0):
                    break
                _exchange(column, index, position)
                swapped = _cost([gaps[gap] for gap in near], position)
                if swapped < cost:
                    cost, helped = swapped, True
                else:
                    _exchange(column, index, position)
        if not helped:
            return


def _exchange(column: list[int], index: int, position: list[int]) -> None:
    one, other = column[index], column[index + 1]
    column[index], column[index + 1] = other, one
    position[one], position[other] = index + 1, index
