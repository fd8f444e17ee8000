"""A script at work in its sandbox: a process of its own with limits on time and memory, asked batch by batch."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.errors import InvalidParameter, JavaScriptError, MissingExtra
from identitysync.languages.javascript.child import STUCK
from identitysync.languages.javascript.crossing import Findings, Unfit, answers, batch_text, receive, survey
from identitysync.languages.javascript.faults import Limits, fault_at
from identitysync.languages.javascript.sharing import SharedVariables
from identitysync.languages.javascript.source import source_bytes
from identitysync.values import Record

_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What the interpreter itself may need of the environment; the child gets nothing else of it."""


_LARGE: Final = 8_000_000
"""Bytes of JSON that are sent at a time, if it is more than one record."""


@attrs.frozen
class Given:
    """A record that the script gave.

    Attributes:
        record: The record.
        wrong: Whether it goes to the step's ``error`` edges.
        original: The record before it went wrong, when it is another than the one that was asked about.
    """

    record: Record
    wrong: bool = False
    original: Record | None = None


@attrs.frozen
class Outcome:
    """What the script made of one record.

    Attributes:
        said: Lines for the trace, each with its level: ``info``, ``error`` or ``debug``.
        given: The records that it gave.
        fault: Why it failed; it has given nothing then.
    """

    said: Sequence[tuple[str, str]] = ()
    given: Sequence[Given] = ()
    fault: JavaScriptError | None = None


class Sandbox:
    """Run one script; its variables live as long as this object."""

    def __init__(self, script: str, limits: Limits | None = None) -> None:
        """Start the engine and run the script's top level.

        Args:
            script: The source.
            limits: What it may use.

        Raises:
            MissingExtra: The engine is not installed.
            JavaScriptError: The script is faulty, or has no function ``process``.
        """
        self._script, self._limits = script, limits or Limits()
        self._shared: SharedVariables | None = None
        self._heard = -1
        source = source_bytes(script)
        here = Path(__file__)
        bounds = map(str, attrs.astuple(self._limits))
        child = [str(here.with_name("child.py")), engine_folder(), *bounds]
        self._process = subprocess.Popen(  # noqa: S603 - our own file, by our own interpreter
            [sys.executable, "-I", "-S", *child],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
        try:
            self._ask(here.with_name("driver.js").read_bytes() + b"\0" + source)
        except BaseException:
            self.close()
            raise

    def share(self, variables: SharedVariables) -> None:
        """Have shared variables in common with other scripts; none has seen a record yet.

        Args:
            variables: The variables.
        """
        variables.scripts += 1
        self._shared = variables

    def run(self, records: Sequence[Record | None]) -> list[Outcome]:
        """Do what ``outcomes`` does, for all records of a batch at once."""
        return list(self.outcomes(records))

    def outcomes(self, records: Sequence[Record | None]) -> Iterator[Outcome]:
        """Call ``process`` for each record of a batch; the records themselves stay as they are.

        Args:
            records: The records; None stands for the call after the last one.

        Yields:
            What became of each, in order: of slow ones, as soon as it is known, so that nobody need await the last.

        Raises:
            JavaScriptError: The engine holds more than it may, even between two records, the script gives too much for
                one batch, its answers cannot be read, or the shared variables need too much room.
            InvalidParameter: The script could not be stopped any more.
        """
        found: list[Findings | JavaScriptError] = []
        for record in records:
            try:
                found.append(survey(record or {}))
            except Unfit as fault:
                found.append(JavaScriptError(f"{fault}: it cannot be handed to a script"))
        fit = [(record, each) for record, each in zip(records, found, strict=True) if isinstance(each, Findings)]
        told = iter(zip(fit, self._answers(fit), strict=True))
        for each in found:
            yield Outcome(fault=each) if isinstance(each, JavaScriptError) else self._outcome(*next(told))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answers(self, fit: Sequence[tuple[Record | None, Findings]]) -> Iterator[Any]:
        """Ask for all records at once, unless they are so large that the engine could not hold them together.

        What the engine has not come to in its time is asked for again.
        """
        self._learn()
        while fit:
            text = batch_text([record for record, _ in fit], [each for _, each in fit])
            if len(text) > _LARGE and len(fit) > 1:
                middle = len(fit) // 2
                yield from self._answers(fit[:middle])
                fit = fit[middle:]
                continue
            try:
                made, changes = answers(self._ask(text), len(fit))
            except JavaScriptError as fault:
                if len(fit) > 1:
                    raise
                made, changes = [([], [], (fault.reason, ""))], []
            if changes and self._shared is not None:
                self._heard = self._shared.change(changes)
            yield from made
            fit = fit[len(made) :]

    def _learn(self) -> None:
        """Tell the engine what other steps have made of the shared variables; one that is alone needs none of it."""
        if self._shared is None or self._shared.scripts < 2 or self._heard == self._shared.changes:
            return
        self._ask(json.dumps(self._shared.since(self._heard)).encode())
        self._heard = self._shared.changes

    def _outcome(self, sent: tuple[Record | None, Findings], answer: tuple[Any, Any, Any]) -> Outcome:
        record, findings = sent[0] or {}, sent[1]
        said, gave, failed = answer
        given = []
        for verb, *sealed in gave:
            made = receive(sealed[0], sealed[1], record, delicate=findings.delicate)
            original = receive(sealed[2], sealed[3], record, delicate=False) if len(sealed) > 2 else None
            given.append(Given(made, verb == "error", original))
        return Outcome(said, given, fault_at(failed[0], failed[1], self._script, self._limits) if failed else None)

    def _ask(self, text: bytes) -> bytes:
        """Send a frame and wait for its answer."""
        source, target = self._process.stdout, self._process.stdin
        assert source is not None and target is not None  # noqa: S101, PT018 - both are pipes
        try:
            target.write(len(text).to_bytes(8) + text)
            target.flush()
        except OSError:  # it has ended; why, is seen below
            pass
        head = source.read(9)
        answer = source.read(int.from_bytes(head[1:])) if len(head) == 9 else b""
        if head[:1] == b"+":
            return answer
        if head[:1] == b"-":
            reason, _, trace = answer.decode().partition("\n")
            raise fault_at(reason, trace, self._script, self._limits)
        raise self._ended()

    def _ended(self) -> Exception:
        status = self._process.wait()
        if status == STUCK:
            return InvalidParameter(
                f"the script took longer than {self._limits.seconds:g} seconds inside a builtin that does not stop,"
                " such as a search in a text of many megabytes; its engine was ended, and its variables are lost"
            )
        told = self._process.stderr.read().decode("utf-8", "replace") if self._process.stderr else ""
        last = (told.strip().splitlines() or ["without a word"])[-1]
        return InvalidParameter(f"the JavaScript engine ended with status {status}: {last}")


@cache
def engine_folder() -> str:
    """Find the folder in which the engine is installed.

    Returns:
        The folder.

    Raises:
        MissingExtra: It is not installed.
    """
    found = importlib.util.find_spec("quickjs")
    if found is None or found.origin is None:
        raise MissingExtra("javascript", "record.evaluate")
    return str(Path(found.origin).parents[1])
