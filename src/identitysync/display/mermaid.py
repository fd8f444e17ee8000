"""Write a graph in the language of Mermaid, which many wikis draw."""

from collections.abc import Sequence
from html import escape

from identitysync.display.nodes import Edge, Node


def mermaid(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """Write a graph.

    Args:
        nodes: The boxes.
        edges: The arrows; those for what is rejected are dotted.

    Returns:
        The text.
    """
    names: dict[str, str] = {}
    for id in [node.id for node in nodes] + [end for edge in edges for end in (edge.source, edge.target)]:
        names.setdefault(id, f"n{len(names)}")
    labels = {node.id: node.label for node in nodes}
    lines = ["flowchart LR"]
    for id, name in names.items():
        label = labels.get(id, "missing")
        lines.append(f'  {name}["{_safe(id)}{f"<br/><small>{_safe(label)}</small>" if label else ""}"]')
    lines += [
        f"  {names[edge.source]} {'-. error .->' if edge.error else '-->'} {names[edge.target]}" for edge in edges
    ]
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    return escape(text).replace("\n", " ").replace("#", "#35;")
