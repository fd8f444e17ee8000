"""Keys in PEM form, as they arrive from flows and environments."""

import base64
import binascii

from identitysync.errors import InvalidParameter


def pem(text: str) -> bytes:
    r"""Mend the text of a private key.

    Args:
        text: PEM, or base64 of that. Line ends may be missing their return, or be written as ``\n``, as happens on the
            way through JSON and environments.

    Returns:
        PEM.

    Raises:
        InvalidParameter: It is something else.
    """
    if text.lstrip().startswith("PuTTY-User-Key-File"):
        raise InvalidParameter("the private key is in PuTTY's own form; save it with puttygen as an OpenSSH key")
    if "-----BEGIN" not in text:
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        if "-----BEGIN" not in text:
            raise InvalidParameter("the private key is neither PEM nor base64 of PEM")
    if "\n" not in text.strip():
        text = text.replace("\\r", "").replace("\\n", "\n")
    return (text.replace("\r\n", "\n").strip() + "\n").encode()
