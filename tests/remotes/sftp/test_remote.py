"""A server behind SSH as a place for files."""

import io
import os
import threading
import time

import pytest

from identitysync.errors import LocalStorageError, RemoteError, RemoteNotFound, RemoteUnavailable, UnsafeName
from identitysync.remotes.sftp import SftpRemote
from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward


@pytest.fixture
def remote(server, login_to, clock):
    with SftpRemote(login_to(server), clock) as remote:
        yield remote


def names(server):
    return sorted(path.name for path in server.root.rglob("*") if path.is_file())


def test_the_temporary_name_is_hidden_or_as_asked(server, remote, source):
    hidden = remote.stage(source, "/out/x.csv")
    assert [name[:7] + name[-5:] for name in names(server)] == [".x.csv..part"]
    hidden.publish()
    shown = remote.stage(source, "/out/y.csv", uploading=True)
    assert names(server) == ["x.csv", "y.csv.uploading"]
    assert shown.publish() == f"sftp://127.0.0.1:{server.port}/out/y.csv"
    assert names(server) == ["x.csv", "y.csv"]


@pytest.mark.parametrize("extension", [True, False], ids=["posix-rename", "older server"])
def test_publishing_replaces_an_older_file(server, remote, source, extension):
    server.posix_rename = extension
    (server.root / "x.csv").write_bytes(b"older and longer content")
    remote.stage(source, "x.csv").publish()
    assert names(server) == ["x.csv"]
    assert (server.root / "x.csv").read_bytes() == b"new content"
    remote.stage(source, "y.csv").publish()
    assert names(server) == ["x.csv", "y.csv"]


@pytest.mark.parametrize("extension", [True, False], ids=["posix-rename", "older server"])
def test_a_rename_that_is_refused_leaves_the_older_file(server, remote, source, extension):
    server.posix_rename, server.refuse_rename = extension, True
    (server.root / "x.csv").write_bytes(b"older")
    staged = remote.stage(source, "x.csv")
    with pytest.raises(RemoteError, match="cannot rename") as told:
        staged.publish()
    assert not isinstance(told.value, RemoteUnavailable)
    staged.discard()
    assert names(server) == ["x.csv"]
    assert (server.root / "x.csv").read_bytes() == b"older"


def test_an_older_file_comes_back_when_the_newer_one_cannot_take_its_name(server, remote, source, monkeypatch):
    from identitysync.remotes.sftp.client import PipelinedClient

    server.posix_rename = False
    (server.root / "x.csv").write_bytes(b"older")
    staged = remote.stage(source, "x.csv")
    rename, refused = PipelinedClient.rename, []

    def refusing(self, old, new):
        if str(new) == "x.csv" and not refused:
            refused.append(new)
            raise OSError("Failure")
        rename(self, old, new)

    monkeypatch.setattr(PipelinedClient, "rename", refusing)
    with pytest.raises(RemoteError, match="Failure"):
        staged.publish()
    assert (server.root / "x.csv").read_bytes() == b"older"
    assert len(names(server)) == 2


def test_a_folder_in_the_place_of_the_file_stays(server, remote, source):
    (server.root / "x.csv").mkdir()
    (server.root / "x.csv" / "inside").write_bytes(b"")
    staged = remote.stage(source, "x.csv")
    with pytest.raises(RemoteError, match="cannot rename"):
        staged.publish()
    staged.discard()
    assert names(server) == ["inside"]


@pytest.mark.parametrize("extension", [True, False], ids=["posix-rename", "older server"])
def test_a_drop_between_upload_and_name_is_survived(server, remote, source, extension):
    server.posix_rename = extension
    (server.root / "x.csv").write_bytes(b"older")
    staged = remote.stage(source, "x.csv")
    server.disconnect()
    staged.publish()
    assert names(server) == ["x.csv"]
    assert (server.root / "x.csv").read_bytes() == b"new content"


@pytest.mark.parametrize("extension", [True, False], ids=["posix-rename", "older server"])
@pytest.mark.parametrize("place", range(1, 6))
def test_a_drop_at_any_step_of_the_renaming_is_survived(server, remote, source, monkeypatch, extension, place):
    from identitysync.remotes.sftp.client import PipelinedClient

    server.posix_rename = extension
    (server.root / "x.csv").write_bytes(b"older content")
    staged = remote.stage(source, "x.csv")
    request, sent = PipelinedClient._request, []

    def dropping(self, kind, *parts):
        answer = request(self, kind, *parts)
        sent.append(kind)
        if len(sent) == place:
            server.disconnect()
            raise EOFError
        return answer

    monkeypatch.setattr(PipelinedClient, "_request", dropping)
    staged.publish()
    assert names(server) == ["x.csv"]
    assert (server.root / "x.csv").read_bytes() == b"new content"


