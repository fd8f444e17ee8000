"""Where secrets come from, and how they are kept out of every text."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from identitysync.errors import InvalidParameter, MissingExtra
from identitysync.values import MASK, Secret

_REFERENCE: Final = re.compile(r"\$\{(env|file|keyring):([^}]*)\}")
_SHORTEST: Final = 4
"""Secrets shorter than this are not masked: they would blot out ordinary words."""

_SHORTEST_LINE: Final = 16
"""Lines of a longer secret, such as a private key, are masked alone from this length on."""

_LARGEST_FILE: Final = 1 << 20


def resolve(text: str, environ: Mapping[str, str]) -> Secret:
    """Turn the text of a secret parameter into the secret.

    Args:
        text: ``${env:NAME}``, ``${file:PATH}`` or ``${keyring:SERVICE/USER}`` as a whole (the last slash parts service
            and user), or the secret itself. A file's line end is not part of the secret.
        environ: The environment, such as ``os.environ``.

    Returns:
        The secret.

    Raises:
        InvalidParameter: What is named does not exist or cannot be read.
        MissingExtra: The keyring's package is not installed.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return Secret(text)
    kind, name = found[1], found[2]
    if not name:
        raise InvalidParameter(
            f"{text} names nothing; write ${{env:NAME}}, ${{file:PATH}} or ${{keyring:SERVICE/USER}}"
        )
    if kind == "env":
        if name not in environ:
            raise InvalidParameter(f"the environment has no variable {name!r}; set it before you run the flow")
        return Secret(environ[name])
    return _from_file(name) if kind == "file" else _from_keyring(name)


def _from_file(name: str) -> Secret:
    try:
        with Path(name).expanduser().open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise InvalidParameter(
                f"the secret's file {name!r} has more than {_LARGEST_FILE} bytes; is it the right one?"
            )
        return Secret(content.decode("utf-8").rstrip("\r\n"))
    except UnicodeDecodeError:
        # The text of the fault would show the secret.
        raise InvalidParameter(f"the secret's file {name!r} cannot be read: it is not UTF-8") from None
    except (OSError, ValueError, RuntimeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise InvalidParameter(f"the secret's file {name!r} cannot be read: {reason}") from fault


def _from_keyring(name: str) -> Secret:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as fault:
        raise MissingExtra("keyring", "a secret from the keyring") from fault
    service, slash, user = name.rpartition("/")
    if not slash or not service:
        raise InvalidParameter(f"a secret of the keyring is ${{keyring:SERVICE/USER}}; found {name!r}")
    try:
        found = keyring.get_password(service, user)
    except KeyringError as fault:
        raise InvalidParameter(f"the keyring cannot be read: {fault}") from fault
    if found is None:
        raise InvalidParameter(f"the keyring has no entry for service {service!r} and user {user!r}")
    return Secret(found)


class Masker:
    """Replace every known secret in a text, also where it is quoted for a URL or JSON, or encoded in base64."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Learn the secrets.

        Args:
            secrets: The secrets in clear.
        """
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Learn more secrets.

        Args:
            secrets: The secrets in clear.
        """
        new = {form for secret in secrets for part in _parts(secret) for form in _forms(part)}
        self._known |= {form for form in new if len(form) >= _SHORTEST}
        longest_first = sorted(self._known, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Mask a text.

        Args:
            text: Any text.

        Returns:
            The text with ``********`` in the place of every secret.
        """
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def _parts(secret: str) -> Iterator[str]:
    """Give the secret, and the lines of one that has several: a log may show a line alone."""
    if len(secret) < _SHORTEST:
        return
    yield secret
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        # The first and last lines of a key, "-----BEGIN …", are no secret.
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))


def _forms(secret: str) -> Iterator[str]:
    """Give all that a secret may look like in a text."""
    yield secret
    for quoted in (
        quote(secret, safe="", errors="surrogatepass"),
        quote(secret, safe="/", errors="surrogatepass"),
        quote_plus(secret, errors="surrogatepass"),
    ):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from _base64_forms(secret.encode("utf-8", "surrogatepass"))


def _base64_forms(plain: bytes) -> Iterator[str]:
    """Give what stands in base64 for a secret, alone and amid other text, such as after ``user:``."""
    forms = [base64.b64encode(plain).decode().rstrip("=")]
    for before in range(3):
        text = base64.b64encode(b"\0" * before + plain).decode()
        # Six bits make a character: those that hold bits of the neighbours are cut off.
        core = text[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        if len(core) >= 2 * _SHORTEST:  # a shorter one would blot out ordinary words
            forms.append(core)
    for form in forms:
        yield form
        yield form.replace("+", "-").replace("/", "_")
