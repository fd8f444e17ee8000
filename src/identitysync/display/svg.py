"""Draw a graph as an SVG picture that stands alone: no script, no font, no address of anything else.

All colours are attributes, so that programs which know no style sheets draw it too; the style sheet holds only what a
dark background needs.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

import attrs

from identitysync.display.cards import Card, card, drawn
from identitysync.display.colours import EDGE, ERROR
from identitysync.display.layout import Layout, Place, lay_out
from identitysync.display.measure import visible
from identitysync.display.nodes import Edge, Node

_MARGIN: Final = 20
_TURN: Final = 34
"""The room that an arrow needs to turn back."""
_GAP: Final = 50
_HEIGHT: Final = 48
_NOTED: Final = 62
_SPACE: Final = 28
_PORT: Final = 9
"""How far from the middle arrows for what is rejected begin and end where there are others, in pixels."""
_TIP: Final = 8
_SHRUNK: Final = 1600
"""How wide a picture may be to be shrunk to its page; a wider one is scrolled, so that it can be read."""
_FONT: Final = "ui-sans-serif,system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_DARK: Final = (
    "@media(prefers-color-scheme:dark){.idx-flow .card{fill:#1c232d;stroke:#3b4654}.idx-flow .title{fill:#f1f5f9}"
    ".idx-flow .label{fill:#a5b1c2}.idx-flow .shadow{fill:#000;fill-opacity:.4}}"
)


def svg(nodes: Sequence[Node], edges: Sequence[Edge], title: str = "dataflow") -> str:
    """Draw a graph.

    Args:
        nodes: The boxes.
        edges: The arrows; those for what is rejected are red and dashed.
        title: What the picture is of, for those who cannot see it.

    Returns:
        The picture, for light and dark backgrounds.
    """
    edges = list(dict.fromkeys(edges))
    sheet = _sheet(lay_out(nodes, edges), edges)
    width, height = sheet.size()
    style = "max-width:100%;height:auto" if width <= _SHRUNK else "max-width:none"
    safe = escape(visible(title))
    lines: dict[bool, list[str]] = {False: [], True: []}
    tips: dict[bool, list[str]] = {False: [], True: []}
    for edge, route in zip(edges, sheet.layout.routes, strict=True):
        path, tip = sheet.arrow(edge, route)
        lines[edge.error].append(path)
        tips[edge.error].append(tip)
    stroke = 'fill="none" stroke-width="1.7" stroke-linecap="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="idx-flow" role="img" aria-label="{safe}"'
        f' viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" style="{style}">'
        f"<title>{safe}</title><style>{_DARK}</style>"
        f'<g class="error" {stroke} stroke="{ERROR}" stroke-dasharray="5 5">{"".join(lines[True])}</g>'
        f'<g class="edge" {stroke} stroke="{EDGE}">{"".join(lines[False])}</g>'
        f'<g fill="{ERROR}">{"".join(tips[True])}</g><g fill="{EDGE}">{"".join(tips[False])}</g>'
        f'<g font-family="{_FONT}" font-size="13" font-weight="600" fill="#17202c">{"".join(sheet.boxes())}</g></svg>'
    )


@attrs.frozen
class _Sheet:
    """Pixels for a layout.

    Attributes:
        layout: The layout.
        cards: The boxes by id.
        lefts: Where each column begins.
        widths: How wide its boxes are.
        height: How high all boxes are.
        margin: What stays free on all sides.
        gives: The ids of boxes from which ordinary arrows lead.
        takes: The ids of boxes to which ordinary arrows lead.
    """

    layout: Layout
    cards: dict[str, Card]
    lefts: list[float]
    widths: list[float]
    height: int
    margin: int
    gives: frozenset[str]
    takes: frozenset[str]

    def size(self) -> tuple[float, float]:
        if not self.widths:
            return 2 * self.margin, 2 * self.margin
        below = self.middle(self.layout.rows - 1) + self.height / 2
        return self.lefts[-1] + self.widths[-1] + self.margin, below + self.margin

    def middle(self, row: float) -> float:
        return self.margin + self.height / 2 + row * (self.height + _SPACE)

    def sides(self, place: Place) -> tuple[float, float]:
        left = self.lefts[place.column]
        return left, left + self.widths[place.column]

    def boxes(self) -> list[str]:
        drawings = []
        for id, place in self.layout.places.items():
            left, right = self.sides(place)
            top = self.middle(place.row) - self.height / 2
            drawings.append(drawn(self.cards[id], left, top, right - left, self.height))
        return drawings

    def arrow(self, edge: Edge, route: list[Place]) -> tuple[str, str]:
        source, target = self.layout.places[edge.source], self.layout.places[edge.target]
        start, end = self.middle(source.row), self.middle(target.row)
        if edge.error and edge.source in self.gives:
            start += -_PORT if (route or [target])[0].row < source.row else _PORT
        if edge.error and edge.target in self.takes:
            end += -_PORT if (route or [source])[-1].row < target.row else _PORT
        head, tail = self.sides(target)[0] - _TIP, self.sides(source)[1]
        path = f"M{tail:g} {start:g}"
        x, y = tail, start
        if self.layout.leads_back(edge):
            gutter = self.height / 2 + _SPACE / 2
            under, low = self.middle(source.row) + gutter, self.middle(target.row) + gutter
            left = self.sides(source)[0] if edge.source != edge.target else tail
            path += f"C{tail + _TURN:g} {start:g} {tail + _TURN:g} {under:g} {tail:g} {under:g}H{left:g}"
            x, y = left, under
            for place in route:
                begin, stop = self.sides(place)
                path += f"{_curve(x, y, stop, self.middle(place.row))}H{begin:g}"
                x, y = begin, self.middle(place.row)
            near, far = self.sides(target)
            path += "" if edge.source == edge.target else _curve(x, y, far, low)
            path += f"H{near:g}C{near - _TURN:g} {low:g} {near - _TURN:g} {end:g} {head:g} {end:g}"
        else:
            for place in route:
                begin, stop = self.sides(place)
                path += f"{_curve(x, y, begin, self.middle(place.row))}H{stop:g}"
                x, y = stop, self.middle(place.row)
            path += _curve(x, y, head, end)
        tip = f"M{head + _TIP:g} {end:g}l-9 -4.6q2.4 4.6 0 9.2z"
        return f'<path d="{path}"/>', f'<path d="{tip}"/>'


def _sheet(layout: Layout, edges: Sequence[Edge]) -> _Sheet:
    cards = {id: card(node) for id, node in layout.nodes.items()}
    widths = [0.0] * layout.columns
    for id, place in layout.places.items():
        widths[place.column] = max(widths[place.column], cards[id].width)
    margin = _TURN + 8 if any(layout.leads_back(edge) for edge in edges) else _MARGIN
    lefts: list[float] = []
    left: float = margin
    for width in widths:
        lefts.append(left)
        left += width + _GAP
    height = _NOTED if any(len(each.lines) > 1 for each in cards.values()) else _HEIGHT
    gives = frozenset(edge.source for edge in edges if not edge.error)
    takes = frozenset(edge.target for edge in edges if not edge.error)
    return _Sheet(layout, cards, lefts, widths, height, margin, gives, takes)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """Go on to a point, leaving and arriving level."""
    if y == to_y:
        return f"H{to_x:g}"
    middle = (x + to_x) / 2
    return f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"
