"""Tell how a flow will run: what becomes one function and what does not, what it reads, costs, and can be split."""

import copy
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from identitysync.compiler import (
    Barrier,
    Function,
    PureStep,
    Segment,
    chain_of,
    for_objects,
    for_rows,
    for_table,
    reads_of,
    tree_of,
)
from identitysync.compiler.shape import Node
from identitysync.contract import (
    BlockParser,
    Emitting,
    EmittingRows,
    FileReader,
    FileTransform,
    FileWriter,
    FlatMapper,
    Formatter,
    Lookup,
    Mapper,
    Parser,
    RecordReader,
    RecordWriter,
    Router,
    Shape,
    Unfit,
)
from identitysync.executor import Region, packer_of, region_of
from identitysync.model import Dataflow, JobStatus
from identitysync.native import kernel
from identitysync.plan import Plan, make_plan
from identitysync.registry import discover
from identitysync.runtime.explanation import Explanation, FusedPart, StepExplanation

_PER_LINE: Final = 0.06
"""Microseconds that a line of a function takes, about: enough to see which step weighs what."""

_DECODED: Final = 1.2
"""Microseconds that reading a record takes, about."""

_EDGE: Final = {
    FileReader: "brings files from elsewhere",
    RecordReader: "brings records from elsewhere",
    FileWriter: "brings files elsewhere",
    RecordWriter: "brings records elsewhere, many at a time",
    Lookup: "asks another system, for many records at a time",
}


def explain(flow: Dataflow, job: JobStatus | None = None) -> Explanation:
    """Tell how a flow will run; nothing is opened and nothing runs.

    Args:
        flow: The flow.
        job: A job of this flow, whose measured times are shown beside what is estimated.

    Returns:
        The explanation.

    Raises:
        InvalidDataflow: The flow cannot run; every fault is named.
    """
    plan = make_plan(flow, discover())
    scripts = {id: step.script for id, step in plan.steps.items()}
    parts: list[FusedPart] = []
    lines: dict[str, int] = {}
    regions = [
        region
        for step in plan.steps.values()
        if isinstance(step.script, Parser) and (region := region_of(step, plan.steps, scripts, ())) is not None
    ]
    done: set[str] = set()
    for region in regions:
        done |= set(region.steps)
        parts += _region(region, lines)
    rest = {id: PureStep(id, step.script, step.next, step.error) for id, step in plan.steps.items() if id not in done}
    parts += _chains(rest, rest, lines, "the records come from one reader, one after the other")
    steps = tuple(_step(plan, id, scripts, regions, lines, job) for id in plan.steps)
    return Explanation(steps, tuple(parts))


def _region(region: Region, lines: dict[str, int]) -> list[FusedPart]:
    split = not region.gives_records
    why_not = "" if split else "records leave it on their way, which costs more than it gains"
    try:
        tree = tree_of(dict(region.steps), region.parser.next, region.parser.error)
        named = isinstance(region.parser.script, BlockParser) and region.parser.script.named
        found = _tree(tree, lines, named=named)
    except Unfit as fault:
        around = {region.parser.id: region.parser, **region.steps}
        return _chains(dict(region.steps), around, lines, why_not, str(fault), split=split)
    return [attrs.evolve(part, split=split, why_not_split=why_not) for part in found]


def _tree(tree: Segment, lines: dict[str, int], *, named: bool, takes_from: str = "") -> list[FusedPart]:
    """Tell of the function of a tree, and of those behind its barriers."""
    reads, shape = reads_of(tree)
    made, native = _function(tree, list(reads.read) or ["UID"] if named else shape)
    further = [_tree(each.behind, lines, named=False, takes_from=each.steps[-1].id) for each in tree.barriers()]
    lines.update(made.lines)
    ids = [step.id for segment in tree.all() for step in segment.steps]
    ids += [leaf.id for leaf in tree.leaves() if not isinstance(leaf, Barrier)]
    part = FusedPart(
        tuple(ids), "known", "", () if reads.all else tuple(reads.read), True, "", made.source, native,
        takes_from, tuple(each.id for each in tree.barriers()),
    )  # fmt: skip
    return [*([part] if ids else []), *(each for parts in further for each in parts)]


def _function(tree: Segment, shape: Node | list[str]) -> tuple[Function, bool]:
    """Make the function, and tell whether it is one for the native kernel."""
    layouts = {} if isinstance(shape, list) else {leaf.id: _Known() for leaf in tree.leaves()}
    if kernel() is not None:
        try:
            return for_table(tree, copy.deepcopy(shape), layouts), True
        except Unfit:
            pass  # one of its formatters makes its rows of Python objects
    made = for_rows(tree, shape, layouts) if isinstance(shape, list) else for_objects(tree, shape, layouts)
    return made, False


