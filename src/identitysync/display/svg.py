"""Draw a graph as an SVG picture that stands alone: no script, no font, no address of anything else."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Final

from identitysync.display.layout import Layout, Place, lay_out
from identitysync.display.nodes import Edge, Node

_BOX: Final = (190, 54)
_GAP: Final = (56, 30)
_MARGIN: Final = 20
_SHRUNK: Final = 8
_STYLE: Final = """
.idx text{font-family:ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2933}
.idx .label{font-size:10.5px;fill:#52606d}.idx .note{font-size:10px;fill:#52606d;font-variant-numeric:tabular-nums}
.idx .title{font-size:13px;font-weight:600}.idx rect{fill:#f5f7fa;stroke:#9aa5b1;stroke-width:1.2}
.idx .read rect{fill:#e3f2ec;stroke:#2f8f6b}.idx .write rect{fill:#e4eefb;stroke:#3568b5}
.idx .lookup rect{fill:#f3e9fa;stroke:#8450ad}.idx .file rect{fill:#fdf3df;stroke:#c0862a}
.idx .missing rect{fill:#fdecea;stroke:#c0392b;stroke-dasharray:5 4}
.idx .edge{fill:none;stroke:#7b8794;stroke-width:1.5}.idx .error{stroke:#c0392b;stroke-dasharray:5 4}
.idx .tip{fill:#7b8794}.idx .errortip{fill:#c0392b}
@media (prefers-color-scheme:dark){.idx text{fill:#f0f4f8}.idx .label,.idx .note{fill:#b6c2cf}
.idx rect{fill:#2b333d;stroke:#76838f}.idx .read rect{fill:#1e3b31;stroke:#4fb38b}
.idx .write rect{fill:#1f3353;stroke:#6a9be0}.idx .lookup rect{fill:#3a2748;stroke:#b388d6}
.idx .file rect{fill:#423518;stroke:#dba94e}.idx .missing rect{fill:#4a211d;stroke:#ef7b6c}
.idx .edge{stroke:#9aa5b1}.idx .error{stroke:#ef7b6c}.idx .tip{fill:#9aa5b1}.idx .errortip{fill:#ef7b6c}}
"""


def svg(nodes: Sequence[Node], edges: Sequence[Edge], title: str = "dataflow") -> str:
    """Draw a graph.

    Args:
        nodes: The boxes.
        edges: The arrows; those for what is rejected are red and dashed.
        title: What the picture is of, for those who cannot see it.

    Returns:
        The picture, for light and dark backgrounds.
    """
    layout = lay_out(nodes, edges)
    width = layout.columns * (_BOX[0] + _GAP[0]) - _GAP[0] + 2 * _MARGIN if layout.columns else 2 * _MARGIN
    height = round(layout.rows * (_BOX[1] + _GAP[1]) - _GAP[1] + 2 * _MARGIN) if layout.columns else 2 * _MARGIN
    # a wide picture is scrolled, not shrunk until nobody can read it
    style = "max-width:100%;height:auto" if layout.columns <= _SHRUNK else "max-width:none"
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" style="{style}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="idx" role="img" {size}><title>{_safe(title)}</title>',
        f"<style>{_STYLE}</style>",
        *(_arrow(edge, route, layout) for edge, route in zip(edges, layout.routes, strict=True)),
        *(_box(node, layout.places[node.id]) for node in layout.nodes.values()),
        "</svg>",
    ]
    return "".join(parts)


def _box(node: Node, place: Place) -> str:
    x, y = _corner(place)
    width, height = _BOX
    lines = [("title", _cut(node.id, 25)), ("label", _cut(node.label, 33)), ("note", _cut(node.note, 34))]
    shown = [line for line in lines if line[1]]
    top = y + height / 2 - (len(shown) - 1) * 7.5 + 4
    texts = "".join(
        f'<text class="{kind}" x="{x + width / 2:g}" y="{top + 15 * index:g}" text-anchor="middle">{_safe(text)}</text>'
        for index, (kind, text) in enumerate(shown)
    )
    full = _safe(" · ".join(part for part in (node.id, node.label, node.note) if part))
    kind = _safe(node.kind or "other")
    box = f'<rect x="{x:g}" y="{y:g}" width="{width}" height="{height}" rx="9"/>'
    return f'<g class="{kind}"><title>{full}</title>{box}{texts}</g>'


def _arrow(edge: Edge, route: list[Place], layout: Layout) -> str:
    width, height = _BOX
    source, target = layout.places[edge.source], layout.places[edge.target]
    x, y = _corner(source)
    end_x, end_y = _corner(target)
    low = 8 if edge.error else 0
    y, end_y = y + height / 2 + low, end_y + height / 2 + low
    if source.column == target.column and edge.source == edge.target:
        loop = f"M{x + width:g},{y:g} c40,-10 40,-60 -{width / 2:g},-{height / 2 + 14:g} l0,12"
        return f'<path class="edge{" error" if edge.error else ""}" d="{loop}"/>'
    back = target.column <= source.column
    points = [(x if back else x + width, y)]
    for place in route:
        left, top = _corner(place)
        points += [(left, top + height / 2 + low), (left + width, top + height / 2 + low)][:: -1 if back else 1]
    tip = end_x + width + 7 if back else end_x - 7
    points.append((tip, end_y))
    path = f"M{points[0][0]:g},{points[0][1]:g}"
    for index, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        middle = (ax + bx) / 2
        path += f" L{bx:g},{by:g}" if index % 2 else f" C{middle:g},{ay:g} {middle:g},{by:g} {bx:g},{by:g}"
    toward = 7 if not back else -7
    head = f"{tip + toward:g},{end_y:g} {tip:g},{end_y - 4.5:g} {tip:g},{end_y + 4.5:g}"
    kind = " error" if edge.error else ""
    return (
        f'<path class="edge{kind}" d="{path}"/><polygon class="{"errortip" if edge.error else "tip"}" points="{head}"/>'
    )


def _corner(place: Place) -> tuple[float, float]:
    return _MARGIN + place.column * (_BOX[0] + _GAP[0]), round(_MARGIN + place.row * (_BOX[1] + _GAP[1]), 1)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _safe(text: str) -> str:
    """Escape a text, and leave out what XML cannot hold."""
    return escape("".join(letter if letter >= " " or letter in "\t\n" else "�" for letter in text))
