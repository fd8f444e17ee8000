"""What an answer of a platform means for whoever asked: it is fine, or refused in one of a few ways."""

from collections.abc import Callable
from enum import StrEnum

import attrs

from identitysync.world.http import TRANSIENT, HttpResponse


class Kind(StrEnum):
    """The ways to refuse a call.

    ``busy``: not let in, too many calls; nothing was done, and a later call works. ``passing``: something broke on the
    other side; it may have been done. ``expired``: the session is over; nothing was done. ``denied``: these credentials
    will not do. ``final``: the call is wrong, and will be.
    """

    BUSY = "busy"
    PASSING = "passing"
    EXPIRED = "expired"
    DENIED = "denied"
    FINAL = "final"


@attrs.frozen
class Refusal:
    """Why a call was refused.

    Attributes:
        kind: In which way.
        message: The platform's own text.
        code: The platform's own code; empty for the HTTP status.
        pause: Seconds that the next call should wait at least, where the platform says so beside ``Retry-After``.
    """

    kind: Kind
    message: str
    code: str = ""
    pause: float | None = None


Judge = Callable[[HttpResponse], Refusal | None]
"""Tells what an answer means; None when it is fine."""

_SHOWN = 300


def by_status(answer: HttpResponse) -> Refusal | None:
    """Judge by the HTTP status alone, as RFC 9110 and RFC 6585 (429) have it.

    Args:
        answer: The answer.

    Returns:
        None for 2xx; 401 is ``expired`` (a login that cannot be renewed makes it ``denied``), 403 ``denied``, 429
        ``busy``, other passing statuses ``passing``, and all else ``final``. The message is the beginning of the body.
    """
    if 200 <= answer.status < 300:
        return None
    kinds = {401: Kind.EXPIRED, 403: Kind.DENIED, 407: Kind.DENIED, 429: Kind.BUSY}
    kind = kinds.get(answer.status) or (Kind.PASSING if answer.status in TRANSIENT else Kind.FINAL)
    return Refusal(kind, beginning(answer))


def by_status_and_json(answer: HttpResponse) -> Refusal | None:
    """Judge as ``by_status``; an answer that should be JSON, and is none, is ``passing``: something stood in between.

    Args:
        answer: The answer.

    Returns:
        None when it is fine; an empty body is.
    """
    refusal = by_status(answer)
    if refusal is None and answer.body:
        try:
            answer.json()
        except ValueError:
            return Refusal(Kind.PASSING, f"the answer is no JSON: {beginning(answer)}")
    return refusal


def beginning(answer: HttpResponse) -> str:
    """Give the beginning of an answer's body in one line, to be shown to people."""
    text = " ".join(answer.body[: 4 * _SHOWN].decode("utf-8", "replace").split())
    return (text[:_SHOWN] + "…" if len(text) > _SHOWN else text) or "an empty answer"
