"""What the errors of S3 mean for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from identitysync.errors import (
    AuthenticationFailed,
    HostNotTrusted,
    IdentitySyncError,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
)

_LOGIN = frozenset({
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "NotSignedUp", "InvalidSecurity",
})  # fmt: skip
_PASSING = frozenset({
    "InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "BadDigest",
    "IncompleteBody", "PreconditionFailed", "XAmzContentSHA256Mismatch", "408", "409", "412", "429", "500", "502",
    "503", "504",
})  # fmt: skip
_HINTS = {
    "RequestTimeTooSkewed": "; the clock of this machine is wrong",
    "AccessDenied": "; the key lacks the right to do so",
    "403": "; the key lacks the right to do so",
    "PermanentRedirect": "; name the bucket's region",
    "AuthorizationHeaderMalformed": "; name the bucket's region",
}


@contextmanager
def speaking(where: str) -> Iterator[None]:
    """Turn errors of s3fs and what is below it into ours.

    Args:
        where: What is done, for people: ``s3://bucket: cannot read 'x'``.

    Raises:
        RemoteError: Something failed; its class tells what can be done.
    """
    from botocore.exceptions import SSLError

    try:
        yield
    except IdentitySyncError:
        raise
    except Exception as fault:
        code, said = code_of(fault), _said(fault)
        if code in _LOGIN:
            raise AuthenticationFailed(f"{where}: the access key is not accepted: {said}") from fault
        if isinstance(fault, SSLError):
            raise HostNotTrusted(f"{where}: {said}") from fault
        if code in _PASSING or not code:
            raise RemoteUnavailable(said) from fault
        if isinstance(fault, FileNotFoundError):
            what = "bucket" if code == "NoSuchBucket" else "object"
            raise RemoteNotFound(f"{where}: there is no such {what}") from fault
        raise RemoteError(f"{where}: {said}{_HINTS.get(code, '')}") from fault


def code_of(fault: BaseException | None) -> str:
    """Give the code of an answer of S3, such as ``NoSuchKey``.

    Args:
        fault: What s3fs raised.

    Returns:
        The code; empty when there was no answer.
    """
    while fault is not None:
        response = getattr(fault, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
        fault = fault.__cause__
    return ""


def _said(fault: BaseException) -> str:
    if isinstance(fault, TimeoutError):
        return "nothing moved in time"
    text = str(fault.args[-1]) if isinstance(fault, OSError) and fault.args else str(fault)
    code = code_of(fault)
    return f"{text} ({code})" if code and code not in text else text or type(fault).__name__
