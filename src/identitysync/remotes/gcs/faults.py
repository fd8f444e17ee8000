"""What the errors of gcsfs and what is below it mean for people."""

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

_PASSING: Final = frozenset({408, 410, 412, 429, 500, 502, 503, 504})


@contextmanager
def speaking(where: str) -> Iterator[None]:
    """Turn errors of gcsfs into ours.

    Args:
        where: What is done, for people: ``gs://bucket: cannot read 'x'``.

    Raises:
        RemoteError: Something failed; its class tells what can be done.
    """
    from aiohttp import ClientConnectorCertificateError
    from gcsfs.retry import HttpError
    from google.auth.exceptions import RefreshError, TransportError

    try:
        yield
    except IdentitySyncError:
        raise
    except FileNotFoundError as fault:
        raise RemoteNotFound(f"{where}: it does not exist") from fault
    except FileExistsError as fault:  # so gcsfs calls a condition that does not hold
        raise RemoteUnavailable("the object has changed meanwhile") from fault
    except ClientConnectorCertificateError as fault:
        raise HostNotTrusted(f"{where}: {fault}") from fault
    except TransportError as fault:
        raise RemoteUnavailable(f"no token could be had: {_said(fault)}") from fault
    except RefreshError as fault:
        raise AuthenticationFailed(f"{where}: the service account is not accepted: {_said(fault)}") from fault
    except (HttpError, ValueError) as fault:  # a bad request is the one or the other
        status = int(getattr(fault, "code", None) or 400)
        if status == 401:
            reason = _said(fault.__cause__ or fault.__context__ or fault)
            raise AuthenticationFailed(f"{where}: the service account is not accepted: {reason}") from fault
        if status in _PASSING:
            raise RemoteUnavailable(_said(fault)) from fault
        raise RemoteError(f"{where}: {_said(fault)}") from fault
    except OSError as fault:
        if str(fault).startswith("Forbidden"):
            message = f"{where}: the service account lacks the right to do so: {_said(fault)}"
            raise RemoteError(message) from fault
        raise RemoteUnavailable(_said(fault)) from fault
    except Exception as fault:  # each package below has errors of its own
        raise RemoteUnavailable(_said(fault)) from fault


def _said(fault: BaseException) -> str:
    if isinstance(fault, TimeoutError):
        return "nothing moved in time"
    return " ".join(str(fault).split()) or type(fault).__name__
