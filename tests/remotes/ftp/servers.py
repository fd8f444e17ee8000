"""Servers that speak FTP: pyftpdlib in this process, which can be spoiled in many ways, and vsftpd."""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from identitysync.remotes.ftp import FtpLogin
from identitysync.testing.faults import FaultProxy
from identitysync.values import Secret
from tests.remotes.processes import stop

PASSWORD = "pass wörd"


class EmbeddedFtp:
    """A server in a thread.

    ``without`` takes commands away; ``refuse`` maps commands to the answer that they get; ``spoil`` plans faults for
    the data connections to come; ``commands`` are those that came, and ``protected`` tells of each data connection
    whether it was under TLS; without ``overwrites`` it refuses to rename over a file, as servers on Windows do.
    """

    overwrites = True

    def __init__(self, root, *, certificate=None, implicit=False, data_certificate=None, without=()):
        root.mkdir(exist_ok=True)
        self.root, self.certificate, self.implicit = root, certificate, implicit
        self.commands, self.protected, self.refuse = [], [], {}
        self._faults, self._proxies = iter(()), []
        authorizer = DummyAuthorizer()
        authorizer.add_user("demo", PASSWORD, str(root), perm="elradfmwMT")
        base = TLS_FTPHandler if certificate else FTPHandler
        served = self

        class Handler(base):
            banner = "ready"

            def respond(self, answer, *args, **more):
                super().respond(served.rewritten(answer), *args, **more)

            def process_command(self, command, *args, **more):
                served.commands.append(command)
                if command == "PASV" and data_certificate:
                    self.ssl_context = _context(data_certificate)
                if command in served.refuse:
                    self.respond(served.refuse[command])
                    return
                super().process_command(command, *args, **more)

            def _on_dtp_connection(self):
                served.protected.append(bool(certificate and self._prot))
                super()._on_dtp_connection()

            def ftp_RNTO(self, path):  # noqa: N802 - so pyftpdlib names its commands
                if not served.overwrites and os.path.lexists(path):
                    self.respond("550 Cannot create a file when that file already exists.")
                    return None
                return super().ftp_RNTO(path)

            if implicit:

                def handle(self):
                    self.secure_connection(self.ssl_context)
                    super().handle()

        Handler.proto_cmds = {name: what for name, what in base.proto_cmds.items() if name not in without}
        Handler.authorizer = authorizer
        Handler.auth_failed_timeout = 0
        Handler.use_sendfile = False
        if certificate:
            Handler.ssl_context = _context(certificate)
        self._server = FTPServer(("127.0.0.1", 0), Handler, ioloop=IOLoop())
        self.port = self._server.address[1]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="ftp-server")

    def spoil(self, *faults):
        self._faults = iter(faults)

    def rewritten(self, answer):
        """Put a proxy between the client and the data port that it is told, when a fault is planned."""
        if answer[:3] != "227" or (fault := next(self._faults, None)) is None:
            return answer
        high, low = re.search(r",(\d+),(\d+)\)", answer).groups()
        proxy = FaultProxy("127.0.0.1", int(high) * 256 + int(low), [fault])
        proxy.__enter__()
        self._proxies.append(proxy)
        return re.sub(r"\(.*\)", f"(127,0,0,1,{proxy.port // 256},{proxy.port % 256})", answer)

    def login(self, **more):
        how = {"encryption": "none"}
        if self.certificate:
            how = {"encryption": "implicit" if self.implicit else "explicit"}
            how["trusted_certificates"] = str(self.certificate[0])
        how = {"host": "127.0.0.1", "port": self.port, "timeout": 5.0, "username": "demo", **how, **more}
        return FtpLogin(password=how.pop("password", Secret(PASSWORD)), **how)

    def names(self):
        return sorted(path.name for path in self.root.rglob("*") if path.is_file())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join(5)
        for proxy in self._proxies:
            proxy.__exit__(None, None, None)

    def _serve(self):
        while not self._stopped.is_set():
            self._server.serve_forever(timeout=0.01, blocking=False)
        self._server.close_all()


def _context(certificate):
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(certificate[0]))
    context.use_privatekey_file(str(certificate[1]))
    context.set_session_id(b"identitysync")
    return context


class Vsftpd:
    """A running vsftpd, which has no MLSD, and wants data connections to go on with the TLS session of the first."""

    def __init__(self, folder, port, certificate):
        self.folder, self.port, self.certificate = folder, port, certificate

    def login(self, **more):
        how = {
            "host": "127.0.0.1",
            "port": self.port,
            "timeout": 5.0,
            "username": "anonymous",
            "encryption": "explicit",
        }
        how = {**how, "trusted_certificates": str(self.certificate[0]), **more}
        return FtpLogin(password=how.pop("password", Secret("me@example.com")), **how)


@contextlib.contextmanager
def vsftpd(folder, certificate, port):
    """Start vsftpd; gives None where it is not installed, or the reason as text where it does not start."""
    program = shutil.which("vsftpd") or "/usr/sbin/vsftpd"
    if not Path(program).exists():
        yield None
        return
    if os.getuid() != 0:
        yield "vsftpd is started by root alone"
        return
    try:
        pwd.getpwnam("ftp")
    except KeyError:
        yield "the user ftp, which the package makes, is missing"
        return
    root, empty = folder / "root", folder / "empty"
    for each in (folder, root, empty):
        each.mkdir(exist_ok=True)
    (folder / "passwords").write_text("me@example.com\n")
    for each in (folder, *folder.parents):
        if each != Path("/") and not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o011)  # the server's user has to pass
    settings = {
        "listen": "YES", "listen_address": "127.0.0.1", "listen_port": port, "background": "NO",
        "seccomp_sandbox": "NO", "anonymous_enable": "YES", "local_enable": "NO", "write_enable": "YES",
        "anon_root": root, "anon_upload_enable": "YES", "anon_mkdir_write_enable": "YES",
        "anon_other_write_enable": "YES", "anon_world_readable_only": "NO",
        "secure_email_list_enable": "YES", "email_password_file": folder / "passwords", "force_dot_files": "YES",
        "ftp_username": "ftp", "nopriv_user": "nobody", "secure_chroot_dir": empty, "delay_failed_login": 0,
        "max_login_fails": 9, "ssl_enable": "YES", "allow_anon_ssl": "YES", "force_anon_data_ssl": "YES",
        "force_anon_logins_ssl": "YES", "rsa_cert_file": certificate[0], "rsa_private_key_file": certificate[1],
        "ssl_ciphers": "HIGH", "require_ssl_reuse": "YES", "utf8_filesystem": "YES", "xferlog_enable": "NO",
        "vsftpd_log_file": folder / "log", "ls_recurse_enable": "NO",
    }  # fmt: skip
    (folder / "config").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    root.chmod(0o755)
    process = subprocess.Popen([program, str(folder / "config")], stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    yield f"vsftpd does not start ({process.poll()})"
                    return
                time.sleep(0.02)
        yield Vsftpd(root, port, certificate)
    finally:
        stop(process)
