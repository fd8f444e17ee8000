"""What the errors of Azure mean for people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from identitysync.errors import (
    AuthenticationFailed,
    HostNotTrusted,
    IdentitySyncError,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
)

_LOGIN: Final = frozenset({"AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation"})
_SIGNATURE: Final = re.compile(r"sig=[^&\s'\")]+")
_PASSING: Final = frozenset({408, 409, 412, 429, 500, 502, 503, 504})


@contextmanager
def speaking(where: str) -> Iterator[None]:
    """Turn errors of azure-storage-blob into ours.

    Args:
        where: What is done, for people: ``https://…/container: cannot read 'x'``.

    Raises:
        RemoteError: Something failed; its class tells what can be done.
    """
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except IdentitySyncError:
        raise
    except HttpResponseError as fault:
        code = str(getattr(fault.error_code, "value", fault.error_code) or "") if hasattr(fault, "error_code") else ""
        status = fault.status_code or 0
        said = f"{_said(fault.message or fault.reason)} ({code or status})"
        if code in _LOGIN or status == 401 or "failed to authenticate" in said:
            raise AuthenticationFailed(f"{where}: the key or signature is not accepted: {said}") from fault
        if status == 404:
            what = "container" if code == "ContainerNotFound" else "blob"
            raise RemoteNotFound(f"{where}: there is no such {what}") from fault
        if status in _PASSING or not status or "md5" in f"{code}{said}".lower():  # the bytes were changed on the way
            raise RemoteUnavailable(said) from fault
        hint = "; the key or signature lacks the right to do so" if status == 403 else ""
        raise RemoteError(f"{where}: {said}{hint}") from fault
    except AzureError as fault:
        if "CERTIFICATE_VERIFY_FAILED" in str(fault):
            raise HostNotTrusted(f"{where}: {_said(fault)}") from fault
        raise RemoteUnavailable(_said(fault)) from fault
    except (OSError, ValueError) as fault:  # a checksum that does not fit is a ValueError
        raise RemoteUnavailable(_said(fault) or type(fault).__name__) from fault


def _said(fault: object) -> str:
    """Give the first line of a text, without the signatures of addresses in it."""
    return _SIGNATURE.sub("sig=***", str(fault).partition("\n")[0])
