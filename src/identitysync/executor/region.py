"""The part of a plan behind a parser that can be worked on block by block, by this process or any other."""

from collections.abc import Collection, Mapping

import attrs

from identitysync.compiler import PureStep
from identitysync.contract import (
    BlockParser,
    BlockTransform,
    FileTransform,
    FlatMapper,
    Formatter,
    Mapper,
    Router,
    Shape,
)
from identitysync.plan import PlannedStep

_PURE = (Mapper, FlatMapper, Router, Formatter)


@attrs.frozen
class Region:
    """Steps that touch nothing but the records of a parser, and to which no other way leads.

    Attributes:
        parser: The parser.
        steps: The steps by id, each after everything that leads to it.
        packs: For formatters whose files are only ever packed: the step that packs them.
    """

    parser: PureStep
    steps: Mapping[str, PureStep]
    packs: Mapping[str, PureStep]

    def exits(self) -> set[str]:
        """Give the ids of the steps outside that get records as soon as there are some."""
        found = {id for step in (self.parser, *self.steps.values()) for id in (*step.next, *step.error)}
        leaves = {id for step in self.steps.values() if isinstance(step.script, Formatter) for id in step.next}
        return found - set(self.steps) - leaves

    @property
    def gives_records(self) -> bool:
        """Whether records leave it on their way, and not only rejects."""
        steps = [self.parser, *(step for step in self.steps.values() if not isinstance(step.script, Formatter))]
        return any(id not in self.steps for step in steps for id in step.next)


def region_of(
    parser: PlannedStep, steps: Mapping[str, PlannedStep], scripts: Mapping[str, Shape], watched: Collection[str]
) -> Region | None:
    """Find the region behind a parser.

    Args:
        parser: The parser's step.
        steps: All steps that run, each after everything that leads to it.
        scripts: The scripts as they run, by id.
        watched: Ids of steps whose output somebody looks at, or which do not run as they are.

    Returns:
        The region, or None when the parser cannot cut files, or nothing follows that could be worked on apart.
    """
    if parser.id in watched or not isinstance(scripts[parser.id], BlockParser):
        return None
    before: dict[str, set[str]] = {id: set() for id in steps}
    for step in steps.values():
        for id in (*step.next, *step.error):
            before[id].add(step.id)
    found: dict[str, PureStep] = {}
    for id, step in steps.items():
        inside = before[id] and before[id] <= {parser.id, *found}
        if inside and id not in watched and _is_apart(scripts[id]) and not _behind_formatter(before[id], found):
            found[id] = PureStep(id, scripts[id], step.next, step.error, step.ways)
    if not found:
        return None
    packs = {}
    for id, pure in found.items():
        behind = packer_of(steps[id], steps, scripts, watched) if isinstance(pure.script, Formatter) else ""
        if behind:
            packs[id] = PureStep(behind, scripts[behind], steps[behind].next, steps[behind].error)
    return Region(PureStep(parser.id, scripts[parser.id], parser.next, parser.error), found, packs)


def packer_of(
    formatter: PlannedStep, steps: Mapping[str, PlannedStep], scripts: Mapping[str, Shape], watched: Collection[str]
) -> str:
    """Find the step that packs all that a formatter makes, and nothing else.

    Args:
        formatter: The formatter's step.
        steps: All steps that run.
        scripts: The scripts as they run, by id.
        watched: As in ``region_of``.

    Returns:
        Its id; empty when there is none, or when it cannot pack block by block.
    """
    behind = formatter.next[0] if len(formatter.next) == 1 else ""
    if not behind or behind in watched or formatter.id in watched:
        return ""
    alone = all(behind not in (*step.next, *step.error) for step in steps.values() if step.id != formatter.id)
    fits = isinstance(scripts[behind], FileTransform) and isinstance(scripts[behind], BlockTransform)
    return behind if alone and fits else ""


def _behind_formatter(before: Collection[str], found: Mapping[str, PureStep]) -> bool:
    return any(id in found and isinstance(found[id].script, Formatter) for id in before)


def _is_apart(script: Shape) -> bool:
    if script.stateful or not isinstance(script, _PURE):
        return False
    return not isinstance(script, FlatMapper) or type(script).finish is FlatMapper.finish
