"""Draw a graph with the characters of a terminal."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from identitysync.display.layout import Place, lay_out
from identitysync.display.nodes import Edge, Node

_LINES: Final = {"left": 1, "right": 2, "up": 4, "down": 8}
_SHAPES: Final = " ╴╶─╵┘└┴╷┐┌┬│┤├┼"
_DASHED: Final = {"─": "╌", "│": "╎"}


def drawing(nodes: Sequence[Node], edges: Sequence[Edge], width: int = 0) -> str:
    """Draw a graph from left to right; arrows for what is rejected are dashed.

    Args:
        nodes: The boxes.
        edges: The arrows.
        width: Columns that the terminal has; a wider drawing is given up for nothing. 0 for any.

    Returns:
        The lines, or nothing when there is no room.
    """
    layout = lay_out(nodes, edges)
    if not layout.columns:
        return ""
    widths = [0] * layout.columns
    for id, place in layout.places.items():
        widths[place.column] = max(widths[place.column], len(_title(id)))
    starts = [sum(each + 6 for each in widths[:column]) for column in range(layout.columns)]
    if width and starts[-1] + widths[-1] > width:
        return ""
    canvas = _Canvas()
    for edge, route in zip(edges, layout.routes, strict=True):
        _draw(canvas, edge, [layout.places[edge.source], *route, layout.places[edge.target]], starts)
    for id, place in layout.places.items():
        canvas.text(starts[place.column], _line(place), _title(id))
    return canvas.lines()


def _draw(canvas: "_Canvas", edge: Edge, places: list[Place], starts: list[int]) -> None:
    if places[-1].column <= places[0].column:
        canvas.text(starts[places[0].column] + len(_title(edge.source)), _line(places[0]), f" ↺ {edge.target}")
        return
    x = starts[places[0].column] + len(_title(edge.source)) + 1
    canvas.begin(x, _line(places[0]), edge.error)
    for before, after in pairwise(places):
        turn = starts[after.column] - 4
        canvas.across(x, turn, _line(before), edge.error)
        canvas.down(turn, _line(before), _line(after), edge.error)
        last = after is places[-1]
        end = starts[after.column] - 2 if last else starts[after.column]
        canvas.across(turn, end, _line(after), edge.error)
        x = end
    canvas.text(starts[places[-1].column] - 2, _line(places[-1]), "▶")


def _line(place: Place) -> int:
    return round(place.row * 2)


def _title(id: str) -> str:
    plain = "".join(letter if letter.isprintable() else "�" for letter in id)
    return plain if len(plain) <= 24 else f"{plain[:23]}…"


class _Canvas:
    def __init__(self) -> None:
        self._lines: dict[tuple[int, int], int] = {}
        self._dashed: dict[tuple[int, int], bool] = {}
        self._texts: dict[tuple[int, int], str] = {}

    def begin(self, x: int, y: int, error: bool) -> None:
        self._add(x, y, "left", error)

    def across(self, start: int, end: int, y: int, error: bool) -> None:
        for x in range(start, end):
            self._add(x, y, "right", error)
            self._add(x + 1, y, "left", error)

    def down(self, x: int, start: int, end: int, error: bool) -> None:
        for y in range(min(start, end), max(start, end)):
            self._add(x, y, "down", error)
            self._add(x, y + 1, "up", error)

    def text(self, x: int, y: int, text: str) -> None:
        for offset, letter in enumerate(text):
            self._texts[x + offset, y] = letter

    def lines(self) -> str:
        spots = [*self._lines, *self._texts]
        if not spots:
            return ""
        rows = range(min(y for _, y in spots), max(y for _, y in spots) + 1)
        columns = range(max(x for x, _ in spots) + 1)
        return "\n".join("".join(self._at(x, y) for x in columns).rstrip() for y in rows)

    def _add(self, x: int, y: int, side: str, error: bool) -> None:
        self._lines[x, y] = self._lines.get((x, y), 0) | _LINES[side]
        self._dashed[x, y] = self._dashed.get((x, y), True) and error

    def _at(self, x: int, y: int) -> str:
        if (x, y) in self._texts:
            return self._texts[x, y]
        shape = _SHAPES[self._lines.get((x, y), 0)]
        return _DASHED.get(shape, shape) if self._dashed.get((x, y)) else shape
