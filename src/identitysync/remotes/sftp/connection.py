"""Connecting: a socket, a verified host, a login, a channel for SFTP; each within its time."""

import logging
import socket
from typing import Final

import paramiko

from identitysync.errors import AuthenticationFailed, HostNotTrusted, InvalidParameter, RemoteError, RemoteUnavailable
from identitysync.remotes.sftp.client import PipelinedClient
from identitysync.remotes.sftp.hosts import HostVerifier, same_kind
from identitysync.remotes.sftp.keys import read_private_key
from identitysync.remotes.sftp.login import SftpLogin
from identitysync.remotes.sftp.watch import Watch

_LOG: Final = "identitysync.sftp"
_KEEPALIVE_SECONDS: Final = 20


class Connection:
    """One connection with one SFTP channel.

    Attributes:
        client: The channel's client.
    """

    def __init__(self, login: SftpLogin) -> None:
        """Connect and log in.

        Args:
            login: Where to, and as whom.

        Raises:
            InvalidParameter: There is neither password nor key, or the key cannot be read.
            RemoteUnavailable: The host does not answer, or not in time.
            HostNotTrusted: Its key is not the right one.
            AuthenticationFailed: It does not accept the login.
            SSHException: Something else went wrong, of which paramiko tells.
        """
        self._login = login
        key = read_private_key(login.private_key, login.passphrase) if login.private_key else None
        if key is None and not login.password:
            raise InvalidParameter(f"{login.place} needs a password or a private key")
        self._transport = _verified(login)
        try:
            with self.watch() as watch:
                try:
                    _authenticate(self._transport, login, key)
                    watch.moved()
                    self.client = self._open(watch)
                except (paramiko.SSHException, EOFError, OSError) as fault:
                    if watch.expired:
                        raise RemoteUnavailable(f"{login.place} did not answer for {login.timeout:g} s") from fault
                    raise
        except BaseException:
            self.close()
            raise

    def watch(self) -> Watch:
        """Give what ends this connection when nothing moves for the time that the login allows."""
        return Watch(self._login.timeout, self._transport.close)

    def close(self) -> None:
        """Break the connection off; a second time does nothing."""
        self._transport.close()

    def _open(self, watch: Watch) -> PipelinedClient:
        channel = self._transport.open_session(timeout=self._login.timeout)
        channel.invoke_subsystem("sftp")
        return PipelinedClient(channel, watch.moved)


def _verified(login: SftpLogin) -> paramiko.Transport:
    """Give a connection to the right host.

    With a pinned fingerprint, which does not tell its kind of key, a server with several keys is asked for each.
    """
    verifier = HostVerifier(login)
    refused: list[str] = []
    first: HostNotTrusted | None = None
    while True:
        try:
            transport = _greet(login, verifier.preferred, refused)
        except paramiko.ssh_exception.IncompatiblePeer as fault:
            if first is not None:  # there is no other kind of key left
                raise first from None
            raise RemoteError(f"{login.place} speaks too old or too new an SSH: {fault}") from fault
        try:
            key = transport.get_remote_server_key()
            verifier.verify(key)
        except HostNotTrusted as fault:
            transport.close()
            first = first or fault
            if not login.host_key_fingerprint:
                raise
            refused += same_kind(key.get_name())
        except paramiko.SSHException as fault:  # the time is over, which paramiko does not tell
            transport.close()
            raise RemoteUnavailable(f"{login.place} did not introduce itself within {login.timeout:g} s") from fault
        except BaseException:
            transport.close()
            raise
        else:
            return transport


def _greet(login: SftpLogin, preferred: tuple[str, ...], refused: list[str]) -> paramiko.Transport:
    try:
        sock = socket.create_connection((login.host, login.port), timeout=login.timeout)
    except OSError as fault:
        reason = "it did not answer in time" if isinstance(fault, TimeoutError) else fault.strerror or str(fault)
        raise RemoteUnavailable(f"{login.place} cannot be reached: {reason}") from fault
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(sock)
    except BaseException:
        sock.close()
        raise
    try:
        # paramiko's own log would print tracebacks on a terminal where nobody has set up logging.
        transport.set_log_channel(_LOG)
        log = logging.getLogger(_LOG)
        if not log.handlers:
            log.addHandler(logging.NullHandler())
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = login.timeout
        options = transport.get_security_options()
        offered = [kind for kind in options.key_types if kind not in refused]
        options.key_types = sorted(offered, key=lambda kind: kind not in preferred)
        transport.start_client(timeout=login.timeout)
        transport.set_keepalive(_KEEPALIVE_SECONDS)
    except BaseException:
        transport.close()
        raise
    return transport


def _authenticate(transport: paramiko.Transport, login: SftpLogin, key: paramiko.PKey | None) -> None:
    """Log in by key, by password, or by one after the other where the server wants both or refuses the first."""
    tried = []
    try:
        if key is not None:
            tried.append("private key")
            try:
                transport.auth_publickey(login.username, key)
            except paramiko.AuthenticationException:
                if not login.password or not transport.is_active():
                    raise
        if login.password and not transport.is_authenticated():
            tried.append("password")
            transport.auth_password(login.username, login.password.reveal())
    except paramiko.AuthenticationException as fault:
        how = " and this ".join(tried)
        message = f"{login.place} does not accept the user {login.username!r} with this {how}"
        if isinstance(fault, paramiko.BadAuthenticationType):
            raise AuthenticationFailed(f"{message}; it wants {' or '.join(fault.allowed_types)}") from fault
        if not transport.is_active() or "timeout" in str(fault).lower():
            raise RemoteUnavailable(f"{login.place} broke off or did not answer during the login") from fault
        raise AuthenticationFailed(message) from fault
    if not transport.is_authenticated():
        how = " and this ".join(tried)
        raise AuthenticationFailed(f"{login.place} wants more than this {how} from the user {login.username!r}")
