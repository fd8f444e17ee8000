"""One job: a planned flow, run once, with its status at the end."""

import platform
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from identitysync.contract import RunInfo, Shape
from identitysync.errors import Cancelled, IdentitySyncError
from identitysync.executor import (
    DeadLetters,
    Executor,
    Run,
    RunServices,
    RunSpool,
    Tap,
    Tolerance,
    Trace,
    calm_collector,
    pool_maker,
    prepare,
    secrets_of,
    storage_error,
)
from identitysync.executor.executor import WRITERS
from identitysync.languages.variables import VariableValues, expand
from identitysync.model import Dataflow, JobState, JobStatus, LogLevel, read_window
from identitysync.plan import PlannedStep, make_plan
from identitysync.registry import discover
from identitysync.report import Event, JobEnded, JobStarted, Progressed, Traced
from identitysync.runtime.assignment import Assignment
from identitysync.runtime.memory import Memory
from identitysync.runtime.options import Options, receivers, tap_of
from identitysync.values import Site, json_bytes
from identitysync.world import Masker, milliseconds, resolve

BATCH_SIZE: Final = 1000
"""Records that travel together."""

_TOLD_EVERY: Final = 0.125
"""Seconds between two tellings of progress."""

_LOST: Final = "another process has taken the job over, because this one gave no sign of life for too long"

_DEBUGGED: Final = 3
"""Records that the trace shows of each step at log level ``debug``, as in the original."""


