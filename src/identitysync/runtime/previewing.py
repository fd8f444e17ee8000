"""See what every step gives out, for a few records, without writing anything."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from identitysync.contract import File
from identitysync.executor import Tap
from identitysync.model import Dataflow, JobState, JobStatus
from identitysync.report import RejectSample
from identitysync.runtime.job import Job
from identitysync.runtime.options import Options
from identitysync.values import Record, Site, copy_records

_HEAD: Final = 2000
"""Bytes of a file that a preview shows."""


@attrs.frozen
class FileHead:
    """The beginning of a file.

    Attributes:
        name: The file's name.
        size: Its size in bytes.
        head: Its first bytes.
    """

    name: str
    size: int
    head: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The head as text, or as hexadecimal digits where it is no text."""
        try:
            return self.head.decode("utf-8")
        except UnicodeDecodeError as fault:
            if fault.start >= len(self.head) - 3 and fault.start:  # the cut went through a character
                return self.head[: fault.start].decode("utf-8")
            return self.head[:64].hex(" ")


@attrs.frozen
class StepPreview:
    """What one step gave out.

    Attributes:
        id: The step.
        records: The records.
        files: The heads of the files.
        rejects: What it rejected, and why.
    """

    id: str
    records: tuple[Record, ...] = ()
    files: tuple[FileHead, ...] = ()
    rejects: tuple[RejectSample, ...] = ()


class Preview(Mapping[str, StepPreview]):
    """What every step gave out; shows itself in a notebook and on a terminal.

    Attributes:
        job: The status of the simulated run.
    """

    def __init__(self, flow: Dataflow, steps: Mapping[str, StepPreview], job: JobStatus) -> None:
        """Hold the previews of all steps; ``idx.preview`` is the way here."""
        self._flow, self._steps, self.job = flow, dict(steps), job

    def __getitem__(self, id: str) -> StepPreview:
        return self._steps[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    def __repr__(self) -> str:
        from identitysync.display import record_table

        parts = []
        for step in self._steps.values():
            parts.append(f"── {step.id} ({self._flow.step(step.id).type})")
            if step.records:
                parts.append(record_table(list(step.records)))
            parts += [f"{file.name}, {file.size} bytes\n{file.text}" for file in step.files]
            parts += [f"rejected: {each.code}: {each.message}" for each in step.rejects]
            if not (step.records or step.files or step.rejects):
                parts.append("nothing")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        from html import escape

        from identitysync.display import record_table_html

        parts = [self._flow.svg()]
        for step in self._steps.values():
            parts.append(f"<h4>{escape(step.id)} <small>{escape(self._flow.step(step.id).type)}</small></h4>")
            if step.records:
                parts.append(record_table_html(list(step.records)))
            heads = ((escape(file.name), file.size, escape(file.text)) for file in step.files)
            parts += [f"<p>{name}, {size} bytes</p><pre>{text}</pre>" for name, size, text in heads]
            parts += [f"<p>rejected: {escape(each.code)}: {escape(each.message)}</p>" for each in step.rejects]
        return "\n".join(parts)


def preview(
    flow: Dataflow,
    limit: int = 10,
    *,
    full_extract: bool | None = None,
    site: Site | None = None,
    inputs: Mapping[str, Iterable[Any]] | None = None,
    outputs: Mapping[str, Any] | None = None,
) -> Preview:
    """Show what every step gives out, for a few records; no writer writes.

    Args:
        flow: The flow.
        limit: How many records enter.
        full_extract: As in ``run``.
        site: As in ``run``.
        inputs: As in ``run``.
        outputs: As in ``run``.

    Returns:
        The preview.

    Raises:
        InvalidDataflow: The flow cannot run; every fault is named.
        JobFailed: A reader, a parser or a look-up failed.
    """
    records: dict[str, list[Record]] = {}
    files: dict[str, list[FileHead]] = {}

    def see(step: str, given: Any) -> None:
        if isinstance(given, File):
            with given.open() as stream:
                files.setdefault(step, []).append(FileHead(given.name, given.size, stream.read(_HEAD)))
        else:
            kept = records.setdefault(step, [])
            kept += copy_records(given[: max(0, limit - len(kept))])

    taps: dict[str, list[Tap]] = {step.id: [see] for step in flow.steps}
    options = Options(
        limit=limit, full_extract=full_extract, site=site, inputs=inputs or {}, outputs=outputs or {}, simulate=True,
        taps=taps,
    )  # fmt: skip
    job = Job(flow, options, lambda _: None)
    status = job.run()
    if status.status is not JobState.SUCCEEDED:
        status.raise_for_status()
    return Preview(
        flow,
        {
            id: StepPreview(
                id,
                tuple(records.get(id, ())),
                tuple(files.get(id, ())),
                tuple(each for each in status.rejects if each.step == id),
            )
            for id in job.plan.steps
        },
        status,
    )
