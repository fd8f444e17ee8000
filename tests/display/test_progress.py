"""Progress where somebody looks, and nowhere else."""

import io
import os
import pty
import re
import threading
import time

import nbformat
import pytest
from nbclient import NotebookClient

from identitysync.display.progress import Progress, Surface, detect
from identitysync.report import StepReport

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A real terminal of this machine, and all that was written to it."""

    def __init__(self):
        self._reader, writer = pty.openpty()
        self.stream = os.fdopen(writer, "w", encoding="utf-8")
        self._parts = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            try:
                part = os.read(self._reader, 65536)
            except OSError:
                return
            if not part:
                return
            self._parts.append(part)

    def written(self):
        self.stream.close()
        self._thread.join(10)
        os.close(self._reader)
        return b"".join(self._parts).decode()


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm-256color")


def test_progress_is_shown_only_where_somebody_looks():
    terminal = Terminal()

    assert detect(terminal.stream, {}) is Surface.TERMINAL
    assert detect(terminal.stream, {"NO_LIVE_PROGRESS": "1"}) is None
    assert detect(terminal.stream, {"TERM": "dumb"}) is None
    assert detect(io.StringIO(), {}) is None
    terminal.written()


def test_a_terminal_shows_a_table_that_is_gone_at_the_end():
    terminal = Terminal()
    progress = Progress(terminal.stream, Surface.TERMINAL)
    progress.start("Export [b]x[/b] [/nope]", ("account", "re[red]name[/]", "\x1b[2Jsftp"), total=2000)
    progress.update({"account": StepReport(1000, 1000), "re[red]name[/]": StepReport(1000, 990, 7, 3)}, 1000)
    time.sleep(0.4)
    progress.finish("succeeded")
    written = terminal.written()
    plain = ESCAPE.sub("", written)

    assert "Export [b]x[/b] [/nope]: 1,000 records" in plain
    assert "50% of 2,000" in plain
    assert re.search(r"re\[red\]name\[/\] +1,000 +990 +7 +3", plain)
    assert re.search(r"␛\[2Jsftp +0 +0 +0 +0", plain)
    assert "\x1b[2J" not in written
    assert "\x1b[31m" in written
    assert re.search(r"Export \[b\]x\[/b\] \[/nope\]: succeeded \(0\.\d s\)\r\n$", written)
    assert written.count("\x1b[2K") > 0


def test_no_colour_is_honoured():
    terminal = Terminal()
    progress = Progress(terminal.stream, Surface.TERMINAL, environ={"NO_COLOR": "1"})
    progress.start("x", ("a",))
    progress.update({"a": StepReport(5, 0, 2, 3)}, 5)
    time.sleep(0.2)
    progress.close()

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.written())


def test_a_million_calls_are_cheap_and_paint_a_few_times_a_second():
    terminal = Terminal()
    progress = Progress(terminal.stream, Surface.TERMINAL)
    progress.start("x", ("a",))
    counts = {"a": StepReport(5, 5)}
    began = time.perf_counter()
    for number in range(200_000):
        progress.update(counts, number)
    seconds = time.perf_counter() - began
    progress.close()

    assert seconds < 2
    assert len(re.findall("received", terminal.written())) <= 8 * seconds + 4


def test_a_flow_with_more_steps_than_lines_shows_its_beginning_and_its_end(monkeypatch):
    monkeypatch.setenv("LINES", "14")
    terminal = Terminal()
    progress = Progress(terminal.stream, Surface.TERMINAL)
    progress.start("x", [f"step {number}" for number in range(50)])
    time.sleep(0.2)
    progress.close()
    plain = terminal.written()

    assert "step 0" in plain
    assert "step 49" in plain
    assert "… 44 more" in plain
    assert "step 25" not in plain
    assert "..." not in plain


def test_elsewhere_plain_lines_are_written_now_and_then():
    stream, now = io.StringIO(), [0.0]
    progress = Progress(stream, None, lambda: now[0])
    progress.start("flow\n", ("a",), total=180)
    for number in range(1, 10):
        now[0] = number * 0.5
        progress.update({"a": StepReport(10 * number)}, 10 * number)
    progress.finish("succeeded\x1b[2J")

    assert stream.getvalue().splitlines() == [
        "flow␊: 40 records, 20 a second, 2.0 s, 22% of 180, 7 s left",
        "flow␊: 80 records, 20 a second, 4.0 s, 44% of 180, 5 s left",
        "flow␊: succeeded␛[2J (4.5 s)",
    ]


def test_nothing_is_written_before_the_start_and_closing_twice_is_no_fault():
    stream = io.StringIO()
    progress = Progress(stream, None)
    progress.close()
    progress.close()

    assert stream.getvalue() == ""


def test_a_notebook_shows_one_table_that_changes():
    code = """
import sys
from identitysync.display.progress import Progress, detect
from identitysync.report import StepReport
place = detect(sys.stderr, {})
clock = iter(range(100))
progress = Progress(sys.stderr, place, lambda: next(clock))
progress.start("<Export>", ("a",))
for number in range(5):
    progress.update({"a": StepReport(number)}, number)
progress.finish("succeeded")
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(book, timeout=60, startup_timeout=60).execute()
    (output,) = book.cells[0].outputs

    page = output["data"]["text/html"]
    assert page.startswith("<p>&lt;Export&gt;: succeeded (")
    assert "4</td>" in page
