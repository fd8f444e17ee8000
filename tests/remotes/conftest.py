"""Servers for remotes: the embedded SFTP server, and OpenSSH's own where it is installed."""

import base64
import contextlib
import json
import logging
import os
import shutil
import socket
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import quote

import attrs
import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from identitysync.remotes.azure import AzureLogin, AzureRemote
from identitysync.remotes.ftp import FtpRemote
from identitysync.remotes.gcs import GcsLogin, GcsRemote
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.s3 import S3Login, S3Remote
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.remotes.url import UrlFolder
from identitysync.testing import SftpServer
from identitysync.testing.faults import FaultProxy
from identitysync.testing.remotes import Ground
from identitysync.values import Secret
from identitysync.world.clock import SystemClock
from tests.remotes.certificates import new_certificate
from tests.remotes.ftp.servers import EmbeddedFtp, vsftpd
from tests.world.loopback import Loopback, Reply

SSHD = "/usr/sbin/sshd"


class QuickClock(SystemClock):
    """A clock whose pauses are over at once."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)


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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
            process.terminate()
            process.wait(10)


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


class S3Service:
    """moto's server, with a way to make buckets."""

    def __init__(self, endpoint):
        import boto3

        self.endpoint, self.port = endpoint, int(endpoint.rpartition(":")[2])
        self.boto = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            region_name="us-east-1",
        )

    def login(self, bucket, **more):
        how = {"access_key": Secret("key"), "secret_key": Secret("secret"), "endpoint_url": self.endpoint, **more}
        return S3Login(bucket_name=bucket, **how)

    def keys(self, bucket):
        return sorted(each["Key"] for each in self.boto.list_objects_v2(Bucket=bucket).get("Contents", ()))

    def uploads(self, bucket):
        """What has been begun, and neither completed nor aborted."""
        return [each["Key"] for each in self.boto.list_multipart_uploads(Bucket=bucket).get("Uploads", ())]


@pytest.fixture(scope="session")
def s3():
    """Start moto's server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield S3Service("http://{}:{}".format(*server.get_host_and_port()))
    server.stop()


@pytest.fixture
def bucket(s3):
    """Make a bucket of its own for the test."""
    name = f"bucket-{uuid.uuid4().hex}"
    s3.boto.create_bucket(Bucket=name)
    return name


def _s3_ground(s3, bucket, scratch):
    login = s3.login(bucket)

    @contextlib.contextmanager
    def spoiled(faults):
        with FaultProxy("127.0.0.1", s3.port, faults) as proxy:
            through = attrs.evolve(login, endpoint_url=f"http://127.0.0.1:{proxy.port}")
            with S3Remote(through, QuickClock(), timeout=2.0) as remote:
                yield remote

    return Ground(
        lambda: S3Remote(login, QuickClock()),
        scratch,
        "in box",
        spoiled=spoiled,
        nobody=lambda: S3Remote(attrs.evolve(login, endpoint_url=f"http://127.0.0.1:{free_port()}"), QuickClock()),
        large=17_000_000,
        folders=False,
        protected=False,
    )


class Azurite:
    """A running azurite with one account."""

    def __init__(self, port, account, key):
        self.port, self.account, self.key = port, account, key

    def login(self, container, **more):
        how = {"account_name": self.account, "account_key": Secret(self.key), "container": container, **more}
        return AzureLogin(**{"endpoint_url": f"http://127.0.0.1:{self.port}/{self.account}", **how})

    def client(self, container):
        return self.login(container).client(10)


@pytest.fixture(scope="session")
def azurite(tmp_path_factory):
    """Start azurite, of which npm has put the package into the project's .npm folder."""
    script = Path(__file__).parents[2] / ".npm/node_modules/azurite/dist/src/blob/main.js"
    if shutil.which("node") is None or not script.exists():
        pytest.skip("azurite is not installed: npm install --prefix .npm azurite@3.35.0")
    port, account = free_port(), "tests"
    key = base64.b64encode(os.urandom(64)).decode()
    command = [
        "node", str(script), "--silent", "--skipApiVersionCheck", "--blobHost", "127.0.0.1", "--blobPort", str(port),
        "--location", str(tmp_path_factory.mktemp("azurite")),
    ]  # fmt: skip
    environment = {**os.environ, "AZURITE_ACCOUNTS": f"{account}:{key}"}
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield Azurite(port, account, key)
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port, process):
    """Wait until a process listens."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"{process.args[0]} does not start ({process.poll()})")
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def container(azurite):
    """Make a container of its own for the test."""
    name = f"container-{uuid.uuid4().hex}"
    with azurite.client(name) as client:
        client.create_container()
    return name


def _azure_ground(azurite, container, scratch):
    login = azurite.login(container)

    def at(port, **more):
        elsewhere = f"http://127.0.0.1:{port}/{azurite.account}"
        return AzureRemote(attrs.evolve(login, endpoint_url=elsewhere), QuickClock(), **more)

    @contextlib.contextmanager
    def spoiled(faults):
        with FaultProxy("127.0.0.1", azurite.port, faults) as proxy, at(proxy.port, timeout=2.0) as remote:
            yield remote

    wrong = attrs.evolve(login, account_key=Secret(base64.b64encode(b"wrong" * 12).decode()))
    return Ground(
        lambda: AzureRemote(login, QuickClock()),
        scratch,
        "in box",
        spoiled=spoiled,
        wrong_login=lambda: AzureRemote(wrong, QuickClock()),
        nobody=lambda: at(free_port()),
        large=9_000_000,
        folders=False,
        unfit=frozenset({"back\\slash.csv", "..."}),
    )


@attrs.frozen
class GcsService:
    """gcp-storage-emulator's server, and somebody who gives tokens."""

    port: int
    private_key: str

    def login(self, bucket, **more):
        how = {"project_id": "tests", "client_email": "idx@tests.example", "private_key": Secret(self.private_key)}
        return GcsLogin(bucket=bucket, **{**how, "endpoint_url": f"http://127.0.0.1:{self.port}", **more})

    def request(self, method, path, body=b"", kind="application/json"):
        address = f"http://127.0.0.1:{self.port}{path}"
        headers = {"Content-Type": kind}
        with urllib.request.urlopen(urllib.request.Request(address, body or None, headers, method=method)) as answer:
            return answer.read()

    def put(self, bucket, name, content=b"x"):
        place = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(name, safe='')}"
        self.request("POST", place, content, "application/octet-stream")


