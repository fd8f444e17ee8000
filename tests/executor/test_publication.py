"""Nothing is seen before everything is complete."""

import os
import stat
import subprocess
import sys
import textwrap

import pytest

import identitysync as idx

S = idx.Step


def flow(tmp_path, *, read=None, fail=False):
    return idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(read or tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["dsv", "marker"]),
        S("dsv", "file.format.dsv", {"fileName": "sub/data_${jobId}.csv", "columnSeparator": ","}, next=["gzip"]),
        S("gzip", "file.uncompress.gzip" if fail else "file.compress.gzip", next=["write"]),
        S("marker", "file.empty", {"fileName": "data.ok"}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ])  # fmt: skip


def everything(folder):
    return (
        sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        if folder.exists()
        else []
    )


def test_files_and_markers_are_published_markers_last(tmp_path):
    (tmp_path / "in.json").write_text('{"a":1}\n{"a":2}\n')
    job = idx.run(flow(tmp_path))

    assert job.status == "succeeded"
    assert [file.name for file in job.files] == [f"sub/data_{job.id}.csv.gz", "data.ok"]
    assert everything(tmp_path / "out") == ["data.ok", f"sub/data_{job.id}.csv.gz"]
    assert job.files[0].size == (tmp_path / "out" / job.files[0].name).stat().st_size


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a":', '{"a":\n1}\n{"a":'])
def test_a_failed_source_publishes_nothing_and_leaves_nothing(tmp_path, text):
    (tmp_path / "in.json").write_text(text)
    job = idx.run(flow(tmp_path))

    assert job.status == "failed"
    assert "in.json" in job.status_details
    assert ": line " in job.status_details
    assert everything(tmp_path / "out") == []


def test_a_failed_step_publishes_no_marker_either(tmp_path):
    (tmp_path / "in.json").write_text('{"a":1}\n')
    job = idx.run(flow(tmp_path, fail=True))

    assert job.status == "failed"
    assert "not gzip" in job.status_details
    assert everything(tmp_path / "out") == []


def test_a_file_that_fails_goes_along_an_error_edge_and_the_run_goes_on(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.gz").write_bytes(b"no gzip at all")
    steps = [
        S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=["gunzip"]),
        S("gunzip", "file.uncompress.gzip", next=["good"], error=["bad"]),
        S("good", "datasource.write.file", {"url": str(tmp_path / "good")}),
        S("bad", "datasource.write.file", {"url": str(tmp_path / "bad")}),
    ]
    job = idx.run(idx.Dataflow(name="f", steps=steps))

    assert job.status == "succeeded"
    assert (tmp_path / "bad" / "bad.gz").read_bytes() == b"no gzip at all"
    assert job.steps["gunzip"].rejected == 1


def test_an_output_list_takes_the_place_of_a_writer(tmp_path):
    (tmp_path / "in.json").write_text('{"a":1}\n')
    out = []
    job = idx.run(flow(tmp_path), outputs={"write": out})

    assert {file.name for file in out} == {f"sub/data_{job.id}.csv.gz", "data.ok"}
    assert next(file for file in out if file.name == "data.ok").open().read() == b""
    assert not (tmp_path / "out").exists()


def test_the_spool_is_private_and_goes_away(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def look(file):
        (folder,) = [path for path in tmp_path.iterdir() if path.name.startswith("identitysync-")]
        modes = [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]
        seen.append((stat.S_IMODE(folder.stat().st_mode), set(modes)))

    source = idx.Dataflow(name="f", steps=[
        S("r", "file.parse.json", next=["j"]), S("j", "file.format.json", {"fileName": "x"}, next=["w"]),
        S("w", "datasource.write.file", {"url": "nowhere"}),
    ])  # fmt: skip
    job = idx.run(source, inputs={"r": [{"a": 1}]}, outputs={"w": look})

    assert job.status == "succeeded", job.status_details
    assert seen == [(0o700, {0o600})]
    assert [path for path in tmp_path.iterdir() if path.name.startswith("identitysync-")] == []


def test_a_writer_without_staging_writes_at_the_end_and_not_at_all_after_a_failure(tmp_path):
    written = []

    @idx.script("test.keep", summary="Keep files.")
    class Keep(idx.FileWriter):
        def write(self, file, services):
            written.append((file.name, file.open().read()))

    def go(text):
        (tmp_path / "in.json").write_text(text)
        steps = [
            S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
            S("parse", "file.parse.json", next=["json"]),
            S("json", "file.format.json", {"fileName": "x.json", "lines": True}, next=["keep"]),
            S("keep", Keep),
        ]
        return idx.run(idx.Dataflow(name="f", steps=steps))

    assert go('[{"a":1}').status == "failed"
    assert written == []
    assert go('[{"a":1}]').status == "succeeded"
    assert written == [("x.json", b'{"a":1}\n')]


@pytest.mark.parametrize("name", ["../x.csv", "/tmp/x.csv", "a/../../x", "c:\\x", "a\x00b"])
def test_a_file_name_cannot_leave_its_folder(tmp_path, name):
    source = idx.Dataflow(name="f", steps=[
        S("r", "file.parse.json", next=["j"]), S("j", "file.format.json", {"fileName": name}, next=["w"]),
        S("w", "datasource.write.file", {"url": str(tmp_path / "deep" / "out")}),
    ])  # fmt: skip
    job = idx.run(source, inputs={"r": [{"a": 1}]})

    assert job.status == "failed"
    assert everything(tmp_path) == []


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path):
    script = textwrap.dedent("""
        import resource, signal, sys
        import identitysync as idx
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        flow = idx.Dataflow(name="f", steps=[
            idx.Step("r", "file.parse.json", next=["j"]),
            idx.Step("j", "file.format.json", {"fileName": "x.json"}, next=["w"]),
            idx.Step("w", "datasource.write.file", {"url": sys.argv[1]}),
        ])
        job = idx.run(flow, inputs={"r": ({"n": n, "text": "x" * 100} for n in range(10_000))})
        print(job.status, job.status_details)
    """)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", script, str(tmp_path / "out")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("failed the disk is full"), ran.stdout
    assert everything(tmp_path) == []


def test_dead_letters_are_on_the_disk_before_a_file_gets_its_name(tmp_path):
    seen = []

    @idx.script("test.look", summary="Look at the dead letters at the moment of publication.")
    class Look(idx.FileWriter):
        def write(self, file, services):
            seen.extend(path.read_text() for path in (tmp_path / "dead").iterdir())

    (tmp_path / "in.json").write_text('{"a":1}\n{broken\n{"a":2}\n')
    steps = [
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "x.json"}, next=["look"]),
        S("look", Look),
    ]
    idx.run(idx.Dataflow(name="f", steps=steps), dead_letters=tmp_path / "dead").raise_for_status()

    assert len(seen) == 1
    assert "{broken" in seen[0]
