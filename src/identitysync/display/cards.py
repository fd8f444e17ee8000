"""The boxes of an SVG picture: a card with an icon, the step's id, its type, and a note."""

from html import escape
from typing import Final

import attrs

from identitysync.display.colours import COLOURS, OTHER
from identitysync.display.measure import visible
from identitysync.display.nodes import Node

_ICONS: Final = {
    "read": "M12 4v10M8 10.5l4 4 4-4M5 19.5h14",
    "write": "M12 15V5M8 9l4-4 4 4M5 19.5h14",
    "lookup": "M16.5 10.5a6 6 0 1 1-12 0a6 6 0 0 1 12 0zM15 15l5 5",
    "file": "M6.5 3.5h7.5l4 4v13h-11.5zM14 3.5v4h4",
    "field": "M4 8h16M4 16h16M9 5v6M15 13v6",
    "record": "M4 5h16l-6 7.5v6.5l-4-2.5v-4z",
    "missing": "M12 4.5v9.5M12 18.5v.6",
}
_OTHER_ICON: Final = "M9 6.5L3.5 12 9 17.5M15 6.5l5.5 5.5-5.5 5.5"
_TITLE: Final = 13.0
_LABEL: Final = 10.5
_BOLD: Final = 1.1
"""How much wider bold letters are."""
_TEXT_LEFT: Final = 46
_TEXT_RIGHT: Final = 14
_NARROWEST: Final = 112
_WIDEST: Final = 236


@attrs.frozen
class Card:
    """What a box shows, cut to its room.

    Attributes:
        node: The box.
        title: The first line.
        lines: The lines below it.
        width: How wide the box wants to be, in pixels.
    """

    node: Node
    title: str
    lines: tuple[str, ...]
    width: float


def card(node: Node) -> Card:
    """Fit a box's texts.

    Args:
        node: The box.

    Returns:
        The card.
    """
    room = _WIDEST - _TEXT_LEFT - _TEXT_RIGHT
    title = _fitted(visible(node.id) or "(no id)", _TITLE * _BOLD, room)
    lines = tuple(_fitted(visible(line), _LABEL, room) for line in (node.label, node.note) if line)
    widest = max([_breadth(title) * _TITLE * _BOLD, *(_breadth(line) * _LABEL for line in lines)])
    return Card(node, title, lines, max(_NARROWEST, round(widest + _TEXT_LEFT + _TEXT_RIGHT)))


def drawn(card: Card, x: float, y: float, width: float, height: float) -> str:
    """Draw a card.

    Args:
        card: The card.
        x: Its left side, in pixels.
        y: Its top.
        width: Its width.
        height: Its height.

    Returns:
        SVG.
    """
    node = card.node
    colour = COLOURS.get(node.kind, OTHER)
    missing = node.kind == "missing"
    outline = f'stroke="{colour}" stroke-dasharray="5 4"' if missing else 'stroke="#d3dae4"'
    size = f'width="{width:g}" height="{height:g}" rx="10"'
    middle = y + height / 2
    icon = f"translate({x + 12:g} {middle - 13:g})"
    tall = 17 + 14 * len(card.lines)
    base = middle - tall / 2 + 13
    texts = f'<text class="title" x="{x + _TEXT_LEFT:g}" y="{base:g}">{escape(card.title)}</text>' + "".join(
        f'<text class="{"label" if index else "label first"}" x="{x + _TEXT_LEFT:g}" y="{base + 15 + 14 * index:g}"'
        f' font-size="{_LABEL:g}" font-weight="400" fill="#5c6a7c">{escape(line)}</text>'
        for index, line in enumerate(card.lines)
    )
    full = " · ".join(visible(part) for part in (node.id, node.label, node.note) if part)
    return (
        f"<g><title>{escape(full)}</title>"
        f'<rect class="shadow" x="{x:g}" y="{y + 2:g}" {size} fill="#0b1b33" fill-opacity=".08"/>'
        f'<rect class="card" x="{x:g}" y="{y:g}" {size} fill="#fff" {outline}/>'
        f'<g transform="{icon}"><rect width="26" height="26" rx="7" fill="{colour}"/>'
        f'<path transform="translate(4 4) scale(.75)" d="{_ICONS.get(node.kind, _OTHER_ICON)}" fill="none"'
        ' stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></g>'
        f"{texts}</g>"
    )


def _breadth(text: str) -> float:
    """Guess how wide a text is in an ordinary sans-serif, in ems; rather too wide than too narrow."""
    return sum(map(_letter, text))


def _letter(letter: str) -> float:
    if letter >= "\u1100":
        return 0.6 if "\u2000" <= letter <= "\u206f" else 1.15
    if letter in "iljI.,:;'|!":
        return 0.3
    if letter in 'ftr()[]{}-/\\ "':
        return 0.42
    if letter in "mwMW@%<>=+~^#&":
        return 0.95
    return 0.72 if letter.isupper() else 0.6


def _fitted(text: str, size: float, room: float) -> str:
    if _breadth(text) * size <= room:
        return text
    left = room / size - 1.0
    for index, letter in enumerate(text):
        left -= _letter(letter)
        if left < 0:
            return f"{text[:index].rstrip()}…"
    return text
