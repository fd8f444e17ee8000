"""Let Python look for circles of garbage less often while records stream: they hold none, and looking is dear."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THRESHOLD: Final = 50_000
"""New containers before Python looks: a batch of a thousand records has a few thousand, and frees them as it goes."""


@contextmanager
def calm_collector() -> Iterator[None]:
    """Raise the collector's threshold for as long as a run lasts; never lower it, and never switch it off.

    Yields:
        Once, while it is raised.
    """
    before = gc.get_threshold()
    if gc.isenabled() and 0 < before[0] < _THRESHOLD:
        gc.set_threshold(_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
