"""Every error that the library raises on purpose, grouped by what the reader can do about it.

::

    IdentitySyncError
    ├── InvalidDataflow          mend the flow: it carries every diagnostic at once
    ├── InvalidParameter         mend the call: a script or object was built with something it cannot hold
    ├── LanguageError            mend the little program: it points at line and column
    │   ├── ExpressionError      a JEXL expression
    │   ├── JavaScriptError      a script of record.evaluate
    │   ├── PatternError         a Java regular expression or date pattern
    │   └── QueryError           a query of the SQL-like language
    ├── MissingExtra             install something
    ├── PluginError              mend or remove a plugin
    ├── FormatError              mend the data: a file is not what the flow says it is
    ├── RecordRejected           (inside a run) this one record cannot go on; the run does
    ├── RemoteError              look at the other system; `retryable` tells whether a later try may work
    │   ├── AuthenticationFailed mend the credentials
    │   ├── HostNotTrusted       check the host's key or certificate
    │   ├── RemoteNotFound       mend the path
    │   ├── RemoteUnavailable    (retryable) wait and try again
    │   ├── GigyaError           an answer of Gigya with an error code
    │   └── PlatformError        an answer of another platform that refuses the call
    ├── UnsafeName               a name from outside would leave its folder
    ├── LocalStorageError        make room or mend permissions on this machine
    ├── WorkerLost               a process that did part of the work is gone: make room, or use one process
    ├── StoreError               the store cannot be used
    │   ├── NotStored            mend the id: the store has nothing of that name
    │   └── LeaseLost            somebody else has taken this job over; nothing to do
    ├── RedundantOperation       nothing to do: what is stored is the same already
    ├── TooManyRejects           look at the rejects, or allow more of them
    ├── Cancelled                somebody stopped the run
    └── JobFailed                raised by ``JobStatus.raise_for_status`` alone

All of them can be pickled, and their text never holds a secret.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import attrs


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


class IdentitySyncError(Exception):
    """The root of all errors that the library raises on purpose."""


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


class LanguageError(IdentitySyncError):
    """Point at a fault in a little program that a dataflow carries.

    Attributes:
        reason: What is wrong, without the place.
        text: The whole program.
        offset: The index in ``text`` where the fault is, or None when it concerns the whole.
    """

    def __init__(self, reason: str, text: str = "", offset: int | None = None) -> None:
        self.reason, self.text, self.offset = reason, text, offset
        super().__init__(reason if offset is None else f"{reason} at {self.place()}\n{self.caret()}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.text, self.offset)

    @property
    def line(self) -> int:
        """The line of the fault, from 1."""
        return self.text.count("\n", 0, self.offset or 0) + 1

    @property
    def column(self) -> int:
        """The column of the fault, from 1."""
        offset = self.offset or 0
        return offset - (self.text.rfind("\n", 0, offset) + 1) + 1

    def place(self) -> str:
        """Name line and column."""
        return f"line {self.line}, column {self.column}"

    def caret(self) -> str:
        """Show at most 76 characters of the faulty line with a caret below the fault."""
        line = self.text.split("\n")[self.line - 1].replace("\t", " ")
        start = max(0, self.column - 1 - 60)
        return f"  {line[start : start + 76]}\n  {' ' * (self.column - 1 - start)}^"


class ExpressionError(LanguageError):
    """Refuse a JEXL expression, or say why its evaluation failed."""


class JavaScriptError(LanguageError):
    """Refuse a script of ``record.evaluate``, or say why it failed on a record."""


class PatternError(LanguageError):
    """Refuse a Java regular expression, its replacement, or a Java date pattern."""


class QueryError(LanguageError):
    """Refuse a query of the SQL-like language."""


class MissingExtra(IdentitySyncError):
    """Name the extra whose packages are not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra, self.purpose = extra, purpose
        super().__init__(f"{purpose} needs the extra '{extra}': pip install 'identitysync[{extra}]'")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.purpose)


class WorkerLost(IdentitySyncError):
    """A process that did a part of the work has ended before it was done."""


class PluginError(IdentitySyncError):
    """A script that a package registered cannot be loaded."""


