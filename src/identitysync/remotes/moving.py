"""An end to waiting: an upload through aiohttp, on which s3fs and gcsfs stand, waits for ever where nothing moves."""

import asyncio
from collections.abc import Coroutine
from typing import Any, BinaryIO, TypeVar

from identitysync.errors import RemoteUnavailable

T = TypeVar("T")


async def moving(work: Coroutine[Any, Any, T], body: BinaryIO, seconds: float) -> T:
    """Await something that sends a body, as long as the body moves; for the answer the caller's own time-outs hold.

    Args:
        work: What sends the body.
        body: The body, which is read on the way.
        seconds: How long nothing may move.

    Returns:
        What the work gives.

    Raises:
        RemoteUnavailable: Nothing moved for so long; the work has been broken off.
    """
    size = body.seek(0, 2)
    body.seek(0)
    task = asyncio.ensure_future(work)
    try:
        while True:
            before = body.tell()
            await asyncio.wait({task}, timeout=seconds)
            if task.done() or before == size:
                return await task
            if body.tell() == before:
                raise RemoteUnavailable(f"nothing moved for {seconds:g} s")
    finally:
        task.cancel()