class Job:
    """A flow that is about to run, runs, or has run.

    Attributes:
        id: The job.
        plan: What runs.
        interrupted: Whether it was stopped because its process goes away.
    """

    def __init__(self, flow: Dataflow, options: Options, tell: Callable[[Event], None]) -> None:
        """Plan the flow.

        Args:
            flow: The flow.
            options: How it is run.
            tell: Receives the events.

        Raises:
            InvalidDataflow: The flow cannot run.
            InvalidParameter: An option cannot be.
        """
        options.check()
        self._tolerance = Tolerance(options.max_rejects)
        self.plan = make_plan(
            flow, discover(), fed=list(options.inputs), until=options.until, only_fed=options.only_fed
        )
        self._outputs = receivers(self.plan, options.outputs)
        self._assignment = options.assignment or Assignment(
            job_id=uuid.uuid4().hex, started=milliseconds(options.clock.now())
        )
        self.id = self._assignment.job_id
        self._flow, self._options, self._tell = flow, options, tell
        self._clock = options.clock
        self._started = self._assignment.started
        self._masker = Masker()
        self._trace = Trace(self._clock, options.log_level, self._masker, self._traced)
        self._dead_letters = DeadLetters(options.letters_folder, f"{flow.name}-{self.id}")
        self._executor: Executor | None = None
        self._run: Run | None = None
        self._cancelled = False
        self.interrupted = False
        self._told_at = 0.0
        self._memory = Memory(flow, options, self.id)

    def run(self) -> JobStatus:
        """Run the flow to its end.

        Returns:
            How it went; a failure does not raise.

        Raises:
            KeyboardInterrupt: The user pressed Ctrl-C; all is cleaned up.
        """
        try:
            self._memory.begin(self.status, self.cancel)
            for _ in self.steps():
                self._progress()
        except IdentitySyncError as fault:
            return self._end(fault)
        except OSError as fault:
            return self._end(storage_error(fault, "a file"))
        except KeyboardInterrupt:
            self._end(Cancelled("stopped by Ctrl-C"))
            raise
        except Exception as fault:  # noqa: BLE001 - a fault of ours must not hide how far the job came
            for line in traceback.format_exception(fault):
                self._trace.error(line.rstrip())
            return self._end(fault)
        return self._end(None)

    def steps(self) -> Iterator[None]:
        """Run the flow, with a pause after every batch.

        Yields:
            After every batch.

        Raises:
            IdentitySyncError: The run failed; nothing more will be published.
        """
        flow = self._flow
        window = read_window(
            self._started, full_extract=self._options.full_extract, last_runtime=self._memory.last_runtime,
            scheduling=self._assignment.scheduling,
        )  # fmt: skip
        self._tell(JobStarted(self._started, self.id, flow.name, tuple(self.plan.steps)))
        self._trace.info(f"job {self.id} runs {flow.name or 'a flow'}: {window.reason}")
        for warning in self.plan.diagnostics:
            self._trace.info(f"{warning.code} at {warning.path}: {warning.message}")
        spool = RunSpool()
        done = False
        try:
            info = RunInfo(self.id, self._started, window.since, bool(self._options.full_extract), self._options.limit)
            site = self._options.site or Site.from_environment(self._options.environ)
            if site is not None:
                self._masker.learn([site.secret.reveal()])
            services = RunServices(self._clock, self._trace, spool, info, site, self._memory.delivered)
            self._run = Run(
                services, dead_letters=self._dead_letters, tolerance=self._tolerance, tell=self._tell,
                mask=self._masker, batch_size=BATCH_SIZE,
            )  # fmt: skip
            self._run.delivery.journal = self._memory
            if self._cancelled:
                self._run.cancel()
            self._executor = Executor(
                self.plan, self._run, ready=self._ready(site), inputs=self._options.inputs, outputs=self._outputs,
                taps=self._taps(), simulate=self._options.simulate,
                make_pool=pool_maker(self._options.workers, self._trace.info) if self._options.compiled else None,
            )  # fmt: skip
            self._run.check()
            with calm_collector():
                yield from self._executor.steps()
            self._run.check()
            self._dead_letters.sync()
            self._executor.publish()
            done = True
        finally:
            if self._executor is not None:
                if not done:
                    self._executor.fail()
                self._executor.close()
            self._dead_letters.close()
            spool.close()

    def cancel(self, *, interrupted: bool = False) -> None:
        """Ask the job to stop: it ends as ``killed``, or as ``failed`` when its process is ``interrupted``."""
        self._cancelled = True
        self.interrupted |= interrupted
        if self._run is not None:
            self._run.cancel()

    def hold(self, file: Any) -> None:
        """Keep a file until the job is over."""
        if self._run is not None:
            self._run.hold(file)

    @property
    def lost(self) -> bool:
        """Whether another process has taken the job over, so that nothing of this one counts."""
        return self._memory.lost

    def status(self) -> JobStatus:
        """Tell how the job goes now."""
        return self._status(JobState.RUNNING, "")

    def _end(self, fault: Exception | None) -> JobStatus:
        if fault is None:
            state, details = JobState.SUCCEEDED, self._story()
        else:
            if isinstance(fault, Cancelled) and (self.interrupted or self.lost):
                fault = IdentitySyncError("its process went away" if self.interrupted else _LOST)
            state = JobState.KILLED if isinstance(fault, Cancelled) else JobState.FAILED
            kind = "" if isinstance(fault, IdentitySyncError) else f"unexpected {type(fault).__name__}: "
            details = self._masker("; ".join([f"{kind}{fault}", *getattr(fault, "__notes__", ())]))
            self._trace.error(details)
        if self._dead_letters.path is not None:
            self._trace.info(f"rejected records without an error route are kept in {self._dead_letters.path}")
        self._trace.info(f"job {self.id} {state}")
        self._progress(always=True)
        status = self._status(state, details)
        self._memory.finish(status)
        if self.lost and status.status is not JobState.FAILED:
            status = attrs.evolve(status, status=JobState.FAILED, status_details=_LOST)
        self._tell(JobEnded(self._clock.now(), self.id, status.status, status.status_details))
        return status

    def _status(self, state: JobState, details: str) -> JobStatus:
        run, scheduling = self._run, self._assignment.scheduling
        now = milliseconds(self._clock.now())
        return JobStatus(
            id=self.id,
            dataflow_id=self._flow.id,
            dataflow_name=self._flow.name,
            scheduling_id=scheduling.id if scheduling else "",
            status=state,
            status_details=details,
            create_time=self._started,
            update_time=now,
            start_time=self._started,
            end_time=None if state is JobState.RUNNING else now,
            frequency_type=scheduling.frequency_type.value if scheduling else "",
            frequency_interval=scheduling.frequency_interval if scheduling else None,
            total_records=run.entered if run else 0,
            processed_records=run.ended if run else 0,
            attempt_number=self._assignment.attempt,
            host_name=platform.node(),
            trace=self._trace.lines(),
            site_id=self._flow.site_id,
            success_email_notification=scheduling.success_email_notification if scheduling else "",
            failure_email_notification=scheduling.failure_email_notification if scheduling else "",
            sampled=self._options.limit is not None,
            steps=self._executor.counts() if self._executor else {},
            files=tuple(run.delivery.files) if run else (),
            rejects=run.samples.all() if run else (),
            dead_letters=self._dead_letters.path,
        )

    def _story(self) -> str:
        run = self._run
        if run is None:
            return ""
        parts = [f"records entered: {run.entered}"]
        if run.refused:
            parts.append(f"rejected: {run.refused}")
        if run.delivery.files:
            parts.append(f"files delivered: {len(run.delivery.files)}")
        return ", ".join(parts)

    def _ready(self, site: Site | None) -> Callable[[PlannedStep], Shape]:
        values = VariableValues(self._started, self.id, site.api_key if site else self._flow.api_key)

        def ready(planned: PlannedStep) -> Shape:
            script = prepare(
                planned.script, planned.id, lambda text: expand(text, values),
                lambda text: resolve(text, self._options.environ),
            )  # fmt: skip
            self._masker.learn(secrets_of(script))
            return script

        return ready

    def _taps(self) -> Mapping[str, list[Tap]]:
        taps = {id: list(self._options.taps.get(id, ())) for id in self.plan.steps}
        for id, receive in self._outputs.items():
            if not issubclass(self.plan.steps[id].spec.cls, WRITERS):
                taps[id].append(tap_of(receive))
        if self._options.log_level is not LogLevel.DEBUG:
            return taps
        shown: dict[str, int] = {}

        def show(step: str, given: Any) -> None:
            items = given if isinstance(given, list) else [given]
            for item in items[: max(0, _DEBUGGED - shown.get(step, 0))]:
                shown[step] = shown.get(step, 0) + 1
                text = json_bytes(item).decode() if isinstance(item, dict) else item.name
                self._trace.debug(f"{step} gives {text}")

        return {id: [show, *each] for id, each in taps.items()}

    def _traced(self, level: str, text: str) -> None:
        self._tell(Traced(self._clock.now(), self.id, level, text))

    def _progress(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if (always or now - self._told_at >= _TOLD_EVERY) and self._run and self._executor:
            self._told_at = now
            counts = self._executor.counts()
            self._tell(Progressed(self._clock.now(), self.id, self._run.entered, self._run.ended, counts))
