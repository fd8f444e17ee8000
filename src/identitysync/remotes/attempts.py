"""Do something again, with a pause before it, when the connection drops."""

from collections.abc import Callable
from typing import Final, TypeVar

from identitysync.contract import Clock
from identitysync.errors import RemoteUnavailable

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often something is tried when the connection drops."""

_PAUSES: Final = (0.5, 2.0)


def persist(work: Callable[[], T], where: str, clock: Clock, attempts: int = ATTEMPTS) -> T:
    """Do something until it works, as long as the connection is what fails.

    Args:
        work: What to do, from its start.
        where: What is done to which server, for the error: ``host:22: cannot read 'x'``.
        clock: Passes the time between two attempts.
        attempts: How often it is tried.

    Returns:
        What the work gives.

    Raises:
        RemoteUnavailable: The connection dropped each time.
    """
    for number in range(attempts):
        try:
            return work()
        except RemoteUnavailable as fault:
            if number == attempts - 1:
                raise RemoteUnavailable(f"{where}: {fault}; tried {attempts} times") from fault
            clock.sleep(_PAUSES[number])
    raise AssertionError(where)  # pragma: no cover - the last attempt returns or raises
