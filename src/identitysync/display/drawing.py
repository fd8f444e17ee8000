"""Draw a graph with the characters of a terminal."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from identitysync.display.layout import Layout, Place, lay_out
from identitysync.display.measure import cell_width, cut, visible
from identitysync.display.nodes import Edge, Node
from identitysync.display.wires import Net, Wire, lanes, nets

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_SHAPES: Final = " ╴╶─╵┘└┴╷┐┌┬│┤├┼"
_DASHED: Final = {"─": "╌", "│": "╎"}
_TITLE: Final = 28


def drawing(nodes: Sequence[Node], edges: Sequence[Edge], width: int = 0) -> str:
    """Draw a graph from left to right; arrows for what is rejected are dashed, lines that cross are not joined.

    Args:
        nodes: The boxes.
        edges: The arrows. One that leads back is written beside its box, ``↺ target``, and so is the rare one for which
            there is no way, ``↷ target``.
        width: Columns that the terminal has; a wider drawing is given up for nothing. 0 for any.

    Returns:
        The lines, or nothing when there is no room.
    """
    edges = list(dict.fromkeys(edges))
    layout = lay_out(nodes, edges)
    if not layout.columns:
        return ""
    drawn = {number for number, edge in enumerate(edges) if not layout.leads_back(edge)}
    paths = [
        [_spot(place) for place in (layout.places[edge.source], *route, layout.places[edge.target])]
        for edge, route in zip(edges, layout.routes, strict=True)
    ]
    gaps, tracks = _gaps(layout.columns, paths, drawn)
    titles = _titles(layout, edges, drawn)
    widths = [0] * layout.columns
    for id, place in layout.places.items():
        widths[place.column] = max(widths[place.column], cell_width(titles[id]))
    starts = [0]
    for size, lane in zip(widths, tracks, strict=False):
        starts.append(starts[-1] + size + 6 + 2 * max(lane, default=0))
    if width and starts[layout.columns - 1] + widths[-1] > width:
        return ""
    canvas = _Canvas()
    ends = {_spot(place): starts[place.column] + cell_width(titles[id]) + 1 for id, place in layout.places.items()}
    heads = {_spot(place) for place in layout.places.values()}
    for column, (bundled, lane) in enumerate(zip(gaps, tracks, strict=True)):
        turn = starts[column] + widths[column] + 2
        for number, (net, track) in enumerate(zip(bundled, lane, strict=True)):
            for wire in net.wires:
                begin = ends.get((column, wire.left), starts[column])
                head = (column + 1, wire.right) in heads
                stop = starts[column + 1] - (2 if head else 0)
                canvas.wire((column, number), wire, (begin, turn + 2 * track, stop), edges[wire.edge].error)
                if head:
                    canvas.text(stop, wire.right, "▶")
    for name, place in layout.places.items():
        canvas.text(starts[place.column], _spot(place)[1], titles[name])
    return canvas.lines()


def _spot(place: Place) -> tuple[int, int]:
    return place.column, round(place.row * 2)


def _gaps(columns: int, paths: list[list[tuple[int, int]]], drawn: set[int]) -> tuple[list[list[Net]], list[list[int]]]:
    """Bundle the wires of all gaps; arrows for which there is no way are taken out of those that are drawn."""
    while True:
        wires: list[list[Wire]] = [[] for _ in range(columns - 1)]
        for number in sorted(drawn):
            for (column, line), (_, after) in pairwise(paths[number]):
                wires[column].append(Wire(line, after, number))
        gaps = [nets(each) for each in wires]
        tracks = []
        lost: set[int] = set()
        for bundled in gaps:
            lane, without = lanes(bundled)
            tracks.append(lane)
            lost |= {wire.edge for number in without for wire in bundled[number].wires if wire.left != wire.right}
        if not lost:
            return gaps, tracks
        drawn -= lost


def _titles(layout: Layout, edges: Sequence[Edge], drawn: set[int]) -> dict[str, str]:
    titles = {id: _title(id) + (" (missing)" if node.kind == "missing" else "") for id, node in layout.nodes.items()}
    for number, edge in enumerate(edges):
        if number not in drawn:
            sign = "↺" if layout.leads_back(edge) else "↷"
            titles[edge.source] += f" {'!' if edge.error else ''}{sign} {_title(edge.target)}"
    return titles


def _title(id: str) -> str:
    return cut(visible(id), _TITLE) if id.strip() else f"'{visible(id)}'"


class _Canvas:
    """Characters by place: pieces of lines, each with the net that it belongs to, and texts."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
        self._solid: set[tuple[int, int, int]] = set()
        self._texts: dict[tuple[int, int], str] = {}

    def wire(self, net: tuple[int, int], wire: Wire, stops: tuple[int, int, int], error: bool) -> None:
        """Draw from where it begins to its lane, along the lane, and on to where it ends."""
        begin, turn, stop = stops
        self._add(net, begin, wire.left, _LEFT, error)
        for start, end, line in ((begin, turn, wire.left), (turn, stop, wire.right)):
            for x in range(start, end):
                self._add(net, x, line, _RIGHT, error)
                self._add(net, x + 1, line, _LEFT, error)
        for y in range(min(wire.left, wire.right), max(wire.left, wire.right)):
            self._add(net, turn, y, _DOWN, error)
            self._add(net, turn, y + 1, _UP, error)

    def text(self, x: int, y: int, text: str) -> None:
        self._texts[x, y] = text

    def lines(self) -> str:
        spots = [*self._pieces, *self._texts]
        end = max(x for x, _ in spots) + 1
        rows = range(min(y for _, y in spots), max(y for _, y in spots) + 1)
        return "\n".join("".join(self._line(y, end)).rstrip() for y in rows)

    def _line(self, y: int, end: int) -> Iterator[str]:
        x = 0
        while x < end:
            text = self._texts.get((x, y))
            yield self._shape(x, y) if text is None else text
            x += 1 if text is None else max(cell_width(text), 1)

    def _add(self, net: tuple[int, int], x: int, y: int, side: int, error: bool) -> None:
        here = self._pieces.setdefault((x, y), {})
        here[net] = here.get(net, 0) | side
        if not error:
            self._solid.add((x, y, side))

    def _shape(self, x: int, y: int) -> str:
        masks = list(self._pieces.get((x, y), {}).values())
        upright = _UP | _DOWN
        if len(masks) > 1 and upright in masks and all(mask in {upright, _LEFT | _RIGHT} for mask in masks):
            masks = [upright]  # one passes below the other
        mask = 0
        for each in masks:
            mask |= each
        shape = _SHAPES[mask]
        solid = any(mask & side and (x, y, side) in self._solid for side in (_LEFT, _RIGHT, _UP, _DOWN))
        return shape if solid else _DASHED.get(shape, shape)
