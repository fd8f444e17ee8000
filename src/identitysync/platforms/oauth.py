"""What the answer to a call for a token means (OAuth 2.0)."""

from identitysync.platforms.meaning import Kind, Refusal, by_status
from identitysync.world import HttpResponse
from identitysync.world.http import TRANSIENT


def by_token(answer: HttpResponse, name: str = "access_token") -> Refusal | None:
    """Judge the answer to a call for a token, as RFC 6749 (5.1, 5.2) has it.

    Args:
        answer: The answer.
        name: The name of the token in it.

    Returns:
        None when there is a token; an ``error`` in JSON is ``denied``, whatever the status; anything else
        is judged by its status, and passes with 2xx.
    """
    try:
        told = answer.json()
    except ValueError:
        told = None
    if isinstance(told, dict) and 200 <= answer.status < 300 and isinstance(told.get(name), str):
        return None
    if isinstance(told, dict) and isinstance(told.get("error"), str) and answer.status not in TRANSIENT:
        return Refusal(Kind.DENIED, str(told.get("error_description", "no reason is given")), told["error"])
    return by_status(answer) or Refusal(Kind.PASSING, "an answer without a token")  # half of one may be in it
