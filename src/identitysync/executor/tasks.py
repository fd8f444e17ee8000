"""Blocks that are given out to others, and can be taken back as long as nobody has begun with them."""

from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeAlias

from identitysync.executor.block_work import Task
from identitysync.executor.outcome import Outcome

Tasks: TypeAlias = "SimpleQueue[tuple[Task, Future[Outcome]] | None]"
"""Blocks that have been given out; None where somebody shall end."""


def begun(tasks: Tasks) -> "tuple[Task, Future[Outcome]] | None":
    """Wait for a block that has not been taken back, and begin with it.

    Args:
        tasks: Where blocks come from.

    Returns:
        The block, and what will become of it; None to end.
    """
    while (item := tasks.get()) is not None and not item[1].set_running_or_notify_cancel():
        pass
    return item
