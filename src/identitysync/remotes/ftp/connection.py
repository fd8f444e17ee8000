"""One FTP connection: greeting, TLS, login, and transfers on data connections that are protected like the first.

Commands are RFC 959 and RFC 3659, TLS is RFC 4217. Text travels as latin-1 on ftplib's side, so that every byte of a
name or of an answer survives; ``wire`` and ``told`` turn it into text and back.
"""

import ftplib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from identitysync.errors import AuthenticationFailed, HostNotTrusted, LocalStorageError, RemoteError, RemoteUnavailable
from identitysync.remotes.ftp.login import Encryption, FtpLogin

_BLOCK: Final = 1 << 18
_KEEPALIVE_SECONDS: Final = 30
_FAREWELL_SECONDS: Final = 2.0
_UNKNOWN: Final = ("500", "501", "502", "504")
"""Answers to commands that a server does not know."""


class Connection(ftplib.FTP):
    """A connection with a user logged in.

    Attributes:
        home: The folder where the login leads, as it travels.
        features: The commands that the server says it has beyond the oldest ones.
    """

    def __init__(self, login: FtpLogin) -> None:
        """Connect, protect the connection as the login says, and log in.

        Args:
            login: Where to, and as whom.

        Raises:
            RemoteUnavailable: The host does not answer, or not in time.
            HostNotTrusted: Its certificate is not the right one.
            AuthenticationFailed: It does not accept the login.
            RemoteError: It does not offer the TLS that is asked for.
            LocalStorageError: The file of certificates cannot be read.
        """
        super().__init__(timeout=login.timeout, encoding="latin-1")
        self._login = login
        self._context = _context(login) if login.encryption != Encryption.NONE else None
        self._protected = False
        self._kind = ""
        self.features: frozenset[str] = frozenset()
        try:
            self._reach()
            self._enter()
            self._look_around()
        except BaseException:
            self.close()
            raise

    def knows(self, command: str, argument: str) -> str | None:
        """Send a command that some servers do not have.

        Args:
            command: The command.
            argument: Its argument, as it travels.

        Returns:
            The answer, or None when the server does not know the command.

        Raises:
            ftplib.Error: It knows the command, and refuses.
        """
        try:
            return self.sendcmd(f"{command} {argument}")
        except ftplib.error_perm as fault:
            if code_of(fault) in _UNKNOWN:
                return None
            raise

    def as_bytes(self) -> None:
        """Have files travel, and sizes be told, byte by byte."""
        self._type("I")

    def send(self, command: str, blocks: Iterable[bytes]) -> None:
        """Send a file.

        Args:
            command: The command that takes it.
            blocks: Its bytes.

        Raises:
            ftplib.Error: The server refuses, at once or on the way.
        """
        self.as_bytes()
        with self._data(command) as data:
            try:
                for block in blocks:
                    data.sendall(block)
                _end(data)
            except OSError:
                with suppress(OSError, EOFError):
                    self.voidresp()  # the reason of the server, where it gives one, says more
                raise
        self.voidresp()

    def receive(self, command: str, keep: Callable[[bytes], object], *, text: bool = False) -> None:
        """Receive a file or a listing.

        Args:
            command: The command that gives it.
            keep: Receives the bytes, in order.
            text: Whether it is a listing.

        Raises:
            ftplib.Error: The server refuses, at once or on the way.
        """
        self._type("A" if text else "I")
        with self._data(command) as data:
            while block := data.recv(_BLOCK):
                keep(block)
            _end(data)
        self.voidresp()

    def leave(self) -> None:
        """Take leave of the server, without waiting long for its word, and close the connection."""
        with suppress(ftplib.Error, OSError, EOFError):
            if self.sock is not None:
                self.sock.settimeout(min(_FAREWELL_SECONDS, self._login.timeout))
                self.quit()
        self.close()

    def close(self) -> None:
        """Break the connection off; a second time does nothing."""
        with suppress(OSError):
            super().close()

    def _reach(self) -> None:
        host, _, port = self._login.place.rpartition(":")
        self.host, self.port = host, int(port)
        try:
            self.sock = socket.create_connection((self.host, self.port), self._login.timeout)
        except OSError as fault:
            reason = "it did not answer in time" if isinstance(fault, TimeoutError) else fault.strerror or str(fault)
            raise RemoteUnavailable(f"{self._login.place} cannot be reached: {reason}") from fault
        self.af = self.sock.family
        _keep_alive(self.sock)
        if self._login.encryption == Encryption.IMPLICIT:
            self._protect()
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        if self._login.encryption == Encryption.EXPLICIT:
            try:
                self.voidcmd("AUTH TLS")
            except ftplib.error_perm as fault:
                message = f"{self._login.place} does not offer TLS on this port; it says {told(fault)!r}"
                raise RemoteError(f"{message}; ask its owner, who may want encryption implicit, or SFTP") from fault
            self._protect()
            self.file = self.sock.makefile("r", encoding=self.encoding)

    def _protect(self) -> None:
        """Put the connection under TLS, and look at the certificate."""
        place, sock = self._login.place, self.sock
        if sock is None or self._context is None:
            raise RemoteUnavailable("the connection is closed")
        try:
            self.sock = self._context.wrap_socket(sock, server_hostname=self.host)
        except ssl.SSLCertVerificationError as fault:
            message = f"{place} shows a certificate that is not trusted: {fault.verify_message}"
            hint = "when it is the right server, name its certificate or issuer in trustedCertificates"
            raise HostNotTrusted(f"{message}; {hint}") from fault
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as fault:
            raise RemoteUnavailable(f"{place} broke off while TLS began") from fault
        except ssl.SSLError as fault:
            reason = (fault.reason or str(fault)).lower().replace("_", " ")
            raise RemoteError(f"{place} does not speak TLS 1.2 or newer on this port: {reason}") from fault

    def _enter(self) -> None:
        login = self._login
        try:
            self.login(wire(login.username), wire(login.password.reveal()))
        except ftplib.error_perm as fault:
            message = f"{login.place} does not accept the user {login.username!r} with this password"
            raise AuthenticationFailed(f"{message}; it says {told(fault)!r}") from fault
        if self._context is not None:
            try:
                self.voidcmd("PBSZ 0")
                self.voidcmd("PROT P")
            except ftplib.error_perm as fault:
                message = f"{login.place} refuses to protect the data, and says {told(fault)!r}"
                raise RemoteError(message) from fault
            self._protected = True

    def _look_around(self) -> None:
        with suppress(ftplib.error_perm):
            lines = self.sendcmd("FEAT").splitlines()[1:-1]
            self.features = frozenset(line.split()[0].upper() for line in lines if line.strip())
        if "UTF8" in self.features:
            with suppress(ftplib.error_perm):
                self.sendcmd("OPTS UTF8 ON")
        try:
            self.home = self.pwd()
        except ftplib.error_perm:
            self.home = ""

    def _type(self, kind: str) -> None:
        if self._kind != kind:
            self.voidcmd(f"TYPE {kind}")
            self._kind = kind

    @contextmanager
    def _data(self, command: str) -> Iterator[socket.socket]:
        data, _ = self.ntransfercmd(command)
        try:
            if self._protected and self._context is not None:
                # many servers want the data connection to go on with the session of the first
                session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
                data = self._context.wrap_socket(data, server_hostname=self.host, session=session)
            yield data
        finally:
            data.close()


