"""A server behind FTP as a place for files."""

import contextlib
import io
import logging
import os
import socket
import threading
import time

import pytest

from identitysync.errors import (
    AuthenticationFailed,
    HostNotTrusted,
    LocalStorageError,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
    UnsafeName,
)
from identitysync.remotes.ftp import FtpRemote
from identitysync.remotes.ftp.connection import Connection
from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward
from identitysync.testing.remotes import FILE_LAWS, Ground
from tests.remotes.certificates import new_certificate

POOR = {
    "no MLSD": ("MLSD", "MLST"),
    "no SIZE": ("MLSD", "MLST", "SIZE"),
    "no REST": ("MLSD", "MLST", "SIZE", "REST", "OPTS"),
    "no FEAT": ("MLSD", "MLST", "FEAT"),
    "nothing": ("MLSD", "MLST", "FEAT", "SIZE", "REST", "OPTS", "MDTM"),
}


@pytest.fixture
def ftp(serve_ftp):
    return serve_ftp()


@pytest.fixture
def remote(ftp, clock):
    with FtpRemote(ftp.login(), clock) as remote:
        yield remote


@pytest.fixture(params=["explicit", "implicit"])
def secured(request, serve_ftp, certificate):
    return serve_ftp(certificate=certificate, implicit=request.param == "implicit")


@pytest.mark.parametrize(
    ("without", "law"),
    [
        pytest.param(without, law, id=f"{poor}-{law.__name__}")
        for poor, without in POOR.items()
        for law in FILE_LAWS
        if not ("MDTM" in without and "times" in law.__name__)
    ],
)
def test_a_poor_server_keeps_the_laws(law, without, serve_ftp, clock, tmp_path):
    server = serve_ftp(without=without)
    (server.root / "box").mkdir()
    (tmp_path / "scratch").mkdir()
    law(Ground(lambda: FtpRemote(server.login(), clock), tmp_path / "scratch", "box", large=300_000))


def test_where_no_exact_time_is_told_none_is_made_up(serve_ftp, clock):
    """The lines of LIST lose their minutes after half a year, and a file would seem to have changed."""
    server = serve_ftp(without=POOR["nothing"])
    (server.root / "x").write_bytes(b"12")
    with FtpRemote(server.login(), clock) as remote:
        assert [(entry.name, entry.size, entry.modified) for entry in remote.list()] == [("x", 2, None)]


def test_certificates_are_verified(secured, clock, tmp_path, monkeypatch):
    wrong = {
        "another one": new_certificate(tmp_path, "other")[0],
        "none of the system's": "",
    }
    for file in wrong.values():
        with (
            FtpRemote(secured.login(trusted_certificates=str(file)), clock) as remote,
            pytest.raises(HostNotTrusted, match=r"certificate.*not trusted.*trustedCertificates"),
        ):
            remote.list()
    assert "PASS" not in secured.commands
    with FtpRemote(secured.login(trusted_certificates="", verify_host=False), clock) as remote:
        assert remote.list() == []


@pytest.mark.parametrize(
    ("how", "why"), [({"host": "ftp.example.com"}, "IP address mismatch"), ({"days": -2}, "expired")]
)
def test_a_certificate_of_another_host_or_time_is_not_trusted(serve_ftp, clock, tmp_path, how, why):
    server = serve_ftp(certificate=new_certificate(tmp_path, "bad", **how))
    with FtpRemote(server.login(), clock) as remote, pytest.raises(HostNotTrusted, match=why):
        remote.list()
    assert "PASS" not in server.commands


def test_the_certificate_of_a_data_connection_is_verified_too(serve_ftp, certificate, clock, tmp_path, source):
    server = serve_ftp(certificate=certificate, data_certificate=new_certificate(tmp_path, "other"))
    with (
        FtpRemote(server.login(), clock) as remote,
        pytest.raises(HostNotTrusted, match="the data connection shows a certificate"),
    ):
        remote.stage(source, "x")
    assert clock.slept == []


def test_a_certificate_that_is_named_is_trusted_whoever_signed_it(serve_ftp, clock, tmp_path):
    server = serve_ftp(certificate=new_certificate(tmp_path, "signed", signed=True))
    with FtpRemote(server.login(), clock) as remote:
        assert remote.list() == []


def test_certificates_that_cannot_be_read_are_said_to_be(ftp, clock, tmp_path):
    for path in (tmp_path / "nowhere.pem", tmp_path):
        login = ftp.login(encryption="explicit", trusted_certificates=str(path))
        with FtpRemote(login, clock) as remote, pytest.raises(LocalStorageError, match="cannot be read"):
            remote.list()


