"""What becomes of rejected records: an ``error`` edge, or a dead letter that can be replayed; never nothing."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final

from identitysync.contract import Rejected
from identitysync.errors import InvalidParameter
from identitysync.executor.spool import storage_errors
from identitysync.report import RejectSample
from identitysync.values import Record, json_bytes

SAMPLES: Final = 100
"""How many rejects of each step the report keeps, and events tell."""


class DeadLetters:
    """The file of rejected records that no ``error`` edge took: JSON lines, 0600 in a 0700 folder, made when needed.

    Attributes:
        path: The file, or None as long as there is none.
    """

    def __init__(self, folder: Callable[[], Path | None], name: str) -> None:
        """Prepare; there is no file yet.

        Args:
            folder: Gives its folder, when there is something to keep; None keeps nothing, for runs that only look.
            name: The file's name without its ending; what no file name can hold is replaced.
        """
        self._folder, self._name = folder, name
        self._stream: IO[bytes] | None = None
        self.path: Path | None = None

    def add(self, step: str, rejects: Sequence[Rejected]) -> None:
        """Keep rejected records.

        Args:
            step: The id of the step that rejected them.
            rejects: The rejects.
        """
        folder = self._folder() if self.path is None else self.path.parent
        if folder is None:
            return
        with storage_errors(str(folder)):
            if self._stream is None:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                safe = re.sub(r"[^\w.-]+", "_", self._name).strip("._") or "dataflow"
                self.path = folder / f"{safe[-100:]}.jsonl"
                descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
                self._stream = os.fdopen(descriptor, "wb")
            for each in rejects:
                line: dict[str, Any] = {"step": step, "code": each.code, "message": each.message}
                if each.error:
                    line["error"] = dict(each.error)
                line["record"] = each.record if each.replay is None else each.replay
                self._stream.write(_line(line))

    def sync(self) -> None:
        """Bring everything to the disk: before files are published, so that no reject is lost that they miss."""
        if self._stream is not None and not self._stream.closed:
            with storage_errors(str(self.path)):
                self._stream.flush()
                os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Bring everything to the disk, and let go of the file."""
        self.sync()
        if self._stream is not None:
            self._stream.close()


def _line(line: dict[str, Any]) -> bytes:
    try:
        return json_bytes(line) + b"\n"
    except ValueError:  # a value that JSON does not know, such as a lone surrogate: keep its likeness
        line["record"] = {key: _likeness(value) for key, value in line["record"].items()}
        return json_bytes(line) + b"\n"


def _likeness(value: Any) -> Any:
    try:
        json_bytes(value)
    except ValueError:
        return ascii(value)
    return value


def routed(step: str, reject: Rejected) -> Record:
    """Make the record that goes along an ``error`` edge.

    Args:
        step: The id of the step that rejected it.
        reject: The reject.

    Returns:
        The record as it entered the step, with ``_errorDetails``.
    """
    told = {"errorCode": reject.code, "errorMessage": reject.message, "step": step}
    return {**reject.record, "_errorDetails": {**told, **reject.error}}


class Tolerance:
    """How many rejects a job may have before it fails."""

    def __init__(self, max_rejects: int | str | None) -> None:
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", "" if max_rejects is None else str(max_rejects))
        if max_rejects is not None and (found is None or ("." in found[1] and not found[2])):
            raise InvalidParameter(f"max_rejects is a count such as 100 or a share such as '1%'; found {max_rejects!r}")
        self._count = int(found[1]) if found and not found[2] else None
        self._percent = float(found[1]) if found and found[2] else None

    def exceeded(self, rejected: int, entered: int, *, at_end: bool) -> str:
        """Judge the rejects so far; a share is judged at the end alone.

        Args:
            rejected: How many there are.
            entered: How many records there were to reject.
            at_end: Whether all records have come.

        Returns:
            What is too much, for people, or nothing.
        """
        if self._count is not None and rejected > self._count:
            return f"{rejected} records were rejected, and max_rejects is {self._count}"
        if at_end and self._percent is not None and rejected * 100 > self._percent * max(entered, 1):
            return f"{rejected} of {entered} records were rejected, and max_rejects is {self._percent:g}%"
        return ""


class Samples:
    """The first rejects of each step."""

    def __init__(self) -> None:
        self._by_step: dict[str, list[RejectSample]] = {}

    def add(self, sample: RejectSample) -> bool:
        """Keep a sample, unless its step has enough of them; tell whether it was kept."""
        kept = self._by_step.setdefault(sample.step, [])
        if len(kept) < SAMPLES:
            kept.append(sample)
            return True
        return False

    def all(self) -> tuple[RejectSample, ...]:
        """Give all samples, step by step."""
        return tuple(sample for kept in self._by_step.values() for sample in kept)