class _Known(tuple[str, ...]):
    """The columns of a file as they will be once there are records: whatever they are."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return True


def _chains(
    steps: Mapping[str, PureStep], around: Mapping[str, PureStep], lines: dict[str, int], why_not: str, why: str = "",
    *, split: bool = False,
) -> list[FusedPart]:  # fmt: skip
    """Find mappers that follow each other."""
    leading: dict[str, int] = {}
    for step in around.values():
        for id in (*step.next, *step.error):
            leading[id] = leading.get(id, 0) + 1
    found: list[FusedPart] = []
    taken: set[str] = set()
    for step in steps.values():
        members: list[PureStep] = []
        next_step: PureStep | None = step
        while next_step is not None and isinstance(next_step.script, Mapper) and next_step.id not in taken:
            members.append(next_step)
            taken.add(next_step.id)
            behind = next_step.next[0] if len(next_step.next) == 1 else ""
            next_step = steps.get(behind) if leading.get(behind) == 1 else None
        end = next_step if next_step is not None and isinstance(next_step.script, Formatter) and members else None
        if len(members) < 2 and end is None:
            continue
        scripts = [(member.script, member.script) for member in members if isinstance(member.script, Mapper)]
        made = chain_of(scripts, end.script if end is not None and isinstance(end.script, Formatter) else None)
        inlined = [member.id for member, inline in zip(members, made.inlined, strict=True) if inline]
        share = max(1, made.source.count("\n") // max(1, len(members)))
        lines.update(dict.fromkeys(inlined, share))
        ids = tuple(member.id for member in members) + ((end.id,) if end is not None and made.rows else ())
        reason = why or "nothing is known of records that come from a reader"
        found.append(FusedPart(ids, "any", reason, (), split, why_not, made.source))
    return found


def _step(
    plan: Plan, id: str, scripts: Mapping[str, Shape], regions: Sequence[Region], lines: Mapping[str, int],
    job: JobStatus | None,
) -> StepExplanation:  # fmt: skip
    script = scripts[id]
    how, why = _how(plan, id, script, scripts, regions, lines)
    estimated: float | None = None
    if id in lines:
        estimated = round(lines[id] * _PER_LINE, 2)
    elif isinstance(script, Parser):
        estimated = _DECODED
    measured = None
    report = job.steps.get(id) if job is not None else None
    if report is not None and job is not None and job.total_records:
        measured = report.seconds / job.total_records * 1e6
    return StepExplanation(id, plan.steps[id].step.type, how, why, lines.get(id, 0), estimated, measured)


def _how(
    plan: Plan,
    id: str,
    script: Shape,
    scripts: Mapping[str, Shape],
    regions: Sequence[Region],
    lines: Mapping[str, int],
) -> tuple[str, str]:
    for shape, words in _EDGE.items():
        if isinstance(script, shape):
            return "edge", words
    if isinstance(script, Parser):
        if any(region.parser.id == id for region in regions):
            return "blocks", "cuts files of lines or rows into blocks, each of which is worked on by itself"
        return "barrier", "reads files from the beginning to the end" if not isinstance(
            script, BlockParser
        ) else "no pure step follows"
    if isinstance(script, FileTransform):
        formatters = (step for step in plan.steps.values() if isinstance(scripts[step.id], Formatter))
        if any(packer_of(step, plan.steps, scripts, ()) == id for step in formatters):
            return "blocks", "packs each block as soon as it is made"
        return "barrier", "converts whole files"
    if id in lines:
        return "fused", "part of a function"
    if script.stateful:
        return "barrier", "keeps a state: all records pass through one process, in order"
    if isinstance(script, FlatMapper):
        return "barrier", "gives any number of records for one"
    if isinstance(script, Router):
        return "barrier", "sends records different ways"
    if isinstance(script, Mapper):
        known = isinstance(script, Emitting)
        return (
            "barrier",
            "nothing stands before or behind it to be joined with"
            if known
            else "its script has no emit: it is called with whole records",
        )
    if isinstance(script, Formatter):
        known = isinstance(script, EmittingRows)
        return (
            "barrier",
            "encodes many records at a time"
            if known
            else "its script has no emit_rows: it is called with whole records",
        )
    return "barrier", "is run as it is"