def test_a_disk_that_is_full_over_there_is_said_and_nothing_stays(server, remote, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(os.urandom(400_000))
    server.full_after = 399_999
    with pytest.raises(RemoteError, match=r"cannot write 'x\.csv'.*Failure"):
        remote.stage(large, "x.csv")
    assert names(server) == []


def test_a_write_in_the_middle_that_fails_is_noticed(server, remote, tmp_path):
    """The bytes after it arrive, so that the size is right: only its own answer tells."""
    large = tmp_path / "large"
    large.write_bytes(b"x" * (32_768 * 10) + b"y")
    server.full_after = 32_768 * 4 + 1
    with pytest.raises(RemoteError, match="Failure"):
        remote.stage(large, "x.csv")
    assert names(server) == []


def test_a_server_that_loses_bytes_and_says_nothing_is_noticed(server, remote, source, monkeypatch):
    from identitysync.testing.sftp.files import ServedFile

    write = ServedFile.write
    monkeypatch.setattr(ServedFile, "write", lambda self, offset, data: write(self, offset, bytes(data)[:-1]))
    with pytest.raises(RemoteUnavailable, match=r"10 bytes are there, 11 were sent; tried 3 times"):
        remote.stage(source, "x.csv")
    assert names(server) == []


def test_the_server_is_asked_to_bring_it_to_its_disk(sshd, clock, source, monkeypatch, tmp_path):
    from identitysync.remotes.sftp.client import PipelinedClient

    request, answers = PipelinedClient._request, []

    def heard(self, kind, *parts):
        answer = request(self, kind, *parts)  # raises what the server refuses
        answers.append(parts[0])
        return answer

    monkeypatch.setattr(PipelinedClient, "_request", heard)
    with SftpRemote(sshd.login(), clock) as remote:
        remote.stage(source, f"{tmp_path.name}/x").publish()
    assert answers.index("fsync@openssh.com") < answers.index("posix-rename@openssh.com")


def test_a_full_disk_here_is_no_fault_of_the_server(server, remote):
    (server.root / "x").write_bytes(b"x" * 100_000)
    with pytest.raises(LocalStorageError, match="No space left"), open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
        remote._do("read", lambda client: client.download("x", 100_000, _Kept(full).write))
    assert len(remote.list()) == 1


class _Kept:
    def __init__(self, stream):
        self._stream = stream

    def write(self, block):
        from identitysync.remotes.storage import local_storage

        with local_storage("write /dev/full"):
            self._stream.write(block)


def test_a_source_that_is_missing_is_said_before_anything_happens(server, remote, tmp_path):
    with pytest.raises(LocalStorageError, match="cannot read"):
        remote.stage(tmp_path / "nowhere", "x.csv")
    assert server.logins == 0


def test_what_the_server_does_not_permit_is_not_tried_again(server, remote, source, clock, tmp_path):
    (server.root / "link").symlink_to(tmp_path)
    for work in (lambda: remote.stage(source, "link/x"), lambda: remote.fetch("link/source", io.BytesIO())):
        with pytest.raises(RemoteError, match="does not permit"):
            work()
    assert clock.slept == []
    assert server.logins == 1


def test_unsafe_names_are_refused_before_anything_happens(server, remote, source):
    for name in ("out/..", "out/", "a\nb"):
        with pytest.raises(UnsafeName):
            remote.stage(source, name)
    assert server.logins == 0


def test_a_listing_follows_links_and_leaves_out_folders(server, remote):
    (server.root / "file").write_bytes(b"12345")
    (server.root / "alias").symlink_to("file")
    (server.root / "nowhere").symlink_to("gone")
    (server.root / "folder").mkdir()
    (server.root / "other").symlink_to("folder")
    assert {entry.name: entry.size for entry in remote.list()} == {"file": 5, "alias": 5}


@pytest.mark.parametrize("kind", ["embedded", "sshd"])
def test_one_name_that_is_not_utf8_does_not_hide_the_others(kind, request, login_to, clock, tmp_path):
    if kind == "embedded":
        server = request.getfixturevalue("server")
        root, login = server.root, login_to(server)
    else:
        sshd = request.getfixturevalue("sshd")
        root, login = sshd.root / tmp_path.name, sshd.login()
        root.mkdir()
    (root / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"1")
    (root / "fine.csv").write_bytes(b"2")
    with SftpRemote(login, clock) as remote:
        entries = {entry.name: entry for entry in remote.list("" if kind == "embedded" else root.name)}
        assert set(entries) == {"caf\udce9.csv", "fine.csv"}
        if kind == "sshd":
            target = io.BytesIO()
            assert remote.fetch(entries["caf\udce9.csv"].path, target) == 1
        with pytest.raises(RemoteError) as told:
            remote.fetch("gone\udce9", io.BytesIO())
        str(told.value).encode()  # it can be printed


def test_a_folder_of_many_files_is_listed_as_a_whole(sshd, clock, tmp_path):
    folder = sshd.root / tmp_path.name
    folder.mkdir()
    for number in range(1_500):
        (folder / f"a file with a rather long name, number {number:05}.csv").touch()
    with SftpRemote(sshd.login(), clock) as remote:
        assert len(remote.list(folder.name)) == 1_500


def test_a_file_that_changes_while_it_is_read_is_read_again(server, remote, monkeypatch):
    path = server.root / "growing"
    path.write_bytes(b"a" * 50_000)
    transfer, seen = server.transfer, []

    def growing(count):
        transfer(count)
        if not seen:
            seen.append(count)
            path.write_bytes(b"b" * 60_000)

    monkeypatch.setattr(server, "transfer", growing)
    target = io.BytesIO()
    assert remote.fetch("growing", target) == 60_000
    assert target.getvalue() == b"b" * 60_000


def test_a_file_that_never_stands_still_is_given_up(server, remote, monkeypatch):
    path = server.root / "growing"
    path.write_bytes(b"a" * 50_000)
    transfer = server.transfer

    def growing(count):
        transfer(count)
        path.write_bytes(b"b" * (path.stat().st_size + 1))

    monkeypatch.setattr(server, "transfer", growing)
    with pytest.raises(RemoteUnavailable, match="tried 3 times"):
        remote.fetch("growing", io.BytesIO())


def test_a_server_that_gives_less_than_it_is_asked_for_is_read_as_a_whole(server, remote, monkeypatch):
    from identitysync.testing.sftp.files import ServedFile

    content = os.urandom(300_001)
    (server.root / "x").write_bytes(content)
    read = ServedFile.read
    monkeypatch.setattr(ServedFile, "read", lambda self, offset, length: read(self, offset, min(length, 7_001)))
    target = io.BytesIO()
    assert remote.fetch("x", target) == len(content)
    assert target.getvalue() == content


def test_a_stall_in_an_upload_or_download_ends_in_time(server, login_to, clock, tmp_path):
    """Large enough that all buffers between the two ends are full, where paramiko itself would wait for ever."""
    large = tmp_path / "large"
    large.write_bytes(bytes(12_000_000))
    os.link(large, server.root / "large")
    for toward in Toward:
        faults = [Fault(Spoil.STALL, 1_000_000, toward)] * 9
        with FaultProxy("127.0.0.1", server.port, faults) as proxy:
            login = login_to(server, port=proxy.port, timeout=0.4)
            started = time.monotonic()
            with SftpRemote(login, clock) as remote:
                work = {
                    Toward.SERVER: lambda remote=remote: remote.stage(large, "x"),
                    Toward.CLIENT: lambda remote=remote: remote.fetch("large", io.BytesIO()),
                }[toward]
                with pytest.raises(RemoteUnavailable, match=r"nothing moved for 0\.4 s; tried 3 times"):
                    work()
            assert time.monotonic() - started < 15


def test_a_slow_line_is_no_stall(server, login_to, clock, tmp_path):
    path = tmp_path / "some"
    path.write_bytes(os.urandom(180_000))
    slow = Fault(Spoil.THROTTLE, 3_000, Toward.SERVER, rate=150_000.0)
    with FaultProxy("127.0.0.1", server.port, [slow]) as proxy:
        with SftpRemote(login_to(server, port=proxy.port, timeout=0.7), clock) as remote:
            remote.stage(path, "x").publish()
        assert proxy.connections == 1
    assert (server.root / "x").read_bytes() == path.read_bytes()


def test_an_interrupted_upload_is_taken_back(server, remote, source, monkeypatch):
    """Ctrl-C in the middle leaves the connection in the middle of an answer: it is not used again."""
    from identitysync.remotes.sftp.client import PipelinedClient

    def interrupted(self, path, blocks):
        self.open(path, "wb").close()
        raise KeyboardInterrupt

    monkeypatch.setattr(PipelinedClient, "upload", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remote.stage(source, "x.csv")
    assert names(server) == []
    assert server.logins == 2


def test_many_threads_may_share_one_remote(server, remote, tmp_path):
    faults = []

    def work(number):
        try:
            path = tmp_path / f"part-{number}"
            path.write_bytes(bytes([number]) * 50_000)
            remote.stage(path, f"file-{number}").publish()
            target = io.BytesIO()
            remote.fetch(f"file-{number}", target)
            assert target.getvalue() == path.read_bytes()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert len(names(server)) == 8
    assert server.logins == 1


def test_no_thread_stays_behind(server, login_to, clock, source):
    before = {thread.name for thread in threading.enumerate()}
    with SftpRemote(login_to(server), clock) as remote:
        remote.stage(source, "x").publish()
    server.disconnect()
    deadline = time.monotonic() + 5
    while {thread.name for thread in threading.enumerate()} - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert {thread.name for thread in threading.enumerate()} - before == set()


def test_what_is_missing_is_not_there(server, remote):
    with pytest.raises(RemoteNotFound, match=r"127\.0\.0\.1:\d+: cannot read 'gone': there is no such file"):
        remote.fetch("gone", io.BytesIO())
