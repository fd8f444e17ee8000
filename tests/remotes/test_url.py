"""Places behind any URL."""

import functools
import http.server
import io
import threading

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from identitysync.errors import InvalidParameter, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.local import LocalFolder
from identitysync.remotes.url import UrlFolder, is_local, local_path, open_url


@pytest.fixture
def box():
    yield UrlFolder("memory://url-tests")
    files = fsspec.filesystem("memory")
    if files.exists("/url-tests"):
        files.rm("/url-tests", recursive=True)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"new")
    return path


@pytest.mark.parametrize("url", ["a/b", "/a/b", "file:///a/b", "local:///a/b", "C:/x"])
def test_paths_and_file_urls_are_local(url):
    assert is_local(url)
    assert isinstance(open_url(url), LocalFolder)


def test_a_home_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert local_path("~/x") == tmp_path / "x"
    assert str(local_path("file:///a b")) == "/a b"


@pytest.mark.parametrize(("scheme", "script"), [("sftp", "sftp"), ("ssh", "sftp"), ("ftp", "ftp"), ("FTPS", "ftp")])
def test_sftp_and_ftp_urls_are_refused_and_say_what_to_use(scheme, script):
    with pytest.raises(InvalidParameter, match=rf"datasource\.\*\.{script}") as told:
        open_url(f"{scheme}://user:hunter2@host/x")
    assert "hunter2" not in str(told.value)


def test_an_unknown_kind_of_url_is_refused_without_its_secrets():
    with pytest.raises(InvalidParameter, match=r"nosuch://host/x cannot be opened") as told:
        open_url("nosuch://user:hunter2@host/x?sig=hunter2")
    assert "hunter2" not in str(told.value)


def test_a_name_is_no_pattern(box, source):
    for name in ("a1.csv", "ab.csv", "a[1].csv", "a*.csv", "a?.csv"):
        box.stage(source, name).publish()
    source.write_bytes(b"newer")
    box.stage(source, "a*.csv").publish()
    sizes = {entry.name: entry.size for entry in box.list()}
    assert sizes == {"a1.csv": 3, "ab.csv": 3, "a[1].csv": 3, "a*.csv": 5, "a?.csv": 3}


def test_paths_of_entries_lead_back_to_their_files(box, source):
    box.stage(source, "sub/x.csv").publish()
    (entry,) = box.list("sub")
    target = io.BytesIO()
    assert (entry.path, box.fetch(entry.path, target), target.getvalue()) == ("sub/x.csv", 3, b"new")


class Broken(MemoryFileSystem):
    """A place whose connection drops, and that answers with errors of its own."""

    store, pseudo_dirs, cachable = {}, [""], False
    drops, reads, fault = 0, 0, ConnectionResetError("reset")

    def _open(self, path, mode="rb", **kwargs):
        if mode == "rb":
            type(self).reads += 1
            if self.reads <= self.drops:
                raise self.fault
        elif self.drops:
            raise self.fault
        return super()._open(path, mode, **kwargs)


@pytest.fixture
def broken(box, monkeypatch):
    files = Broken()
    files.pipe_file("/url-tests/x", b"content")
    monkeypatch.setattr(box, "_files", files)
    monkeypatch.setattr(Broken, "reads", 0)
    return box


def test_a_read_that_drops_is_done_again_from_its_start(broken, monkeypatch):
    monkeypatch.setattr(Broken, "drops", 2)
    target = io.BytesIO()
    assert broken.fetch("x", target) == 7
    assert target.getvalue() == b"content"


def test_a_read_that_always_drops_is_given_up(broken, monkeypatch):
    monkeypatch.setattr(Broken, "drops", 99)
    with pytest.raises(RemoteUnavailable, match=r"cannot read memory://url-tests/x: reset"):
        broken.fetch("x", io.BytesIO())
    assert Broken.reads == 3


def test_errors_of_packages_become_ours(broken, monkeypatch, source):
    monkeypatch.setattr(Broken, "drops", 1)
    monkeypatch.setattr(Broken, "fault", RuntimeError("no credentials"))
    with pytest.raises(RemoteError, match=r"cannot write memory://url-tests/y: RuntimeError: no credentials"):
        broken.stage(source, "y")
    monkeypatch.setattr(Broken, "fault", PermissionError("denied"))
    with pytest.raises(RemoteError, match="not permitted"):
        broken.stage(source, "y")
    assert [entry.name for entry in broken.list()] == ["x"]


def test_a_file_that_shrinks_while_it_is_read_is_noticed(broken, monkeypatch):
    monkeypatch.setattr(Broken, "info", lambda self, path, **_: {"name": path, "size": 99, "type": "file"})
    with pytest.raises(RemoteUnavailable, match="99 bytes were announced, 7 arrived"):
        broken.fetch("x", io.BytesIO())


def test_a_web_address_is_a_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id\n1\n")
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            with open_url(f"http://127.0.0.1:{server.server_port}/a.csv") as place:
                (entry,) = place.list("")
                target = io.BytesIO()
                assert (entry.name, entry.size, place.fetch(entry.path, target)) == ("a.csv", 5, 5)
            with pytest.raises(RemoteNotFound), open_url(f"http://127.0.0.1:{server.server_port}/b.csv") as place:
                place.list("")
        finally:
            server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
