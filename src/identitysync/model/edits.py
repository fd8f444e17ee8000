"""Edits of a dataflow: each gives a new flow and leaves the old one alone."""

import difflib
from collections.abc import Mapping
from typing import Any

import attrs

from identitysync.contract import change_step_ids
from identitysync.errors import InvalidParameter
from identitysync.model.dataflow import Dataflow
from identitysync.model.step import Step


def find(flow: Dataflow, id: str) -> Step:
    """Find a step by its id."""
    for step in flow.steps:
        if step.id == id:
            return step
    ids = [step.id for step in flow.steps]
    close = difflib.get_close_matches(id, ids, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"its steps are {', '.join(ids) or 'none'}"
    raise InvalidParameter(f"the flow {flow.name!r} has no step {id!r}; {hint}")


def insert_after(flow: Dataflow, id: str, step: Step) -> Dataflow:
    """Put a step behind another."""
    _refuse_taken(flow, step.id)
    before = find(flow, id)
    changed = _with(before, next=(step.id,))
    new = step if step.next else _with(step, next=before.next)
    steps: list[Step] = []
    for each in flow.steps:
        steps += (changed, new) if each is before else (each,)
    return attrs.evolve(flow, steps=steps)


def replace(flow: Dataflow, step: Step) -> Dataflow:
    """Put a step in the place of the one with the same id."""
    old = find(flow, step.id)
    new = step if step.next or step.error else _with(step, next=old.next, error=old.error)
    return attrs.evolve(flow, steps=[new if each is old else each for each in flow.steps])


def remove(flow: Dataflow, id: str) -> Dataflow:
    """Take a step out and close the gap."""
    gone = find(flow, id)

    def bridge(ids: tuple[str, ...]) -> tuple[str, ...]:
        bridged = [each for old in ids for each in (gone.next if old == id else (old,)) if each != id]
        return tuple(dict.fromkeys(bridged)) if id in ids else ids

    def bridged(step: Step) -> Step:
        params = _renamed_in_params(step, id, gone.next[0]) if len(gone.next) == 1 else step.params
        return _with(step, next=bridge(step.next), error=bridge(step.error), params=params)

    return attrs.evolve(flow, steps=[bridged(step) for step in flow.steps if step is not gone])


def connect(flow: Dataflow, source: str, target: str, *, error: bool) -> Dataflow:
    """Let one step lead to another."""
    step = find(flow, source)
    find(flow, target)
    if target in (step.error if error else step.next):
        return flow
    joined = _with(step, error=(*step.error, target)) if error else _with(step, next=(*step.next, target))
    return attrs.evolve(flow, steps=[joined if each is step else each for each in flow.steps])


def rename_step(flow: Dataflow, old: str, new: str) -> Dataflow:
    """Give a step another id, everywhere in the flow."""
    find(flow, old)
    if old != new:
        _refuse_taken(flow, new)

    def renamed(id: str) -> str:
        return new if id == old else id

    return attrs.evolve(
        flow,
        steps=[
            _with(
                step,
                id=renamed(step.id),
                next=tuple(map(renamed, step.next)),
                error=tuple(map(renamed, step.error)),
                params=_renamed_in_params(step, old, new),
            )
            for step in flow.steps
        ],
    )


def fill(flow: Dataflow, values: Mapping[str, Any]) -> Dataflow:
    """Give parameters that a template leaves open."""
    by_id: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        owners = [step.id for step in flow.steps if key.startswith(f"{step.id}.")]
        if not owners:
            find(flow, key.rpartition(".")[0] or key)
        owner = max(owners, key=len)
        by_id.setdefault(owner, {})[key[len(owner) + 1 :]] = value
    return attrs.evolve(
        flow, steps=[_with(step, params={**step.params, **by_id.get(step.id, {})}) for step in flow.steps]
    )


def _renamed_in_params(step: Step, old: str, new: str) -> Mapping[str, Any]:
    """Give a step's parameters with the ids of steps in them changed, where its script declares such parameters."""
    if old not in step.next:
        return step.params
    cls = step.script
    if cls is None:
        from identitysync.registry import discover

        description = discover().get(step.type)
        cls = description.spec.cls if description and not description.problem else None
    return change_step_ids(step.params, cls, lambda held, _: new if held == old else held) if cls else step.params


def _with(step: Step, **changes: Any) -> Step:
    fields = {name: getattr(step, name) for name in ("id", "params", "next", "error", "extra", "script")}
    return Step(**({"type": step.type} | fields | changes))


def _refuse_taken(flow: Dataflow, id: str) -> None:
    if any(step.id == id for step in flow.steps):
        raise InvalidParameter(f"the flow {flow.name!r} already has a step {id!r}; ids are unique")
