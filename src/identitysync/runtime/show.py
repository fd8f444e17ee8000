"""Show the progress of a run where somebody looks."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from identitysync.report import Event, JobEnded, JobStarted, Progressed


@contextmanager
def shown(progress: bool | None, on_event: Callable[[Event], None] | None) -> Iterator[Callable[[Event], None]]:
    """Make what receives the events of a run: the caller's function, and a display where one is wanted.

    Args:
        progress: True always shows, False never, None on a terminal or in a notebook.
        on_event: The caller's function.

    Yields:
        The receiver.
    """
    if progress is False:
        yield on_event or (lambda _: None)
        return
    from identitysync.display.progress import Progress, detect

    place = detect(sys.stderr, os.environ)
    if place is None and progress is None:
        yield on_event or (lambda _: None)
        return
    display = Progress(sys.stderr, place)

    def tell(event: Event) -> None:
        match event:
            case JobStarted():
                display.start(event.name, event.steps)
            case Progressed():
                display.update(event.steps, event.total_records)
            case JobEnded():
                display.finish(f"{event.status}: {event.details}")
        if on_event is not None:
            on_event(event)

    try:
        yield tell
    finally:
        display.close()
