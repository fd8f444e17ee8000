"""Which host keys are right: a pinned fingerprint, or a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from identitysync.errors import HostNotTrusted, LocalStorageError
from identitysync.remotes.sftp.login import SftpLogin

_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
"""The names under which one and the same RSA key signs."""


def fingerprint(key: paramiko.PKey) -> str:
    """Give the fingerprint of a key, as ``ssh-keygen -l`` prints it.

    Args:
        key: The key.

    Returns:
        ``SHA256:`` and base64 without its padding.
    """
    return f"SHA256:{base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip('=')}"


def same_kind(kind: str) -> tuple[str, ...]:
    """Give all algorithms of a kind of key.

    Args:
        kind: The kind, such as ``ssh-rsa``.

    Returns:
        The algorithms.
    """
    return _RSA if kind in _RSA else (kind,)


class HostVerifier:
    """Judge the key that a host shows."""

    def __init__(self, login: SftpLogin) -> None:
        """Read the known_hosts file, when it is needed.

        Args:
            login: Names the host, and the fingerprint or file.

        Raises:
            LocalStorageError: A known_hosts file that was named cannot be read.
        """
        self._login = login
        self._path = Path(login.known_hosts or "~/.ssh/known_hosts").expanduser()
        self._known: list[paramiko.PKey] = []
        self._revoked: set[str] = set()
        self._host = (login.host if login.port == 22 else f"[{login.host}]:{login.port}").lower()
        if login.verify_host and not login.host_key_fingerprint:
            self._read()

    @property
    def preferred(self) -> tuple[str, ...]:
        """The algorithms of the keys that are known: a server with several keys is to show one of these."""
        return tuple(dict.fromkeys(name for key in self._known for name in same_kind(key.get_name())))

    def verify(self, key: paramiko.PKey) -> None:
        """Accept a key, or raise.

        Args:
            key: The key that the host shows.

        Raises:
            HostNotTrusted: It is unknown, another one than before, or revoked.
        """
        login, seen = self._login, fingerprint(key)
        if not login.verify_host:
            return
        shows = f"{login.place} shows the host key {seen} ({key.get_name()})"
        between = "somebody may be in between, or the server has a new key; ask its owner"
        if login.host_key_fingerprint:
            if login.host_key_fingerprint.strip().rstrip("=") != seen:
                raise HostNotTrusted(f"{shows}, not {login.host_key_fingerprint}; {between}")
            return
        if key.get_base64() in self._revoked:
            raise HostNotTrusted(f"{shows}, which {self._path} declares revoked; ask the server's owner")
        if any(known.asbytes() == key.asbytes() for known in self._known):
            return
        line = f"{self._host} {key.get_name()} {key.get_base64()}"
        if self._known:
            hint = f"if it is new, replace the host's lines there by:\n  {line}"
            raise HostNotTrusted(f"{shows}, which is not the one in {self._path}; {between}, and {hint}")
        hint = "ask the server's owner whether it is right, then set hostKeyFingerprint to it, or add this line there"
        raise HostNotTrusted(f"{shows}, which is unknown: {self._path} does not hold it; {hint}:\n  {line}")

    def _read(self) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            if self._login.known_hosts:
                raise LocalStorageError(f"the file of known hosts {self._path} does not exist") from None
            return
        except OSError as fault:
            raise LocalStorageError(f"the file of known hosts {self._path} cannot be read: {fault.strerror}") from fault
        for line in lines:
            words = line.split()
            if words[:1] == ["@revoked"]:
                self._revoked.update(words[3:4])
                continue
            if len(words) < 3 or words[0].startswith(("#", "@")):
                continue
            try:
                entry = HostKeyEntry.from_line(line)
            except (paramiko.SSHException, InvalidHostKey, ValueError):
                continue  # a line that OpenSSH, too, would pass over
            if entry is not None and _names(entry.hostnames, self._host):
                self._known.append(entry.key)


def _names(names: Iterable[str], host: str) -> bool:
    """Tell whether a line of known_hosts is about a host; names may be hashed, patterns, or negated."""
    found = False
    for name in names:
        if name.startswith("!"):
            if _fits(name[1:], host):
                return False
        elif name.startswith("|1|"):
            found = found or name == paramiko.HostKeys.hash_host(host, name)
        else:
            found = found or _fits(name, host)
    return found


def _fits(pattern: str, host: str) -> bool:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern.lower())
    return re.fullmatch("".join(parts), host) is not None
