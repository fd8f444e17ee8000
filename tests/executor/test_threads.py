"""Several threads, where the native kernel does most of the work: the same result as one, and an end whenever it is wanted."""

import threading
import time

import pytest

import identitysync as idx
from identitysync.errors import PluginError
from identitysync.executor.thread_pool import ThreadPool
from identitysync.native import kernel
from tests.executor.test_workers import RECORDS, _small_blocks, flow, ran, source

__all__ = ["_small_blocks", "source"]

pytestmark = pytest.mark.skipif(kernel() is None, reason="the native kernel was not built: there is no C compiler")


def working():
    return [thread for thread in threading.enumerate() if thread.name == "identitysync-worker"]


def test_threads_make_what_one_makes(source, tmp_path):
    one, alone = ran(source, tmp_path / "one", charset="UTF-8", workers=1)
    three, together = ran(source, tmp_path / "three", charset="UTF-8", workers=3)

    assert together == alone
    assert three.total_records == one.total_records == RECORDS - 1
    assert {id: (each.received, each.passed, each.rejected) for id, each in three.steps.items()} == {
        id: (each.received, each.passed, each.rejected) for id, each in one.steps.items()
    }
    assert [each.message for each in three.rejects] == [each.message for each in one.rejects]
    assert any("3 threads work behind parse" in line for line in three.trace)


def test_they_write_the_same_as_processes(source, tmp_path):
    _, threads = ran(source, tmp_path / "threads", charset="UTF-8", workers=2)
    _, processes = ran(source, tmp_path / "processes", workers=2)

    assert threads.decode() == processes.decode("ISO-8859-1")


def test_a_limit_holds(source, tmp_path):
    job, text = ran(source, tmp_path / "out", charset="UTF-8", workers=2, limit=1500)

    assert job.total_records == 1500
    assert text.count(b"\n") == 1501


def test_a_run_that_is_stopped_leaves_no_thread(source, tmp_path):
    big = tmp_path / "big.jsonl"
    big.write_bytes(source.read_bytes() * 40)
    with idx.start(flow(big, tmp_path / "out", charset="UTF-8"), workers=2) as running:
        time.sleep(0.3)
        running.cancel()
        assert running.wait(60).status in {"killed", "succeeded"}
    assert not working()


def test_a_worker_that_is_told_to_exit_says_so():
    class Exiting:
        def another(self):
            return self

        def work(self, task):
            raise SystemExit(3)

        def close(self):
            pass

    pool = ThreadPool(Exiting(), 2)
    with pytest.raises(PluginError, match="a worker failed: SystemExit: 3"):
        pool.submit(None).result(10)
    pool.close()
    assert not working()


def test_a_surprise_in_the_first_blocks_does_not_call_for_processes(tmp_path):
    path = tmp_path / "in.jsonl"
    line = '{"UID":"' + "1" * 900 + '"}\n'
    block = line * 291  # a little more than a block
    path.write_text((block + '{"UID":"2","more":1}\n') * 5 + block * 5)
    job, _ = ran(path, tmp_path / "out", charset="UTF-8", workers=2)

    assert any("2 threads work behind parse" in each for each in job.trace)


def test_rows_that_go_over_blocks_are_joined(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("a,b\n" + "".join(f'{number},"two\nlines, ""{number}"""\n' for number in range(60_000)), "utf-8")
    steps = [
        idx.Step("read", "datasource.read.file", {"url": str(path)}, next=["parse"]),
        idx.Step("parse", "file.parse.dsv", {"columnSeparator": ","}, next=["json"]),
        idx.Step("json", "file.format.json", {"fileName": "out.json", "lines": True}, next=["write"]),
        idx.Step("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ]
    job = idx.run(idx.Dataflow(name="rows", steps=steps), workers=2, progress=False)

    assert job.total_records == 60_000
    lines = (tmp_path / "out" / "out.json").read_text("utf-8").splitlines()
    assert lines[59_999] == '{"a":"59999","b":"two\\nlines, \\"59999\\""}'
    assert len(lines) == 60_000
