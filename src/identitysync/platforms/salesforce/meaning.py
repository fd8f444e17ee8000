"""What answers of Salesforce's REST APIs mean, by its pages "Status Codes and Error Responses" and "Error Handling"."""

from typing import Final

from identitysync.platforms.meaning import Kind, Refusal, beginning, by_status
from identitysync.world import HttpResponse

_KINDS: Final = {
    "INVALID_SESSION_ID": Kind.EXPIRED,
    "QUERY_TIMEOUT": Kind.PASSING,
    "REQUEST_LIMIT_EXCEEDED": Kind.BUSY,
    "SERVER_UNAVAILABLE": Kind.PASSING,
}


def judge(answer: HttpResponse) -> Refusal | None:
    """Judge an answer: 2xx with CSV, JSON or nothing in it, or a list of errors with codes."""
    refusal = by_status(answer)
    if refusal is None:
        if not answer.body or answer.headers.get("content-type", "").startswith("text/csv"):
            return None
        try:
            answer.json()
        except ValueError:
            return Refusal(Kind.PASSING, beginning(answer))  # a page of some proxy, or half an answer
        return None
    code, message = _told(answer)
    return Refusal(_KINDS.get(code, refusal.kind), message or refusal.message, code)


def _told(answer: HttpResponse) -> tuple[str, str]:
    try:
        told = answer.json()
    except ValueError:
        return "", ""
    first = told[0] if isinstance(told, list) and told else told
    if not isinstance(first, dict):
        return "", ""
    return str(first.get("errorCode") or ""), str(first.get("message") or "")
