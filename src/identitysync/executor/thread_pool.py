"""Threads that work on blocks, where the native kernel does most of it: it lets other threads run meanwhile."""

import queue
import threading
from concurrent.futures import Future
from typing import Final

from identitysync.errors import IdentitySyncError, PluginError
from identitysync.executor.block_work import BlockWork, Task
from identitysync.executor.outcome import Outcome
from identitysync.executor.tasks import Tasks, begun

_AHEAD: Final = 2
"""Blocks for each thread that are there before it has done with one."""


class ThreadPool:
    """A number of threads that work on the blocks of one region, each with scripts of its own.

    Attributes:
        depth: How many blocks may be on their way.
        ready: Whether a thread can begin.
        fault: Why all of them are gone: they never are.
    """

    ready = True
    fault: IdentitySyncError | None = None

    def __init__(self, work: BlockWork, count: int) -> None:
        """Start the threads.

        Args:
            work: What works in this thread; they share the function that it has learned to make.
            count: How many work, this thread among them.
        """
        self.depth = count * _AHEAD + 1
        self._tasks: Tasks = queue.SimpleQueue()
        self._closed = False
        self._works = [work.another() for _ in range(count - 1)]
        self._threads = [
            threading.Thread(target=self._run, args=(each,), name="identitysync-worker", daemon=True)
            for each in self._works
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> "Future[Outcome]":
        """Give a block out.

        Args:
            task: The block.

        Returns:
            What will become of it.
        """
        coming: Future[Outcome] = Future()
        self._tasks.put((task, coming))
        return coming

    def close(self) -> None:
        """End the threads; what was given out and not begun is not done."""
        self._closed = True
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        for work in self._works:
            work.close()

    def _run(self, work: BlockWork) -> None:
        while (item := begun(self._tasks)) is not None:
            task, coming = item
            if self._closed:
                continue
            try:
                outcome = work.work(task)
            except IdentitySyncError as fault:
                coming.set_exception(fault)
            except BaseException as fault:  # noqa: BLE001 - even an exit: whoever waits must hear of it
                coming.set_exception(PluginError(f"a worker failed: {type(fault).__name__}: {fault}"))
            else:
                coming.set_result(outcome)
