"""One zip archive of all files of a run: whole or not at all, in order, and never in memory."""

import io
import json
import shutil
import subprocess
import time
import tracemalloc
import zipfile

import pytest

import identitysync as idx
from tests.scripts.pack.flows import contents, through

S = idx.Step
ALL = {"fileName": "out/day.zip"}


def members(file):
    with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
        assert archive.testzip() is None
        return [(name, archive.read(name)) for name in archive.namelist()]


def everything(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps([{"name": name}]))


def test_all_files_are_in_it_in_order_under_their_names_for_everybody(tmp_path):
    files = [("b.csv", b"2"), ("more/Zoë 🙂.csv", b"3" * 3_000_000), ("a.csv", b""), ("more/a.csv", b"4")]
    (made,), _, job = through("file.compress.zip", ALL, files)

    job.raise_for_status()
    assert (made.name, members(made.content)) == ("out/day.zip", files)
    count = job.steps["x"]
    assert (count.received, count.passed, count.dropped, count.emitted, count.bytes) == (4, 4, 0, 1, made.size)
    assert through("file.compress.zip", ALL, files)[0][0].content == made.content, "equal files give equal archives"
    back, _, _ = through("file.uncompress.zip", {}, [("day.zip", made.content)])
    assert [(file.name, file.content) for file in back] == files
    if shutil.which("unzip"):
        (tmp_path / "day.zip").write_bytes(made.content)
        subprocess.run(["unzip", "-q", "day.zip", "-d", "back"], cwd=tmp_path, check=True, capture_output=True)
        assert {name: (tmp_path / "back" / name).read_bytes() for name in everything(tmp_path / "back")} == dict(files)


def test_a_name_that_is_left_empty_makes_an_archive_of_each_file():
    out, _, _ = through("file.compress.zip", {"fileName": ""}, [("in/a", b"1"), ("b", b"2")])
    assert {file.name: members(file.content) for file in out} == {"in/a.zip": [("a", b"1")], "b.zip": [("b", b"2")]}


def test_the_name_and_the_level_are_those_of_the_step():
    params = {"fileName": "day_${jobId}.zip", "compressionLevel": "0"}
    (made,), _, job = through("file.compress.zip", params, [("a", b"very plain text" * 99)])

    assert made.name == f"day_{job.id}.zip"
    assert b"very plain text" * 99 in made.content


def test_without_a_file_there_is_no_archive():
    out, _, job = through("file.compress.zip", ALL, [])
    assert (job.status, out) == ("succeeded", [])


@pytest.fixture
def shop(tmp_path):
    """Two readers with a parser each, and four ways to one archive: parts, a branch that packs, rejects, files as they are."""
    for number in range(3):
        (tmp_path / "people").mkdir(exist_ok=True)
        rows = "".join(f"{number},{row},{'x' * 200}\n" for row in range(4000))
        (tmp_path / "people" / f"p{number}.csv").write_text(f"id,row,text\n{rows}1\n")
    put(tmp_path / "orders", "o1.json", "o2.json")
    size = {"maxFileSize": 0.05}
    return idx.Dataflow(name="shop", steps=[
        S("people", "datasource.read.file", {"url": str(tmp_path / "people")}, next=["dsv"]),
        S("orders", "datasource.read.file", {"url": str(tmp_path / "orders")}, next=["parse", "zip"]),
        S("dsv", "file.parse.dsv", {"columnSeparator": ","}, next=["csv", "lines"], error=["bad"]),
        S("parse", "file.parse.json", next=["lines"]),
        S("csv", "file.format.dsv", {"fileName": "people.csv", "columnSeparator": ",", "columns": ["id", "row"]} | size, next=["zip"]),
        S("lines", "file.format.json", {"fileName": "sub/all.json", "lines": True} | size, next=["gzip"]),
        S("gzip", "file.compress.gzip", next=["zip"]),
        S("bad", "file.format.json", {"fileName": "bad.json"}, next=["zip"]),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path)}),
    ])  # fmt: skip


def test_files_of_many_origins_and_parts_of_files_come_together(shop, tmp_path):
    made = []
    for workers in (1, 2):
        job = idx.run(shop, workers=workers)
        job.raise_for_status()
        assert [file.name for file in job.files] == ["out/day.zip"]
        made.append((tmp_path / "out" / "day.zip").read_bytes())
    names = [name for name, _ in members(made[0])]
    kinds = [[name for name in names if name.startswith(kind)] for kind in ("o", "people_", "sub/all_", "bad")]

    assert made[0] == made[1], "however many work on it"
    assert sorted(name for kind in kinds for name in kind) == sorted(names)
    assert kinds[0] == ["o1.json", "o2.json"]
    assert kinds[1] == [f"people_{number}.csv" for number in range(1, len(kinds[1]) + 1)]
    assert kinds[2] == [f"sub/all_{number}.json.gz" for number in range(1, len(kinds[2]) + 1)]
    assert kinds[3] == ["bad.json"]
    assert min(len(kinds[1]), len(kinds[2])) > 1, "they come in parts"


