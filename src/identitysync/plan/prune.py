"""Leave out the steps that a run does not need: what only feeds a step with a given output, and what comes too late."""

from collections.abc import Mapping

from identitysync.plan.graph import Graph


def prune(graph: Graph, fed: frozenset[str], until: str | None, *, only_fed: bool) -> Graph:
    """Narrow a graph to what runs.

    Args:
        graph: The whole graph.
        fed: Ids of steps whose output the caller provides: nothing leads to them any more.
        until: The id of the step after which nothing is wanted, or None.
        only_fed: Whether nothing runs but what the fed steps lead to.

    Returns:
        The narrower graph.
    """
    kept = {id for id in graph.steps if until is None or until in graph.reachable([id])}
    if only_fed:
        kept &= graph.reachable(list(fed))
    order = [id for id in graph.order() if id in kept]
    gone: set[str] = set()
    for id in reversed(order):
        targets = [target for target in graph.next[id] if target in kept]
        if id not in fed and id != until and targets and all(target in fed | gone for target in targets):
            gone.add(id)
    for id in order:
        givers = [giver for giver in kept if id in graph.targets(giver)]
        if id not in fed and givers and all(giver in gone for giver in givers):
            gone.add(id)
    return _narrowed(graph, kept - gone, fed)


def _narrowed(graph: Graph, kept: set[str], fed: frozenset[str]) -> Graph:
    def edges(all_of_them: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        running = kept - fed
        return {id: tuple(to for to in ids if to in running) for id, ids in all_of_them.items() if id in kept}

    steps = {id: step for id, step in graph.steps.items() if id in kept}
    return Graph(steps, {id: graph.paths[id] for id in steps}, edges(graph.next), edges(graph.error))
