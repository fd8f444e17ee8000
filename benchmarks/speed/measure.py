"""Run a command and measure it with everything it starts: wall time, CPU time, and peak memory. Linux only."""

import os
import resource
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05
PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Measured:
    """What one run took: seconds, CPU seconds, and the largest sum of resident bytes seen at one time."""

    wall: float
    cpu: float
    memory: int


class Failed(Exception):
    """The command did not end well; holds the end of what it printed."""


def measure(command: list[str], log: Path) -> Measured:
    """Run a command to its end.

    Processor time is that of the command and of all descendants that were waited for. Memory is the resident set of
    each process, summed over the tree, every 50 ms; pages that processes share count once for each.
    """
    with log.open("wb") as printed:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        peak, ended = [0], threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peak, ended))
        sampler.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            process.kill()
            raise
        finally:
            ended.set()
            sampler.join()
    if process.returncode:
        raise Failed(f"exit code {process.returncode}: {log.read_text(errors='replace')[-2000:]}")
    return Measured(wall, used.ru_utime + used.ru_stime, peak[0])


def _sample(root: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(INTERVAL):
        peak[0] = max(peak[0], _resident(root))


def _resident(pid: int) -> int:
    total = 0
    with suppress(OSError, ValueError):  # it has just ended
        total = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += sum(_resident(int(child)) for child in (thread / "children").read_text().split())
    return total