class FormatError(IdentitySyncError):
    """Say that a file is not what the flow says it is.

    Attributes:
        reason: What is wrong.
        file: The file's name.
        line: The line of the fault, from 1, where there are lines.
    """

    def __init__(self, reason: str, *, file: str = "", line: int | None = None) -> None:
        self.reason, self.file, self.line = reason, file, line
        where = f"{file}: " if file else ""
        super().__init__(f"{where}{'' if line is None else f'line {line}: '}{reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.reason,), {"file": self.file, "line": self.line})


class RecordRejected(IdentitySyncError):
    """Raised by a script: this record cannot go on, the others can.

    Attributes:
        message: Why, in a sentence that holds no secret.
        code: A short stable word or a number of the other system, as text.
    """

    def __init__(self, message: str, *, code: str = "rejected") -> None:
        self.message, self.code = message, code
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.message,), {"code": self.code})


class RemoteError(IdentitySyncError):
    """Say that another system could not do what was asked.

    Attributes:
        retryable: Whether the same call may work later.
    """

    retryable: bool = False


class AuthenticationFailed(RemoteError):
    """The other system does not accept the credentials."""


class HostNotTrusted(RemoteError):
    """The other system's key or certificate is unknown or has changed."""


class RemoteNotFound(RemoteError):
    """A path or object does not exist on the other system."""


class RemoteUnavailable(RemoteError):
    """The other system cannot be reached, or does not answer in time."""

    retryable = True


class GigyaError(RemoteError):
    """Carry an answer of Gigya whose ``errorCode`` is not 0.

    Attributes:
        code: Gigya's error code, such as 403048.
        call_id: Gigya's id of the call, for its support.
        details: Gigya's own longer text.
        response: The whole answer.
    """

    def __init__(
        self, message: str, *, code: int, call_id: str = "", details: str = "", response: dict[str, Any] | None = None
    ) -> None:
        self.message, self.code, self.call_id, self.details = message, code, call_id, details
        self.response = response or {}
        more = f" ({details})" if details and details != message else ""
        super().__init__(f"Gigya answered {code} {message}{more}" + (f" [callId {call_id}]" if call_id else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        keywords = {"code": self.code, "call_id": self.call_id, "details": self.details, "response": self.response}
        return _rebuild, (type(self), (self.message,), keywords)


class PlatformError(RemoteError):
    """Carry an answer by which a platform, such as Salesforce, refuses a call for good.

    Attributes:
        platform: The platform's name.
        message: The platform's own text.
        code: The platform's own code, or the HTTP status.
        status: The HTTP status.
    """

    def __init__(self, platform: str, message: str, *, code: str = "", status: int = 0) -> None:
        self.platform, self.message, self.code, self.status = platform, message, code or str(status), status
        super().__init__(f"{platform} answered {self.code}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), (self.platform, self.message), {"code": self.code, "status": self.status})


class UnsafeName(IdentitySyncError):
    """Refuse a name from outside that would leave the folder it belongs to."""


class LocalStorageError(IdentitySyncError):
    """Say that this machine's disk is full or refuses to be written."""


class StoreError(IdentitySyncError):
    """The store of dataflows, schedulings and jobs cannot be opened or written."""


class NotStored(StoreError):
    """The store has no dataflow, scheduling or job with that id."""


class LeaseLost(StoreError):
    """Another process has taken this job over, because this one gave no sign of life for too long."""


class RedundantOperation(IdentitySyncError):
    """Refuse to store what is stored already.

    Attributes:
        code: The original's code for it, 403200.
    """

    code: Final = 403200


class TooManyRejects(IdentitySyncError):
    """The run has more rejects than ``max_rejects`` allows."""


class Cancelled(IdentitySyncError):
    """The run was stopped by its user."""


class JobFailed(IdentitySyncError):
    """Raised by ``JobStatus.raise_for_status``.

    Attributes:
        job: The status of the failed or killed job.
    """

    def __init__(self, job: Any) -> None:
        self.job = job
        super().__init__(f"job {job.id} {job.status}: {job.status_details}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.job,)


def _rebuild(cls: type[Any], positional: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return cls(*positional, **keywords)
