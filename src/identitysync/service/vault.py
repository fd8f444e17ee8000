"""Secrets at rest: encrypted under a key that is not in the store."""

import base64
import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from identitysync.errors import InvalidParameter, MissingExtra
from identitysync.stores import SettingStore
from identitysync.values import Secret
from identitysync.world import resolve

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

SEALED: Final = "sealed"
"""The key of the object that stands in a stored flow in the place of a secret."""

_VARIABLE: Final = "IDENTITYSYNC_KEY"
_KEYRING: Final = "${keyring:identitysync/key}"
_PROOF: Final = "identitysync"


class Vault:
    """Seal and open secrets; the key is looked for when a secret is met, and not before."""

    def __init__(self, settings: SettingStore, key: Secret | str | None, environ: Mapping[str, str]) -> None:
        """Prepare.

        Args:
            settings: Keep the store's salt, and what proves that a key is the right one.
            key: The key, any text; else ``IDENTITYSYNC_KEY``, else the entry ``identitysync`` (user ``key``) of the
                keyring.
            environ: The environment.

        Raises:
            InvalidParameter: The key is empty.
        """
        self._settings, self._environ = settings, environ
        self._key = Secret(key) if isinstance(key, str) else key
        if self._key is not None and not self._key:
            raise InvalidParameter("key is empty; give a long text that nobody guesses, or leave it out")

    def seal(self, secret: str) -> dict[str, str]:
        """Encrypt a secret.

        Args:
            secret: The secret in clear.

        Returns:
            What is stored.

        Raises:
            InvalidParameter: There is no key, or it is not the one that the store's other secrets have.
        """
        return {SEALED: self._cipher.encrypt(secret.encode()).decode()}

    def open(self, sealed: Mapping[str, Any]) -> str:
        """Decrypt a secret.

        Args:
            sealed: What is stored.

        Returns:
            The secret in clear; handle with care.

        Raises:
            InvalidParameter: There is no key, or it is the wrong one.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher.decrypt(str(sealed[SEALED]).encode()).decode()
        except InvalidToken:
            raise _wrong_key() from None

    @cached_property
    def _cipher(self) -> "Fernet":
        from cryptography.fernet import Fernet, InvalidToken

        key = self._key or self._find()
        salt = bytes.fromhex(self._settings.settle("salt", os.urandom(16).hex()))
        derived = hashlib.scrypt(key.reveal().encode(), salt=salt, n=1 << 14, r=8, p=1)
        cipher = Fernet(base64.urlsafe_b64encode(derived[:32]))
        proof = self._settings.settle("key-proof", cipher.encrypt(_PROOF.encode()).decode())
        try:
            cipher.decrypt(proof.encode())
        except InvalidToken:
            raise _wrong_key() from None
        return cipher

    def _find(self) -> Secret:
        if self._environ.get(_VARIABLE):
            return Secret(self._environ[_VARIABLE])
        try:
            return resolve(_KEYRING, self._environ)
        except (InvalidParameter, MissingExtra):
            raise InvalidParameter(
                "a flow holds a secret in clear, and there is no key to encrypt it with: give IdentitySync(key=…), set "
                f"{_VARIABLE}, or make the keyring entry 'identitysync' (user 'key'); or write ${{env:NAME}} in the "
                "flow in the secret's place"
            ) from None


def _wrong_key() -> InvalidParameter:
    return InvalidParameter(
        f"the key does not open the secrets of this store: key=, {_VARIABLE} or the keyring entry 'identitysync' must "
        "be the one that they were stored with"
    )