@pytest.fixture(scope="session")
def gcs():
    """Start gcp-storage-emulator's server."""
    from gcp_storage_emulator.server import create_server

    from identitysync.remotes.gcs import files

    port = free_port()
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    logging.getLogger("gcp_storage_emulator").setLevel(logging.ERROR)
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    token = Reply(b'{"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}')
    with Loopback([token]) as tokens, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "TOKEN_ADDRESS", f"{tokens.url}/token")
        yield GcsService(port, key.decode())
    server.stop()


@pytest.fixture
def gcs_bucket(gcs):
    """Make a bucket of its own for the test."""
    name = f"bucket-{uuid.uuid4().hex}"
    gcs.request("POST", "/storage/v1/b?project=tests", json.dumps({"name": name}).encode())
    return name


def _gcs_ground(gcs, bucket, scratch):
    login = gcs.login(bucket)

    def at(port, **more):
        return GcsRemote(attrs.evolve(login, endpoint_url=f"http://127.0.0.1:{port}"), QuickClock(), **more)

    @contextlib.contextmanager
    def spoiled(faults):
        with FaultProxy("127.0.0.1", gcs.port, faults) as proxy, at(proxy.port, timeout=2.0) as remote:
            yield remote

    return Ground(
        lambda: GcsRemote(login, QuickClock()),
        scratch,
        "in box",
        spoiled=spoiled,
        nobody=lambda: at(free_port()),
        large=9_000_000,
        folders=False,
        protected=False,
        resumes=True,
    )


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
        yield _s3_ground(request.getfixturevalue("s3"), bucket, scratch)
    elif request.param == "azure":
        container = request.getfixturevalue("container")
        yield _azure_ground(request.getfixturevalue("azurite"), container, scratch)
    elif request.param == "gcs":
        bucket = request.getfixturevalue("gcs_bucket")
        yield _gcs_ground(request.getfixturevalue("gcs"), bucket, scratch)
    elif request.param == "local":
        (tmp_path / "root").mkdir()
        yield Ground(lambda: LocalFolder(tmp_path / "root"), scratch)
    else:
        import fsspec

        fsspec.filesystem("memory").makedirs("/tests/box", exist_ok=True)
        yield Ground(lambda: UrlFolder("memory://tests/box"), scratch)
        fsspec.filesystem("memory").rm("/tests", recursive=True)
