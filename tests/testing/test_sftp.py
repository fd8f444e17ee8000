"""The embedded SFTP server serves one folder, and nothing else."""

import io
import os
import socket
import subprocess
import threading
import time

import paramiko
import pytest

from identitysync.testing import SftpServer
from identitysync.testing.sftp.files import ServedFiles


@pytest.fixture
def server(tmp_path):
    with SftpServer(tmp_path / "served", {"demo": "password"}) as server:
        yield server


@pytest.fixture
def client(server):
    transport, client = connect(server)
    yield client
    transport.close()


def connect(server, password="password"):
    transport = paramiko.Transport(("127.0.0.1", server.port))
    transport.connect(username="demo", password=password)
    return transport, paramiko.SFTPClient.from_transport(transport)


def test_a_client_of_another_make_can_do_all_that_files_need(server, client):
    client.mkdir("/sub")
    client.putfo(io.BytesIO(b"content"), "/sub/a b.csv")
    assert (server.root / "sub" / "a b.csv").read_bytes() == b"content"
    assert client.stat("/sub/a b.csv").st_size == 7
    assert client.lstat("sub").st_mode & 0o40000
    client.posix_rename("/sub/a b.csv", "/x")
    client.rename("/x", "/y")
    target = io.BytesIO()
    client.getfo("/y", target)
    assert target.getvalue() == b"content"
    assert sorted(client.listdir("/")) == ["sub", "y"]
    client.remove("/y")
    client.rmdir("/sub")
    assert list(server.root.iterdir()) == []


def test_what_cannot_be_done_is_answered_and_the_connection_goes_on(client):
    client.putfo(io.BytesIO(b""), "/there")
    client.putfo(io.BytesIO(b""), "/too")
    for work in (
        lambda: client.stat("/gone"),
        lambda: client.open("/gone"),
        lambda: client.remove("/gone"),
        lambda: client.listdir("/gone"),
        lambda: client.rename("/there", "/too"),
        lambda: client.rename("/gone", "/new"),
        lambda: client.posix_rename("/gone", "/new"),
        lambda: client.mkdir("/a/b"),
        lambda: client.rmdir("/there"),
    ):
        with pytest.raises(OSError, match=r"No such file|Failure|Directory not empty|Not a directory"):
            work()
    assert sorted(client.listdir("/")) == ["there", "too"]


def test_nothing_outside_is_reached_by_names(server, client, tmp_path):
    (tmp_path / "secret").write_text("x")
    for path in ("../secret", "/../secret", "/../../../../etc/passwd", "a/../../secret", "/./.././secret"):
        with pytest.raises(FileNotFoundError):
            client.stat(path)


def test_nothing_outside_is_reached_by_links(server, client, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    (server.root / "folder").symlink_to(outside)
    (server.root / "file").symlink_to(outside / "secret")
    for work in (
        lambda: client.stat("/file"),
        lambda: client.open("/file"),
        lambda: client.listdir("/folder"),
        lambda: client.stat("/folder/secret"),
        lambda: client.putfo(io.BytesIO(b"x"), "/folder/new"),
        lambda: client.posix_rename("/folder/secret", "/mine"),
        lambda: client.rename("/folder/secret", "/mine"),
        lambda: client.remove("/folder/secret"),
        lambda: client.mkdir("/folder/new"),
    ):
        with pytest.raises(PermissionError):
            work()
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_links_cannot_be_made(server, client):
    with pytest.raises(OSError, match="unsupported"):
        client.symlink("/etc/passwd", "/link")
    assert list(server.root.iterdir()) == []


def test_only_its_users_log_in(server):
    for password in ("wrong", "", "Password"):
        with pytest.raises(paramiko.AuthenticationException):
            connect(server, password)
    connect(server)[0].close()
    assert server.logins == 1


def test_nothing_but_sftp_is_offered(server):
    transport, _ = connect(server)
    with pytest.raises(paramiko.SSHException):
        transport.open_session().exec_command("id")
    with pytest.raises(paramiko.SSHException):
        transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))
    transport.close()


def test_its_fingerprint_and_line_are_those_that_openssh_shows(server, tmp_path):
    line = tmp_path / "line"
    line.write_text(server.known_hosts_line + "\n")
    try:
        shown = subprocess.run(["ssh-keygen", "-lf", str(line)], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed: apt-get install openssh-client")
    assert server.host_key_fingerprint in shown
    assert f"[127.0.0.1]:{server.port}" in shown


def test_openssh_itself_can_use_it(server, tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key, path, known = Ed25519PrivateKey.generate(), tmp_path / "key", tmp_path / "known"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    server.keys.add(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1].decode())
    known.write_text(server.known_hosts_line + "\n")
    (tmp_path / "up").write_bytes(os.urandom(500_000))
    options = ["-F", "none", "-i", path, "-P", server.port, "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes"]
    command = ["sftp", "-q", *map(str, options), "-b", "-", "demo@127.0.0.1"]
    script = f"mkdir in\nput {tmp_path}/up in/x.part\nrename in/x.part in/x\nls -l in\nget in/x {tmp_path}/down\n"
    try:
        subprocess.run(command, input=script, text=True, check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("OpenSSH's client is not installed: apt-get install openssh-client")
    assert (tmp_path / "down").read_bytes() == (tmp_path / "up").read_bytes()


def test_it_breaks_off_when_told(server, client):
    server.drop_after = 100_000
    with pytest.raises((OSError, EOFError, paramiko.SSHException)):
        client.putfo(io.BytesIO(bytes(1_000_000)), "/x")
    assert 100_000 <= (server.root / "x").stat().st_size < 1_000_000
    transport, again = connect(server)
    again.putfo(io.BytesIO(bytes(1_000_000)), "/x")
    transport.close()


def test_its_disk_is_full_when_told(server, client):
    server.full_after = 100_000
    with pytest.raises(OSError, match=r"Failure|size mismatch"):
        client.putfo(io.BytesIO(bytes(1_000_000)), "/x")


def test_it_refuses_to_rename_when_told(server, client):
    client.putfo(io.BytesIO(b"x"), "/x")
    server.posix_rename = False
    with pytest.raises(OSError, match="unsupported"):
        client.posix_rename("/x", "/y")
    server.refuse_rename = True
    with pytest.raises(OSError, match="Failure"):
        client.rename("/x", "/y")
    server.posix_rename = True
    with pytest.raises(OSError, match="Failure"):
        client.posix_rename("/x", "/y")


def test_when_it_stops_nothing_stays(tmp_path):
    before = set(threading.enumerate())
    with SftpServer() as server:
        root, port = server.root, server.port
        transport, client = connect(server, "demo-password")
        client.putfo(io.BytesIO(b"x"), "/x")
        socket.create_connection(("127.0.0.1", port)).close()
    assert not root.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
    transport.close()
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(threading.enumerate()) - before == set()


def test_a_given_folder_stays(tmp_path):
    with SftpServer(tmp_path / "mine") as server:
        (server.root / "x").touch()
    assert (tmp_path / "mine" / "x").exists()


def test_it_can_be_made_and_not_started():
    server = SftpServer()
    server.stop()
    assert not server.root.exists()


def test_its_text_holds_no_password(server):
    assert "password" not in repr(server)


def test_every_answer_is_the_servers_own():
    """paramiko answers "unsupported" for what is left out: nothing that files need may be."""
    needed = {"list_folder", "stat", "lstat", "open", "remove", "rename", "posix_rename", "mkdir", "rmdir", "chattr"}
    assert needed <= set(vars(ServedFiles))
