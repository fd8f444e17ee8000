"""The process in which the JavaScript of a flow runs: it gets batches on its input and gives answers on its output.

It is started by its file, knows nothing of the library and nothing of the run: no environment, no file, no secret. The
engine interrupts a record that takes too long; where it cannot, inside a builtin that never ends, the process ends
itself. Its life ends with its input.
"""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any, Final

LINES_ABOVE: Final = 100_000
"""Empty lines before the driver, so that its places in the engine's traces are not taken for the script's."""

GRACE: Final = 1.0
"""Seconds of work after which a record that the engine does not interrupt ends the process."""

SPELL: Final = 0.25
"""Seconds after which a batch is answered as far as it has come, so that whoever waits hears whether he shall stop."""

STUCK: Final = 86
"""The exit status of a process that ended itself."""


class Watch:
    """End the process when a piece of work takes longer than the engine's own clock should have allowed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds + GRACE
        self._began: float | None = None
        threading.Thread(target=self._look, daemon=True).start()

    def __enter__(self) -> None:
        self._began = time.process_time()

    def __exit__(self, *_: object) -> None:
        self._began = None

    def _look(self) -> None:
        while True:
            time.sleep(0.25)
            began = self._began
            if began is not None and time.process_time() - began > self._seconds:
                os._exit(STUCK)


class Engine:
    """One script in one engine."""

    def __init__(self, driver: str, script: str, *, seconds: float, memory: int, output: int) -> None:
        import quickjs  # the parent has put it on the path

        self._fault, self._output = quickjs.JSException, output
        self._watch = Watch(seconds)
        self._context = quickjs.Context()
        self._drive: Any = self._context.eval("\n" * LINES_ABOVE + driver)
        self._context.set_memory_limit(memory)
        self._context.set_time_limit(seconds)
        with self._watch:
            self._context.eval(script)
            self._drive("start")

    def answer(self, batch: str) -> str:
        """Process a batch of records, or the first of them, whatever becomes of each.

        Returns:
            How many were processed, one at least; below it, after the last, which shared variables have changed; and
            below that what came of each.

        Raises:
            OverflowError: More comes out of it than may be.
        """
        self._drive("begin", batch)
        outcomes: list[str] = []
        size, more = 0, True
        until = time.monotonic() + SPELL
        while more and (not size or time.monotonic() < until):
            try:
                with self._watch:
                    more = self._drive("go")
            except self._fault as fault:  # time or memory: the script itself cannot catch these
                self._drive("fail", str(fault).partition("\n")[0])
            outcomes.append(self._drive("take"))
            size += len(outcomes[-1])
            if size > self._output:
                raise OverflowError(
                    f"the script gives more than {self._output // 1_000_000} MB for one batch of records"
                )
        return f"{self._drive('count')}\n{'' if more else self._changes()}\n[{''.join(outcomes)[:-1]}]"

    def learn(self, news: str) -> str:
        """Take over what other steps have made of shared variables."""
        self._drive("learn", news)
        return ""

    def _changes(self) -> str:
        for verb in ("changes", "others"):  # values may have methods that never end
            with suppress(self._fault), self._watch:
                return str(self._drive(verb))
        return str(self._drive("none"))


def serve() -> None:
    """Answer frame by frame: a length of eight bytes and a text; answers have a byte of their kind before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    source, target = sys.stdin.buffer, sys.stdout.buffer
    engine: Engine | None = None
    sys.path.append(sys.argv[1])
    seconds, memory, output = float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    while len(head := source.read(8)) == 8:
        text = source.read(int.from_bytes(head)).decode()
        try:
            if engine is None:
                driver, _, script = text.partition("\0")
                engine, answer = Engine(driver, script, seconds=seconds, memory=memory, output=output), ""
            else:
                answer = engine.learn(text) if text.startswith("[") else engine.answer(text)
            kind = b"+"
        except Exception as fault:  # noqa: BLE001 - whatever it is, the parent tells it
            kind, answer = b"-", str(fault)
        made = answer.encode()
        target.write(kind + len(made).to_bytes(8) + made)
        target.flush()


if __name__ == "__main__":
    serve()
