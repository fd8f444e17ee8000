"""What Marketo's answers mean: errors of the JSON APIs stand inside an HTTP 200.

The codes are those of https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
"""

from typing import Any, Final

from identitysync.platforms.meaning import Kind, Refusal, beginning, by_status
from identitysync.world import HttpResponse

_KINDS: Final = {
    "500": Kind.PASSING,
    "502": Kind.PASSING,
    "601": Kind.EXPIRED,  # access token invalid
    "602": Kind.EXPIRED,  # access token expired
    "603": Kind.DENIED,
    "604": Kind.PASSING,  # request time-out: it may have been done
    "606": Kind.BUSY,  # 100 calls in 20 seconds
    "608": Kind.BUSY,  # API temporarily unavailable
    "611": Kind.PASSING,  # system error
    "614": Kind.BUSY,  # subscription unreachable
    "615": Kind.BUSY,  # 10 calls at once
    "713": Kind.PASSING,  # transient error
    "719": Kind.PASSING,  # lock wait time-out
}
_PAUSES: Final = {"606": 2.0, "615": 0.5}


def judge(answer: HttpResponse) -> Refusal | None:
    """Judge an answer of a JSON API.

    Args:
        answer: The answer.

    Returns:
        None when its ``success`` is true. What is no JSON is ``passing``; a code that is not known is ``final``.
    """
    refusal = by_status(answer)
    if refusal is not None:
        return refusal
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Refusal(Kind.PASSING, f"an answer that is not what the API gives: {beginning(answer)}")
    return None if told.get("success") is True else _refused(told)


def judge_part(answer: HttpResponse) -> Refusal | None:
    """Judge an answer that is a part of a file (HTTP 206), or JSON where it is refused.

    Args:
        answer: The answer.
    """
    if answer.status == 206:
        return None
    if "json" in answer.headers.get("content-type", ""):
        return judge(answer)
    return by_status(answer) or Refusal(Kind.PASSING, f"this is no part of a file: {beginning(answer)}")


def _refused(told: dict[str, Any]) -> Refusal:
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code, message = str(first.get("code", "")), str(first.get("message", "no reason is given"))
    return Refusal(_KINDS.get(code, Kind.FINAL), message, code or "no-code", _PAUSES.get(code))
