"""What Campaign Monitor's answers mean: ``Code`` and ``Message``, and how long to wait."""

from typing import Any, Final

import attrs

from identitysync.platforms.meaning import Kind, Refusal, by_status_and_json
from identitysync.world import HttpResponse

SOME_FAILED: Final = 210
"""The code of an import that was done, but for some subscribers; it comes with HTTP 400."""


def judge(answer: HttpResponse) -> Refusal | None:
    """Tell what an answer means.

    Args:
        answer: The answer.

    Returns:
        None when it is fine; an import that some subscribers failed in is.
    """
    refusal = by_status_and_json(answer)
    if refusal is None:
        return None
    told = _told(answer)
    if told.get("Code") == SOME_FAILED and isinstance(told.get("ResultData"), dict):
        return None
    if told.get("Code") is not None:
        refusal = attrs.evolve(refusal, code=str(told["Code"]), message=str(told.get("Message") or refusal.message))
    reset = answer.headers.get("x-ratelimit-reset", "")
    return attrs.evolve(refusal, pause=float(reset)) if refusal.kind is Kind.BUSY and reset.isdecimal() else refusal


def _told(answer: HttpResponse) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
