"""Whether others shall work on blocks, too: threads or processes; what they are is loaded only then."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from identitysync.errors import IdentitySyncError
from identitysync.executor.region import Region

if TYPE_CHECKING:
    from identitysync.executor.block_work import BlockWork
    from identitysync.executor.pool import Pool
    from identitysync.executor.thread_pool import ThreadPool

    AnyPool: TypeAlias = Pool | ThreadPool

ENOUGH: Final = 8 << 20
"""Bytes of input from which on several workers are worth their start."""


class CannotLoad(IdentitySyncError):
    """The other process does not find a script's module; the work is done in this one then."""


PoolMaker = Callable[[Region, "BlockWork", int], "AnyPool | None"]
"""Starts others for a region that has that many bytes of input so far, or none when they are not worth it."""


def pool_maker(workers: int | None, tell: Callable[[str], None]) -> PoolMaker:
    """Decide how many work, and whether they are threads or processes.

    Python runs one thread at a time, so processes it is, unless the native kernel does most of the work.

    Args:
        workers: How many somebody asked for; None to choose.
        tell: Receives a line for the trace.

    Returns:
        What starts them.
    """

    def make(region: Region, work: "BlockWork", size: int) -> "AnyPool | None":
        count = workers or _cores()
        if count < 2 or (workers is None and size < ENOUGH) or region.gives_records:
            return None
        if work.is_native:
            from identitysync.executor.thread_pool import ThreadPool

            tell(f"{count} threads work behind {region.parser.id}")
            return ThreadPool(work, count)
        from pickle import PicklingError

        from identitysync.executor.pool import Pool

        try:
            pool = Pool(region, count)
        except (PicklingError, AttributeError, TypeError) as fault:
            tell(f"one process works behind {region.parser.id}: its scripts cannot be sent to others ({fault})")
            return None
        tell(f"{count} processes work behind {region.parser.id}")
        return pool

    return make


def no_pool(region: Region, work: "BlockWork", size: int) -> None:
    """Start nothing."""


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
