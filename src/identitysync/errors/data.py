"""What is wrong with data: a file, a record, a name from outside."""

from typing import Any

from identitysync.errors.root import IdentitySyncError, rebuild


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
        return rebuild, (type(self), (self.reason,), {"file": self.file, "line": self.line})


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
        return rebuild, (type(self), (self.message,), {"code": self.code})


class UnsafeName(IdentitySyncError):
    """Refuse a name from outside that would leave the folder it belongs to."""
