"""SFTP on paramiko: hosts are verified, every wait is bounded, uploads are renamed when they are complete."""

import base64
import binascii
import hashlib
import io
import posixpath
import secrets
import socket
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TypeVar

import attrs

from identitysync.contract import Clock
from identitysync.errors import (
    AuthenticationFailed,
    HostNotTrusted,
    IdentitySyncError,
    InvalidParameter,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
)
from identitysync.remotes.base import Entry
from identitysync.remotes.names import safe_name
from identitysync.values import Secret

if TYPE_CHECKING:
    import paramiko

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often something is tried when the connection drops."""

_PAUSES: Final = (0.5, 2.0)
_REQUESTS: Final = 64
"""Requests that are under way at once when a file is read: unlimited ones hang some servers."""


@attrs.frozen
class SftpLogin:
    """Where to, and as whom.

    Attributes:
        host: The host.
        username: The user.
        password: Its password, if that is how it logs in.
        private_key: Its private key in OpenSSH or PEM form, or base64 of that.
        passphrase: What opens the private key.
        port: The port.
        host_key_fingerprint: ``SHA256:…`` of the one host key that is right.
        known_hosts: A file of host keys; the user's own when it is not given.
        verify_host: False accepts any host, which gives the password to whoever answers.
        timeout: Seconds that each step of the conversation may take.
    """

    host: str
    username: str
    password: Secret | None = None
    private_key: Secret | None = None
    passphrase: Secret | None = None
    port: int = 22
    host_key_fingerprint: str = ""
    known_hosts: str = ""
    verify_host: bool = True
    timeout: float = 60.0

    @property
    def place(self) -> str:
        """The host and port, for people."""
        return f"{self.host}:{self.port}"


class SftpRemote:
    """A server behind SSH; the connection opens when it is needed, and again after it dropped."""

    def __init__(self, login: SftpLogin, clock: Clock) -> None:
        """Remember where to connect.

        Args:
            login: Where to, and as whom.
            clock: Passes the time between two attempts.
        """
        self._login, self._clock = login, clock
        self._transport: paramiko.Transport | None = None
        self._client: paramiko.SFTPClient | None = None
        self._lock = threading.RLock()

    def list(self, folder: str = "") -> list[Entry]:
        """Give the files of a folder, without its sub-folders."""
        place = folder or "."

        def work(client: "paramiko.SFTPClient") -> list[Entry]:
            found = []
            for each in client.listdir_attr(place):
                kind = stat.S_IFMT(each.st_mode or 0)
                path = posixpath.join(folder, each.filename)
                if kind == stat.S_IFLNK:
                    try:
                        target = client.stat(path)
                    except OSError:
                        continue
                    kind = stat.S_IFMT(target.st_mode or 0)
                    each.st_size = target.st_size
                if kind in {stat.S_IFREG, 0}:
                    moment = None if each.st_mtime is None else datetime.fromtimestamp(each.st_mtime, UTC)
                    found.append(Entry(each.filename, path, each.st_size or 0, moment))
            return found

        return self._do(f"list {place}", work)

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy a file into an empty stream, from the start again when the connection drops."""
        start = target.tell()

        def work(client: "paramiko.SFTPClient") -> int:
            target.seek(start)
            target.truncate()
            size = client.stat(path).st_size
            with client.open(path, "rb") as source:
                source.prefetch(size, max_concurrent_requests=_REQUESTS)
                while block := source.read(1 << 18):
                    target.write(block)
            got = target.tell() - start
            if size is not None and got != size:
                raise RemoteUnavailable(f"{self._login.place}: {path} has {size} bytes, {got} arrived")
            return got

        return self._do(f"read {path}", work)

    def stage(self, source: Path, path: str, *, uploading: bool = False) -> "StagedSftp":
        """Upload a file under a temporary name in the folder of its final one.

        Args:
            source: The file.
            path: Its final place.
            uploading: Whether the temporary name is the final one with ``.uploading``, instead of a hidden one.

        Returns:
            The file, to be published.
        """
        folder, name = posixpath.split(path)
        safe_name(name)
        hidden = f".{name[-180:]}.{secrets.token_hex(4)}.part"
        temporary = posixpath.join(folder, f"{name}.uploading" if uploading else hidden)
        size = source.stat().st_size
        staged = StagedSftp(self, temporary, path, size)

        def work(client: "paramiko.SFTPClient") -> None:
            _make_folders(client, folder)
            with source.open("rb") as stream, client.open(temporary, "wb") as target:
                target.set_pipelined(True)
                while block := stream.read(1 << 18):
                    target.write(block)
            staged.verify(client)

        try:
            self._do(f"write {path}", work)
        except IdentitySyncError:
            staged.discard()
            raise
        return staged

    def delete(self, path: str) -> None:
        """Remove a file."""
        self._do(f"remove {path}", lambda client: client.remove(path))

    def rename(self, old: str, new: str, size: int) -> None:
        """Give a file another name, over what is there; done again after a drop, it finds itself done."""

        def work(client: "paramiko.SFTPClient") -> None:
            try:
                client.posix_rename(old, new)
            except FileNotFoundError:
                if _size(client, new) != size:
                    raise
            except OSError:  # the server has no such extension: its rename does not overwrite
                if _size(client, new) is not None:
                    client.remove(new)
                client.rename(old, new)

        self._do(f"rename {old} to {new}", work)

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            client, self._client = self._client, None
            transport, self._transport = self._transport, None
            for each in (client, transport):
                if each is not None:
                    try:
                        each.close()
                    except (OSError, EOFError):
                        continue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of a file for people; it holds no credentials."""
        return f"sftp://{self._login.place}/{path.lstrip('/')}"

    def _do(self, what: str, work: "Callable[[paramiko.SFTPClient], T]") -> T:
        """Do something on the server, with a new connection when the old one drops."""
        import paramiko

        where = f"{self._login.place}: cannot {what}"
        with self._lock:
            for attempt in range(ATTEMPTS):
                try:
                    return work(self._connected())
                except FileNotFoundError as fault:
                    raise RemoteNotFound(f"{where}: there is no such file or folder") from fault
                except PermissionError as fault:
                    raise RemoteError(f"{where}: the server does not permit it") from fault
                except (paramiko.SSHException, EOFError, TimeoutError, ConnectionError, RemoteUnavailable) as fault:
                    self.close()
                    if attempt == ATTEMPTS - 1:
                        reason = str(fault) or "the connection dropped"
                        raise RemoteUnavailable(f"{where}: {reason}; tried {ATTEMPTS} times") from fault
                    self._clock.sleep(_PAUSES[attempt])
                except OSError as fault:
                    if _is_local(fault):
                        raise
                    if fault.errno is None and "closed" in str(fault).lower():
                        self.close()
                        if attempt < ATTEMPTS - 1:
                            self._clock.sleep(_PAUSES[attempt])
                            continue
                        raise RemoteUnavailable(f"{where}: {fault}; tried {ATTEMPTS} times") from fault
                    raise RemoteError(f"{where}: {fault}") from fault
        raise AssertionError(what)  # pragma: no cover - the last attempt returns or raises

    def _connected(self) -> "paramiko.SFTPClient":
        if self._client is None:
            self._transport = _connect(self._login)
            import paramiko

            client = paramiko.SFTPClient.from_transport(self._transport)
            if client is None:
                raise RemoteUnavailable(f"{self._login.place} offers no SFTP")
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(self._login.timeout)
            self._client = client
        return self._client


@attrs.frozen
class StagedSftp:
    """A file on the server under its temporary name."""

    _remote: SftpRemote
    _temporary: str
    _final: str
    _size: int

    def verify(self, client: "paramiko.SFTPClient") -> None:
        """Raise unless all bytes have arrived."""
        there = client.stat(self._temporary).st_size
        if there != self._size:
            raise RemoteUnavailable(f"{self._temporary} has {there} bytes on the server, {self._size} were sent")

    def publish(self) -> str:
        """Give it its final name."""
        self._remote.rename(self._temporary, self._final, self._size)
        return self._remote.address(self._final)

    def discard(self) -> None:
        """Remove it, if it is there."""
        try:
            self._remote.delete(self._temporary)
        except RemoteNotFound:
            return


def _connect(login: SftpLogin) -> "paramiko.Transport":
    import paramiko

    key = _private_key(login) if login.private_key else None
    if key is None and not login.password:
        raise InvalidParameter(f"{login.place} needs a password or a private key")
    try:
        sock = socket.create_connection((login.host, login.port), timeout=login.timeout)
    except OSError as fault:
        raise RemoteUnavailable(f"{login.place} cannot be reached: {fault.strerror or fault}") from fault
    transport = paramiko.Transport(sock)
    transport.set_log_channel("identitysync.sftp")  # paramiko's own channel would print tracebacks on a terminal
    try:
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = login.timeout
        transport.set_keepalive(20)
        transport.start_client(timeout=login.timeout)
        if login.verify_host:
            _verify(login, transport.get_remote_server_key())
        if key is not None:
            transport.auth_publickey(login.username, key)
        elif login.password:
            transport.auth_password(login.username, login.password.reveal())
    except paramiko.AuthenticationException as fault:
        transport.close()
        how = "private key" if key is not None else "password"
        raise AuthenticationFailed(
            f"{login.place} does not accept the user {login.username!r} with this {how}"
        ) from fault
    except BaseException:
        transport.close()
        raise
    return transport


def _verify(login: SftpLogin, key: "paramiko.PKey") -> None:
    import paramiko

    seen = f"SHA256:{base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip('=')}"
    if login.host_key_fingerprint:
        if login.host_key_fingerprint.rstrip("=") != seen:
            message = f"{login.place} shows the host key {seen}, not {login.host_key_fingerprint}"
            raise HostNotTrusted(f"{message}; somebody may be in between, or the server has a new key")
        return
    known = paramiko.HostKeys()
    path = Path(login.known_hosts or "~/.ssh/known_hosts").expanduser()
    if path.is_file():
        known.load(str(path))
    name = login.host if login.port == 22 else f"[{login.host}]:{login.port}"
    if known.check(name, key):
        return
    line = f"{name} {key.get_name()} {key.get_base64()}"
    if known.lookup(name) is not None:
        message = f"{login.place} shows the host key {seen}, which is not the one in {path}"
        raise HostNotTrusted(
            f"{message}; somebody may be in between. If the server has a new key, put it there:\n  {line}"
        )
    message = f"{login.place} is unknown: its host key is {seen}, and {path} does not hold it"
    hint = "ask its owner whether that is right, then set hostKeyFingerprint, or add this line there"
    raise HostNotTrusted(f"{message}; {hint}:\n  {line}")


def _private_key(login: SftpLogin) -> "paramiko.PKey":
    import paramiko

    text = login.private_key.reveal() if login.private_key else ""
    if "-----BEGIN" not in text:
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as fault:
            raise InvalidParameter("the private key is neither PEM nor base64 of PEM") from fault
    passphrase = login.passphrase.reveal() if login.passphrase else None
    locked = False
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except paramiko.PasswordRequiredException:
            locked = True
        except (paramiko.SSHException, ValueError, IndexError, UnicodeDecodeError):
            continue
    if locked:
        raise InvalidParameter("the private key is locked: give its passphrase")
    hint = "the passphrase may be wrong" if passphrase else "give an Ed25519, ECDSA or RSA key in OpenSSH or PEM form"
    raise InvalidParameter(f"the private key cannot be read; {hint}")


def _make_folders(client: "paramiko.SFTPClient", folder: str) -> None:
    if not folder or _is_folder(client, folder):
        return
    _make_folders(client, posixpath.dirname(folder.rstrip("/")))
    try:
        client.mkdir(folder)
    except OSError:
        if not _is_folder(client, folder):  # somebody else made it meanwhile
            raise


def _is_folder(client: "paramiko.SFTPClient", folder: str) -> bool:
    try:
        return stat.S_ISDIR(client.stat(folder).st_mode or 0)
    except FileNotFoundError:
        return False


def _size(client: "paramiko.SFTPClient", path: str) -> int | None:
    try:
        return client.stat(path).st_size
    except FileNotFoundError:
        return None


def _is_local(fault: OSError) -> bool:
    """Tell whether this machine's disk is the matter: such errors name a file here."""
    return fault.filename is not None or fault.errno in {28, 27, 122}
