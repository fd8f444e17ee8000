"""Where secrets come from, and how they are kept out of every text."""

import base64
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from identitysync.errors import InvalidParameter, MissingExtra
from identitysync.values import MASK, Secret

_REFERENCE: Final = re.compile(r"\$\{(env|file|keyring):([^}]*)\}")
_SHORTEST: Final = 4
"""Secrets shorter than this are not masked: they would blot out ordinary words."""


def resolve(text: str, environ: Mapping[str, str]) -> Secret:
    """Turn the text of a secret parameter into the secret.

    Args:
        text: ``${env:NAME}``, ``${file:PATH}`` or ``${keyring:SERVICE/USER}`` as a whole, or the secret itself.
        environ: The environment, such as ``os.environ``.

    Returns:
        The secret.

    Raises:
        InvalidParameter: What is named does not exist.
        MissingExtra: The keyring's package is not installed.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return Secret(text)
    kind, name = found[1], found[2]
    if kind == "env":
        if name not in environ:
            raise InvalidParameter(f"the environment has no variable {name!r}; set it before you run the flow")
        return Secret(environ[name])
    if kind == "file":
        try:
            return Secret(Path(name).expanduser().read_text("utf-8").rstrip("\r\n"))
        except (OSError, ValueError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
            raise InvalidParameter(f"the secret's file {name!r} cannot be read: {reason}") from fault
    return _from_keyring(name)


def _from_keyring(name: str) -> Secret:
    try:
        import keyring
    except ImportError as fault:
        raise MissingExtra("keyring", "a secret from the keyring") from fault
    service, _, user = name.partition("/")
    found = keyring.get_password(service, user)
    if found is None:
        raise InvalidParameter(f"the keyring has no entry for service {service!r} and user {user!r}")
    return Secret(found)


class Masker:
    """Replace every known secret in a text, also where it is quoted for a URL or encoded in base64."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Learn the secrets.

        Args:
            secrets: The secrets in clear.
        """
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Learn more secrets.

        Args:
            secrets: The secrets in clear.
        """
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                self._known |= {secret, quote(secret, safe=""), quote_plus(secret), _base64(secret)}
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Mask a text.

        Args:
            text: Any text.

        Returns:
            The text with ``********`` in the place of every secret.
        """
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")
