"""What a run hands to the scripts at its edges: the clock, the log, the site, a private place for files."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import attrs

from identitysync.contract.store import SourceFile
from identitysync.values import Site


class Clock(Protocol):
    """Tell and pass time."""

    def now(self) -> datetime:
        """Tell the time, in UTC and aware of it."""
        ...

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


class Log(Protocol):
    """Write lines into the job's trace; secrets are masked on the way."""

    def info(self, text: str) -> None:
        """Tell what happens."""
        ...

    def error(self, text: str) -> None:
        """Tell what went wrong."""
        ...

    def debug(self, text: str) -> None:
        """Tell what only helps in the search for a fault; may hold personal data."""
        ...


class Spool(Protocol):
    """Give out files that only this run can read and that go away with it."""

    def path(self) -> Path:
        """Make a new empty file in the spool, and give its path."""
        ...


class DeliveredFiles(Protocol):
    """Tell which files earlier runs of this flow have delivered, and take note of those of this run."""

    def known(self, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that were delivered, and have not changed since."""
        ...

    def claim(self, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that this run may read: all, unless an earlier attempt has delivered without them."""
        ...

    def add(self, file: SourceFile) -> None:
        """Take note of a file that this run has delivered."""
        ...


@attrs.frozen
class RunInfo:
    """Tell scripts which run they serve.

    Attributes:
        job_id: The job's id.
        started: When the job started, in UTC: the one *now* of the whole run.
        since: Read what has changed since then; None reads everything.
        full_extract: Whether everything is read because somebody asked for it, which allows ``${now…}`` in ``where``.
        limit: How many records at most will be taken from the readers; None is no limit.
    """

    job_id: str
    started: datetime
    since: datetime | None = None
    full_extract: bool = True
    limit: int | None = None


class Services(Protocol):
    """The world, as scripts see it."""

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...

    @property
    def log(self) -> Log:
        """The job's trace."""
        ...

    @property
    def spool(self) -> Spool:
        """A private place for files."""
        ...

    @property
    def run(self) -> RunInfo:
        """Which run this is."""
        ...

    @property
    def delivered(self) -> DeliveredFiles | None:
        """The memory of delivered files; None when there is no store that keeps it."""
        ...

    @property
    def site(self) -> Site | None:
        """The Gigya site of the run, for scripts whose parameters name none."""
        ...

    def check(self) -> None:
        """Raise ``Cancelled`` when the run shall stop: whoever waits long asks now and then."""
        ...
