"""Write a graph in one line: ``account > rename > { dsv > gzip ; json } > sftp``.

Branches that meet again stand in braces. What cannot be nested, such as an edge into the middle of another branch, is
written with an arrow to its name: ``-> sftp``. Edges for what is rejected are written ``!>``.
"""

from collections.abc import Sequence

from identitysync.display.nodes import Edge, Node


def outline(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """Write a graph.

    Args:
        nodes: The boxes.
        edges: The arrows.

    Returns:
        The line.
    """
    ids = list(
        dict.fromkeys([node.id for node in nodes] + [end for edge in edges for end in (edge.source, edge.target)])
    )
    if not ids:
        return ""
    writer = _Writer(ids, edges)
    led_to = {edge.target for edge in edges}
    starts = [id for id in ids if id not in led_to] or ids[:1]
    parts = [writer.joined(starts)]
    while left := [id for id in ids if id not in writer.written]:  # circles that no beginning leads to
        parts.append(writer.joined(left[:1]))
    return " ; ".join(part for part in parts if part)


class _Writer:
    def __init__(self, ids: list[str], edges: Sequence[Edge]) -> None:
        self._next: dict[str, list[str]] = {id: [] for id in ids}
        self._error: dict[str, list[str]] = {id: [] for id in ids}
        self._givers: dict[str, set[str]] = {id: set() for id in ids}
        for edge in edges:
            ways = self._error if edge.error else self._next
            if edge.target not in ways[edge.source]:
                ways[edge.source].append(edge.target)
            self._givers[edge.target].add(edge.source)
        self.written: set[str] = set()

    def joined(self, starts: list[str]) -> str:
        """Write branches that begin with these, up to where all meet, and what follows."""
        if len(starts) == 1:
            return self._chain(starts[0], None)
        meeting = self._meeting(starts)
        branches = [self._chain(start, meeting) for start in starts if start != meeting]
        text = "{ " + " ; ".join(branch or "()" for branch in branches) + " }" if branches else ""
        if meeting is None:
            return text
        return " > ".join(part for part in (text, self._chain(meeting, None)) if part)

    def _chain(self, id: str | None, until: str | None) -> str:
        """Write a step and what follows, up to a meeting point that somebody else writes."""
        parts: list[str] = []
        while id is not None and id != until:
            if id in self.written:
                parts.append(f"-> {id}")
                break
            self.written.add(id)
            errors = [
                f" !> {self._chain(target, until)}" if target != until else f" !> -> {target}"
                for target in self._error[id]
            ]
            parts.append(id + "".join(f" ({error.strip()})" for error in errors))
            nexts = self._next[id]
            if len(nexts) < 2:
                id = nexts[0] if nexts else None
                continue
            meeting = self._meeting(nexts) or (until if until in nexts else None)
            branches = [self._chain(target, meeting or until) if target != meeting else "()" for target in nexts]
            parts.append("{ " + " ; ".join(branch or "()" for branch in branches) + " }")
            id = meeting
        return " > ".join(parts)

    def _meeting(self, starts: list[str]) -> str | None:
        """Find the first step to which all of these lead, along ``next``."""
        reached = [self._reach(start) for start in starts]
        common = [id for id in reached[0] if all(id in others for others in reached[1:])]
        for id in common:
            if id not in self.written and not any(id in self._reach(other)[1:] for other in common if other != id):
                return id
        return None

    def _reach(self, start: str) -> list[str]:
        found = [start]
        for id in found:
            found += [target for target in self._next[id] if target not in found]
        return found
