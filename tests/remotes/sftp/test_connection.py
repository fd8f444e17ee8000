"""Connecting: the right host, the right user, and in time."""

import socket
import threading
import time
from pathlib import Path

import attrs
import pytest

from identitysync.errors import AuthenticationFailed, HostNotTrusted, InvalidParameter, RemoteError, RemoteUnavailable
from identitysync.remotes.sftp import SftpRemote
from identitysync.testing import SftpServer
from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward
from identitysync.values import Secret


@pytest.fixture
def remote(clock):
    opened = []

    def make(login, **more):
        opened.append(SftpRemote(attrs.evolve(login, **more), clock))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_a_key_logs_in_where_there_is_no_password(tmp_path, keys, login_to, remote):
    text, line = keys()
    with SftpServer(tmp_path / "r", {"demo": "x"}, authorized_keys=[line]) as server:
        remote(login_to(server, password=None, private_key=Secret(text))).list()
        remote(login_to(server, password=Secret(""), private_key=Secret(text))).list()
        with pytest.raises(AuthenticationFailed, match=r"user 'demo' with this private key$"):
            remote(login_to(server, password=None, private_key=Secret(keys()[0]))).list()
        assert server.logins == 2


def test_a_password_is_tried_after_a_key_that_is_refused(keys, server, login_to, remote):
    key = Secret(keys()[0])
    remote(login_to(server, private_key=key)).list()
    with pytest.raises(AuthenticationFailed, match="with this private key and this password"):
        remote(login_to(server, private_key=key, password=Secret("hunter2"))).list()


def test_a_wrong_login_is_not_tried_again_and_its_password_not_told(server, login_to, remote, clock):
    for wrong in ({"password": Secret("hunter2")}, {"username": "nobody"}):
        with pytest.raises(AuthenticationFailed, match="does not accept the user") as told:
            remote(login_to(server), **wrong).list()
        assert "hunter2" not in str(told.value)
        assert "pass wörd" not in str(told.value)
    assert clock.slept == []


def test_nothing_to_log_in_with_is_said_before_connecting(login_to, server, remote):
    for nothing in (None, Secret("")):
        with pytest.raises(InvalidParameter, match="needs a password or a private key"):
            remote(login_to(server, password=nothing, private_key=nothing)).list()
    assert server.logins == 0


def test_a_wrong_kind_of_login_says_what_the_host_wants(sshd, remote):
    with pytest.raises(AuthenticationFailed, match="it wants publickey"):
        remote(sshd.login(private_key=None, password=Secret("x"))).list()


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_any_key_of_a_host_with_several_may_be_pinned_or_known(kind, sshd, remote, tmp_path):
    remote(sshd.login(host_key_fingerprint=sshd.fingerprints[kind])).list()
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{sshd.port} {sshd.public_lines[kind]}\n")
    remote(sshd.login(host_key_fingerprint="", known_hosts=str(known))).list()


def test_an_unknown_host_gets_no_password(server, login_to, remote, tmp_path):
    known = tmp_path / "known"
    known.write_text("")
    with pytest.raises(HostNotTrusted) as told:
        remote(login_to(server, known_hosts=str(known))).list()
    assert server.host_key_fingerprint in str(told.value)
    assert server.known_hosts_line in str(told.value)
    assert server.logins == 0
    known.write_text(server.known_hosts_line)
    remote(login_to(server, known_hosts=str(known))).list()
    assert server.logins == 1


def test_a_changed_host_gets_no_password(server, login_to, remote, tmp_path):
    known = tmp_path / "known"
    with SftpServer(tmp_path / "other") as other:
        known.write_text(other.known_hosts_line.replace(str(other.port), str(server.port)))
    with pytest.raises(HostNotTrusted, match="which is not the one in"):
        remote(login_to(server, known_hosts=str(known))).list()
    with pytest.raises(HostNotTrusted, match="not SHA256:AAA"):
        remote(login_to(server, host_key_fingerprint="SHA256:AAA")).list()
    assert server.logins == 0


