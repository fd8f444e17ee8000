"""What must hold between the steps of a flow: something to begin with, and records where records are wanted."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from identitysync.contract import FileReader, Parser, RecordReader, ScriptSpec
from identitysync.errors import Diagnostic, Severity
from identitysync.plan.graph import Graph

_READERS = (FileReader, RecordReader)


def between_steps(graph: Graph, specs: Mapping[str, ScriptSpec], fed: Collection[str] = ()) -> Iterator[Diagnostic]:
    """Check how the steps are joined.

    Args:
        graph: The flow's graph.
        specs: The scripts that were found, by step id.
        fed: Ids of steps whose output the caller provides.

    Yields:
        A diagnostic for each fault.
    """
    if not graph.steps:
        yield Diagnostic("no-steps", "$.steps", "the flow has no steps", "a flow begins with a reader")
        return
    entries = graph.entries()
    if not entries:
        yield Diagnostic("no-entry", "$.steps", "the flow has no beginning: every step is led to by another")
    sources = [id for id in entries if id in fed or id not in specs or issubclass(specs[id].cls, _READERS)]
    for id in entries:
        if id not in sources:
            message = f"nothing leads to {id!r}, and {specs[id].type} does not read anything by itself"
            hint = "let a step lead to it by 'next', or begin with a datasource.read.* script"
            yield Diagnostic("unreachable", graph.paths[id], message, hint)
    for id in _beyond(graph, sources, entries):
        yield Diagnostic("unreachable", graph.paths[id], f"no reader leads to {id!r}", "let a step lead to it")
    for id, spec in specs.items():
        for kind, targets in (("next", graph.next[id]), ("error", graph.error[id])):
            for index, target in enumerate(targets):
                if target in specs:
                    yield from _meeting(spec, specs[target], f"{graph.paths[id]}.{kind}[{index}]", id, target)
    yield from _plaintext(graph)


def _beyond(graph: Graph, sources: list[str], entries: list[str]) -> list[str]:
    reached = graph.reachable(sources)
    return [id for id in graph.order() if id not in reached and id not in entries]


def _meeting(giver: ScriptSpec, taker: ScriptSpec, path: str, id: str, target: str) -> Iterator[Diagnostic]:
    if issubclass(taker.cls, _READERS):
        message = f"{target!r} reads by itself ({taker.type}): no step can lead to it"
        yield Diagnostic("mismatch", path, message, "readers stand at the beginning")
        return
    gives = giver.cls.gives if ".next[" in path else rejects(giver)
    if gives != taker.cls.takes:
        verb = "gives" if ".next[" in path else "rejects"
        message = f"{id!r} {verb} {gives}, but {target!r} ({taker.type}) takes {taker.cls.takes}"
        hint = {
            "records": f"put a file.format.* step between them, which turns {gives} into files",
            "files": f"put a file.parse.* step between them, which turns {gives} into records",
        }[gives]
        yield Diagnostic("mismatch", path, message, hint)


def rejects(spec: ScriptSpec) -> str:
    """Tell what goes along a script's ``error`` edges: ``records`` or ``files``."""
    if issubclass(spec.cls, Parser | RecordReader):
        return "records"
    return spec.cls.takes or spec.cls.gives


def _plaintext(graph: Graph) -> Iterator[Diagnostic]:
    for id, step in graph.steps.items():
        for path, value in _texts(f"{graph.paths[id]}.params", step.params):
            if value.strip().lower().startswith("http://"):
                message = f"{value.split('?')[0]!r} is not encrypted on its way"
                hint = "use https:// unless it is on this machine"
                yield Diagnostic("plaintext", path, message, hint, Severity.WARNING)


def _texts(path: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find the texts among parameters, and in entries that stand alone there."""
    for key, value in params.items():
        if isinstance(value, str):
            yield f"{path}.{key}", value
        elif isinstance(value, Mapping):
            yield from _texts(f"{path}.{key}", value)
