"""Give all boxes and waypoints their rows: lines that can be straight are, splits and merges are even.

What stands in one line becomes one bar. The bars are then drawn to their neighbours as if by springs (least squares,
Gauss and Seidel) while those that come too near push each other away, and are put on a grid of half rows at last.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import floor, inf
from typing import Final, TypeAlias

from identitysync.display.web import Link, Web

_Spring: TypeAlias = tuple[int, float, float]
_Apart: TypeAlias = dict[tuple[int, int], float]

_ROUNDS: Final = 240
_POLISHES: Final = 8
_PUSH: Final = 25.0
"""How much stronger bars push each other away than arrows draw them."""


def spread(web: Web, order: Sequence[Sequence[int]]) -> list[float]:
    """Find rows.

    Args:
        web: The graph.
        order: The vertices of each column, from the top.

    Returns:
        The row of each vertex: a multiple of a half, from 0; boxes in a column are a row apart at least.
    """
    bar, count = _bars(web, order)
    apart: _Apart = {}
    for column in order:
        for upper, lower in pairwise(column):
            both_points = upper >= web.boxes and lower >= web.boxes
            pair = bar[upper], bar[lower]
            apart[pair] = max(apart.get(pair, 0.0), 0.5 if both_points else 1.0)
    springs, walls = _springs(web, bar, count), _walls(apart, count)
    rows = _drawn(_pushed([0.0] * count, apart), springs, walls)
    rows = _pushed([floor(row * 2 + 0.5) / 2 for row in _pushed(rows, apart)], apart)
    _polish(rows, springs, walls)
    top = min(rows, default=0.0)
    return [rows[each] - top for each in bar]


def _bars(web: Web, order: Sequence[Sequence[int]]) -> tuple[list[int], int]:
    """Join what shall stand in one line: long arrows, and boxes that follow each other alone."""
    position = {vertex: index for column in order for index, vertex in enumerate(column)}
    outs, ins = [0] * len(web.columns), [0] * len(web.columns)
    for link in web.links:
        outs[link.left] += not link.error
        ins[link.right] += 1

    def rank(link: Link) -> int:
        points = (link.left >= web.boxes) + (link.right >= web.boxes)
        if points == 2:
            return 0
        if link.error and link.left < web.boxes:
            return 9  # what is rejected turns down
        alone = ins[link.right] == 1 or link.right >= web.boxes, outs[link.left] == 1 or link.left >= web.boxes
        return 1 if all(alone) else 9

    left: dict[int, int] = {}
    right: dict[int, int] = {}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for link in sorted(web.links, key=rank):
        if rank(link) == 9:
            break
        ends = position[link.left], position[link.right]
        taken = gaps.setdefault(web.columns[link.left], [])
        crosses = any((ends[0] - one) * (ends[1] - other) <= 0 for one, other in taken)
        if not crosses and link.left not in right and link.right not in left:
            right[link.left], left[link.right] = link.right, link.left
            taken.append(ends)
    bar = [-1] * len(web.columns)
    count = 0
    for column in order:
        for vertex in column:
            if vertex in left:
                bar[vertex] = bar[left[vertex]]
            else:
                bar[vertex], count = count, count + 1
    return bar, count


def _springs(web: Web, bar: list[int], count: int) -> list[list[_Spring]]:
    """Give for each bar its neighbours, how strongly it is drawn to them, and how far from them it wants to be."""
    springs: list[list[_Spring]] = [[] for _ in range(count)]
    for link in web.links:
        one, other = bar[link.left], bar[link.right]
        if one != other:
            down = link.error and link.left < web.boxes
            weight = (0.01 if down and link.right >= web.boxes else 0.05) if link.error else 1.0
            springs[one].append((other, weight, -1.0 if down else 0.0))
            springs[other].append((one, weight, 1.0 if down else 0.0))
    return springs


def _walls(apart: _Apart, count: int) -> list[list[tuple[int, float]]]:
    """Give for each bar those it must stay away from: below them by a positive distance, above by a negative."""
    walls: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (upper, lower), distance in apart.items():
        walls[upper].append((lower, -distance))
        walls[lower].append((upper, distance))
    return walls


def _drawn(rows: list[float], springs: list[list[_Spring]], walls: list[list[tuple[int, float]]]) -> list[float]:
    rows = list(rows)
    for turn in range(_ROUNDS):
        moved = 0.0
        for each in range(len(rows)) if turn % 2 else range(len(rows) - 1, -1, -1):
            row = rows[each]
            total, weights = 1e-6 * row, 1e-6
            for other, weight, offset in springs[each]:
                total += weight * (rows[other] + offset)
                weights += weight
            for other, distance in walls[each]:
                limit = rows[other] + distance
                if (row < limit) if distance > 0 else (row > limit):
                    total += _PUSH * limit
                    weights += _PUSH
            rows[each] = total / weights
            moved = max(moved, abs(rows[each] - row))
        if moved < 1e-3:
            break
    return rows


def _polish(rows: list[float], springs: list[list[_Spring]], walls: list[list[tuple[int, float]]]) -> None:
    """Move bars along the grid to where one of their arrows is straight, where that makes the sum of all shorter."""
    for _ in range(_POLISHES):
        moved = False
        for each, near in enumerate(springs):
            highest = max((rows[other] + distance for other, distance in walls[each] if distance > 0), default=-inf)
            lowest = min((rows[other] + distance for other, distance in walls[each] if distance < 0), default=inf)
            wishes = [(rows[other] + offset, weight) for other, weight, offset in near]

            def length(row: float, wishes: list[tuple[float, float]] = wishes) -> float:
                return sum(weight * abs(row - wish) for wish, weight in wishes)

            best = min((min(max(wish, highest), lowest) for wish, _ in wishes), key=length, default=rows[each])
            if length(best) < length(rows[each]) - 1e-9:
                rows[each], moved = best, True
        if not moved:
            return


def _pushed(rows: list[float], apart: _Apart) -> list[float]:
    """Move bars down until none is too near to one above it."""
    below: list[list[tuple[int, float]]] = [[] for _ in rows]
    waiting = [0] * len(rows)
    for (upper, lower), distance in apart.items():
        below[upper].append((lower, distance))
        waiting[lower] += 1
    ready = [each for each, count in enumerate(waiting) if not count]
    moved = list(rows)
    for each in ready:
        for lower, distance in below[each]:
            moved[lower] = max(moved[lower], moved[each] + distance)
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return moved
