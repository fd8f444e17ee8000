"""OpenPGP: encrypt, decrypt, sign and verify files by Sequoia, as GnuPG does (RFC 4880, RFC 9580)."""

from identitysync.codecs.pgp.keys import check_public_keys, key_bytes, require_library
from identitysync.codecs.pgp.messages import decrypt, encrypt, sign, verify

__all__ = ["check_public_keys", "decrypt", "encrypt", "key_bytes", "require_library", "sign", "verify"]
