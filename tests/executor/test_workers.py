"""Several processes: the same result as one, from wherever a run is started, and a clear end when one of them dies."""

import gzip
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import types
from importlib import import_module

import pytest

import identitysync as idx

RECORDS = 4000


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Wait for the other processes, so that small files come to them at all."""
    from identitysync.executor import pool

    begin = pool.Pool.__init__

    def wait(self, *args):
        begin(self, *args)
        deadline = time.monotonic() + 20
        while not self.ready and self.fault is None and time.monotonic() < deadline:
            time.sleep(0.005)

    monkeypatch.setattr(pool.Pool, "__init__", wait)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    """Cut small files into several blocks."""
    monkeypatch.setattr(import_module("identitysync.scripts.parse.cutting"), "BLOCK", 1 << 18)


@pytest.fixture
def source(tmp_path):
    """A file of several blocks, with some lines that are broken and some records that are otherwise."""
    lines = [
        json.dumps({"UID": f"{number:032x}", "profile": {"name": "né" * 60, "age": number}, "tags": ["a", "b"]})
        for number in range(RECORDS)
    ]
    lines[10] = "{broken"
    lines[3000] = json.dumps({"UID": "x", "profile": None, "extra": "é"})
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def flow(source, target, *more, charset="ISO-8859-1"):
    """Make a flow; the native kernel does not write this charset, so that processes share the work."""
    steps = [
        idx.Step("read", "datasource.read.file", {"url": str(source), "sortBy": "name"}, next=["parse"]),
        idx.Step("parse", "file.parse.json", next=["rename"]),
        idx.Step(
            "rename",
            "field.rename",
            {"fields": [{"sourceField": "profile.name", "targetField": "name"}]},
            next=["dsv" if not more else more[0].id],
        ),
        *more,
        idx.Step(
            "dsv",
            "file.format.dsv",
            {"fileName": "out.csv", "columnSeparator": ",", "fileCharset": charset},
            next=["gzip"],
        ),
        idx.Step("gzip", "file.compress.gzip", next=["write"]),
        idx.Step("write", "datasource.write.file", {"url": str(target)}),
    ]
    return idx.Dataflow(name="workers", steps=steps)


def ran(source, target, charset="ISO-8859-1", **options):
    job = idx.run(flow(source, target, charset=charset), progress=False, **options)
    return job, gzip.decompress((target / "out.csv.gz").read_bytes())


def test_two_processes_make_what_one_makes(source, tmp_path):
    one, alone = ran(source, tmp_path / "one", workers=1)
    two, together = ran(source, tmp_path / "two", workers=2)

    assert together == alone
    assert two.total_records == one.total_records == RECORDS - 1
    assert {id: (each.received, each.passed, each.rejected) for id, each in two.steps.items()} == {
        id: (each.received, each.passed, each.rejected) for id, each in one.steps.items()
    }
    assert [each.message for each in two.rejects] == [each.message for each in one.rejects]
    assert "line 11" in two.rejects[0].message
    assert any("2 processes work behind parse" in line for line in two.trace)


def test_columns_that_turn_up_late_and_elsewhere_are_put_in_order(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(
        "".join(json.dumps({"UID": "1" * 900, f"c{number // 200}": number}) + "\n" for number in range(3000))
    )
    _, alone = ran(source, tmp_path / "one", workers=1)
    _, together = ran(source, tmp_path / "two", workers=3)

    assert together == alone
    assert together.startswith(b"UID,c0,c1,c2,")


def test_many_small_files_share_the_work(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.jsonl").write_text("".join(json.dumps({"n": number, "i": i}) + "\n" for i in range(5)))
    _, alone = ran(folder, tmp_path / "one", workers=1)
    job, together = ran(folder, tmp_path / "two", workers=2)

    assert together == alone
    assert job.total_records == 200


def test_a_limit_holds_across_processes(source, tmp_path):
    job, text = ran(source, tmp_path / "out", workers=2, limit=1500)

    assert job.total_records == 1500
    assert text.count(b"\n") == 1501


SCRIPT = """
import sys
import identitysync as idx
flow = idx.Dataflow.load(sys.argv[1])
job = idx.run(flow, workers=2, progress=False)
print(job.status, job.total_records)
"""


def test_a_script_without_a_main_guard_may_use_several_processes(source, tmp_path):
    flow(source, tmp_path / "out").save(tmp_path / "flow.json")
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "flow.json")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert told.stdout.split() == ["succeeded", str(RECORDS - 1)]
    assert told.stderr == ""


def _child(source, target, queue):
    job, text = ran(source, target, workers=2)
    queue.put((str(job.status), len(text)))


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_a_process_that_was_made_by_another_may_use_several(source, tmp_path, method):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    if method == "forkserver":  # its processes import this module by its name, which pytest has not given them
        command = [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1]); from tests.executor.test_workers import _spawned; _spawned(sys.argv[2], sys.argv[3])",
        ]
        root = str(
            next(
                parent
                for parent in __import__("pathlib").Path(__file__).parents
                if (parent / "pyproject.toml").exists()
            )
        )
        told = subprocess.run(
            [*command, root, str(source), str(tmp_path / "out")], capture_output=True, text=True, timeout=90, check=True
        )
        assert told.stdout.split()[0] == "succeeded"
        return
    process = context.Process(target=_child, args=(source, tmp_path / "out", queue))
    process.start()
    assert queue.get(timeout=60)[0] == "succeeded"
    process.join(10)


def _spawned(source, target):
    from pathlib import Path

    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_child, args=(Path(source), Path(target), queue))
    process.start()
    sys.stdout.write(" ".join(map(str, queue.get(timeout=60))))
    process.join(10)


def test_a_thread_may_use_several_processes(source, tmp_path):
    with idx.start(flow(source, tmp_path / "out"), workers=2) as running:
        assert running.wait(60).status == "succeeded"


def test_a_process_that_is_killed_ends_the_run_with_a_reason(source, tmp_path, monkeypatch):
    from identitysync.executor import pool

    started = []
    begin = pool.subprocess.Popen

    def popen(*args, **options):
        started.append(begin(*args, **options))
        return started[-1]

    monkeypatch.setattr(pool.subprocess, "Popen", popen)
    big = tmp_path / "big.jsonl"
    big.write_bytes(source.read_bytes().replace(b"{broken\n", b"") * 40)
    running = idx.start(flow(big, tmp_path / "out"), workers=2)
    deadline = time.monotonic() + 30
    while (not started or running.status().total_records < 2 * RECORDS) and time.monotonic() < deadline:
        time.sleep(0.005)  # the first blocks are worked on before there are processes
    for process in started:
        os.kill(process.pid, signal.SIGKILL)
    job = running.wait(60)

    assert job.status == "failed"
    assert "a worker process was killed by signal 9" in job.status_details
    assert "workers=1" in job.status_details
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_a_run_that_is_stopped_leaves_no_process(source, tmp_path):
    big = tmp_path / "big.jsonl"
    big.write_bytes(source.read_bytes() * 40)
    running = idx.start(flow(big, tmp_path / "out"), workers=2)
    time.sleep(0.3)
    running.cancel()
    assert running.wait(60).status in {"killed", "succeeded"}
    assert not [
        thread
        for thread in threading.enumerate()
        if thread.name in {"identitysync-to-worker", "identitysync-from-worker"}
    ]


def test_a_script_that_another_process_does_not_find_is_run_in_this_one(source, tmp_path, monkeypatch):
    module = types.ModuleType("found_in_this_process_alone")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    @idx.script("test.lonely", summary="Be found in this process alone.")
    class Lonely(idx.Mapper):
        def map(self, record):
            return record

    Lonely.__module__, Lonely.__qualname__, module.Lonely = module.__name__, "Lonely", Lonely
    job = idx.run(flow(source, tmp_path / "out", idx.Step("lonely", Lonely, next=["dsv"])), workers=2, progress=False)

    assert job.status == "succeeded", job.status_details
    assert job.total_records == RECORDS - 1
    assert any("another cannot load its scripts" in line for line in job.trace)


OWN = """
import sys
import attrs
import identitysync as idx

