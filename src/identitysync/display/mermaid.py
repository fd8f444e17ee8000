"""Write a graph in the language of Mermaid, which many wikis and code hosts draw."""

from collections.abc import Sequence
from typing import Final

from identitysync.display.colours import COLOURS, ERROR
from identitysync.display.measure import visible
from identitysync.display.nodes import Edge, Node

_CODES: Final = {ord(letter): f"#{ord(letter)};" for letter in '"#&<>`\\*_~[]{}|'}
"""Mermaid's own escapes; what its Markdown would read as emphasis is among them."""


def mermaid(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """Write a graph.

    Args:
        nodes: The boxes.
        edges: The arrows; those for what is rejected are dotted and red.

    Returns:
        The text. Its names are numbers, so that any id can be a title.
    """
    known = {node.id: node for node in reversed(nodes)}
    ends = [end for edge in edges for end in (edge.source, edge.target)]
    names = {id: f"n{number}" for number, id in enumerate(dict.fromkeys([*(node.id for node in nodes), *ends]))}
    lines = ["flowchart LR"]
    for id, name in names.items():
        node = known.get(id, Node(id, "missing", "missing"))
        small = "".join(f"<br/><small>{_safe(text)}</small>" for text in (node.label, node.note) if text)
        lines.append(f'  {name}["{_safe(id) or " "}{small}"]')
    once = list(dict.fromkeys(edges))
    lines += [f"  {names[edge.source]} {'-.->' if edge.error else '-->'} {names[edge.target]}" for edge in once]
    kinds = {node.kind for node in known.values()} | ({"missing"} if names.keys() - known.keys() else set())
    for kind, colour in COLOURS.items():
        if kind in kinds:
            lines.append(f"  classDef {kind} stroke:{colour},stroke-width:2px")
            members = [name for id, name in names.items() if known.get(id, Node(id, kind="missing")).kind == kind]
            lines.append(f"  class {','.join(members)} {kind}")
    errors = [str(number) for number, edge in enumerate(once) if edge.error]
    if errors:
        lines.append(f"  linkStyle {','.join(errors)} stroke:{ERROR}")
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    return visible(text).translate(_CODES)
