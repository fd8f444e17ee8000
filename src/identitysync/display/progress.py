"""The progress of a run: a live table on a terminal or in a notebook, plain lines elsewhere."""

import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from html import escape
from typing import Any, Final, Protocol, TextIO

from identitysync.display.html import html_table
from identitysync.display.measure import cut, visible

_HEADERS: Final = ("step", "received", "passed", "dropped", "rejected")
_HERTZ: Final = 8
"""How often a terminal is painted in a second."""
_NOTEBOOK: Final = 0.25
"""Seconds between two pictures in a notebook, at least."""
_PLAIN: Final = 2.0
"""Seconds between two plain lines, at least."""
_FRAME: Final = 6
"""Lines of a terminal that are not rows of the table."""


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


def detect(stream: TextIO, environ: Mapping[str, str]) -> Surface | None:
    """Tell where somebody looks.

    Args:
        stream: Where progress would be written.
        environ: The environment; ``NO_LIVE_PROGRESS`` means nowhere, and so does ``TERM=dumb``.

    Returns:
        The place, or None.
    """
    if environ.get("NO_LIVE_PROGRESS"):
        return None
    import sys

    shell = sys.modules.get("IPython")
    if shell is not None:
        kinds = type(shell.get_ipython()).__mro__  # Colab's shell is a kind of Jupyter's
        if any(kind.__name__ == "ZMQInteractiveShell" for kind in kinds):
            return Surface.NOTEBOOK
    return Surface.TERMINAL if stream.isatty() and environ.get("TERM") != "dumb" else None


class Progress:
    """Show how a run goes. Each call is cheap, however often it comes."""

    def __init__(
        self,
        stream: TextIO,
        surface: Surface | None,
        now: Callable[[], float] = time.monotonic,
        *,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare; nothing is shown yet.

        Args:
            stream: Where it is written.
            surface: What kind of place that is; None writes plain lines.
            now: Tells seconds.
            environ: The environment, of which ``NO_COLOR`` is honoured; None leaves that to the terminal's library.
        """
        self._stream, self._surface, self._now = stream, surface, now
        self._no_colour = None if environ is None else bool(environ.get("NO_COLOR"))
        self._began = self._told = now()
        self._name = ""
        self._steps: tuple[str, ...] = ()
        self._total: int | None = None
        self._counts: Mapping[str, Counts] = {}
        self._entered = 0
        self._live: Any = None
        self._console: Any = None

    def start(self, name: str, steps: Sequence[str], total: int | None = None) -> None:
        """Begin.

        Args:
            name: The name of the flow.
            steps: The ids of its steps.
            total: How many records will enter, where that is known.
        """
        self._name, self._steps, self._total = visible(name) or "dataflow", tuple(steps), total
        self._began = self._told = self._now()
        if self._surface is Surface.TERMINAL:
            from rich.console import Console
            from rich.live import Live

            self._console = Console(file=self._stream, no_color=self._no_colour)
            self._live = Live(
                get_renderable=self._table, console=self._console, refresh_per_second=_HERTZ, transient=True
            )
            self._live.start()
        elif self._surface is Surface.NOTEBOOK:
            from IPython.display import display

            self._live = display(self._html(self._headline()), display_id=True)  # type: ignore[no-untyped-call]  # IPython's

    def update(self, counts: Mapping[str, Counts], entered: int) -> None:
        """Show the counts so far.

        Args:
            counts: The counts by step id.
            entered: How many records entered.
        """
        self._counts, self._entered = counts, entered
        if self._surface is Surface.TERMINAL:
            return  # painted by the clock, not by the records
        now = self._now()
        if now - self._told < (_PLAIN if self._surface is None else _NOTEBOOK):
            return
        self._told = now
        if self._surface is None:
            print(self._headline(), file=self._stream, flush=True)
        elif self._live is not None:
            self._live.update(self._html(self._headline()))

    def finish(self, text: str) -> None:
        """End with a line.

        Args:
            text: The line.
        """
        line = f"{self._name}: {visible(text)} ({self._now() - self._began:.1f} s)"
        if self._surface is Surface.NOTEBOOK and self._live is not None:
            self._live.update(self._html(line))
            self.close()
            return
        self.close()
        print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Stop showing; may be called again."""
        live, self._live = self._live, None
        if self._surface is Surface.TERMINAL and live is not None:
            live.stop()

    def _headline(self) -> str:
        seconds = max(self._now() - self._began, 1e-9)
        rate = self._entered / seconds
        line = f"{self._name}: {self._entered:,} records, {rate:,.0f} a second, {seconds:.1f} s"
        if not self._total or not rate:
            return line
        share = min(self._entered / self._total, 1.0)
        return f"{line}, {share:.0%} of {self._total:,}, {max(self._total - self._entered, 0) / rate:.0f} s left"

    def _rows(self) -> list[tuple[str, list[int]]]:
        rows = []
        for id in dict.fromkeys([*self._steps, *self._counts]):
            each = self._counts.get(id)
            numbers = [each.received, each.passed, each.dropped, each.rejected] if each is not None else [0] * 4
            rows.append((visible(id), numbers))
        return rows

    def _html(self, headline: str) -> Any:
        from IPython.display import HTML

        rows = [(id, *(f"{number:,}" for number in numbers)) for id, numbers in self._rows()]
        page = f"<p>{escape(headline)}</p>{html_table(_HEADERS, rows, right=(1, 2, 3, 4))}"
        return HTML(page)  # type: ignore[no-untyped-call]  # IPython's

    def _table(self) -> Any:
        """Make the table for a terminal; ids are texts, never markup."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
        for index, name in enumerate(_HEADERS):
            drawn.add_column(name, justify="right" if index else "left", no_wrap=True, header_style="dim")
        rows = self._rows()
        room = max(self._console.size.height - _FRAME, 3)
        if len(rows) > room:  # the beginning and the end tell most
            half = (room - 1) // 2
            rows = [*rows[:half], (f"… {len(rows) - 2 * half} more", []), *rows[-half:]]
        for id, numbers in rows:
            cells = [Text(f"{number:,}") for number in numbers]
            for cell, number, style in zip(cells[2:], numbers[2:], ("yellow", "red"), strict=False):
                cell.stylize(style if number else "")
            drawn.add_row(Text(cut(id, 40)), *cells, style="dim" if not any(numbers) else None)
        return Group(Text(self._headline(), "bold", no_wrap=True, overflow="ellipsis"), drawn)
