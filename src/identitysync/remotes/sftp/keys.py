"""Private keys, in whatever form people have them."""

import io
from typing import Any, Final

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from identitysync.errors import InvalidParameter
from identitysync.remotes.pem import pem
from identitysync.values import Secret

_KINDS: Final[tuple[tuple[type[Any], type[paramiko.PKey]], ...]] = (
    (Ed25519PrivateKey, paramiko.Ed25519Key),
    (EllipticCurvePrivateKey, paramiko.ECDSAKey),
    (RSAPrivateKey, paramiko.RSAKey),
)


def read_private_key(key: Secret, passphrase: Secret | None) -> paramiko.PKey:
    r"""Read a private key.

    Args:
        key: Its text: OpenSSH, PKCS#8 or the older PEM forms, or base64 of one of these. Line ends may be missing
            their return, or be written as ``\n``, as happens on the way through JSON and environments.
        passphrase: What opens it; not needed for a key that is open.

    Returns:
        The key.

    Raises:
        InvalidParameter: It is no key, or locked, or of a kind that SSH does not use any more.
    """
    text = pem(key.reveal())
    opener = passphrase.reveal().encode() if passphrase else None
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in text else load_pem_private_key
    try:
        try:
            loaded: Any = load(text, opener)
        except TypeError:
            if opener is None:
                raise InvalidParameter("the private key is locked: give its passphrase") from None
            loaded = load(text, None)  # a passphrase for a key that needs none
    except (ValueError, UnsupportedAlgorithm, TypeError) as fault:
        hint = "the passphrase may be wrong" if opener else "give an Ed25519, ECDSA or RSA key in OpenSSH or PEM form"
        raise InvalidParameter(f"the private key cannot be read; {hint}") from fault
    for kind, reader in _KINDS:
        if isinstance(loaded, kind):
            plain = loaded.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            return reader.from_private_key(io.StringIO(plain.decode()))
    raise InvalidParameter("the private key is of a kind that SSH does not use; give an Ed25519, ECDSA or RSA key")
