"""Bearer tokens for Gigya: a JWT that the application's RSA key signs, in the place of a signature by its secret.

The form is that of SAP's "Signing Requests to SAP Customer Data Cloud": RS256, the user key as ``kid``, the time as
``iat`` and a text that is other each time as ``jti`` (RFC 7519).
"""

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING, Final

from identitysync.errors import InvalidParameter
from identitysync.values import Secret, json_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_WRONG: Final = "the Gigya private key is no RSA key"


def read_key(private_key: Secret) -> "RSAPrivateKey":
    """Read an RSA key.

    Args:
        private_key: The key as the console gives it, in PEM form, or base64 of that.

    Returns:
        The key.

    Raises:
        InvalidParameter: It is none.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = private_key.reveal().strip()
    try:
        pem = text.encode() if "-----BEGIN" in text else base64.b64decode("".join(text.split()), validate=True)
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, binascii.Error) as fault:
        raise InvalidParameter(
            "the Gigya private key is no RSA key in PEM form; copy it again from the console"
        ) from fault
    if not isinstance(key, RSAPrivateKey):
        raise InvalidParameter("the Gigya private key is no RSA key; copy it again from the console")
    return key


def token(key: "RSAPrivateKey", user_key: str, now: datetime, nonce: str) -> str:
    """Make a token for one request.

    Args:
        key: The application's key.
        user_key: The application's user key.
        now: The time.
        nonce: A text that is other each time.

    Returns:
        The token, for the ``Authorization`` header.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    head = {"alg": "RS256", "typ": "JWT", "kid": user_key}
    body = {"iat": int(now.timestamp()), "jti": nonce}
    signed = f"{_base64url(json_bytes(head))}.{_base64url(json_bytes(body))}"
    return f"{signed}.{_base64url(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
