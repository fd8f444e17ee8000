"""The login of Salesforce's SOAP API: a name, a password with the security token behind it, and a session for them.

It follows "login()" of the SOAP API Developer Guide (developer.salesforce.com). Salesforce has announced to retire this
call in Summer '27, and does not offer it in API version 65.0 and later.
"""

import re
from html import escape
from typing import Final

from identitysync.errors import FormatError
from identitysync.platforms.api import Api
from identitysync.platforms.meaning import Kind, Refusal, by_status
from identitysync.platforms.salesforce.meaning import judge
from identitysync.platforms.tokens import Token
from identitysync.platforms.xml import read_xml
from identitysync.values import Secret
from identitysync.world import HttpResponse

_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:partner.soap.sforce.com">'
    "<env:Body><sf:login><sf:username>{}</sf:username><sf:password>{}</sf:password></sf:login></env:Body>"
    "</env:Envelope>"
)
_HEADERS: Final = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "login"}
_INSTANCE: Final = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_KINDS: Final = {
    "INVALID_OPERATION": Kind.FINAL,
    "REQUEST_LIMIT_EXCEEDED": Kind.BUSY,
    "SERVER_UNAVAILABLE": Kind.BUSY,
    "Server": Kind.PASSING,
    "UNKNOWN_EXCEPTION": Kind.PASSING,
    "UNSUPPORTED_API_VERSION": Kind.FINAL,
}
"""What codes mean that say nothing of the credentials."""


def log_in(endpoint: Api, username: str, password: Secret, token: Secret) -> Token:
    """Sign in.

    Args:
        endpoint: The address of the partner API, judged by ``judge_login``.
        username: The user's name.
        password: The password.
        token: The security token; empty for a user who comes from a trusted network.

    Returns:
        The session's id, and the address of the instance that it is for.

    Raises:
        AuthenticationFailed: Salesforce does not let this user in.
        PlatformError: The endpoint does not offer this call.
        RemoteError: The endpoint cannot be reached.
    """
    body = _ENVELOPE.format(escape(username, quote=False), escape(password.reveal() + token.reveal(), quote=False))
    found = _texts(endpoint.call("POST", "", body=body.encode(), headers=_HEADERS, repeatable=True).body)
    instance = _INSTANCE.match(found["serverUrl"])
    return Token(found["sessionId"], url=instance.group() if instance else "")


def judge_login(answer: HttpResponse) -> Refusal | None:
    """Judge the answer to a login: a session, or a fault with a code of Salesforce."""
    found = _texts(answer.body)
    if found.get("passwordExpired") == "true":
        return Refusal(Kind.DENIED, "the password has expired; set a new one", "PASSWORD_EXPIRED")
    if found.get("sessionId") and found.get("serverUrl"):
        return None
    code = found.get("exceptionCode") or found.get("faultcode", "").rpartition(":")[2]
    if not code:
        refusal = judge(answer) if by_status(answer) else None
        return refusal or Refusal(Kind.PASSING, "an answer without a session")  # half of one may be in it
    message = found.get("exceptionMessage") or found.get("faultstring", "")
    return Refusal(_KINDS.get(code, Kind.DENIED), message, code)


def _texts(body: bytes) -> dict[str, str]:
    """Give the text of each element by its local name; nothing for what is no XML that can be trusted."""
    try:
        root = read_xml(body)
    except FormatError:
        return {}
    return {element.name.rpartition(":")[2]: element.text.strip() for element in root.walk()}
