"""The server: a port, a host key, users, and what is to go wrong."""

import contextlib
import hashlib
import logging
import socket
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import paramiko

from identitysync.testing.sftp.files import ServedFiles
from identitysync.testing.sftp.login import LoginDesk

_LOG: Final = "identitysync.testing.sftp"
_PATIENCE: Final = 20.0


class SftpServer:
    """Serve one folder by SFTP on 127.0.0.1; use it in a ``with`` block, or with ``start`` and ``stop``.

    Attributes:
        root: The folder; nothing outside is reached, by no name and no link.
        port: The port.
        users: Users and their passwords.
        posix_rename: Whether a rename may overwrite, by OpenSSH's extension; False plays an older server.
        refuse_rename: Whether every rename fails.
        drop_after: Break all connections off after so many bytes of uploads and downloads more; None for never. It
            happens once.
        full_after: Say that the disk is full after so many bytes of uploads more; None for never. It stays full.
        logins: How many logins there were.
        moved: How many bytes were uploaded and downloaded.
        broken_off: How often connections were broken off; nothing that had arrived by then is done any more.
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
        self.refuse_rename = False
        self.drop_after: int | None = None
        self.full_after: int | None = None
        self.logins = 0
        self.moved = 0
        self.broken_off = 0
        self._key = paramiko.ECDSAKey.generate(bits=256)
        self._listener = socket.create_server((self.host, port))
        self.port = int(self._listener.getsockname()[1])
        self._transports: list[paramiko.Transport] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True, name="sftp-server")
        log = logging.getLogger(_LOG)
        if not log.handlers:
            log.addHandler(logging.NullHandler())

    @property
    def host_key_fingerprint(self) -> str:
        """The fingerprint of the host key, as ``ssh-keygen -l`` prints it."""
        return f"SHA256:{b64encode(hashlib.sha256(self._key.asbytes()).digest()).decode().rstrip('=')}"

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
            socket.create_connection((self.host, self.port), 1).close()  # wakes the one who waits for connections
        if self._thread.ident is not None:
            self._thread.join(5)
        self._listener.close()
        for transport in self.disconnect():
            transport.join(5)
        if self._temporary is not None:
            self._temporary.cleanup()

    def disconnect(self) -> list[paramiko.Transport]:
        """Break all connections off, and give what is left of them."""
        self.broken_off += 1
        transports, self._transports = self._transports, []
        for transport in transports:
            transport.close()
        return transports

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
        if self.drop_after is not None:
            self.drop_after -= count
            if self.drop_after <= 0:
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
            self._transports = [each for each in self._transports if each.is_alive()]
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        """Answer one connection, in the thread that paramiko makes for it."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.set_log_channel(_LOG)
        transport.add_server_key(self._key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, ServedFiles, self)
        transport.auth_timeout = _PATIENCE
        self._transports.append(transport)
        transport.start_server(event=threading.Event(), server=LoginDesk(self))
