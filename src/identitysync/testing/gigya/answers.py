"""Answers in Gigya's envelope."""

import json
import uuid
from datetime import datetime
from typing import Any, Final

from identitysync.values import json_bytes

_MESSAGES: Final = {
    0: "",
    301001: "Invalid data center",
    400002: "Missing required parameter",
    400003: "Unique identifier exists",
    400006: "Invalid parameter value",
    400009: "Validation error",
    400093: "Invalid ApiKey parameter",
    403001: "Invalid user key",
    403002: "Request has expired",
    403003: "Invalid request signature",
    403004: "Duplicate nonce",
    403005: "Unauthorized user",
    403048: "API rate limit exceeded",
    404000: "Not found",
    405001: "Invalid API method",
    500001: "General server error",
    503001: "Service unavailable for this operation",
}
_STATUSES: Final = {
    200: "OK", 301: "Moved", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


class ApiError(Exception):
    """A call that Gigya refuses."""

    def __init__(self, code: int, details: str = "", **more: Any) -> None:
        """Refuse a call.

        Args:
            code: Gigya's error code.
            details: The longer text.
            more: More fields of the answer.
        """
        self.code, self.details, self.more = code, details, more
        super().__init__(f"{code} {details}")


def envelope(now: datetime, result: dict[str, Any] | ApiError, context: str | None) -> dict[str, Any]:
    """Put an answer into the envelope.

    Args:
        now: The time of the answer.
        result: What the method gave, or why it was refused.
        context: What the caller wants to see again.

    Returns:
        The answer.
    """
    code = result.code if isinstance(result, ApiError) else 0
    status = 200 if code == 0 else code // 1000
    answer: dict[str, Any] = {"callId": uuid.uuid4().hex, "errorCode": code}
    if isinstance(result, ApiError):
        message = _MESSAGES.get(code, "Error")
        answer |= {"errorDetails": result.details or message, "errorMessage": message, **result.more}
    answer |= {
        "apiVersion": 2,
        "statusCode": status,
        "statusReason": _STATUSES.get(status, "Error"),
        "time": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
    }
    if context is not None:
        answer["context"] = context
    return answer | (result if isinstance(result, dict) else {})


def written(answer: dict[str, Any]) -> bytes:
    """Write an answer as JSON; what is no Unicode, which real data does hold, goes out as escapes.

    Args:
        answer: The answer.

    Returns:
        The body.
    """
    try:
        return json_bytes(answer)
    except ValueError:
        return json.dumps(answer).encode()
