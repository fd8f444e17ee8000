"""Servers for remotes: the embedded SFTP server, and OpenSSH's own where it is installed."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import attrs
import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from identitysync.remotes.ftp import FtpRemote
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.remotes.url import UrlFolder
from identitysync.testing import SftpServer
from identitysync.testing.faults import FaultProxy
from identitysync.testing.remotes import Ground
from identitysync.values import Secret
from tests.remotes.certificates import new_certificate
from tests.remotes.ftp.servers import EmbeddedFtp, vsftpd
from tests.remotes.object_stores import (  # noqa: F401 - fixtures
    azure_ground,
    azurite,
    bucket,
    container,
    gcs,
    gcs_bucket,
    gcs_ground,
    s3,
    s3_ground,
)
from tests.remotes.processes import QuickClock, free_port, stop

SSHD = "/usr/sbin/sshd"


@attrs.frozen
class Sshd:
    """A running OpenSSH server, and who may log in."""

    port: int
    root: Path
    user: str
    private_key: str
    fingerprints: dict[str, str]
    public_lines: dict[str, str]

    def login(self, **more):
        how = {"host_key_fingerprint": self.fingerprints["ed25519"], "timeout": 10.0, **more}
        how = {"private_key": Secret(self.private_key), "port": self.port, **how}
        return SftpLogin(host="127.0.0.1", username=self.user, **how)


def new_key():
    """Make an Ed25519 key: its text, and its line for authorized_keys."""
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return text, public_line(text)


def public_line(text):
    import io

    key = paramiko.Ed25519Key.from_private_key(io.StringIO(text))
    return f"{key.get_name()} {key.get_base64()}"


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """Start OpenSSH's server on loopback, with two host keys and one user key."""
    if not Path(SSHD).exists() or shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH's server is not installed: apt-get install openssh-server")
    folder = tmp_path_factory.mktemp("sshd")
    root = folder / "root"
    root.mkdir()
    prints, lines = {}, {}
    for kind in ("ed25519", "rsa"):
        path = folder / f"host_{kind}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
        shown = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True).stdout
        prints[kind] = shown.split()[1]
        lines[kind] = " ".join(path.with_suffix(".pub").read_text().split()[:2])
    text, line = new_key()
    (folder / "authorized").write_text(line + "\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd as root wants it to exist
    (folder / "config").write_text(
        f"HostKey {folder}/host_ed25519\nHostKey {folder}/host_rsa\nPidFile none\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nListenAddress 127.0.0.1\nPasswordAuthentication no\n"
        f"Subsystem sftp internal-sftp -d {root}\nMaxStartups 100\n" + ("UsePAM no\n" if os.getuid() == 0 else "")
    )
    port = free_port()
    with (folder / "log").open("wb") as log:
        command = [SSHD, "-D", "-e", "-f", str(folder / "config"), "-p", str(port)]
        process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        pytest.skip(f"OpenSSH's server does not start: {(folder / 'log').read_text()[-300:]}")
                    time.sleep(0.02)
            import getpass

            yield Sshd(port, root, getpass.getuser(), text, prints, lines)
        finally:
            stop(process)


@pytest.fixture
def keys():
    """Make new user keys: each a text and a line for authorized_keys."""
    return new_key


@pytest.fixture
def server(tmp_path):
    """The embedded server, with one user."""
    with SftpServer(tmp_path / "served", {"demo": "pass wörd"}) as server:
        yield server


@pytest.fixture
def login_to():
    """Make the right login for the embedded server."""

    def make(server, **more):
        how = {"password": Secret("pass wörd"), "port": server.port, "timeout": 10.0, **more}
        if "known_hosts" not in how and "verify_host" not in how:
            how.setdefault("host_key_fingerprint", server.host_key_fingerprint)
        return SftpLogin(host="127.0.0.1", username="demo", **how)

    return make


@pytest.fixture
def clock():
    return QuickClock()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """The certificate of 127.0.0.1, and its key."""
    return new_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def serve_ftp(tmp_path):
    """Start embedded FTP servers, which stop with the test."""
    with contextlib.ExitStack() as running:
        yield lambda **how: running.enter_context(EmbeddedFtp(tmp_path / "served", **how))


@pytest.fixture(scope="session")
def second_ftp(tmp_path_factory, certificate):
    """Start vsftpd."""
    with vsftpd(tmp_path_factory.mktemp("vsftpd"), certificate, free_port()) as server:
        if server is None:
            pytest.skip("vsftpd is not installed: apt-get install vsftpd")
        if isinstance(server, str):
            pytest.skip(server)
        yield server


def _ftp_ground(server, scratch, folder, *, spoiled=None):
    login = server.login()

    def remote(**more):
        return FtpRemote(attrs.evolve(login, **more), QuickClock())

    def elsewhere():
        certificate, _ = new_certificate(scratch.parent, "other")
        return remote(trusted_certificates=str(certificate))

    return Ground(
        remote,
        scratch,
        folder,
        spoiled=spoiled,
        wrong_login=lambda: remote(password=Secret("wrong")),
        wrong_host=elsewhere if login.trusted_certificates else None,
        nobody=lambda: remote(port=free_port()),
        protected=login.encryption != "none",
    )


def _embedded_ftp_ground(server, scratch):
    @contextlib.contextmanager
    def spoiled(faults):
        server.spoil(*faults)
        try:
            with FtpRemote(server.login(timeout=2.0), QuickClock()) as remote:
                yield remote
        finally:
            server.spoil()

    (server.root / "in box").mkdir()
    return _ftp_ground(server, scratch, "/in box", spoiled=spoiled)


def _sftp_ground(login, scratch, folder, wrong_login):
    def remote(**more):
        return SftpRemote(attrs.evolve(login, **more), QuickClock())

    @contextlib.contextmanager
    def spoiled(faults):
        with FaultProxy("127.0.0.1", login.port, faults) as proxy, remote(port=proxy.port, timeout=2.0) as spoiled:
            yield spoiled

    return Ground(
        remote,
        scratch,
        folder,
        spoiled=spoiled,
        wrong_login=lambda: remote(**wrong_login),
        wrong_host=lambda: remote(host_key_fingerprint="SHA256:" + "A" * 43),
        nobody=lambda: remote(port=free_port()),
    )


@pytest.fixture
def ground(request, tmp_path):
    """A remote of the kind that the test names, with an empty folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    if request.param == "embedded":
        server, make = request.getfixturevalue("server"), request.getfixturevalue("login_to")
        (server.root / "in box").mkdir()
        yield _sftp_ground(make(server), scratch, "/in box", {"password": Secret("wrong")})
    elif request.param == "sshd":
        sshd = request.getfixturevalue("sshd")
        folder = sshd.root / tmp_path.name
        folder.mkdir()
        yield _sftp_ground(sshd.login(), scratch, folder.name, {"private_key": Secret(new_key()[0])})
    elif request.param in {"ftp", "ftps"}:
        server = request.getfixturevalue("serve_ftp")(
            certificate=request.getfixturevalue("certificate") if request.param == "ftps" else None
        )
        yield _embedded_ftp_ground(server, scratch)
    elif request.param == "vsftpd":
        server = request.getfixturevalue("second_ftp")
        folder = server.folder / tmp_path.name
        folder.mkdir()
        folder.chmod(0o777)
        yield _ftp_ground(server, scratch, folder.name)
    elif request.param == "s3":
        bucket = request.getfixturevalue("bucket")
        yield s3_ground(request.getfixturevalue("s3"), bucket, scratch)
    elif request.param == "azure":
        container = request.getfixturevalue("container")
        yield azure_ground(request.getfixturevalue("azurite"), container, scratch)
    elif request.param == "gcs":
        bucket = request.getfixturevalue("gcs_bucket")
        yield gcs_ground(request.getfixturevalue("gcs"), bucket, scratch)
    elif request.param == "local":
        (tmp_path / "root").mkdir()
        yield Ground(lambda: LocalFolder(tmp_path / "root"), scratch)
    else:
        import fsspec

        fsspec.filesystem("memory").makedirs("/tests/box", exist_ok=True)
        yield Ground(lambda: UrlFolder("memory://tests/box"), scratch)
        fsspec.filesystem("memory").rm("/tests", recursive=True)


@pytest.fixture
def source(tmp_path):
    """A small file of this machine."""
    path = tmp_path / "source"
    path.write_bytes(b"new content")
    return path
