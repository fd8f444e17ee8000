"""Other processes that work on blocks, each an interpreter of its own.

Nothing is forked, and nobody's script runs a second time.

They are started as plain programs, so that it makes no difference whether a run belongs to a script, a notebook or a
test, which threads there are, or how that process itself was started.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import IO, Any, Final

from identitysync.errors import IdentitySyncError, WorkerLost
from identitysync.executor.block_work import Task
from identitysync.executor.outcome import Outcome
from identitysync.executor.pool_maker import CannotLoad
from identitysync.executor.region import Region
from identitysync.executor.tasks import Tasks, begun

_BOOT: Final = "import sys; sys.path[:] = sys.argv[1:]; from identitysync.executor.worker import main; main()"
_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(1 << 28), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}
"""Lets glibc keep the memory of one block for the next: else the system takes it back and hands it out again, page by
page, which costs a tenth of the time. Other systems do not look at it."""

_AHEAD: Final = 2
"""Blocks that one process is given before it has answered, so that it need not wait for the next."""


class Pool:
    """A number of processes that work on the blocks of one region.

    Attributes:
        depth: How many blocks may be on their way.
    """

    def __init__(self, region: Region, count: int) -> None:
        """Start the processes; they get ready while this one goes on.

        Args:
            region: The region.
            count: How many work, this one among them.
        """
        import cloudpickle

        self.depth = count * _AHEAD + 1
        self._tasks: Tasks = queue.SimpleQueue()
        # scripts that a notebook or a main program defines are sent as they are, all others by their names
        given = cloudpickle.dumps(region, protocol=pickle.HIGHEST_PROTOCOL)
        self._processes: list[_Process] = []
        for _ in range(count - 1):
            self._processes.append(_Process(given, self._tasks, self._lost_one))

    @property
    def ready(self) -> bool:
        """Whether a process can begin; until then, work is done faster where it is."""
        return any(process.ready for process in self._processes)

    @property
    def fault(self) -> IdentitySyncError | None:
        """Why all processes are gone; None as long as there is one."""
        gone = all(process.lost for process in self._processes)
        return self._processes[0].fault() if gone else None

    def submit(self, task: Task) -> "Future[Outcome]":
        """Give a block out.

        Args:
            task: The block.

        Returns:
            What will become of it; raises ``WorkerLost`` when its process is gone, ``CannotLoad`` when it never came.
        """
        coming: Future[Outcome] = Future()
        self._tasks.put((task, coming))
        self._lost_one()
        return coming

    def close(self) -> None:
        """End the processes."""
        for _ in self._processes:
            self._tasks.put(None)
        for process in self._processes:
            process.close()

    def _lost_one(self) -> None:
        """When all processes are gone, nobody will do what is waiting."""
        if not self._processes or not all(process.lost for process in self._processes):
            return
        while True:
            try:
                item = self._tasks.get_nowait()
            except queue.Empty:
                break
            if item is not None and item[1].set_running_or_notify_cancel():
                item[1].set_exception(self._processes[0].fault())
        for _ in self._processes:  # whoever waits for the next block need not
            self._tasks.put(None)


class _Process:
    """One other process, with a thread that writes to it and one that reads what it says.

    Attributes:
        ready: Whether it has loaded what it needs.
    """

    def __init__(self, region: bytes, tasks: Tasks, told: Callable[[], None]) -> None:
        command = [sys.executable, "-c", _BOOT, *sys.path]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**_MEMORY, **os.environ}
        )
        self._tasks, self._told = tasks, told
        self._waiting: deque[Future[Outcome]] = deque()
        self._room = threading.Semaphore(_AHEAD)
        self._lost: IdentitySyncError | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.ready = False
        self._threads = [
            threading.Thread(target=self._write, args=(region,), name="identitysync-to-worker", daemon=True),
            threading.Thread(target=self._read, name="identitysync-from-worker", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def lost(self) -> bool:
        """Whether the process is gone."""
        return self._lost is not None

    def fault(self) -> IdentitySyncError:
        """Say why it is gone."""
        return self._lost or WorkerLost("a worker process ended")

    def close(self) -> None:
        """End the process; it does not wait for what it was given."""
        self._closed = True
        self._process.kill()
        self._process.wait()
        self._room.release()
        for thread in self._threads:
            thread.join(5)
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what it was given last is of no interest any more

    def _write(self, region: bytes) -> None:
        stream: IO[bytes] = self._process.stdin  # type: ignore[assignment]  # it was asked for
        try:
            stream.write(region)
            stream.flush()
            while True:
                self._room.acquire()
                item = None if self._closed or self._lost else begun(self._tasks)
                if item is None:
                    return
                task, coming = item
                with self._lock:
                    if self._lost is not None:
                        coming.set_exception(self._lost)
                        continue
                    self._waiting.append(coming)
                pickle.dump(task, stream, pickle.HIGHEST_PROTOCOL)
                stream.flush()
        except (OSError, ValueError):
            self._lose(None)

    def _read(self) -> None:
        stream: IO[bytes] = self._process.stdout  # type: ignore[assignment]  # it was asked for
        try:
            fault = pickle.load(stream)  # noqa: S301 - from our own process
            if fault is not None:
                self._lose(CannotLoad(fault))
                return
            self.ready = True
            while True:
                answer: Any = pickle.load(stream)  # noqa: S301 - from our own process
                coming = self._waiting.popleft()
                self._room.release()
                if isinstance(answer, Outcome):
                    coming.set_result(answer)
                else:
                    coming.set_exception(answer)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self._lose(None)

    def _lose(self, fault: IdentitySyncError | None) -> None:
        with self._lock:
            if self._lost is None:
                self._lost = fault or self._gone()
            waiting = list(self._waiting)
            self._waiting.clear()
        for coming in waiting:
            coming.set_exception(self._lost)
        self._told()
        if not self._closed:
            for _ in range(_AHEAD):
                self._room.release()

    def _gone(self) -> IdentitySyncError:
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return WorkerLost("a worker process does not answer any more")
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        hint = "is there too little memory? workers=1 does the work in one process"
        return WorkerLost(f"a worker process {how} in the middle of its work; {hint}")
