"""What an OpenPGP file is, by its first packet."""

import base64
import binascii
from typing import Final

from identitysync.codecs.kinds import found_instead

HEAD: Final = 4096
"""Bytes that must be looked at."""

ENCRYPTED: Final = "encrypted"
SIGNED: Final = "signed"
PRIVATE_KEY: Final = "it is a private key"

# RFC 9580, section 5: the first packet tells what follows
_TAGS: Final = {1: ENCRYPTED, 3: ENCRYPTED, 9: ENCRYPTED, 18: ENCRYPTED, 20: ENCRYPTED, 2: SIGNED, 4: SIGNED, 8: SIGNED}
_OTHERS: Final = {
    5: PRIVATE_KEY,
    6: "it is a public key",
    11: "it is an OpenPGP file that is neither encrypted nor signed",
}
_MARKER: Final = 10


def kind_of(head: bytes) -> str:
    """Tell what a file is.

    Args:
        head: Its first bytes, ``HEAD`` of them or all.

    Returns:
        ``ENCRYPTED`` or ``SIGNED`` (or compressed, which is what signed files often are); else half a sentence that
        says what it is instead.
    """
    data = head
    text = head.lstrip()
    if text.startswith(b"-----BEGIN PGP"):
        if text.startswith(b"-----BEGIN PGP SIGNED MESSAGE"):
            return "it is text with a signature in clear below it, where a message as of gpg --sign is due"
        if text.startswith(b"-----BEGIN PGP SIGNATURE"):
            return "it is a signature alone, without the file that it belongs to"
        data = _unarmored(text)
    if not data or not data[0] & 0x80:
        return found_instead(head)
    if _tag(data) == _MARKER and len(data) > 1:
        data = data[2 + data[1] :]
    tag = _tag(data) if data else None
    return (_TAGS | _OTHERS).get(tag or 0) or found_instead(head)


def _tag(data: bytes) -> int:
    return data[0] & 0x3F if data[0] & 0x40 else (data[0] & 0x3C) >> 2


def _unarmored(text: bytes) -> bytes:
    """Give the first bytes of what the armor holds."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n\n", 1)
    first = lines[1].split(b"\n", 1)[0].strip() if len(lines) == 2 else b""
    try:
        return base64.b64decode(first)
    except (binascii.Error, ValueError):
        return b""
