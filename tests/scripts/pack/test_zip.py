"""Zip archives in a flow: several files of one, all or none, and names that lead nowhere."""

import io
import zipfile

import pytest

import identitysync as idx
from tests.scripts.pack.flows import contents, through


def archive_of(*files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def test_what_was_compressed_comes_back_under_its_name():
    packed, _, job = through("file.compress.zip", {}, [("out/a.csv", b"1"), ("b", b"")])
    assert job.status == "succeeded", job.status_details
    assert [file.name for file in packed] == ["out/a.csv.zip", "b.zip"]

    back, _, _ = through("file.uncompress.zip", {}, [(file.name, file.open().read()) for file in packed])
    assert contents(back) == {"out/a.csv": b"1", "b": b""}


def test_all_files_of_an_archive_go_on_and_are_counted():
    archive = archive_of(("a.csv", b"id\n1\n"), ("deep/b.csv", b"id\n2\n"), ("deep/", b""))
    out, _, job = through("file.uncompress.zip", {}, [("in/day.zip", archive), ("none.zip", archive_of())])

    assert contents(out) == {"in/a.csv": b"id\n1\n", "in/deep/b.csv": b"id\n2\n"}
    count = job.steps["x"]
    assert (count.received, count.passed, count.dropped, count.rejected, count.emitted) == (2, 1, 1, 0, 2)


def test_an_archive_with_one_broken_file_gives_none_and_goes_along_the_error_edge():
    archive = bytearray(archive_of(("a.csv", b"id\n1\n"), ("b.csv", b"id\n2\n")))
    archive[archive.index(b"id\n2\n")] ^= 1
    out, refused, job = through("file.uncompress.zip", {}, [("x.zip", bytes(archive))], error=True)

    assert out == []
    assert contents(refused) == {"x.zip": bytes(archive)}
    assert (job.status, job.steps["x"].rejected) == ("succeeded", 1)
    assert any("x.zip: 'b.csv' in the zip file is cut off or damaged" in line for line in job.trace)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "C:\\a", "a/../../b", "a\nb", "x" * 256])
def test_a_name_that_would_leave_its_folder_is_refused_before_anything_is_written(name):
    out, _, job = through("file.uncompress.zip", {}, [("x.zip", archive_of(("good", b"1"), (name, b"2")))])

    assert out == []
    assert job.status == "failed"
    assert "x.zip: the file name" in job.status_details


def test_folders_of_the_archive_and_in_it_are_kept_at_the_destination(tmp_path):
    flow = idx.Dataflow(name="f", steps=[
        idx.Step("r", "file.uncompress.gzip", next=["x"]),
        idx.Step("x", "file.uncompress.zip", next=["w"]),
        idx.Step("w", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ])  # fmt: skip
    archive = archive_of(("deep/er/a.csv", b"1"))
    job = idx.run(flow, inputs={"r": [idx.File("in/x.zip", archive)]})

    assert job.status == "succeeded", job.status_details
    assert list(tmp_path.rglob("*.csv")) == [tmp_path / "out" / "in" / "deep" / "er" / "a.csv"]


def test_a_bomb_ends_the_run_with_a_clear_word():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(3_000_000))
    _, _, job = through("file.uncompress.zip", {"maxSize": 1}, [("x.zip", target.getvalue())])

    assert "x.zip: the zip file grows to more than 1000000 bytes; it may be a bomb" in job.status_details


@pytest.mark.parametrize(
    ("type", "params"),
    [("file.compress.zip", {"compressionLevel": 10}), ("file.uncompress.zip", {"maxSize": 0})],
)
def test_parameters_are_judged_before_anything_runs(type, params):
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", type, params)])
    assert [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]
