"""How a flow is run, and what receives what it gives."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from identitysync.contract import Clock, Store
from identitysync.errors import InvalidParameter
from identitysync.executor import WRITERS, Tap, collect_into
from identitysync.model import LogLevel
from identitysync.plan import Plan
from identitysync.runtime.assignment import Assignment
from identitysync.values import Site, copy_records
from identitysync.world import SystemClock

Receive: TypeAlias = Callable[[Any], object]
"""Takes one record or file."""


@attrs.frozen(kw_only=True)
class Options:
    """How a flow is run; ``idx.run`` tells what most of them mean.

    Attributes:
        compiled: Whether parts of the flow become functions; else each step is run by itself.
        simulate: Whether no writer writes, and no dead letter is kept.
        until: The id of the step after which nothing is wanted.
        only_fed: Whether nothing runs but what the given inputs lead to.
        taps: See what steps give out.
        store: A place, or a store that is open already and stays so.
        assignment: What the service says of a job that it has claimed.
        clock: Tells the time.
        environ: The environment.
    """

    limit: int | None = None
    full_extract: bool | None = None
    site: Site | None = None
    inputs: Mapping[str, Iterable[Any]] = attrs.field(factory=dict)
    outputs: Mapping[str, list[Any] | Receive] = attrs.field(factory=dict)
    log_level: LogLevel = attrs.field(default=LogLevel.INFO, converter=LogLevel)
    max_rejects: int | str | None = None
    workers: int | None = None
    dead_letters: str | Path | None = None
    store: str | Path | Store | None = None
    assignment: Assignment | None = None
    compiled: bool = True
    simulate: bool = False
    until: str | None = None
    only_fed: bool = False
    taps: Mapping[str, list[Tap]] = attrs.field(factory=dict)
    clock: Clock = attrs.field(factory=SystemClock)
    environ: Mapping[str, str] = attrs.field(factory=lambda: os.environ)

    def check(self) -> None:
        """Raise ``InvalidParameter`` for what cannot be."""
        if self.limit is not None and (type(self.limit) is not int or self.limit < 0):
            raise InvalidParameter(f"limit is a number of records, 0 or more; found {self.limit!r}")
        if self.workers is not None and (type(self.workers) is not int or self.workers < 1):
            raise InvalidParameter(f"workers is a number of processes, 1 or more; found {self.workers!r}")

    def letters_folder(self) -> Path | None:
        """Give the folder for dead letters: the caller's, else one in the user's state folder; none for a look."""
        if self.simulate:
            return None
        if self.dead_letters is not None:
            return Path(self.dead_letters)
        import platformdirs

        return Path(platformdirs.user_state_path("identitysync")) / "dead-letters"


def receivers(plan: Plan, outputs: Mapping[str, list[Any] | Receive]) -> dict[str, Receive]:
    """Make functions of what the caller gave to receive outputs.

    Args:
        plan: What runs.
        outputs: Step ids to lists or functions.

    Returns:
        Step ids to functions.

    Raises:
        InvalidParameter: A step does not run, or has no output to be received.
    """
    made: dict[str, Receive] = {}
    for id, target in outputs.items():
        step = plan.steps.get(id)
        if step is None:
            plan.flow.step(id)
            raise InvalidParameter(f"outputs names the step {id!r}, which does not run")
        if not issubclass(step.spec.cls, WRITERS) and step.next:
            hint = f"use idx.stream(until={id!r})"
            raise InvalidParameter(f"outputs names {id!r}, which is neither a writer nor an end; {hint}")
        if not isinstance(target, list) and not callable(target):
            raise InvalidParameter(f"outputs[{id!r}] is a list or a function; found {type(target).__name__}")
        made[id] = collect_into(target) if isinstance(target, list) else target
    return made


def tap_of(receive: Receive) -> Tap:
    """Make a tap of what receives single records or files.

    Args:
        receive: The receiver; records are its own.

    Returns:
        The tap.
    """

    def tap(_: str, given: Any) -> None:
        for item in copy_records(given) if isinstance(given, list) else [given]:
            receive(item)

    return tap
