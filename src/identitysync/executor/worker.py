"""What a worker process does: receive a region, then blocks, and answer what became of each."""

import os
import pickle
import signal
import sys
from typing import Any

from identitysync.errors import IdentitySyncError, PluginError


def main() -> None:
    """Work until nothing more comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process decides when it ends
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a script prints must not get among the answers
    sys.stdout = sys.stderr
    try:
        from identitysync.executor.block_work import BlockWork
        from identitysync.executor.collector import calm_collector

        region = pickle.load(source)  # noqa: S301 - from the process that started this one
        work = BlockWork(region)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the work is done elsewhere then
        _say(target, f"{type(fault).__name__}: {fault}")
        return
    _say(target, None)
    with calm_collector():
        while True:
            try:
                task = pickle.load(source)  # noqa: S301 - from the process that started this one
            except EOFError:
                break
            try:
                answer: Any = work.work(task)
            except IdentitySyncError as fault:
                answer = fault
            except Exception as fault:  # noqa: BLE001 - it ends the run, over there
                answer = PluginError(f"a worker process failed: {type(fault).__name__}: {fault}")
            _say(target, answer)
    work.close()


def _say(target: Any, answer: Any) -> None:
    try:
        target.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        target.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody wants to know any more
