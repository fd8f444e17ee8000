"""Put a graph into columns and rows: from left to right, with few crossings.

Sugiyama's way: arrows that lead back are turned around, each box gets the column behind all that lead to it, long
arrows get waypoints, and the rows are ordered so that neighbours stand beside each other.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs

from identitysync.display.nodes import Edge, Node

_SWEEPS: Final = 12


@attrs.frozen
class Place:
    """Where a box or a waypoint is.

    Attributes:
        column: From the left, from 0.
        row: From the top; halves are between rows.
    """

    column: int
    row: float


@attrs.frozen
class Layout:
    """Where everything is.

    Attributes:
        nodes: The boxes by id, those that do not exist included.
        places: Their places.
        routes: For each arrow its waypoints, in the order of the arrows.
        columns: How many columns there are.
        rows: How many rows there are.
    """

    nodes: dict[str, Node]
    places: dict[str, Place]
    routes: list[list[Place]]
    columns: int
    rows: float


def lay_out(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """Give every box a place.

    Args:
        nodes: The boxes; of two with one id the first counts.
        edges: The arrows.

    Returns:
        The layout.
    """
    known: dict[str, Node] = {}
    for node in nodes:
        known.setdefault(node.id, node)
    for edge in edges:
        for id in (edge.source, edge.target):
            known.setdefault(id, Node(id, "missing", "missing"))
    forward = [
        (edge.target, edge.source) if back else (edge.source, edge.target) for edge, back in _turned(known, edges)
    ]
    columns = _columns(list(known), forward)
    chains = [_chain(number, edge, columns) for number, edge in enumerate(forward)]
    order = _order(known, columns, chains, [edge.error for edge in edges])
    rows = _rows(order, chains)
    places = {id: Place(columns[id], rows[id]) for id in known}
    routes = []
    for (source, _), edge, chain in zip(forward, edges, chains, strict=True):
        points = [Place(column, rows[id]) for column, id in enumerate(chain, columns[source])][1:-1]
        routes.append(points if edge.source == source else points[::-1])
    top = min(rows.values(), default=0.0)
    lowered = {id: Place(place.column, place.row - top) for id, place in places.items()}
    routes = [[Place(point.column, point.row - top) for point in route] for route in routes]
    depth = max(rows.values(), default=0.0) - top + 1
    return Layout(known, lowered, routes, max(columns.values(), default=-1) + 1, depth)


def _turned(known: dict[str, Node], edges: Sequence[Edge]) -> list[tuple[Edge, bool]]:
    """Find the arrows that lead back."""
    targets: dict[str, list[str]] = {id: [] for id in known}
    for edge in edges:
        targets[edge.source].append(edge.target)
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()
    for start in known:
        stack = [(start, iter(targets[start]))] if start not in state else []
        if stack:
            state[start] = 1
        while stack:
            id, left = stack[-1]
            target = next(left, None)
            if target is None:
                state[id] = 2
                stack.pop()
            elif state.get(target) == 1:
                back.add((id, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(targets[target])))
    return [(edge, (edge.source, edge.target) in back) for edge in edges]


def _columns(ids: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    columns = dict.fromkeys(ids, 0)
    real = [(source, target) for source, target in edges if source != target]
    for _ in ids:
        changed = False
        for source, target in real:
            if columns[target] <= columns[source]:
                columns[target] = columns[source] + 1
                changed = True
        if not changed:
            break
    led_to = {target for _, target in real}
    for id in ids:  # a beginning stands right before what it leads to
        nexts = [columns[target] for source, target in real if source == id]
        if id not in led_to and nexts:
            columns[id] = min(nexts) - 1
    return columns


def _chain(number: int, edge: tuple[str, str], columns: dict[str, int]) -> list[str]:
    source, target = edge
    gap = range(columns[source] + 1, columns[target])
    return [source, *(f"\0{number}.{column}" for column in gap), target]


def _order(
    known: dict[str, Node], columns: dict[str, int], chains: list[list[str]], errors: list[bool]
) -> list[list[str]]:
    by_column: list[list[str]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    ways = sorted(zip(errors, chains, strict=True), key=lambda way: way[0])
    for id in known:
        by_column[columns[id]].append(id)
    for _, chain in ways:
        for column, id in enumerate(chain[1:-1], columns[chain[0]] + 1):
            by_column[column].append(id)
    before: dict[str, list[tuple[str, float]]] = {}
    after: dict[str, list[tuple[str, float]]] = {}
    for error, chain in ways:
        for left, right in pairwise(chain):
            shift = 0.3 if error else 0.0
            before.setdefault(right, []).append((left, shift))
            after.setdefault(left, []).append((right, -shift))
    best, fewest = [list(column) for column in by_column], _crossings(by_column, chains)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        neighbours = before if forward else after
        for boxes in by_column if forward else by_column[::-1]:
            _sort(boxes, neighbours, by_column)
        count = _crossings(by_column, chains)
        if count < fewest:
            best, fewest = [list(column) for column in by_column], count
    return best


def _sort(column: list[str], neighbours: dict[str, list[tuple[str, float]]], by_column: list[list[str]]) -> None:
    position = {id: index for each in by_column for index, id in enumerate(each)}

    def middle(id: str) -> float:
        beside = neighbours.get(id)
        if not beside:
            return float(position[id])
        return sum(position[other] + shift for other, shift in beside) / len(beside)

    column.sort(key=middle)


def _crossings(by_column: list[list[str]], chains: list[list[str]]) -> int:
    position = {id: (number, index) for number, column in enumerate(by_column) for index, id in enumerate(column)}
    between: dict[int, list[tuple[int, int]]] = {}
    for chain in chains:
        for left, right in pairwise(chain):
            column, start = position[left]
            between.setdefault(column, []).append((start, position[right][1]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for pairs in between.values()
        for index, one in enumerate(pairs)
        for other in pairs[:index]
    )


def _rows(order: list[list[str]], chains: list[list[str]]) -> dict[str, float]:
    """Give rows: one below the other first, then each drawn to the middle of its neighbours where there is room."""
    rows = {id: float(index) for column in order for index, id in enumerate(column)}
    beside: dict[str, list[str]] = {}
    for chain in chains:
        for left, right in pairwise(chain):
            beside.setdefault(left, []).append(right)
            beside.setdefault(right, []).append(left)
    for sweep in range(2 * _SWEEPS):
        for column in order if sweep % 2 == 0 else order[::-1]:
            wanted = [sum(rows[o] for o in beside[id]) / len(beside[id]) if id in beside else rows[id] for id in column]
            _spread(column, wanted, rows)
    return rows


def _spread(column: list[str], wanted: list[float], rows: dict[str, float]) -> None:
    """Place a column as near as can be to where its boxes want to be, a row apart: pool what would overlap."""
    pools: list[list[float]] = []  # sum of wishes less the offset in the pool, count
    for index, wish in enumerate(wanted):
        pools.append([wish - index, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1][0] += last[0]
            pools[-1][1] += last[1]
    index = 0
    for total, count in pools:
        for _ in range(int(count)):
            rows[column[index]] = total / count + index
            index += 1
