"""A folder of this machine as a place for files."""

import io
import os
import resource
import stat
import sys

import pytest

from identitysync.errors import LocalStorageError, RemoteNotFound, UnsafeName
from identitysync.remotes.local import LocalFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "root").mkdir()
    return LocalFolder(tmp_path / "root")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"personal data")
    return path


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights")
@pytest.mark.parametrize(("mask", "rights"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_is_private_until_it_is_published_and_then_as_new_files_are(folder, source, mask, rights):
    before = os.umask(mask)
    try:
        staged = folder.stage(source, "x.csv")
        (temporary,) = folder.root.iterdir()
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        staged.publish()
    finally:
        assert os.umask(before) == mask
    assert stat.S_IMODE((folder.root / "x.csv").stat().st_mode) == rights


@pytest.mark.skipif(os.name != "posix", reason="folders are not brought to disk there")
def test_a_file_is_on_disk_before_it_has_its_name_and_the_name_after(folder, source, monkeypatch):
    fsync, states = os.fsync, []

    def told(descriptor):
        states.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), os.fstat(descriptor).st_size, _names(folder)))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    folder.stage(source, "x.csv").publish()
    (file, size, before), (is_folder, _, after) = states
    assert (file, size, is_folder) == (False, 13, True)
    assert (before, after) == ([], ["x.csv"])


def _names(folder):
    return [path.name for path in folder.root.iterdir() if not path.name.startswith(".")]


def test_a_link_does_not_lead_outside(folder, source, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    (folder.root / "link").symlink_to(outside)
    with pytest.raises(UnsafeName, match="by a link"):
        folder.stage(source, "link/x.csv")
    with pytest.raises(UnsafeName):
        folder.fetch("link/secret", io.BytesIO())
    with pytest.raises(UnsafeName):
        folder.delete("../outside/secret")
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_a_root_that_is_itself_a_link_is_fine(tmp_path, source):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    LocalFolder(tmp_path / "link").stage(source, "x.csv").publish()
    assert (tmp_path / "real" / "x.csv").read_bytes() == b"personal data"


def test_a_missing_root_is_made_for_writing_and_missed_for_reading(tmp_path, source):
    folder = LocalFolder(tmp_path / "new" / "deep")
    with pytest.raises(RemoteNotFound):
        folder.list()
    folder.stage(source, "x.csv").publish()
    assert [entry.name for entry in folder.list()] == ["x.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a file's size is set as on Linux")
def test_a_disk_that_fills_up_leaves_nothing_and_is_said(folder, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b"x" * 300_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(LocalStorageError, match=r"cannot write .*x\.csv.*: File too large; files may not"):
            folder.stage(large, "x.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.root.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_said(folder, source):
    (folder.root / "file").write_text("x")
    with pytest.raises(LocalStorageError, match="cannot write"):
        folder.stage(source, "file/x.csv")
    with pytest.raises(RemoteNotFound):
        folder.list("file")
    (folder.root / "folder").mkdir()
    staged = folder.stage(source, "folder")
    with pytest.raises(LocalStorageError, match="folder"):
        staged.publish()
    staged.discard()
    assert {path.name for path in folder.root.iterdir()} == {"file", "folder"}


def test_a_missing_source_is_said_and_leaves_nothing(folder, tmp_path):
    with pytest.raises(LocalStorageError, match=r"cannot read .*nowhere"):
        folder.stage(tmp_path / "nowhere", "x.csv")
    assert list(folder.root.iterdir()) == []


def test_links_to_nowhere_and_folders_are_not_listed(folder):
    (folder.root / "gone").symlink_to("nowhere")
    (folder.root / "sub").mkdir()
    (folder.root / "file").write_text("x")
    (folder.root / "alias").symlink_to("file")
    assert {entry.name for entry in folder.list()} == {"file", "alias"}
