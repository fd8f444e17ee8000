"""An end to waiting: paramiko waits for ever in some places, for a channel to open or a full socket to drain."""

import threading
from collections.abc import Callable
from typing import Self


class Watch:
    """Cut something off when nothing has moved for a while, from a thread of its own.

    Attributes:
        expired: Whether it did so.
    """

    def __init__(self, seconds: float, cut: Callable[[], object]) -> None:
        """Set the time; it runs inside a ``with`` block.

        Args:
            seconds: How long nothing may move.
            cut: What is called then; it ends the wait of whoever waits.
        """
        self._seconds, self._cut = seconds, cut
        self._moved = threading.Event()
        self._over = False
        self.expired = False
        self._thread = threading.Thread(target=self._wait, daemon=True, name="sftp-watch")

    def moved(self) -> None:
        """Begin the time anew."""
        self._moved.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._moved.set()
        self._thread.join()

    def _wait(self) -> None:
        while self._moved.wait(self._seconds):
            self._moved.clear()
            if self._over:
                return
        if not self._over:
            self.expired = True
            self._cut()
