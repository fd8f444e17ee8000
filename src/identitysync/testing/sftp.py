"""An SFTP server on this machine, over one folder, with passwords, keys and bad days."""

import base64
import contextlib
import hashlib
import os
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PATIENCE = 20.0


class SftpServer:
    """Serve one folder by SFTP on 127.0.0.1; use it in a ``with`` block, or with ``start`` and ``stop``.

    Attributes:
        root: The folder; nothing outside is reached, by no name and no link.
        port: The port.
        posix_rename: Whether a rename may overwrite, by OpenSSH's extension; False plays an older server.
        drop_after: Break the connection off after so many bytes of one upload or download; None for never.
        logins: How many logins there were.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        root: str | Path | None = None,
        users: Mapping[str, str] | None = None,
        *,
        authorized_keys: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        """Bind the port; nothing is answered before ``start``.

        Args:
            root: The folder; a temporary one when it is not given.
            users: Users and their passwords; one named ``demo`` when none are given.
            authorized_keys: Public keys, as in an ``authorized_keys`` file, which may log in as any user.
            port: The port; 0 for any that is free.
        """
        self._temporary = None if root is not None else tempfile.TemporaryDirectory(prefix="identitysync-sftp-")
        self.root = Path(root if root is not None else self._temporary.name if self._temporary else "").resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self.users = dict(users or {"demo": "demo-password"})
        self.keys = {line.split()[1] for line in authorized_keys if len(line.split()) > 1}
        self.posix_rename = True
        self.drop_after: int | None = None
        self.logins = 0
        self.moved = 0
        self._key = paramiko.ECDSAKey.generate(bits=256)
        self._listener = socket.create_server((self.host, port))
        self.port = int(self._listener.getsockname()[1])
        self._transports: list[paramiko.Transport] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True, name="sftp-server")

    @property
    def host_key_fingerprint(self) -> str:
        """The fingerprint of the host key, as ``ssh-keygen -l`` prints it."""
        digest = hashlib.sha256(self._key.asbytes()).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"

    @property
    def known_hosts_line(self) -> str:
        """The line for a known_hosts file."""
        return f"[{self.host}]:{self.port} {self._key.get_name()} {self._key.get_base64()}"

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop to answer, break all connections off, and remove a temporary folder."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), 1).close()
        self._listener.close()
        self.disconnect()
        self._thread.join(5)
        if self._temporary is not None:
            self._temporary.cleanup()

    def disconnect(self) -> None:
        """Break all connections off."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<SFTP server at {self.host}:{self.port} over {self.root}>"

    def transfer(self, count: int) -> None:
        """Count bytes, and break off when it is time."""
        self.moved += count
        if self.drop_after is not None and self.moved >= self.drop_after:
            self.drop_after = None
            self.disconnect()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._stopped.is_set():
                connection.close()
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True, name="sftp-connection").start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.set_log_channel("identitysync.testing.sftp")
        transport.add_server_key(self._key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self)
        transport.auth_timeout = _PATIENCE
        self._transports.append(transport)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Login(self))


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return self._judge(self._server.users.get(username) == password)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._judge(username in self._server.users and key.get_base64() in self._server.keys)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        wanted = kind == "session"
        return OPEN_SUCCEEDED if wanted else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def _judge(self, fits: bool) -> int:
        self._server.logins += fits
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, server: SftpServer, flags: int, descriptor: int) -> None:
        super().__init__(flags)
        self._server, self._descriptor = server, descriptor

    def read(self, offset: int, length: int) -> bytes | int:
        try:
            data = os.pread(self._descriptor, length, offset)
        except OSError as fault:
            return _code(fault)
        self._server.transfer(len(data))
        return data

    def write(self, offset: int, data: "Buffer") -> int:
        try:
            written = os.pwrite(self._descriptor, data, offset)
        except OSError as fault:
            return _code(fault)
        self._server.transfer(written)
        return SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes | int:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, owner: SftpServer, *args: Any, **more: Any) -> None:
        super().__init__(server, *args, **more)
        self._owner = owner

    def _place(self, path: str) -> Path:
        """Give the place of a path below the root; a link that leads outside is no place."""
        place = self._owner.root / self.canonicalize(path).lstrip("/")
        if not place.parent.resolve().is_relative_to(self._owner.root):
            raise PermissionError(13, "outside of the root")
        if place.is_symlink() and not place.resolve().is_relative_to(self._owner.root):
            raise PermissionError(13, "outside of the root")
        return place

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            return [
                paramiko.SFTPAttributes.from_stat(each.stat(), each.name)
                for each in self._place(path).iterdir()
                if each.exists()
            ]
        except OSError as fault:
            return _code(fault)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as fault:
            return _code(fault)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).lstat())
        except OSError as fault:
            return _code(fault)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            return _Handle(self._owner, flags, os.open(self._place(path), flags, 0o644))
        except OSError as fault:
            return _code(fault)

    def remove(self, path: str) -> int:
        return self._try(lambda: self._place(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._place(newpath).exists():
            return SFTP_FAILURE
        return self._try(lambda: self._place(oldpath).rename(self._place(newpath)))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        if not self._owner.posix_rename:
            return SFTP_OP_UNSUPPORTED
        return self._try(lambda: self._place(oldpath).replace(self._place(newpath)))

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._try(lambda: self._place(path).mkdir())

    def rmdir(self, path: str) -> int:
        return self._try(lambda: self._place(path).rmdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return SFTP_OK

    def _try(self, work: Any) -> int:
        try:
            work()
        except OSError as fault:
            return _code(fault)
        return SFTP_OK


def _code(fault: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(fault.errno or 0)