def test_the_second_of_two_files_of_one_name_is_an_error_that_names_both():
    files = [("a.csv", b"1"), ("b.csv", b"2"), ("a.csv", b"3")]
    _, _, job = through("file.compress.zip", ALL, files)
    said = "a.csv: out/day.zip holds a file of this name already; give the files different names; in step 'x'"
    assert (job.status, said in job.status_details) == ("failed", True)

    (made,), (refused,), job = through("file.compress.zip", ALL, files, error=True)
    job.raise_for_status()
    assert members(made.content) == [("a.csv", b"1"), ("b.csv", b"2")]
    assert (refused.name, refused.content) == ("a.csv", b"3")
    assert (job.steps["x"].passed, job.steps["x"].rejected) == (2, 1)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "C:\\a", "a/../../b", "a\nb", "x" * 256])
def test_a_name_that_would_be_unpacked_elsewhere_is_not_put_in(name):
    (made,), refused, _ = through("file.compress.zip", ALL, [("good", b"1"), (name, b"2")], error=True)
    assert members(made.content) == [("good", b"1")]
    assert contents(refused) == {name: b"2"}

    _, _, job = through("file.compress.zip", {"fileName": name}, [("good", b"1")])
    assert job.status == "failed"
    assert "the file name" in job.status_details


def marking(tmp_path, *, data):
    return idx.Dataflow(name="marks", steps=[
        S("parse", "file.parse.json", next=["ok", "json"]),
        S("ok", "file.empty", {"fileName": "all.ok"}, next=["zip"]),
        S("json", "file.format.json", {"fileName": "z.json"}, next=["zip" if data else "write"]),
        S("zip", "file.compress.zip", {"fileName": "a.zip"}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path)}),
    ])  # fmt: skip


def test_an_archive_of_markers_is_published_last_and_one_with_data_is_none(tmp_path):
    job = idx.run(marking(tmp_path, data=False), inputs={"parse": [{"a": 1}]})
    assert [file.name for file in job.files] == ["z.json", "a.zip"]

    job = idx.run(marking(tmp_path, data=True), inputs={"parse": [{"a": 1}]})
    assert [file.name for file in job.files] == ["a.zip"]
    assert sorted(name for name, _ in members(tmp_path / "a.zip")) == ["all.ok", "z.json"]


def test_nothing_of_it_is_seen_when_a_source_fails(tmp_path):
    put(tmp_path / "in", "a.json")
    (tmp_path / "in" / "b.json").write_text('[{"a"')
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=["zip", "parse"]),
        S("parse", "file.parse.json"),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "there")}),
    ])  # fmt: skip
    assert idx.run(flow).status == "failed"
    assert not (tmp_path / "there").exists() or everything(tmp_path / "there") == []


def test_a_file_that_goes_away_before_it_is_read_fails_the_run_with_its_name(tmp_path):
    put(tmp_path / "in", "a.json", "b.json")
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=["zip", "parse"]),
        S("parse", "file.parse.json", next=["see"]),
        S("see", "datasource.write.gigya.account"),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "there")}),
    ])  # fmt: skip
    job = idx.run(flow, outputs={"see": lambda _: (tmp_path / "in" / "a.json").unlink(missing_ok=True)})

    assert job.status == "failed"
    assert "a.json cannot be read or written: No such file or directory; in step 'zip'" in job.status_details
    assert not (tmp_path / "there").exists() or everything(tmp_path / "there") == []


def test_a_stop_is_heard_while_the_archive_is_made_and_half_of_it_goes_nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(20 << 30)
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(large)}, next=["zip"]),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "there")}),
    ])  # fmt: skip

    def grows():
        return any(path.stat().st_size > 99_999 for path in tmp_path.glob("identitysync-*/*"))

    with idx.start(flow) as running:
        until = time.monotonic() + 20
        while not grows():
            assert time.monotonic() < until, "no archive is begun"
            time.sleep(0.005)
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
    assert (job.end_time - job.start_time).total_seconds() < 20, "all of it takes minutes"
    assert everything(tmp_path) == ["large"]


