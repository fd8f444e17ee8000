"""One fuzz session: the same attempt with ever other luck, for some seconds, with an eye on the clock and the memory."""

import faulthandler
import random
import resource
import sys
import time

SLOWEST = 10.0
"""Seconds of the processor that one attempt may take; a busy machine may need more by the clock."""

HANGING = 120.0
"""Seconds after which an attempt is taken to hang: the process shows where it is, and ends."""

MOST_GROWTH = 64 * 1024 * 1024
"""Bytes by which a process may grow after its first half: caches are full by then."""


def run(attempt):
    """Run ``attempt(rng)`` for as many seconds as the command line says (60 without), and tell how it went."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"{sys.argv[0]}: {seconds:g} seconds, seed {seed}", flush=True)
    begin, count, half = time.monotonic(), 0, None
    slowest = (0.0, 0)
    while (passed := time.monotonic() - begin) < seconds:
        if half is None and passed > seconds / 2:
            half = _memory()
        faulthandler.dump_traceback_later(HANGING, exit=True)
        start = time.process_time()
        try:
            attempt(random.Random(f"{seed}/{count}"))
        except BaseException:
            print(f"failed in attempt {count} of seed {seed}", flush=True)
            raise
        slowest = max(slowest, (time.process_time() - start, count))
        assert slowest[0] < SLOWEST, f"attempt {count} of seed {seed} took {slowest[0]:.1f} seconds"
        count += 1
    faulthandler.cancel_dump_traceback_later()
    growth = _memory() - (half or 0) if half else 0
    print(
        f"{count} attempts, the slowest took {slowest[0]:.2f} seconds, {growth >> 20} MiB more at the end", flush=True
    )
    assert growth < MOST_GROWTH, f"the process grew by {growth >> 20} MiB in its second half"


def _memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