def wire(text: str) -> str:
    """Turn a path or name into what travels: UTF-8, one character for each byte.

    Args:
        text: The text; lone surrogates stand for bytes that are no UTF-8.

    Returns:
        The text for ftplib.
    """
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def told(fault: Exception) -> str:
    """Give what a server says, for people.

    Args:
        fault: What ftplib raised.

    Returns:
        The answer in one line, with its code.
    """
    return " ".join(str(fault).encode("latin-1", "replace").decode("utf-8", "replace").split())


def code_of(fault: Exception) -> str:
    """Give the code of an answer, such as ``550``.

    Args:
        fault: What ftplib raised.

    Returns:
        Its code.
    """
    return str(fault)[:3]


def _context(login: FtpLogin) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=login.trusted_certificates or None)
    except OSError as fault:
        file = login.trusted_certificates
        raise LocalStorageError(f"the certificates in {file} cannot be read: {fault.strerror or fault}") from fault
    if login.trusted_certificates:  # a certificate that was named is trusted as it is, whoever signed it
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not login.verify_host:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _end(data: socket.socket) -> None:
    """End a protected data connection in good order; what is not heard of that is made up for by the file's size."""
    if isinstance(data, ssl.SSLSocket):
        with suppress(OSError):
            data.unwrap()


def _keep_alive(sock: socket.socket) -> None:
    """Keep the line for commands open while a long transfer goes on beside it: routers forget quiet connections."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), _KEEPALIVE_SECONDS)
