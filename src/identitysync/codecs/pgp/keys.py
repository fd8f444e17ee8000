"""Keys as flows hold them: text with its armor, or base64 on one line."""

import base64
import binascii

from identitysync.codecs.pgp.kinds import PRIVATE_KEY, kind_of
from identitysync.errors import InvalidParameter, MissingExtra


def key_bytes(text: str) -> bytes:
    r"""Read a key that stands in a parameter.

    Args:
        text: ``-----BEGIN PGP …``, with line feeds or the two characters ``\n``; or the base64 of that, or of a key
            without armor.

    Returns:
        The bytes of the key, armored or not.

    Raises:
        InvalidParameter: It is neither.
    """
    plain = text.strip().replace("\\n", "\n")
    if plain.startswith("-----BEGIN PGP"):
        return plain.encode()
    try:
        return base64.b64decode("".join(plain.split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise InvalidParameter(
            "a key begins with -----BEGIN PGP, or is that in base64; found something else"
        ) from fault


def check_public_keys(text: str) -> None:
    """Raise ``InvalidParameter`` unless these are public keys; without the library that knows, nothing is judged.

    Args:
        text: What ``key_bytes`` reads; it may hold several keys.
    """
    data = key_bytes(text)
    if kind_of(data) == PRIVATE_KEY:
        raise InvalidParameter("this is a private key; give the public one, and keep this one to yourself")
    try:
        import pysequoia
    except ImportError:
        return
    try:
        found = pysequoia.Cert.split_bytes(data)
    except RuntimeError as fault:
        raise InvalidParameter(f"this is no OpenPGP key: {first_line(fault)}") from fault
    if not found:
        raise InvalidParameter("this is no OpenPGP key: it is empty")


def require_library() -> None:
    """Raise ``MissingExtra`` unless OpenPGP can be used."""
    try:
        import pysequoia  # noqa: F401
    except ImportError as fault:
        raise MissingExtra("pgp", "OpenPGP") from fault


def first_line(fault: BaseException) -> str:
    """Take the reason out of what Sequoia says; the rest is its way through its own code."""
    lines = str(fault).partition("Stack backtrace")[0].split("\n")
    return ": ".join(dict.fromkeys(line.strip() for line in lines if line.strip() and line.strip() != "Caused by:"))
