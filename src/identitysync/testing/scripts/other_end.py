"""The other system that a look-up or record writer is tried with, and the run that it believes to serve."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from identitysync.contract import Clock, Log, RunInfo, Services, Spool
from identitysync.values import FieldPath, Record, Site
from identitysync.world import FixedClock


def _path(text: str) -> FieldPath:
    return FieldPath.parse(text)


def _in_no_time() -> Clock:
    return FixedClock(datetime.now(UTC))


@attrs.frozen
class OtherEnd:
    """Tell how to reach a system that runs, and what it thinks of some records.

    Attributes:
        params: The step's parameters, as in a flow.
        good: Records that it takes, or knows; all are different, and each is sent once.
        bad: Records that it, or the script, refuses, one by one.
        key: The path of a field that tells the records apart, and that answers keep.
        stumble: Lets something go wrong for a while, such as ``lambda: emulator.faults.add("http_429")``.
        site: The Gigya site of the run.
        clock: The run's clock; by default one on which all pauses are over at once. Where times are compared, the
            system that runs needs the same.
    """

    params: dict[str, Any]
    good: Sequence[Record]
    bad: Sequence[Record]
    key: FieldPath = attrs.field(converter=_path)
    stumble: Callable[[], object]
    site: Site | None = None
    clock: Clock = attrs.field(factory=_in_no_time)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """Give what a run would hand to the script; its files go away at the end."""
        with tempfile.TemporaryDirectory(prefix="identitysync-") as folder:
            run = RunInfo("law", self.clock.now())
            yield _World(self.clock, _Silence(), _Folder(Path(folder)), run, self.site)


StartsOtherEnd: TypeAlias = Callable[[], AbstractContextManager[OtherEnd]]
"""Starts a system anew, with nothing of earlier calls in it, and stops it at the end."""


@attrs.frozen
class _World:
    clock: Clock
    log: Log
    spool: Spool
    run: RunInfo
    site: Site | None
    delivered: None = None

    def check(self) -> None:
        """Nobody stops it."""


class _Silence:
    def info(self, text: str) -> None:
        """Keep it to itself."""

    error = debug = info


@attrs.frozen
class _Folder:
    _path: Path

    def path(self) -> Path:
        return Path(tempfile.mkstemp(dir=self._path)[1])
