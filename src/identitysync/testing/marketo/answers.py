"""The envelope around all answers, in which errors stand, too, with an HTTP 200.

It follows https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
"""

import secrets
from typing import Any

from identitysync.testing.http import Refused


def succeeded(result: Any) -> dict[str, Any]:
    """Give the answer to a call that was done."""
    return {"requestId": _number(), "success": True, "result": result if isinstance(result, list) else [result]}


def failed(code: str, message: str) -> Refused:
    """Give the answer to a call that was not done."""
    errors = [{"code": code, "message": message}]
    return Refused(200, {"requestId": _number(), "success": False, "errors": errors})


def _number() -> str:
    return f"{secrets.token_hex(2)}#{secrets.token_hex(5)}"
