"""Sign requests to Gigya: HMAC-SHA1 over method, address and parameters, so that the secret never travels."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from identitysync.errors import InvalidParameter
from identitysync.values import Secret


def encode(text: str) -> str:
    """Percent-encode as RFC 3986 wants it: a blank is ``%20``, and ``~`` stays.

    Args:
        text: Any text.

    Returns:
        The encoded text.
    """
    return quote(text, safe="-._~")


def base_string(method: str, url: str, params: Mapping[str, str]) -> str:
    """Put together what is signed.

    Args:
        method: ``POST`` or ``GET``.
        url: The address; its query does not count, and neither does a default port.
        params: All parameters but the signature.

    Returns:
        The text that is signed.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    port = parts.port
    default = {"http": 80, "https": 443}.get(scheme)
    host = (parts.hostname or "").lower() + ("" if port in {None, default} else f":{port}")
    query = "&".join(f"{key}={encode(params[key])}" for key in sorted(params))
    return "&".join((method.upper(), encode(f"{scheme}://{host}{parts.path}"), encode(query)))


def signature(secret: Secret, text: str) -> str:
    """Sign a text.

    Args:
        secret: The application's secret, in base64.
        text: What ``base_string`` gave.

    Returns:
        The signature, in base64.

    Raises:
        InvalidParameter: The secret is not base64.
    """
    try:
        key = base64.b64decode(secret.reveal(), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise InvalidParameter("the Gigya secret is not base64; copy it again from the console") from fault
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
