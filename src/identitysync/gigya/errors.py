"""What Gigya's error codes mean for whoever calls."""

from typing import Any, Final

from identitysync.errors import AuthenticationFailed, GigyaError, InvalidParameter

RETRYABLE: Final = frozenset({403048, 409030, 500001, 500002, 500028, 500033, 503001, 504002})
"""Codes after which the same call may work: rate limits, too many calls for one user, passing faults, time-outs."""

REFUSED: Final = frozenset({403048, 409030, 503001})
"""Those of them after which Gigya has surely done nothing: it did not let the call in."""

PAUSES: Final = {503001: 15.0}
"""Seconds that the next try waits at least: Gigya takes few calls for one user in a minute (5 at an import)."""

WRONG_DATA_CENTER: Final = 301001

_AUTHENTICATION: Final = frozenset({400093, 403001, 403002, 403003, 403004})

_HINTS: Final = {
    400093: "check the API key",
    403001: "check the user key and the site's permissions",
    403002: "check this machine's clock: the request's time is too far from Gigya's",
    403003: "check the secret: the signature does not fit",
    403004: "the same request was sent twice",
    403005: "the user key may not do that; check its permissions, and that the account exists",
    403007: "the user key may not do that; check its permissions",
    403048: "slow down: lower maxConnections",
    301001: "the site lives in another data center; set dataCenter",
}


class GigyaAuthenticationFailed(GigyaError, AuthenticationFailed):
    """Gigya refuses the key, the secret or the signature."""


class CannotBeSent(InvalidParameter):
    """A parameter of a call holds something that no request can carry: the fault of one record."""


class RetryableGigyaError(GigyaError):
    """Gigya could not do it now, and perhaps can later."""

    retryable = True


def error_of(answer: dict[str, Any]) -> GigyaError | None:
    """Make an error of an answer.

    Args:
        answer: Gigya's answer, with a number as its ``errorCode``.

    Returns:
        The error, or None when there is none: codes from 200000 to 299999 are states, not errors.
    """
    code = answer.get("errorCode", 0)
    if code == 0 or 200_000 <= code < 300_000:
        return None
    kind: type[GigyaError] = GigyaError
    if code in RETRYABLE:
        kind = RetryableGigyaError
    elif code in _AUTHENTICATION:
        kind = GigyaAuthenticationFailed
    hint = f"; {_HINTS[code]}" if code in _HINTS else ""
    return kind(
        f"{answer.get('errorMessage') or 'an error without a message'}{hint}",
        code=code,
        call_id=str(answer.get("callId") or ""),
        details=str(answer.get("errorDetails") or ""),
        response=answer,
    )
