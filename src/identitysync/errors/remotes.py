"""What another system does not do."""

from typing import Any

from identitysync.errors.root import IdentitySyncError, rebuild


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
        return rebuild, (type(self), (self.message,), keywords)


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
        return rebuild, (type(self), (self.platform, self.message), {"code": self.code, "status": self.status})
