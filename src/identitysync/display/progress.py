"""The progress of a run: a live table on a terminal or in a notebook, plain lines elsewhere."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol, TextIO

from identitysync.display.html import html_table
from identitysync.display.text import table

_EVERY: Final = 2.0
"""Seconds between two plain lines."""


class Surface(StrEnum):
    """Where progress is shown."""

    TERMINAL = "terminal"
    NOTEBOOK = "notebook"


class Counts(Protocol):
    """What is shown of a step."""

    @property
    def received(self) -> int: ...  # noqa: D102 - said by the class
    @property
    def passed(self) -> int: ...  # noqa: D102
    @property
    def dropped(self) -> int: ...  # noqa: D102
    @property
    def rejected(self) -> int: ...  # noqa: D102


HEADERS: Final = ("step", "received", "passed", "dropped", "rejected")


def detect(stream: TextIO, environ: Mapping[str, str]) -> Surface | None:
    """Tell where somebody looks.

    Args:
        stream: Where progress would be written.
        environ: The environment; ``NO_LIVE_PROGRESS`` means nowhere.

    Returns:
        The place, or None.
    """
    if environ.get("NO_LIVE_PROGRESS"):
        return None
    import sys

    shell = sys.modules.get("IPython")
    if shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell":
        return Surface.NOTEBOOK
    return Surface.TERMINAL if stream.isatty() and environ.get("TERM") != "dumb" else None


class Progress:
    """Show how a run goes; each call is cheap, and shows at most a few times a second."""

    def __init__(self, stream: TextIO, surface: Surface | None, now: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is shown yet.

        Args:
            stream: Where it is written.
            surface: What kind of place that is; None writes plain lines.
            now: Tells seconds.
        """
        self._stream, self._surface, self._now = stream, surface, now
        self._began = self._told = now()
        self._name = ""
        self._steps: tuple[str, ...] = ()
        self._live: Any = None

    def start(self, name: str, steps: tuple[str, ...]) -> None:
        """Begin.

        Args:
            name: The name of the flow.
            steps: The ids of its steps.
        """
        self._name, self._steps, self._began = name or "dataflow", steps, self._now()
        if self._surface is Surface.TERMINAL:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(file=self._stream), refresh_per_second=8, transient=True)
            self._live.start()
        elif self._surface is Surface.NOTEBOOK:
            from IPython.display import HTML, display

            self._live = display(HTML(""), display_id=True)  # type: ignore[no-untyped-call]  # IPython's

    def update(self, counts: Mapping[str, Counts], entered: int) -> None:
        """Show the counts so far.

        Args:
            counts: The counts by step id.
            entered: How many records entered.
        """
        rows = [(id, each.received, each.passed, each.dropped, each.rejected) for id, each in counts.items()]
        if self._surface is Surface.TERMINAL and self._live is not None:
            self._live.update(self._rich(rows, entered))
        elif self._surface is Surface.NOTEBOOK and self._live is not None:
            from IPython.display import HTML

            page = f"<p>{self._headline(entered)}</p>{html_table(HEADERS, rows, right=(1, 2, 3, 4))}"
            self._live.update(HTML(page))  # type: ignore[no-untyped-call]  # IPython's
        elif self._surface is None and self._now() - self._told >= _EVERY:
            self._told = self._now()
            print(self._headline(entered), file=self._stream, flush=True)

    def finish(self, text: str) -> None:
        """End with a line.

        Args:
            text: The line.
        """
        self.close()
        seconds = self._now() - self._began
        print(f"{self._name}: {text} ({seconds:.1f} s)", file=self._stream, flush=True)

    def close(self) -> None:
        """Stop showing."""
        if self._surface is Surface.TERMINAL and self._live is not None:
            self._live.stop()
        self._live = None

    def _headline(self, entered: int) -> str:
        seconds = max(self._now() - self._began, 1e-9)
        return f"{self._name}: {entered:,} records, {entered / seconds:,.0f} a second, {seconds:.1f} s"

    def _rich(self, rows: list[tuple[str, int, int, int, int]], entered: int) -> Any:
        from rich.table import Table

        drawn = Table(title=self._headline(entered), title_justify="left", box=None, pad_edge=False)
        for index, name in enumerate(HEADERS):
            drawn.add_column(name, justify="right" if index else "left")
        for id, *numbers in rows:
            drawn.add_row(id, *(f"{number:,}" for number in numbers), style=None if numbers[0] else "dim")
        return drawn


def counts_table(counts: Mapping[str, Counts]) -> str:
    """Draw the counts of all steps.

    Args:
        counts: The counts by step id.

    Returns:
        The lines.
    """
    rows = [(id, each.received, each.passed, each.dropped, each.rejected) for id, each in counts.items()]
    return table(HEADERS, rows, right=(1, 2, 3, 4))
