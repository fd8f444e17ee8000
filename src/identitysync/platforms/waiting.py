"""When to ask after something that takes a platform a while: at once, and then less and less often."""

from collections.abc import Iterator

from identitysync.contract import Clock


def moments(clock: Clock, timeout: float, *, first: float = 0.25, longest: float = 20.0) -> Iterator[None]:
    """Give the moments to ask.

    Args:
        clock: Tells and passes the time.
        timeout: Seconds after which nobody asks any more; the last moment is when they are over.
        first: Seconds between the first two moments; each further pause is half as long again.
        longest: Seconds that a pause takes at most.

    Yields:
        Nothing, each time one may ask; the first time at once.
    """
    until, pause = clock.monotonic() + timeout, first
    while True:
        yield
        left = until - clock.monotonic()
        if left <= 0:
            return
        clock.sleep(min(pause, left))
        pause = min(pause * 1.5, longest)
