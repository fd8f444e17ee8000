"""Put a graph into columns and rows: from left to right, with few crossings and straight lines.

Sugiyama's way (IEEE Transactions on Systems, Man and Cybernetics 11, 1981): arrows that lead back are turned around,
each box gets the column behind all that lead to it, long arrows get a waypoint in each column that they pass, each
column is put in order, and then all get their rows.
"""

from collections.abc import Sequence
from itertools import pairwise

import attrs

from identitysync.display.circles import back
from identitysync.display.nodes import Edge, Node
from identitysync.display.ordering import ordered
from identitysync.display.rows import spread
from identitysync.display.web import Link, Web


@attrs.frozen
class Place:
    """Where a box or a waypoint is.

    Attributes:
        column: From the left, from 0.
        row: From the top, a multiple of a half.
    """

    column: int
    row: float


@attrs.frozen
class Layout:
    """Where everything is.

    Attributes:
        nodes: The boxes by id, those that do not exist included.
        places: Their places.
        routes: For each arrow its waypoints from source to target, in the order of the arrows.
        columns: How many columns there are.
        rows: How many rows there are.
    """

    nodes: dict[str, Node]
    places: dict[str, Place]
    routes: list[list[Place]]
    columns: int
    rows: float

    def leads_back(self, edge: Edge) -> bool:
        """Tell whether an arrow leads to the left, or to where it begins."""
        return self.places[edge.target].column <= self.places[edge.source].column


def lay_out(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """Give every box a place.

    Args:
        nodes: The boxes; of two with one id the first counts.
        edges: The arrows; an end that is no box becomes one of the kind ``missing``.

    Returns:
        The layout.
    """
    known: dict[str, Node] = {}
    for node in nodes:
        known.setdefault(node.id, node)
    for edge in edges:
        for id in (edge.source, edge.target):
            known.setdefault(id, Node(id, "missing", "missing"))
    number = {id: index for index, id in enumerate(known)}
    ends = [(number[edge.source], number[edge.target]) for edge in edges]
    turns = back(len(known), ends)
    forward = [end[::-1] if turned else end for end, turned in zip(ends, turns, strict=True)]
    columns = _columns(len(known), forward)
    web, chains = _web(columns, forward, edges)
    order = ordered(web)
    rows = spread(web, order)
    places = [Place(column, row) for column, row in zip(web.columns, rows, strict=True)]
    routes = [
        [places[vertex] for vertex in chain[-2:0:-1] if turned] or [places[vertex] for vertex in chain[1:-1]]
        for chain, turned in zip(chains, turns, strict=True)
    ]
    size = max(columns, default=-1) + 1, max(rows, default=-1.0) + 1
    return Layout(known, {id: places[index] for id, index in number.items()}, routes, *size)


def _columns(count: int, ends: list[tuple[int, int]]) -> list[int]:
    """Give each box the column behind all that lead to it; a beginning stands right before what it leads to."""
    nexts: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in ends:
        if source != target:
            nexts[source].append(target)
            waiting[target] += 1
    ready = [vertex for vertex in range(count) if not waiting[vertex]]
    begins = [vertex for vertex in ready if nexts[vertex]]
    columns = [0] * count
    for vertex in ready:
        for target in nexts[vertex]:
            columns[target] = max(columns[target], columns[vertex] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for vertex in begins:
        columns[vertex] = min(columns[target] for target in nexts[vertex]) - 1
    return columns


def _web(columns: list[int], ends: list[tuple[int, int]], edges: Sequence[Edge]) -> tuple[Web, list[list[int]]]:
    """Cut long arrows into links from column to column, with a waypoint at each joint."""
    placed = list(columns)
    links: list[Link] = []
    chains: list[list[int]] = []
    for (source, target), edge in zip(ends, edges, strict=True):
        gap = range(columns[source] + 1, columns[target])
        chain = [source, *range(len(placed), len(placed) + len(gap)), target]
        placed += gap
        chains.append(chain)
        if source != target:
            links += [Link(one, other, edge.error) for one, other in pairwise(chain)]
    return Web(placed, len(columns), links), chains