def test_data_is_protected_on_every_connection_also_after_a_drop(secured, clock, source):
    with FaultProxy(
        "127.0.0.1", secured.port, [Fault(Spoil.RESET, at, Toward.CLIENT) for at in (2_300, 2_900)]
    ) as proxy:
        with FtpRemote(secured.login(port=proxy.port), clock) as remote:
            for name in "abcdef":
                remote.stage(source, name).publish()
                remote.fetch(name, io.BytesIO())
                remote.list()
        assert proxy.connections == 3
    assert len(secured.protected) >= 18
    assert all(secured.protected)


def test_transfers_are_passive(ftp, clock, source):
    with FtpRemote(ftp.login(), clock) as remote:
        remote.stage(source, "a").publish()
        remote.fetch("a", io.BytesIO())
        remote.list()
    assert ftp.commands.count("PASV") + ftp.commands.count("EPSV") >= 3
    assert not {"PORT", "EPRT"} & set(ftp.commands)


def test_a_server_without_tls_gets_no_password(ftp, clock):
    with (
        FtpRemote(ftp.login(encryption="explicit"), clock) as remote,
        pytest.raises(
            RemoteError, match=r"does not offer TLS on this port; it says '500 Command \"AUTH\" not und"
        ) as told,
    ):
        remote.list()
    assert not told.value.retryable
    assert ftp.commands == []


def test_a_port_without_tls_is_no_implicit_one(ftp, clock):
    with (
        FtpRemote(ftp.login(encryption="implicit"), clock) as remote,
        pytest.raises(RemoteError, match=r"does not speak TLS 1\.2 or newer on this port"),
    ):
        remote.list()


def test_a_server_that_does_not_protect_data_gets_none(serve_ftp, certificate, clock, source):
    server = serve_ftp(certificate=certificate)
    server.refuse["PROT"] = "536 Requested PROT level not supported."
    with (
        FtpRemote(server.login(), clock) as remote,
        pytest.raises(RemoteError, match=r"refuses to protect the data.*536"),
    ):
        remote.stage(source, "x")
    assert server.protected == []


def test_the_session_of_the_first_connection_goes_on(secured, clock, source):
    with FtpRemote(secured.login(), clock) as remote:
        remote.list()
        with remote._connection._data("LIST") as data:
            assert data.session_reused
            while data.recv(1000):
                pass
        remote._connection.voidresp()


def test_the_temporary_name_is_hidden_or_as_asked(ftp, remote, source):
    hidden = remote.stage(source, "/out/x.csv")
    assert [name[:7] + name[-5:] for name in ftp.names()] == [".x.csv..part"]
    hidden.publish()
    shown = remote.stage(source, "/out/y.csv", uploading=True)
    assert ftp.names() == ["x.csv", "y.csv.uploading"]
    assert shown.publish() == f"ftp://127.0.0.1:{ftp.port}/out/y.csv"
    assert ftp.names() == ["x.csv", "y.csv"]


@pytest.mark.parametrize("overwrites", [True, False])
def test_publishing_replaces_an_older_file(ftp, remote, source, overwrites):
    ftp.overwrites = overwrites
    (ftp.root / "x.csv").write_bytes(b"older and longer content")
    remote.stage(source, "x.csv").publish()
    assert ftp.names() == ["x.csv"]
    assert (ftp.root / "x.csv").read_bytes() == b"new content"


def test_a_rename_that_is_refused_leaves_the_older_file(ftp, remote, source):
    ftp.refuse["RNTO"] = "553 Not here."
    (ftp.root / "x.csv").write_bytes(b"older")
    staged = remote.stage(source, "x.csv")
    with pytest.raises(RemoteError, match=r"cannot rename.*the server says '553 Not here\.'"):
        staged.publish()
    staged.discard()
    assert ftp.names() == ["x.csv"]
    assert (ftp.root / "x.csv").read_bytes() == b"older"


@pytest.mark.parametrize("overwrites", [True, False])
@pytest.mark.parametrize("place", range(1, 9))
def test_a_drop_after_any_answer_of_the_renaming_is_survived(ftp, remote, source, monkeypatch, overwrites, place):
    ftp.overwrites = overwrites
    (ftp.root / "x.csv").write_bytes(b"older content")
    staged = remote.stage(source, "x.csv")
    answer, heard = Connection.getresp, []

    def dropping(self):
        try:
            return answer(self)
        finally:
            heard.append(self)
            if len(heard) == place:
                self.sock.shutdown(socket.SHUT_RDWR)
                raise EOFError

    monkeypatch.setattr(Connection, "getresp", dropping)
    staged.publish()
    assert ftp.names() == ["x.csv"]
    assert (ftp.root / "x.csv").read_bytes() == b"new content"


