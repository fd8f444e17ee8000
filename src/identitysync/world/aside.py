"""A thread beside the run, for what may take long: nobody waits for it longer than he wants to."""

import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """Do one thing after the other in a thread of its own, which begins with the first, and holds up no process."""

    def __init__(self, name: str) -> None:
        """Name the thread.

        Args:
            name: Its name, for people who look at threads.
        """
        self._name = name
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], T]) -> "Future[T]":
        """Have something done behind all that was asked for before.

        Args:
            work: What to do.

        Returns:
            What it gives, or raises; as long as it has not begun, it can be cancelled.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        coming: Future[T] = Future()
        self._tasks.put((coming, work))
        return coming

    def end(self, last: Callable[[], object] = lambda: None, patience: float | None = None) -> bool:
        """Do one thing more, and end the thread.

        Args:
            last: What to do; it is done here and now when the thread never began.
            patience: Seconds to wait for it; what takes longer is left to the thread. None waits as long as it takes.

        Returns:
            Whether it has been done.
        """
        if self._thread is None:
            last()
            return True
        if sys.is_finalizing():  # the thread stands still for ever
            return False
        coming = self.do(last)
        self._tasks.put(None)
        if not wait([coming], patience).done:
            return False
        coming.result()
        self._thread.join(patience)
        return True

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            coming, work = task
            if not coming.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as fault:  # noqa: BLE001 - whoever awaits it hears of it
                coming.set_exception(fault)
            else:
                coming.set_result(result)
            del task, coming, work
