"""Read what comes back from a call: Gigya's envelope, or something else that stood in the way."""

from typing import Any, Final

from identitysync.errors import AuthenticationFailed, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.world.http import TRANSIENT, HttpResponse

_CHECK: Final = "check dataCenter or url, and any proxy in between"


def read_answer(method: str, answer: HttpResponse) -> dict[str, Any]:
    """Read Gigya's envelope; HTTP's status counts only where there is none.

    Args:
        method: The method that was called, for the text of errors.
        answer: What came back.

    Returns:
        The envelope; its ``errorCode`` is a number.

    Raises:
        RemoteUnavailable: It is broken, or a passing fault of something in between: a later try may work.
        AuthenticationFailed: Something in between wants credentials.
        RemoteNotFound: This is not where Gigya is.
        RemoteError: Something else answered, and will so again.
    """
    try:
        value = answer.json()
    except ValueError as fault:
        raise _not_gigya(method, answer.status, "is no JSON") from fault
    code = value.get("errorCode") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(code, int) or isinstance(code, bool):
        raise _not_gigya(method, answer.status, "is not Gigya's")
    return value


def _not_gigya(method: str, status: int, what: str) -> RemoteError:
    text = f"{method}: the answer (HTTP {status}) {what}"
    if status in {401, 403, 407}:
        return AuthenticationFailed(f"{text}; something else than Gigya wants credentials: {_CHECK}")
    if status in {404, 410}:
        return RemoteNotFound(f"{text}; {_CHECK}")
    if 300 <= status < 500 and status not in TRANSIENT:
        return RemoteError(f"{text}; {_CHECK}")
    return RemoteUnavailable(text)
