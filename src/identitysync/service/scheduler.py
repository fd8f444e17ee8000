"""Run what is due: once for those who have a loop of their own, or for ever as a process."""

import logging
import platform
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.errors import IdentitySyncError, InvalidParameter, StoreError
from identitysync.model import JobStatus
from identitysync.service.notices import Notices
from identitysync.service.runner import Runner
from identitysync.service.schedulings import decide
from identitysync.stores import Claim, ServiceStore

_LOG = logging.getLogger("identitysync.service")

_PATIENCE: Final = 30.0
"""Seconds that jobs which were stopped get to end, such as one that waits for an answer; then they are left."""


class Scheduler:
    """Claim what is due and have it run; many schedulers may share a store."""

    def __init__(self, store: ServiceStore, runner: Runner, notices: Notices, clock: Clock) -> None:
        self._store, self._runner, self._notices, self._clock = store, runner, notices, clock
        self._host = platform.node()
        self._ending = threading.Event()

    def run_pending(self) -> list[JobStatus]:
        """Run what is due by now, one after the other."""
        now = self._clock.now()
        self.give_up()
        done: list[JobStatus] = []
        while (claim := self.claim(now)) is not None:
            done.append(self._runner.run(claim))
        return done

    def claim(self, now: datetime) -> Claim | None:
        """Take the job that has been due for longest, if one is due by then."""
        return self._store.claims.claim(now, lambda stored: decide(stored, now, uuid.uuid4().hex, self._host))

    def give_up(self) -> None:
        """Mark jobs as failed whose process died, and tell so."""
        for row in self._store.claims.give_up(self._clock.now(), self._runner.given_up):
            _LOG.warning("job %s: %s", row["id"], row["statusDetails"])
            self._notices.tell(JobStatus.from_dict(row))

    def serve_forever(self, *, workers: int, poll: float, grace: float) -> None:
        """Run what is due until somebody says stop."""
        if workers < 1 or poll <= 0 or grace < 0:
            raise InvalidParameter("serve_forever needs a worker or more, a poll above 0 seconds, a grace of 0 or more")
        running: set[Future[JobStatus]] = set()
        with self._signals():
            try:
                while not self._ending.is_set():
                    self._look(running, workers)
                    if len(running) >= workers:
                        wait(running, poll, FIRST_COMPLETED)
                    else:
                        self._ending.wait(self._pause(poll, running))
            finally:
                self._wind_up(running, grace)

    def shut_down(self) -> None:
        """End ``serve_forever``."""
        self._ending.set()

    def _look(self, running: set[Future[JobStatus]], workers: int) -> None:
        """Start what is due, as far as workers are free. What cannot be done now may be done later."""
        running -= {each for each in running if each.done()}
        try:
            self.give_up()
            while len(running) < workers and not self._ending.is_set():
                claim = self.claim(self._clock.now())
                if claim is None:
                    return
                # jobs that run beside each other need no further processes
                running.add(self._begin(claim, None if workers == 1 else 1))
                running -= {each for each in running if each.done()}
        except IdentitySyncError as fault:  # such as a store that is locked, or a time zone that this machine lacks
            _LOG.error("%s", fault)

    def _begin(self, claim: Claim, workers: int | None) -> "Future[JobStatus]":
        """Run a job in a thread that keeps no process alive."""
        ended: Future[JobStatus] = Future()

        def run() -> None:
            try:
                ended.set_result(self._runner.run(claim, workers=workers))
            except BaseException as fault:  # noqa: BLE001 - whoever asks for the result gets it
                _LOG.exception("job %s", claim.id)
                ended.set_exception(fault)

        threading.Thread(target=run, name="identitysync-job", daemon=True).start()
        return ended

    def _pause(self, poll: float, running: set[Future[JobStatus]]) -> float:
        """Tell how long nothing can be due; others may store something new at any time."""
        try:
            due = self._store.schedulings.next_due()
        except StoreError:
            return poll
        if due is None or running:
            return poll
        return min(poll, max(0.0, (due - self._clock.now()).total_seconds()))

    def _wind_up(self, running: set[Future[JobStatus]], grace: float) -> None:
        """Wait for running jobs, and stop those that take too long; from now on, a signal is a second one."""
        self._ending.clear()
        left = {each for each in running if not each.done()}
        if left:
            _LOG.info("waiting %g seconds for %d running jobs", grace, len(left))
            self._wait(left, grace)
        deadline = time.monotonic() + _PATIENCE
        while left and time.monotonic() < deadline:
            self._runner.interrupt()
            _, left = wait(left, 0.1)
        if left:
            _LOG.error("%d jobs go on although they were stopped %g seconds ago; they are left", len(left), _PATIENCE)
        self._ending.clear()

    def _wait(self, left: set[Future[JobStatus]], grace: float) -> None:
        """Wait for jobs, until a second signal comes."""
        deadline = self._clock.monotonic() + grace
        while any(not each.done() for each in left) and self._clock.monotonic() < deadline:
            wait(left, 0.1)
            if self._ending.is_set():
                return

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Take SIGTERM and Ctrl-C as a wish to end; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {}
        end: Callable[[int, Any], None] = lambda *_: self._ending.set()  # noqa: E731 - a handler takes two arguments
        for each in (signal.SIGTERM, signal.SIGINT):
            before[each] = signal.signal(each, end)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
