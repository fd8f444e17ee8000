"""Object stores for tests: moto for S3, azurite for Azure, gcp-storage-emulator for Google."""

import base64
import contextlib
import json
import logging
import os
import shutil
import subprocess
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import quote

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from identitysync.remotes.azure import AzureLogin, AzureRemote
from identitysync.remotes.gcs import GcsLogin, GcsRemote
from identitysync.remotes.s3 import S3Login, S3Remote
from identitysync.testing.faults import FaultProxy
from identitysync.testing.remotes import Ground
from identitysync.values import Secret
from tests.remotes.processes import QuickClock, free_port, stop, wait_for
from tests.world.loopback import Loopback, Reply


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


def s3_ground(s3, bucket, scratch):
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
        stop(process)


@pytest.fixture
def container(azurite):
    """Make a container of its own for the test."""
    name = f"container-{uuid.uuid4().hex}"
    with azurite.client(name) as client:
        client.create_container()
    return name


def azure_ground(azurite, container, scratch):
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


def gcs_ground(gcs, bucket, scratch):
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


def prefixes_find_their_names(remote):
    """Of a.csv, in/a.csv, in/ab.csv, in/b/a.csv and inside.csv; what stands for a folder is none of them."""
    found = {prefix: [entry.path for entry in remote.find(prefix)] for prefix in ("in", "in/a", "in/a.csv", "no")}
    assert found == {
        "in": ["in/a.csv", "in/ab.csv", "in/b/a.csv", "inside.csv"],
        "in/a": ["in/a.csv", "in/ab.csv"],
        "in/a.csv": ["in/a.csv"],
        "no": [],
    }