@idx.script("mine.shout", summary="Write the name in capitals.")
class Shout(idx.Mapper):
    def map(self, record):
        record["name"] = str(record.get("name")).upper()
        return record

flow = idx.Dataflow.load(sys.argv[1])
flow = flow.insert_after("rename", idx.Step("shout", Shout))
job = idx.run(flow, workers=2, progress=False)
print(job.status, job.total_records, sum("cannot" in line for line in job.trace))
"""


def test_a_script_that_a_main_program_defines_travels_to_the_others(source, tmp_path):
    source.write_bytes(source.read_bytes().replace(b"{broken\n", b"") * 8)
    flow(source, tmp_path / "out").save(tmp_path / "flow.json")
    (tmp_path / "script.py").write_text(OWN)
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "flow.json")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert told.stdout.split() == ["succeeded", str((RECORDS - 1) * 8), "0"], told.stderr
    assert "NÉNÉ" in gzip.decompress((tmp_path / "out" / "out.csv.gz").read_bytes()).decode("ISO-8859-1")


def test_a_file_of_the_spool_stays_until_the_others_have_read_it(source, tmp_path, monkeypatch):
    from identitysync.executor import pool, region_stage

    begin, sent = region_stage.RegionStage._send, []

    def send(self, *args):
        sent.append(args)
        begin(self, *args)

    monkeypatch.setattr(region_stage.RegionStage, "_send", send)
    monkeypatch.setattr(pool.Pool, "ready", property(lambda _: not 1 <= len(sent) <= 4), raising=True)  # late
    big = tmp_path / "in.jsonl.gz"
    big.write_bytes(gzip.compress(source.read_bytes().replace(b"{broken\n", b"") * 10, 1))
    steps = flow(source, tmp_path / "out").steps
    unpack = idx.Step("unpack", "file.uncompress.gzip", next=["parse"])
    read = idx.Step("read", "datasource.read.file", {"url": str(big)}, next=["unpack"])
    job = idx.run(idx.Dataflow(name="spooled", steps=[read, unpack, *steps[1:]]), workers=2, progress=False)

    assert job.status == "succeeded", job.status_details
    assert job.total_records == (RECORDS - 1) * 10
