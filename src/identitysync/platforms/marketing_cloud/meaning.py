"""What answers of Marketing Cloud mean, by its pages "Handle Errors in REST API" and "Rate Limiting Errors"."""

from typing import Any

from identitysync.platforms.meaning import Kind, Refusal, beginning, by_status
from identitysync.world import HttpResponse


def judge(answer: HttpResponse) -> Refusal | None:
    """Judge an answer: JSON, an error with a number, or result messages with names for what is wrong."""
    told, refusal = _told(answer), by_status(answer)
    if told is None:
        return refusal or Refusal(Kind.PASSING, beginning(answer))  # a page of some proxy, or half an answer
    errors = [each for each in told.get("resultMessages") or () if each.get("resultClass") == "Error"]
    if errors and (refusal is None or refusal.kind is Kind.FINAL):
        return Refusal(Kind.FINAL, str(errors[0].get("message")), str(errors[0].get("resultCode") or ""))
    if refusal is None:
        return None
    pause = told.get("retryAfter")
    return Refusal(
        refusal.kind, str(told.get("message") or refusal.message), str(told.get("errorcode") or ""),
        float(pause) if isinstance(pause, int | float) else None,
    )  # fmt: skip


def _told(answer: HttpResponse) -> dict[str, Any] | None:
    try:
        told = answer.json()
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
