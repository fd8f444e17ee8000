"""The plan: a flow whose steps are bound to scripts, in an order in which they can run."""

from collections.abc import Collection, Mapping

import attrs

from identitysync.contract import ScriptSpec, Shape
from identitysync.errors import Diagnostic, InvalidDataflow, InvalidParameter, Severity
from identitysync.model import Dataflow, Step
from identitysync.plan.bind import Bound, bind
from identitysync.plan.graph import Graph, circles, make_graph
from identitysync.plan.lint import between_steps
from identitysync.plan.prune import prune
from identitysync.registry import Registry


@attrs.frozen
class PlannedStep:
    """A step that can run.

    Attributes:
        step: The step as it stands in the flow.
        spec: Its script's description.
        script: Its script, with its parameters.
        next: The ids that get what it gives, of those that run.
        error: The ids that get what it rejects, of those that run.
    """

    step: Step
    spec: ScriptSpec
    script: Shape
    next: tuple[str, ...]
    error: tuple[str, ...]

    @property
    def id(self) -> str:
        """The step's id."""
        return self.step.id

    @property
    def ways(self) -> tuple[str, ...]:
        """The ids to which a router may send records, those that do not run among them."""
        return self.step.next


@attrs.frozen
class Plan:
    """A flow that fits its scripts.

    Attributes:
        flow: The flow.
        steps: The steps that run, by id, each after everything that leads to it.
        fed: Ids of steps whose output the caller provides; their scripts do not run.
        diagnostics: Warnings and remarks.
    """

    flow: Dataflow
    steps: Mapping[str, PlannedStep]
    fed: frozenset[str]
    diagnostics: tuple[Diagnostic, ...]


def check(flow: Dataflow, registry: Registry) -> list[Diagnostic]:
    """Find every fault of a flow at once; nothing is opened and nothing runs.

    Args:
        flow: The flow.
        registry: Where scripts are looked up.

    Returns:
        All diagnostics, in the order of the flow: errors, warnings and remarks.
    """
    graph, faults = make_graph(flow)
    bound = _bind(graph, registry, faults, run=False)
    _judge(graph, bound, faults, frozenset())
    return _sorted(faults)


def make_plan(
    flow: Dataflow, registry: Registry, *, fed: Collection[str] = (), until: str | None = None, only_fed: bool = False
) -> Plan:
    """Prove that a flow can run.

    Args:
        flow: The flow.
        registry: Where scripts are looked up.
        fed: Ids of steps whose output the caller provides; what only feeds them is left out.
        until: The id of the step after which nothing is wanted; None wants everything.
        only_fed: Whether nothing runs but what the fed steps lead to.

    Returns:
        The plan.

    Raises:
        InvalidDataflow: It cannot; every fault is named.
        InvalidParameter: ``fed`` or ``until`` name a step that the flow does not have.
    """
    for id in (*fed, *([until] if until is not None else [])):
        flow.step(id)
    whole, faults = make_graph(flow)
    graph = prune(whole, frozenset(fed), until, only_fed=only_fed)
    bound = _bind(graph, registry, faults, run=True, skip=frozenset(fed))
    _judge(graph, bound, faults, frozenset(fed))
    if any(fault.severity is Severity.ERROR for fault in faults):
        raise InvalidDataflow(_sorted(faults))
    steps = {}
    for id in graph.order():
        spec, script = bound[id].spec, bound[id].script
        if spec is None or (script is None and id not in fed):
            raise InvalidParameter(f"the step {id!r} could not be bound")  # pragma: no cover - reported above
        steps[id] = PlannedStep(graph.steps[id], spec, script, graph.next[id], graph.error[id])  # type: ignore[arg-type]
    return Plan(flow, steps, frozenset(fed), tuple(_sorted(faults)))


def _bind(
    graph: Graph, registry: Registry, faults: list[Diagnostic], *, run: bool, skip: frozenset[str] = frozenset()
) -> dict[str, Bound]:
    def report(fault: Diagnostic) -> None:
        if fault.severity is not Severity.ERROR or fault.path.split(".params")[0] not in ignored:
            faults.append(fault)

    ignored = {graph.paths[id] for id in skip if id in graph.paths}
    return {id: bind(step, graph.paths[id], registry, report, run=run) for id, step in graph.steps.items()}


def _judge(graph: Graph, bound: Mapping[str, Bound], faults: list[Diagnostic], fed: frozenset[str]) -> None:
    faults += circles(graph)
    specs = {id: each.spec for id, each in bound.items() if each.spec is not None}
    faults += between_steps(graph, specs, fed)


def _sorted(faults: list[Diagnostic]) -> list[Diagnostic]:
    def place(fault: Diagnostic) -> tuple[int, str]:
        index = fault.path.partition("[")[2].partition("]")[0]
        return int(index) if index.isdigit() else -1, fault.path

    return sorted(faults, key=place)