@pytest.mark.parametrize("toward", Toward)
@pytest.mark.parametrize("spoil", [Spoil.RESET, Spoil.CLOSE, Spoil.HALF_CLOSE])
@pytest.mark.parametrize("percent", [0, 1, 50, 99, 100])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_data_that_drops_anywhere_comes_whole_all_the_same(
    serve_ftp, certificate, clock, tmp_path, tls, percent, spoil, toward
):
    server, source, content = serve_ftp(certificate=certificate if tls else None), tmp_path / "x", os.urandom(500_000)
    source.write_bytes(content)
    fault = Fault(spoil, len(content) * percent // 100, toward)
    with FtpRemote(server.login(timeout=1.0), clock) as remote:
        server.spoil(fault)
        remote.stage(source, "x").publish()
        server.spoil(fault)
        target = io.BytesIO()
        remote.fetch("x", target)
    assert server.names() == ["x"]
    assert (server.root / "x").read_bytes() == target.getvalue() == content


@pytest.mark.parametrize("place", [0, 10, 60, 100, 140, 200, 260, 300, 340])
def test_commands_that_drop_anywhere_are_given_again(ftp, clock, source, place):
    with FaultProxy("127.0.0.1", ftp.port, [Fault(Spoil.RESET, place, Toward.CLIENT)]) as proxy:
        with FtpRemote(ftp.login(port=proxy.port), clock) as remote:
            remote.stage(source, "sub/x.csv").publish()
            target = io.BytesIO()
            remote.fetch("sub/x.csv", target)
        assert proxy.connections == 2
    assert target.getvalue() == b"new content"
    assert ftp.names() == ["x.csv"]


@pytest.mark.parametrize("verb", ["STOR", "RETR"])
def test_a_transfer_whose_last_answer_is_lost_is_not_done_again(ftp, remote, source, monkeypatch, verb):
    """Long transfers outlive the patience of routers with the quiet connection for commands."""
    (ftp.root / "old.csv").write_bytes(b"new content")
    answer, lost = Connection.voidresp, []

    def losing(self):
        got = answer(self)
        if ftp.commands[-1] == verb and not lost:
            lost.append(got)
            raise EOFError
        return got

    monkeypatch.setattr(Connection, "voidresp", losing)
    target = io.BytesIO()
    if verb == "STOR":
        remote.stage(source, "x.csv").publish()
        remote.fetch("x.csv", target)
    else:
        remote.fetch("old.csv", target)
    assert len(lost) == 1
    assert ftp.commands.count(verb) == 1
    assert target.getvalue() == b"new content"


def test_an_older_half_upload_is_not_taken_for_this_one(ftp, remote, source):
    (ftp.root / "x.csv.uploading").write_bytes(b"OLD CONTENT")
    remote.stage(source, "x.csv", uploading=True).publish()
    assert (ftp.root / "x.csv").read_bytes() == b"new content"


@pytest.mark.parametrize("answer", ["552 Quota exceeded.", "452 Insufficient storage space."])
def test_a_full_disk_over_there_is_said_and_not_tried_again(ftp, remote, source, clock, answer):
    ftp.refuse["STOR"] = answer
    with pytest.raises(RemoteError, match=f"cannot write 'x.csv': the server's disk is full; it says '{answer}'"):
        remote.stage(source, "x.csv")
    assert clock.slept == []


def test_a_disk_that_fills_up_in_the_middle_is_said(ftp, remote, tmp_path, monkeypatch):
    from pyftpdlib.handlers import DTPHandler

    large = tmp_path / "large"
    large.write_bytes(bytes(8_000_000))

    def full(self):
        self._resp = ("552 Disk full.", logging.debug)
        self.close()

    monkeypatch.setattr(DTPHandler, "handle_read_event", full)
    with pytest.raises(RemoteError, match=r"disk is full; it says '552 Disk full\.'") as told:
        remote.stage(large, "x.csv")
    assert not told.value.retryable
    assert ftp.names() == []


def test_a_server_that_is_busy_is_tried_again(ftp, clock, source):
    ftp.refuse["STOR"] = "450 Try again."
    with (
        FtpRemote(ftp.login(), clock) as remote,
        pytest.raises(RemoteUnavailable, match=r"the server says '450 Try again\.'; tried 3 times"),
    ):
        remote.stage(source, "x")
    assert clock.slept == [0.5, 2.0]


def test_what_the_server_does_not_permit_is_not_tried_again(ftp, remote, source, clock):
    (ftp.root / "x").write_bytes(b"")
    ftp.refuse |= {"STOR": "550 Permission denied.", "DELE": "550 Permission denied."}
    for work in (lambda: remote.stage(source, "y"), lambda: remote.delete("x")):
        with pytest.raises(RemoteError, match="550 Permission denied") as told:
            work()
        assert type(told.value) is RemoteError
    assert clock.slept == []


def test_a_wrong_password_is_not_tried_again(ftp, clock):
    from identitysync.values import Secret

    with (
        FtpRemote(ftp.login(password=Secret("hunter2")), clock) as remote,
        pytest.raises(AuthenticationFailed, match="does not accept the user 'demo'") as told,
    ):
        remote.list()
    assert "hunter2" not in str(told.value)
    assert ftp.commands.count("PASS") == 1


@contextlib.contextmanager
def odd(*answers):
    """A server that says what it is told to, whatever it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    with line:
                        for answer in answers:
                            line.sendall(answer)
                            line.recv(1000)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def test_answers_in_another_charset_are_shown(ftp, clock):
    with (
        odd(b"220 gr\xfc\xdf gott\r\n", b"530 Zugang verweigert f\xfcr dich\r\n") as port,
        FtpRemote(ftp.login(port=port), clock) as remote,
        pytest.raises(AuthenticationFailed) as told,
    ):
        remote.list()
    assert "Zugang verweigert f\ufffdr dich" in str(told.value)


def test_a_server_that_is_full_is_tried_again(ftp, clock):
    with (
        odd(b"421 Too many connections.\r\n") as port,
        FtpRemote(ftp.login(port=port), clock) as remote,
        pytest.raises(RemoteUnavailable, match=r"421 Too many connections\.'; tried 3 times"),
    ):
        remote.list()


def test_a_file_that_changes_while_it_is_read_is_read_again(ftp, remote, monkeypatch):
    path = ftp.root / "growing"
    path.write_bytes(b"a" * 50_000)
    receive, seen = Connection.receive, []

    def growing(self, command, keep, **how):
        receive(self, command, keep, **how)
        if command.startswith("RETR") and not seen:
            seen.append(command)
            path.write_bytes(b"b" * 60_000)

    monkeypatch.setattr(Connection, "receive", growing)
    target = io.BytesIO()
    assert remote.fetch("growing", target) == 60_000
    assert target.getvalue() == b"b" * 60_000


def test_a_stall_ends_in_time(ftp, clock, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(12_000_000))
    os.link(large, ftp.root / "large")
    for toward in Toward:
        ftp.spoil(*[Fault(Spoil.STALL, 1_000_000, toward)] * 9)
        started = time.monotonic()
        with (
            FtpRemote(ftp.login(timeout=0.4), clock) as remote,
            pytest.raises(RemoteUnavailable, match=r"nothing moved for 0\.4 s; tried 3 times"),
        ):
            remote.stage(large, "x") if toward is Toward.SERVER else remote.fetch("large", io.BytesIO())
        assert time.monotonic() - started < 15


def test_links_count_as_what_they_lead_to(ftp, remote, second_ftp, clock, tmp_path):
    folder = second_ftp.folder / tmp_path.name
    folder.mkdir()
    with FtpRemote(second_ftp.login(), clock) as other:
        for root, place, name in ((ftp.root, remote, ""), (folder, other, folder.name)):
            (root / "file").write_bytes(b"12345")
            (root / "alias").symlink_to("file")
            (root / "nowhere").symlink_to("gone")
            (root / "folder").mkdir()
            assert {entry.name: entry.size for entry in place.list(name)} == {"file": 5, "alias": 5}


def test_names_that_are_not_utf8_do_not_hide_the_others(second_ftp, clock, tmp_path):
    folder = second_ftp.folder / tmp_path.name
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"1")
    (folder / "fine.csv").write_bytes(b"2")
    with FtpRemote(second_ftp.login(), clock) as remote:
        entries = {entry.name: entry for entry in remote.list(folder.name)}
        assert set(entries) == {"caf\udce9.csv", "fine.csv"}
        assert remote.fetch(entries["caf\udce9.csv"].path, io.BytesIO()) == 1


def test_a_remote_takes_its_leave(ftp, clock):
    with FtpRemote(ftp.login(), clock) as remote:
        remote.list()
    assert ftp.commands[-1] == "QUIT"


def test_paths_with_line_ends_are_refused(ftp, remote, source):
    for work in (lambda: remote.list("a\r\nDELE x"), lambda: remote.stage(source, "a\n/x")):
        with pytest.raises(UnsafeName):
            work()
    assert "DELE" not in ftp.commands


def test_an_interrupted_upload_is_taken_back(ftp, remote, tmp_path, monkeypatch):
    from identitysync.remotes.ftp import remote as module

    large = tmp_path / "large"
    large.write_bytes(bytes(1_000_000))

    def interrupted(source, size):
        yield b"x" * 100
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "blocks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remote.stage(large, "x.csv")
    assert ftp.names() == []


def test_what_is_missing_is_not_there(ftp, remote):
    with pytest.raises(RemoteNotFound, match=r"127\.0\.0\.1:\d+: cannot read 'gone': there is no such file"):
        remote.fetch("gone", io.BytesIO())
    with pytest.raises(RemoteNotFound, match=r"cannot remove 'gone': there is no such file"):
        remote.delete("gone")
