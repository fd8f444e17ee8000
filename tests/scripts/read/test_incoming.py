"""Files are read once per flow, and go where they shall once they are delivered."""

import os
import time

import pytest

import identitysync as idx
from identitysync.testing import SftpServer

S = idx.Step


@pytest.fixture
def store(tmp_path):
    return tmp_path / "idx.db"


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def put(folder, name, text="[{}]", age=100):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def flow(inbox, **params):
    return idx.Dataflow(
        name="in",
        steps=[
            S("read", "datasource.read.file", {"url": str(inbox), **params}, next=["parse"]),
            S("parse", "file.parse.json", {"addFilename": True}, next=["out"]),
            S("out", "file.format.json", {"fileName": "out.json"}, next=["write"]),
            S("write", "datasource.write.file", {"url": str(inbox.parent / "out")}),
        ],
    )


def run(flow, store=None, **options):
    """Run a flow, and tell how many files it read, and how it went."""
    job = idx.run(flow, store=store, **options)
    return job.steps["read"].received, job


def test_a_file_is_read_once_and_again_when_it_changes(inbox, store):
    put(inbox, "a.json")
    put(inbox, "b.json")
    assert run(flow(inbox), store)[0] == 2
    put(inbox, "c.json")
    count, job = run(flow(inbox), store)
    assert count == 1
    assert any("1 of 3 files" in line and "delivered before" in line for line in job.trace)
    put(inbox, "b.json", "[{}, {}]")
    assert run(flow(inbox), store)[0] == 1
    put(inbox, "b.json", "[{}, {}]", age=50)
    assert run(flow(inbox), store)[0] == 1
    assert run(flow(inbox), store)[0] == 0
    assert run(flow(inbox), store, full_extract=True)[0] == 3


def test_a_late_file_with_an_old_time_is_not_missed(inbox, store):
    put(inbox, "new.json", age=1)
    run(flow(inbox), store)
    put(inbox, "old.json", age=1_000_000)
    assert run(flow(inbox), store)[0] == 1


def test_without_a_store_everything_is_read_and_the_trace_says_so(inbox):
    put(inbox, "a.json")
    for _ in range(2):
        count, job = run(flow(inbox))
        assert count == 1
        assert any("without a store" in line for line in job.trace)


def test_each_flow_remembers_for_itself(inbox, store):
    put(inbox, "a.json")
    assert run(flow(inbox), store)[0] == 1
    assert run(flow(inbox), store)[0] == 0
    other = idx.Dataflow(name="other", steps=flow(inbox).steps)
    assert run(other, store)[0] == 1


def test_what_was_not_delivered_is_read_again(inbox, store, tmp_path):
    put(inbox, "a.json")
    (tmp_path / "out").write_text("no folder")
    count, job = run(flow(inbox, afterDelivery="delete"), store)
    assert (count, job.status) == (1, "failed")
    assert (inbox / "a.json").exists()
    (tmp_path / "out").unlink()
    assert run(flow(inbox), store)[0] == 1


def test_sampled_runs_previews_and_streams_touch_and_remember_nothing(inbox, store):
    put(inbox, "a.json", "[{}, {}, {}]")
    tidy = flow(inbox, afterDelivery="delete")
    assert run(tidy, store, limit=1)[0] == 1
    assert run(tidy, store, limit=10)[0] == 1
    assert len(idx.preview(tidy)["parse"].records) == 3
    assert len(list(idx.stream(tidy, until="parse"))) == 3
    assert (inbox / "a.json").exists()
    assert run(tidy, store)[0] == 1
    assert not (inbox / "a.json").exists()


def test_a_file_that_changed_meanwhile_stays(inbox):
    path = put(inbox, "a.json")
    put(inbox, "b.json")

    def newer(record):
        path.write_text("[{}, {}]")

    tidy = flow(inbox, afterDelivery="delete")
    job = idx.run(tidy.remove("write").remove("out"), outputs={"parse": newer})
    assert job.status == "succeeded"
    assert [each.name for each in inbox.iterdir()] == ["a.json"]
    assert any("has changed since it was read" in line for line in job.trace)


def test_archived_files_are_kept_apart_whatever_they_are_called(inbox, store):
    tidy = flow(inbox, afterDelivery="archive", archivePath="done/${now:yyyy}")
    for text in ("[1]", "[2]", "[3]"):
        put(inbox, "a.b.json", text.replace("1", "{}").replace("2", "{}, {}").replace("3", "{}, {}, {}"))
        assert run(tidy, store)[1].status == "succeeded"
    (folder,) = (inbox / "done").iterdir()
    names = sorted(each.name for each in folder.iterdir())
    assert names[0] == "a.b.json"
    assert all(name.startswith("a.b_20") and name.endswith(".json") for name in names[1:])
    assert sorted(each.stat().st_size for each in folder.iterdir()) == [4, 8, 12]


