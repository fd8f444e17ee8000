"""What is wrong with a dataflow or a call, which its author mends."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import attrs

from identitysync.errors.root import IdentitySyncError


class Severity(StrEnum):
    """How much a diagnostic matters: an ``error`` stops a run, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@attrs.frozen
class Diagnostic:
    """One fault of a dataflow, with the place where it stands.

    Attributes:
        code: A short stable word such as ``unknown-type``.
        path: Where, as a JSON path into the flow: ``$.steps[2].params.columnSeparator``.
        message: What is wrong and what was found.
        hint: What to do about it; may be empty.
        severity: ``error``, ``warning`` or ``info``.
    """

    code: str
    path: str
    message: str
    hint: str = ""
    severity: Severity = attrs.field(default=Severity.ERROR, converter=Severity)

    def __str__(self) -> str:
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.severity} {self.code} at {self.path}: {self.message}{hint}"


class InvalidDataflow(IdentitySyncError):
    """Refuse a dataflow; ``diagnostics`` holds every fault at once.

    Attributes:
        diagnostics: All that was found, warnings included.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        faults = [d for d in self.diagnostics if d.severity is Severity.ERROR] or self.diagnostics
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"the dataflow has {count}:\n" + "\n".join(f"  {fault}" for fault in faults))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.diagnostics,)


class InvalidParameter(IdentitySyncError):
    """Refuse a value that a script, a flow or a call cannot hold."""


class LeftOpen(InvalidParameter):
    """A value is left to fill in, as templates have it: no fault of the flow before it runs."""
