"""Whether a request is signed, judged by its target alone, as it came over the wire.

Oracle's page "Authenticating API calls" says what is signed: method, path, the values of the query, the body. Its
sample program shows that values count as they stand in the query, percent-encoded, and that ``bkuid`` and ``bksig``
come behind what is signed.
"""

import base64
import binascii
from typing import Final
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from identitysync.testing.http import Request

_KEYS: Final = {"bkuid", "bksig"}


def is_signed(request: Request, secret_key: str) -> bool:
    """Tell whether a request carries the signature that the key makes.

    Args:
        request: The request.
        secret_key: The key.
    """
    path, _, query = request.target.partition("?")
    judge = HMAC(secret_key.encode(), SHA256())
    judge.update(request.verb.encode() + path.encode())
    shown = ""
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "bksig":
            shown = unquote(value)
        elif name not in _KEYS:
            judge.update(value.encode())
    judge.update(request.body)
    try:
        judge.verify(base64.b64decode(shown, validate=True))
    except (InvalidSignature, binascii.Error):
        return False
    return True