def test_files_stay_as_long_as_the_archive_needs_them_and_no_longer(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = []

    def look(file):
        spool.append(sum(path.stat().st_size > 0 for path in tmp_path.glob("identitysync-*/*")))

    flow = idx.Dataflow(name="f", steps=[
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "a.json", "maxFileSize": 0.1, "lines": True}, next=["zip", "early"]),
        S("zip", "file.compress.zip", ALL, next=["late"]),
        S("early", "file.compress.gzip", next=["late"]),
        S("late", "datasource.write.file", {"url": "unused"}),
    ])  # fmt: skip
    people = ({"n": number, "text": "x" * 1000} for number in range(1000))
    out = []
    job = idx.run(flow, inputs={"parse": people}, outputs={"late": lambda file: look(file) or out.append(file.name)})

    job.raise_for_status()
    assert job.steps["zip"].passed == job.steps["json"].emitted == len(out) - 1 > 9
    assert spool[-1] >= job.steps["zip"].passed, "all are there while the archive is made"
    assert everything(tmp_path) == []


def test_a_file_counts_as_delivered_only_when_the_archive_was(tmp_path):
    put(tmp_path / "in", "a.json", "b.json")
    (tmp_path / "there" / "out" / "day.zip").mkdir(parents=True)  # where the archive should be named
    flow = idx.Dataflow(name="once", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in"), "afterDelivery": "archive", "archivePath": "done"}, next=["zip"]),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "there")}),
    ])  # fmt: skip
    store = tmp_path / "idx.db"
    assert idx.run(flow, store=store).status == "failed"
    assert everything(tmp_path / "in") == ["a.json", "b.json"], "nothing was delivered, nothing is archived"

    (tmp_path / "there" / "out" / "day.zip").rmdir()
    job = idx.run(flow, store=store)
    job.raise_for_status()
    assert [name for name, _ in members(tmp_path / "there" / "out" / "day.zip")] == ["a.json", "b.json"]
    assert everything(tmp_path / "in") == ["done/a.json", "done/b.json"]

    put(tmp_path / "in", "c.json")
    idx.run(flow, store=store).raise_for_status()
    assert [name for name, _ in members(tmp_path / "there" / "out" / "day.zip")] == ["c.json"]
    job = idx.run(flow, store=store)
    assert (job.status, job.files, job.steps["read"].received) == ("succeeded", (), 0)


def test_a_job_that_resumes_leaves_a_delivered_archive_as_it_is(tmp_path):
    put(tmp_path / "in", "a.json", "b.json")
    (tmp_path / "second" / "z.json").mkdir(parents=True)  # a name that cannot be given yet
    flow = idx.Dataflow(name="two", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=["zip", "parse"]),
        S("zip", "file.compress.zip", {"fileName": "${now}.zip"}, next=["first"]),
        S("first", "datasource.write.file", {"url": str(tmp_path / "first")}),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "z.json"}, next=["second"]),
        S("second", "datasource.write.file", {"url": str(tmp_path / "second")}),
    ])  # fmt: skip
    with idx.IdentitySync(tmp_path / "idx.db") as service:
        id = service.create_dataflow(flow)
        service.create_scheduling(idx.Scheduling(name="n", dataflow_id=id))
        (failed,) = service.run_pending()
        assert failed.status == "failed"
        (archive,) = (tmp_path / "first").iterdir()
        assert [name for name, _ in members(archive)] == ["a.json", "b.json"]
        archive.unlink()  # a partner has fetched it
        (tmp_path / "second" / "z.json").rmdir()
        job = service.resume_job(failed.id)

    job.raise_for_status()
    assert sorted(file.name for file in job.files) == sorted([archive.name, "z.json"])
    assert everything(tmp_path / "first") == []
    assert (tmp_path / "second" / "z.json").is_file()


def test_a_preview_shows_the_archive_and_a_writer_takes_it_on(tmp_path):
    put(tmp_path / "in", "a.json", "b.json")
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=["zip"]),
        S("zip", "file.compress.zip", ALL, next=["again"]),
        S("again", "file.uncompress.zip", next=["parse"]),
        S("parse", "file.parse.json", {"addFilename": True}),
    ])  # fmt: skip
    names = [record["_fileName"] for record in idx.stream(flow, until="parse")]
    assert names == ["out/a.json", "out/b.json"]
    assert "day.zip" in str(idx.preview(flow))


def test_many_files_take_no_more_memory_than_one(tmp_path):
    for number in range(20):
        with (tmp_path / f"{number:02}.bin").open("wb") as stream:
            stream.truncate(4 << 20)
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path)}, next=["zip"]),
        S("zip", "file.compress.zip", ALL, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "there")}),
    ])  # fmt: skip
    idx.run(flow, workers=1).raise_for_status()  # whatever is loaded once
    tracemalloc.start()
    try:
        job = idx.run(flow, workers=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert job.steps["zip"].passed == 20
    assert sum(len(content) for _, content in members(tmp_path / "there" / "out" / "day.zip")) == 80 << 20
    assert peak < 12 << 20
