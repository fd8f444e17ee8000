"""Files into OpenPGP messages, and back."""

from typing import Any, BinaryIO, Final

from identitysync.codecs.pgp.kinds import ENCRYPTED, HEAD, SIGNED, kind_of
from identitysync.codecs.pgp.work import UNREACHED, Job, broken, work
from identitysync.errors import FormatError, IdentitySyncError, InvalidParameter

MAX_BYTES: Final = 1 << 40
"""Bytes that a file may grow to, unless the caller says otherwise."""

_COMPRESSED: Final = (
    "the signature cannot be reached: the file is not signed, or was compressed before it was encrypted; "
    "install GnuPG, or have it sent as of gpg --compress-algo none --sign --encrypt"
)


def encrypt(
    source: BinaryIO,
    target: BinaryIO,
    public_keys: bytes,
    *,
    signing_key: bytes = b"",
    passphrase: str = "",
    armor: bool = False,
) -> None:
    """Encrypt a file, and sign it when there is a key for that.

    Args:
        source: The file.
        target: Where the message goes, once it is complete.
        public_keys: The keys of all who may read it.
        signing_key: The private key that signs.
        passphrase: What unlocks it.
        armor: Whether text is made instead of bytes.

    Raises:
        InvalidParameter: A key cannot be used, be it broken, expired or without permission to encrypt.
        MissingExtra: The library is not installed.
    """
    job = Job("encrypt", public_keys, signing_key, passphrase, armor)
    work(job, source, target, lambda answer: _about_keys(answer, "encrypted"))


def sign(source: BinaryIO, target: BinaryIO, signing_key: bytes, *, passphrase: str = "", armor: bool = False) -> None:
    """Sign a file: it becomes a message that holds it with its signature, and is not encrypted.

    Args:
        source: The file.
        target: Where the message goes, once it is complete.
        signing_key: The private key.
        passphrase: What unlocks it.
        armor: Whether text is made instead of bytes.

    Raises:
        InvalidParameter: The key cannot be used.
        MissingExtra: The library is not installed.
    """
    job = Job("sign", b"", signing_key, passphrase, armor)
    work(job, source, target, lambda answer: _about_keys(answer, "signed"))


def decrypt(
    source: BinaryIO,
    target: BinaryIO,
    private_key: bytes,
    *,
    passphrase: str = "",
    signed_by: bytes = b"",
    max_bytes: int = MAX_BYTES,
) -> None:
    """Decrypt a file, and verify its signature when keys for that are given; nothing comes out before all is well.

    Args:
        source: The message, armored or not, in which one can go back.
        target: Where the file goes.
        private_key: The key.
        passphrase: What unlocks it.
        signed_by: Public keys, one of which must have signed.
        max_bytes: How many bytes may come out.

    Raises:
        FormatError: It is no encrypted message, is for other keys, cut off, tampered with, not signed as it should be,
            or grows beyond what is allowed.
        InvalidParameter: The key cannot be used.
        MissingExtra: The library is not installed.
    """
    _expect(ENCRYPTED, source)
    job = Job("decrypt", signed_by, private_key, passphrase)
    work(job, source, target, lambda answer: _about_message(answer, signed_by), max_bytes=max_bytes)


def verify(source: BinaryIO, target: BinaryIO, signed_by: bytes, *, max_bytes: int = MAX_BYTES) -> None:
    """Verify a signed message, and take the file out of it; nothing comes out before the signature is good.

    Args:
        source: The message, in which one can go back, armored or not, as of ``gpg --sign``.
        target: Where the file goes.
        signed_by: Public keys, one of which must have signed.
        max_bytes: How many bytes may come out.

    Raises:
        FormatError: It is no signed message, is cut off, tampered with, signed by others, or grows beyond what is
            allowed.
        MissingExtra: The library is not installed.
    """
    _expect(SIGNED, source)
    work(
        Job("verify", signed_by), source, target, lambda answer: _about_message(answer, signed_by), max_bytes=max_bytes
    )


def _expect(kind: str, source: BinaryIO) -> None:
    """Look at the first bytes, and go back to them."""
    found = kind_of(source.read(HEAD))
    if found != kind:
        other = f"it is {found}" if found in {ENCRYPTED, SIGNED} else found
        raise FormatError(f"not {kind} with OpenPGP: {other}")
    source.seek(0)


def _about_keys(answer: dict[str, Any], done: str) -> IdentitySyncError | None:
    fault = broken(answer, done)
    return InvalidParameter(str(fault)) if fault is not None else None


def _about_message(answer: dict[str, Any], signed_by: bytes) -> IdentitySyncError | None:
    reason = answer.get("error", "")
    if reason.startswith("No key to decrypt"):
        return FormatError("the file is encrypted for other keys than the given one, or with a password")
    if reason.startswith(UNREACHED):
        return FormatError(_COMPRESSED)
    if reason.startswith("Signature verification failed"):
        return FormatError("the signature is not good: the file was changed, or none of the given keys signed it")
    if reason.startswith("Malformed Message"):
        return FormatError("the OpenPGP message is cut off or damaged")
    if signed_by and not answer.get("signatures", True):
        return FormatError("the file is not signed by any of the given keys")
    return broken(answer, "read as an OpenPGP message; it is cut off, damaged or tampered with")
