"""The graph of a flow: who leads to whom, in which order, and what is wrong with that."""

import difflib
from collections.abc import Iterator, Mapping, Sequence

import attrs

from identitysync.errors import Diagnostic
from identitysync.model import Dataflow, Step


@attrs.frozen
class Graph:
    """The steps by id, with only such edges as lead somewhere.

    Attributes:
        steps: The steps by id, in the order of the flow.
        paths: The JSON path of each step.
        next: For each id, the ids that get what it gives.
        error: For each id, the ids that get what it rejects.
    """

    steps: Mapping[str, Step]
    paths: Mapping[str, str]
    next: Mapping[str, tuple[str, ...]]
    error: Mapping[str, tuple[str, ...]]

    def targets(self, id: str) -> tuple[str, ...]:
        """Give all ids that a step leads to."""
        return (*self.next[id], *self.error[id])

    def entries(self) -> list[str]:
        """Give the ids that nothing leads to."""
        led_to = {target for id in self.steps for target in self.targets(id)}
        return [id for id in self.steps if id not in led_to]

    def reachable(self, starts: Sequence[str]) -> set[str]:
        """Give all ids that can be reached from some, these included."""
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self.targets(id)
        return found

    def order(self) -> list[str]:
        """Give all ids such that each comes after everything that leads to it; ids on a circle are left out."""
        missing = dict.fromkeys(self.steps, 0)
        for id in self.steps:
            for target in self.targets(id):
                missing[target] += 1
        ready = [id for id, count in missing.items() if count == 0]
        order: list[str] = []
        while ready:
            id = ready.pop(0)
            order.append(id)
            for target in self.targets(id):
                missing[target] -= 1
                if missing[target] == 0:
                    ready.append(target)
        return order


def make_graph(flow: Dataflow) -> tuple[Graph, list[Diagnostic]]:
    """Read the graph of a flow.

    Args:
        flow: The flow.

    Returns:
        The graph, with duplicate steps and dangling edges left out, and a diagnostic for each of these.
    """
    faults: list[Diagnostic] = []
    steps: dict[str, Step] = {}
    paths: dict[str, str] = {}
    for index, step in enumerate(flow.steps):
        path = f"$.steps[{index}]"
        if not step.id:
            faults.append(Diagnostic("empty-id", f"{path}.id", "the step has no id", "give it a name"))
        if step.id in steps:
            message = f"the id {step.id!r} is taken by {paths[step.id]}"
            faults.append(Diagnostic("duplicate-id", f"{path}.id", message, "ids are unique: rename one of them"))
            continue
        steps[step.id], paths[step.id] = step, path
    edges: dict[str, dict[str, tuple[str, ...]]] = {"next": {}, "error": {}}
    for id, step in steps.items():
        for kind, ids in (("next", step.next), ("error", step.error)):
            for index, target in enumerate(ids):
                where = f"{paths[id]}.{kind}[{index}]"
                if target not in steps:
                    faults.append(_dangling(target, list(steps), where))
                elif target in ids[:index]:
                    faults.append(Diagnostic("duplicate-edge", where, f"{target!r} is named twice", "name it once"))
            edges[kind][id] = tuple(dict.fromkeys(target for target in ids if target in steps))
    return Graph(steps, paths, edges["next"], edges["error"]), faults


def circles(graph: Graph) -> Iterator[Diagnostic]:
    """Find the circles of a graph: one diagnostic for each group of steps that lead back to themselves."""
    left = {id: None for id in graph.steps if id not in set(graph.order())}
    while left:
        start = next(iter(left))
        walk: list[str] = []
        id: str | None = start
        while id is not None and id not in walk:
            walk.append(id)
            id = next((target for target in graph.targets(id) if target in left), None)
        if id is not None:
            circle = walk[walk.index(id) :]
            drawn = " > ".join([*circle, id])
            hint = "a flow has a beginning and an end: take one of these edges out"
            yield Diagnostic("cycle", f"{graph.paths[circle[0]]}.next", f"the steps lead in a circle: {drawn}", hint)
            for each in circle:
                left.pop(each, None)
        for each in walk:
            left.pop(each, None)


def _dangling(target: str, ids: list[str], path: str) -> Diagnostic:
    close = difflib.get_close_matches(target, ids, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"the steps are {', '.join(ids)}"
    return Diagnostic("dangling", path, f"there is no step {target!r}", hint)