def test_an_archive_needs_a_place_of_its_own(inbox):
    faults = idx.check(flow(inbox, afterDelivery="archive"))
    assert ["archivePath must say where files go" in fault.message for fault in faults] == [True]


def test_a_file_that_cannot_be_removed_fails_the_job_and_is_remembered(tmp_path, store, monkeypatch):
    from identitysync.errors import RemoteError
    from identitysync.remotes.sftp import SftpRemote

    with SftpServer(tmp_path / "sftp", {"me": "pw"}) as server:
        for name in ("a.json", "b.json"):
            put(server.root, f"in/{name}")
        login = {
            "host": server.host, "port": server.port, "username": "me", "password": "pw",
            "hostKeyFingerprint": server.host_key_fingerprint, "remotePath": "in",
        }  # fmt: skip
        steps = flow(tmp_path / "x").steps[1:]
        tidy = idx.Dataflow(
            name="in",
            steps=[S("read", "datasource.read.sftp", {**login, "afterDelivery": "delete"}, next=["parse"]), *steps],
        )
        delete = SftpRemote.delete

        def refusing(self, path):
            if path.endswith("a.json"):
                raise RemoteError("the server does not permit it")
            delete(self, path)

        monkeypatch.setattr(SftpRemote, "delete", refusing)
        count, job = run(tidy, store)
        assert (count, job.status) == (2, "failed")
        assert "a.json was delivered and could not be deleted: the server does not permit it" in job.status_details
        assert [each.name for each in (server.root / "in").iterdir()] == ["a.json"]
        assert (tmp_path / "out" / "out.json").exists()
        assert run(tidy, store)[0] == 0


def test_a_server_that_has_gone_is_not_waited_for_file_by_file(tmp_path, store, monkeypatch):
    from identitysync.errors import RemoteUnavailable
    from identitysync.remotes.sftp import SftpRemote

    with SftpServer(tmp_path / "sftp", {"me": "pw"}) as server:
        for name in ("a.json", "b.json", "c.json"):
            put(server.root, f"in/{name}")
        login = {
            "host": server.host, "port": server.port, "username": "me", "password": "pw",
            "hostKeyFingerprint": server.host_key_fingerprint, "remotePath": "in", "afterDelivery": "delete",
        }  # fmt: skip
        tidy = idx.Dataflow(name="in", steps=[S("read", "datasource.read.sftp", login)])
        tried = []

        def gone(self, path):
            tried.append(path)
            raise RemoteUnavailable("it has gone")

        monkeypatch.setattr(SftpRemote, "delete", gone)
        assert run(tidy, store)[1].status == "failed"
        assert len(tried) == 1
        assert run(tidy, store)[0] == 0


def test_sftp_archives_on_the_server(tmp_path):
    with SftpServer(tmp_path / "sftp", {"me": "pw"}) as server:
        put(server.root, "in/a.json")
        login = {
            "host": server.host, "port": server.port, "username": "me", "password": "pw",
            "hostKeyFingerprint": server.host_key_fingerprint, "remotePath": "/in",
            "afterDelivery": "archive", "archivePath": "/done",
        }  # fmt: skip
        steps = flow(tmp_path / "x").steps[1:]
        tidy = idx.Dataflow(name="in", steps=[S("read", "datasource.read.sftp", login, next=["parse"]), *steps])
        assert run(tidy)[1].status == "succeeded"
        assert [each.relative_to(server.root).as_posix() for each in server.root.rglob("*.json")] == ["done/a.json"]


@pytest.mark.parametrize("pattern", ["*.json", "[ab].json", "a.json", "../in/*.json"])
def test_files_of_a_glob_are_remembered_and_removed_too(inbox, store, pattern):
    put(inbox, "a.json")
    put(inbox, "c.txt")
    tidy = idx.Dataflow(
        name="in", steps=[S("read", "datasource.read.file", {"url": f"{inbox}/{pattern}", "afterDelivery": "delete"})]
    )
    assert run_alone(tidy, store) == 1
    assert [each.name for each in inbox.iterdir()] == ["c.txt"]


def run_alone(flow, store):
    job = idx.run(flow, store=store)
    job.raise_for_status()
    return job.steps["read"].received


def test_files_behind_a_url_are_remembered_and_archived(store):
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe_file("/delta-tests/in/a.json", b"[]")
    try:
        read = {"url": "memory://delta-tests/in", "afterDelivery": "archive", "archivePath": "done"}
        tidy = idx.Dataflow(name="in", steps=[S("read", "datasource.read.file", read)])
        assert run_alone(tidy, store) == 1
        assert files.find("/delta-tests") == ["/delta-tests/in/done/a.json"]
        keep = idx.Dataflow(
            name="keep", steps=[S("read", "datasource.read.file", {"url": "memory://delta-tests/in/done/a.json"})]
        )
        assert [run_alone(keep, store), run_alone(keep, store)] == [1, 0]
    finally:
        files.rm("/delta-tests", recursive=True)
