"""Flows and jobs for people: outline, picture, tables."""

from collections import Counter
from collections.abc import Mapping
from html import escape

from identitysync.display import Edge, Node, html_table, table
from identitysync.display import drawing as draw_text
from identitysync.display import mermaid as draw_mermaid
from identitysync.display import outline as write_outline
from identitysync.display import svg as draw_svg
from identitysync.model.dataflow import Dataflow
from identitysync.model.jobs import JobStatus

_HEADERS = ("step", "received", "passed", "dropped", "rejected", "emitted", "bytes", "seconds")
_RIGHT = tuple(range(1, len(_HEADERS)))


def graph(flow: Dataflow, notes: Mapping[str, str] | None = None) -> tuple[list[Node], list[Edge]]:
    """Turn a flow into boxes and arrows.

    Args:
        flow: The flow, whole or broken.
        notes: More text for some boxes.

    Returns:
        The boxes and the arrows.
    """
    nodes = [Node(step.id, step.type, _kind(step.type), (notes or {}).get(step.id, "")) for step in flow.steps]
    edges = [
        Edge(step.id, target, error)
        for step in flow.steps
        for error, targets in ((False, step.next), (True, step.error))
        for target in dict.fromkeys(targets)
    ]
    return nodes, edges


def outline(flow: Dataflow) -> str:
    """Draw a flow in one line."""
    return write_outline(*graph(flow))


def drawing(flow: Dataflow, width: int = 0) -> str:
    """Draw a flow with the characters of a terminal; in one line when it is wider than that."""
    return draw_text(*graph(flow), width) or outline(flow)


def svg(flow: Dataflow, job: JobStatus | None = None) -> str:
    """Draw a flow as an SVG picture, with the counts of a job where there is one."""
    notes = {id: f"{each.received:,} in, {each.emitted:,} out" for id, each in job.steps.items()} if job else None
    return draw_svg(*graph(flow, notes), title=f"{flow.name or 'dataflow'}: {outline(flow)}")


def mermaid(flow: Dataflow) -> str:
    """Write a flow in the language of Mermaid."""
    return draw_mermaid(*graph(flow))


def job_text(job: JobStatus) -> str:
    """Tell how a job went, as text."""
    parts = [
        f"{job.dataflow_name or 'dataflow'}: {job.status}" + (f", {job.status_details}" if job.status_details else "")
    ]
    if job.sampled:
        parts.append("a sampled run: it never moves a watermark")
    if job.steps:
        parts.append(table(_HEADERS, _rows(job), right=_RIGHT))
    parts += [
        f"delivered {file.name} to {file.address}: {file.size:,} bytes, sha256 {file.sha256[:12]}…"
        for file in job.files
    ]
    reasons = Counter(f"rejected in {each.step}: {each.code}: {each.message}" for each in job.rejects)
    shown = reasons.most_common(5)
    parts += [reason + (f" ({count:,} times)" if count > 1 else "") for reason, count in shown]
    more = job.rejected - sum(count for _, count in shown)
    if more:
        parts.append(f"… and {more:,} more rejects")
    if job.dead_letters is not None:
        parts.append(f"rejected records are kept in {job.dead_letters}")
    return "\n".join(parts)


def job_html(job: JobStatus) -> str:
    """Tell how a job went, as HTML."""
    lines = job_text(job).split("\n")
    rest = [line for line in lines[1:] if line.startswith(("delivered", "rejected", "…", "a sampled"))]
    counts = html_table(_HEADERS, _rows(job), right=_RIGHT)
    return f"<p><b>{escape(lines[0])}</b></p>{counts}" + "".join(f"<p>{escape(line)}</p>" for line in rest)


def _rows(job: JobStatus) -> list[tuple[str, ...]]:
    return [
        (
            id, f"{each.received:,}", f"{each.passed:,}", f"{each.dropped:,}", f"{each.rejected:,}",
            f"{each.emitted:,}", f"{each.bytes:,}", f"{each.seconds:.3f}",
        )
        for id, each in job.steps.items()
    ]  # fmt: skip


_KINDS = {"datasource.read.": "read", "datasource.write.": "write", "datasource.lookup.": "lookup", "file.": "file"}


def _kind(type: str) -> str:
    return next((kind for begin, kind in _KINDS.items() if type.startswith(begin)), type.partition(".")[0])
