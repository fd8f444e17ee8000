"""Write a graph in one line: ``account > rename > { dsv > gzip ; json } > sftp``.

======================  ==========================================================================================
``a > b``               ``a`` leads to ``b``
``a > { b ; c } > d``   ``a`` leads to both, and both lead to ``d``
``a > { b ; () } > c``  ``a`` leads to ``b`` and to ``c``, and ``b`` leads to ``c``
``{ a ; b } > c``       there are several beginnings
``a !> r``              what ``a`` rejects goes to ``r``; in parentheses when more follows: ``a (!> r) > b``
``-> b``                leads to ``b``, which is written elsewhere; nothing leads on from here
``a ; b``               neither leads to the other
======================  ==========================================================================================

An id that could be taken for one of these signs is written in quotes, as JSON. Each box is written once, so a line can
be read back into the very same arrows.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, TypeAlias

from identitysync.display.circles import back
from identitysync.display.measure import visible
from identitysync.display.meetings import Meetings
from identitysync.display.nodes import Edge, Node

_Ways: TypeAlias = dict[str, list[str]]
_UNCLEAR: Final = re.compile(r'[;{}"]|>|\(!|^\(\)$|^\s|\s$|^$')
_DEEPEST: Final = 40
"""How deep braces and parentheses may be nested; what lies deeper is written behind."""


def outline(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """Write a graph.

    Args:
        nodes: The boxes.
        edges: The arrows.

    Returns:
        The line; boxes that do not exist are written like all others.
    """
    ends = [end for edge in edges for end in (edge.source, edge.target)]
    nexts: _Ways = {id: [] for id in [*(node.id for node in nodes), *ends]}
    errors: _Ways = {id: [] for id in nexts}
    for edge in dict.fromkeys(edges):
        (errors if edge.error else nexts)[edge.source].append(edge.target)
    writer = _Writer(nexts, errors)
    return " ; ".join(text for starts in _parts(nexts, errors) for text in writer.part(starts))


def _parts(nexts: _Ways, errors: _Ways) -> list[list[str]]:
    """Find where to begin, for each part of the graph that has nothing to do with the others."""
    led_to = {target for ways in (nexts, errors) for targets in ways.values() for target in targets}
    starts: set[str] = set()
    reached: set[str] = set()
    for id in sorted(nexts, key=led_to.__contains__):  # circles that no beginning leads to begin anywhere
        if id not in reached:
            starts.add(id)
            reached |= _walk([id], lambda each: nexts[each] + errors[each], reached)
    beside: _Ways = {id: [] for id in nexts}
    for ways in (nexts, errors):
        for id, targets in ways.items():
            for target in targets:
                beside[id].append(target)
                beside[target].append(id)
    parts: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for start in nexts:
        if start in starts:
            if start not in first:
                first.update(dict.fromkeys(_walk([start], beside.__getitem__), start))
            parts.setdefault(first[start], []).append(start)
    return list(parts.values())


def _walk(starts: Sequence[str], nexts: Callable[[str], Sequence[str]], without: Collection[str] = ()) -> set[str]:
    found = set(starts)
    left = list(starts)
    while left:
        for target in nexts(left.pop()):
            if target not in found and target not in without:
                found.add(target)
                left.append(target)
    return found


class _Writer:
    """Writes each box once.

    Its methods write up to ``stop``, where somebody else goes on. ``aside`` tells that one is on the way of what was
    rejected, where the boxes of the main way are only named.
    """

    def __init__(self, nexts: _Ways, errors: _Ways) -> None:
        self._nexts, self._errors = nexts, errors
        number = {id: index for index, id in enumerate(nexts)}
        ends = [(id, target) for id, targets in nexts.items() for target in targets]
        turned = back(len(nexts), [(number[id], number[target]) for id, target in ends])
        self._forward: _Ways = {id: [] for id in nexts}
        self._back: _Ways = {id: [] for id in nexts}
        for (id, target), turns in zip(ends, turned, strict=True):
            (self._back if turns else self._forward)[id].append(target)
        self._meetings = Meetings(self._forward)
        self._main: set[str] = set()
        self._written: set[str] = set()
        self._awaited: list[str | None] = []
        self._later: list[str] = []

    def part(self, starts: list[str]) -> Iterator[str]:
        """Write all that is reached from these."""
        self._main |= _walk(starts, self._nexts.__getitem__)
        meeting = self._meetings.of(starts)
        if meeting is None:
            for bundle in self._meetings.branches(starts, None):
                yield self._together(bundle, None, False, 0)
        else:
            yield self._together(starts, None, False, 0)
        while self._later:
            id = self._later.pop(0)
            if id not in self._written:
                yield self._chain(id, None, id not in self._main, 0)

    def _together(self, ids: Sequence[str], stop: str | None, aside: bool, depth: int) -> str:
        """Write branches, where they meet, and what follows."""
        if len(ids) == 1:
            return self._chain(ids[0], stop, aside, depth)
        meeting = self._meetings.of(ids)
        group = _braces(self._branches(ids, meeting, aside, depth))
        return group if meeting is None else f"{group} > {self._chain(meeting, stop, aside, depth)}"

    def _branches(self, ids: Sequence[str], meeting: str | None, aside: bool, depth: int) -> list[str]:
        self._awaited.append(meeting)
        bundles = self._meetings.branches(ids, meeting)
        texts = [self._together(bundle, meeting, aside, depth + 1) for bundle in bundles]
        self._awaited.pop()
        return texts

    def _chain(self, id: str | None, stop: str | None, aside: bool, depth: int) -> str:
        """Write a box and what follows."""
        parts: list[str] = []
        while id is not None and id != stop:
            known = id in self._written or id in self._awaited or (aside and id in self._main)
            if known or depth > _DEEPEST:
                if not known:
                    self._later.append(id)
                parts.append(f"-> {_name(id)}")
                break
            self._written.add(id)
            parts.append(_name(id) + self._rejects(id, depth))
            backs = [f"-> {_name(target)}" for target in self._back[id]]
            forward = self._forward[id]
            if not forward:
                if backs:
                    parts.append(_braces(backs))
                break
            id = self._meetings.of(forward)
            if len(forward) > 1 or backs:
                parts.append(_braces(self._branches(forward, id, aside, depth) + backs))
        return " > ".join(parts) or "()"

    def _rejects(self, id: str, depth: int) -> str:
        if not self._errors[id]:
            return ""
        way = f"!> {self._together(self._errors[id], None, True, depth + 1)}"
        return f" ({way})" if self._nexts[id] else f" {way}"


def _braces(branches: Sequence[str]) -> str:
    return branches[0] if len(branches) == 1 else f"{{ {' ; '.join(branches)} }}"


def _name(id: str) -> str:
    if visible(id) == id and not _UNCLEAR.search(id) and _balanced(id):
        return id
    text = json.dumps(id, ensure_ascii=False)
    return text if visible(text) == text else json.dumps(id).replace("\x7f", "\\u007f")


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return not depth