def test_a_host_is_not_verified_only_when_told_so(server, login_to, remote):
    remote(login_to(server, verify_host=False, host_key_fingerprint="")).list()


def test_agents_and_keys_of_the_user_are_not_tried(tmp_path, keys, login_to, remote, monkeypatch):
    text, line = keys()
    folder = Path.home() / ".ssh"
    folder.mkdir()
    (folder / "id_ed25519").write_text(text)
    with (
        SftpServer(tmp_path / "r", {"demo": "x"}, authorized_keys=[line]) as server,
        pytest.raises(AuthenticationFailed),
    ):
        remote(login_to(server, password=Secret("wrong"))).list()


@pytest.mark.parametrize("toward", list(Toward))
@pytest.mark.parametrize("place", [0, 1_200, 2_600, 3_200])
def test_a_host_that_falls_silent_at_any_step_is_given_up_in_time(server, login_to, remote, clock, toward, place):
    for number in range(100):
        (server.root / f"a file with a name of some length, number {number}").touch()
    with FaultProxy("127.0.0.1", server.port, [Fault(Spoil.STALL, place, toward)] * 9) as proxy:
        started = time.monotonic()
        with pytest.raises(RemoteUnavailable, match="tried 3 times"):
            remote(login_to(server), port=proxy.port, timeout=0.25).list("/" + "./" * 1_500)
        assert time.monotonic() - started < 6
        assert proxy.connections == 3
    assert clock.slept == [0.5, 2.0]


def test_a_host_that_says_nothing_or_nonsense_is_given_up(login_to, server, remote):
    for greeting in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 5_000):
        with Greeter(greeting) as port, pytest.raises(RemoteUnavailable, match="tried 3 times"):
            remote(login_to(server), port=port, timeout=0.2).list()


def test_a_host_that_speaks_another_ssh_is_not_tried_again(login_to, server, remote, clock):
    with Greeter(b"SSH-1.5-old\r\n") as port, pytest.raises(RemoteError, match=r"Incompatible version \(1\.5"):
        remote(login_to(server), port=port, timeout=0.2).list()
    assert clock.slept == []


def test_a_host_that_never_comes_to_the_point_is_given_up_in_time(login_to, server, remote):
    started = time.monotonic()
    with Greeter(b"welcome\r\n", every=0.1) as port, pytest.raises(RemoteUnavailable, match="did not introduce itself"):
        remote(login_to(server), port=port, timeout=0.2).list()
    assert time.monotonic() - started < 6


def test_an_unknown_name_is_unreachable(login_to, server, remote):
    with pytest.raises(RemoteUnavailable, match=r"no-such-host\.invalid:22 cannot be reached"):
        remote(login_to(server), host="no-such-host.invalid", port=22, timeout=2.0).list()


def test_nothing_is_printed_when_a_connection_fails(server, login_to, remote, capfd):
    with FaultProxy("127.0.0.1", server.port, [Fault(Spoil.RESET, 500)] * 9) as proxy, pytest.raises(RemoteUnavailable):
        remote(login_to(server), port=proxy.port).list()
    assert capfd.readouterr() == ("", "")


class Greeter:
    """A server that says one thing, and perhaps again."""

    def __init__(self, greeting, every=None):
        self._greeting, self._every = greeting, every
        self._listener, self._taken = socket.create_server(("127.0.0.1", 0)), []

    def __enter__(self):
        threading.Thread(target=self._run, daemon=True).start()
        return self._listener.getsockname()[1]

    def __exit__(self, *_):
        self._listener.close()
        for each in self._taken:
            each.close()

    def _run(self):
        try:
            while True:
                self._taken.append(self._listener.accept()[0])
                threading.Thread(target=self._talk, args=(self._taken[-1],), daemon=True).start()
        except OSError:
            return

    def _talk(self, taken):
        try:
            taken.sendall(self._greeting)
            while self._every is not None:
                time.sleep(self._every)
                taken.sendall(self._greeting)
        except OSError:
            return
