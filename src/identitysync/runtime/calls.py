"""The calls by which flows run: ``run``, ``start``, ``stream``, ``replay``."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from identitysync.contract import File
from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow, JobStatus, LogLevel
from identitysync.report import Event
from identitysync.runtime.job import Job
from identitysync.runtime.options import Options
from identitysync.runtime.replaying import prepare_replay
from identitysync.runtime.running import Running
from identitysync.runtime.show import shown
from identitysync.values import Record, Site

Inputs = Mapping[str, Iterable[Any]]
Outputs = Mapping[str, list[Any] | Callable[[Any], object]]


def run(
    flow: Dataflow,
    *,
    limit: int | None = None,
    full_extract: bool | None = None,
    site: Site | None = None,
    inputs: Inputs | None = None,
    outputs: Outputs | None = None,
    workers: int | None = None,
    log_level: LogLevel | str = LogLevel.INFO,
    max_rejects: int | str | None = None,
    on_event: Callable[[Event], None] | None = None,
    progress: bool | None = None,
    store: str | Path | None = None,
    dead_letters: str | Path | None = None,
) -> JobStatus:
    """Run a flow to its end, in this process.

    Args:
        flow: The flow.
        limit: How many records enter at most, after readers and parsers; such a run is marked as sampled.
        full_extract: True reads everything; None what has changed since the store's or the flow's last runtime.
        site: The Gigya site for steps that name none; else the environment's (``GIGYA_API_KEY`` and the like).
        inputs: Step ids to records or files that these steps shall give out, instead of running.
        outputs: Step ids to a list or function that receives what a writer would have written, or an end gives.
        workers: How many processes work on large files, 1 or more; None chooses by the input's size and the cores.
        log_level: ``info``, ``error`` or ``debug``; ``debug`` shows records in the trace.
        max_rejects: A count, or a share such as ``"1%"``: with more rejected records the job fails.
        on_event: Receives every event, in this thread.
        progress: Whether progress is shown; None shows it on a terminal or in a notebook.
        store: The store of ``IdentitySync``, an SQLite file or ``postgresql://…``, that keeps the job's row, and up to
            when the flow has read, under the flow's id, else its name; without it nothing is remembered. A sampled run
            never moves the watermark.
        dead_letters: The folder for rejected records that no ``error`` edge takes.

    Returns:
        How it went; a failed job does not raise by itself.

    Raises:
        InvalidDataflow: The flow cannot run; every fault is named.
        InvalidParameter: An argument cannot be.
        StoreError: The store cannot be used.
        KeyboardInterrupt: Ctrl-C; all is cleaned up.
    """
    options = Options(
        limit=limit,
        full_extract=full_extract,
        site=site,
        inputs=inputs or {},
        outputs=outputs or {},
        workers=workers,
        log_level=_level(log_level),
        max_rejects=max_rejects,
        store=store,
        dead_letters=dead_letters,
    )
    with shown(progress, on_event) as tell:
        return Job(flow, options, tell).run()


def start(
    flow: Dataflow,
    *,
    limit: int | None = None,
    full_extract: bool | None = None,
    site: Site | None = None,
    inputs: Inputs | None = None,
    outputs: Outputs | None = None,
    workers: int | None = None,
    log_level: LogLevel | str = LogLevel.INFO,
    max_rejects: int | str | None = None,
    store: str | Path | None = None,
    dead_letters: str | Path | None = None,
) -> Running:
    """Start a flow in a thread of its own.

    Args:
        flow: As in ``run``.
        limit: As in ``run``.
        full_extract: As in ``run``.
        site: As in ``run``.
        inputs: As in ``run``.
        outputs: As in ``run``.
        workers: As in ``run``.
        log_level: As in ``run``.
        max_rejects: As in ``run``.
        store: As in ``run``.
        dead_letters: As in ``run``.

    Returns:
        The running job, with ``events()``, ``cancel()`` and ``wait()``; use it in a ``with`` block.

    Raises:
        InvalidDataflow: The flow cannot run; every fault is named.
    """
    return Running(
        flow,
        Options(
            limit=limit,
            full_extract=full_extract,
            site=site,
            inputs=inputs or {},
            outputs=outputs or {},
            workers=workers,
            log_level=_level(log_level),
            max_rejects=max_rejects,
            store=store,
            dead_letters=dead_letters,
        ),
    )


def stream(
    flow: Dataflow,
    *,
    until: str,
    limit: int | None = None,
    full_extract: bool | None = None,
    site: Site | None = None,
    inputs: Inputs | None = None,
    outputs: Outputs | None = None,
) -> Iterator[Record | File]:
    """Give out what one step gives out, as it comes; no writer writes, and what comes after that step does not run.

    Args:
        flow: The flow.
        until: The step.
        limit: As in ``run``.
        full_extract: As in ``run``.
        site: As in ``run``.
        inputs: As in ``run``.
        outputs: As in ``run``.

    Yields:
        Records, which are the caller's own; or files, which can be opened until the iteration ends.

    Raises:
        InvalidDataflow: The flow cannot run; every fault is named.
        IdentitySyncError: Something failed on the way; what came before it has been given out.
    """
    waiting: list[Record | File] = []

    def take(_: str, given: Any) -> None:
        if isinstance(given, File):
            job.hold(given)
            waiting.append(given)
        else:
            waiting.extend(given)

    options = Options(
        limit=limit, full_extract=full_extract, site=site, inputs=inputs or {}, outputs=outputs or {}, simulate=True,
        until=until, taps={until: [take]},
    )  # fmt: skip
    job = Job(flow, options, lambda _: None)
    return _flowing(job, waiting)


def _flowing(job: Job, waiting: list[Record | File]) -> Iterator[Record | File]:
    for _ in job.steps():
        yield from waiting
        waiting.clear()
    yield from waiting


def replay(
    flow: Dataflow,
    dead_letters: str | Path | None,
    *,
    site: Site | None = None,
    outputs: Outputs | None = None,
    log_level: LogLevel | str = LogLevel.INFO,
    max_rejects: int | str | None = None,
    on_event: Callable[[Event], None] | None = None,
    progress: bool | None = None,
    into: str | Path | None = None,
) -> JobStatus:
    """Send rejected records through a flow again, each from the step that rejected it; readers do not run.

    Args:
        flow: The flow, perhaps mended.
        dead_letters: The file that ``JobStatus.dead_letters`` names.
        site: As in ``run``.
        outputs: As in ``run``.
        log_level: As in ``run``.
        max_rejects: As in ``run``.
        on_event: As in ``run``.
        progress: As in ``run``.
        into: The folder for records that are rejected again; beside the file that is replayed when it is not given.

    Returns:
        How it went.

    Raises:
        InvalidDataflow: The flow cannot run.
        InvalidParameter: There is nothing to replay, or it belongs to another flow.
    """
    whole, inputs = prepare_replay(flow, dead_letters)
    options = Options(
        site=site,
        inputs=inputs,
        outputs=outputs or {},
        log_level=_level(log_level),
        max_rejects=max_rejects,
        dead_letters=into if into is not None else Path(str(dead_letters)).parent,
        only_fed=True,
    )
    with shown(progress, on_event) as tell:
        return Job(whole, options, tell).run()


def _level(level: LogLevel | str) -> LogLevel:
    try:
        return LogLevel(level)
    except ValueError as fault:
        raise InvalidParameter(f"log_level is info, error or debug; found {level!r}") from fault
