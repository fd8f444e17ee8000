"""The heart: one thread that gives signs of life for all jobs that run in this process by one store."""

import threading
from typing import Final, Protocol

_EVERY: Final = 1.0
"""Seconds between two looks, at most."""

_LINGERS: Final = 5.0
"""Seconds that the thread waits for a further job."""


class Living(Protocol):
    """A job that runs."""

    def look(self) -> None:
        """Look whether somebody wants the job to stop, and give a sign of life when it is time."""
        ...


class Heart:
    """Look after jobs while they run; the thread starts with the first one and ends when there is none."""

    def __init__(self, every: float = _EVERY) -> None:
        """Prepare.

        Args:
            every: Seconds between two looks.
        """
        self._every = min(_EVERY, every)
        self._changed = threading.Condition()
        self._living: set[Living] = set()
        self._thread: threading.Thread | None = None

    def join(self, job: Living) -> None:
        """Look after a job from now on."""
        with self._changed:
            self._living.add(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="identitysync-heart", daemon=True)
                self._thread.start()
            self._changed.notify()

    def leave(self, job: Living) -> None:
        """Leave a job alone."""
        with self._changed:
            self._living.discard(job)

    def _beat(self) -> None:
        while True:
            with self._changed:
                if not self._living and not self._changed.wait_for(lambda: self._living, _LINGERS):
                    self._thread = None
                    return
                self._changed.wait_for(lambda: not self._living, self._every)
                living = list(self._living)
            for job in living:
                job.look()
