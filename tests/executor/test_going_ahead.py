"""Writers and look-ups that begin with records before earlier ones are answered."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

import identitysync as idx
from identitysync import Record, Rejected, Services, param, script
from identitysync.contract import Lookup, RecordWriter
from identitysync.errors import RemoteUnavailable


class Late:
    """Answer a batch when a later one has come, or the last has: whoever awaits is served by a timer."""

    def __init__(self, window, fail_at):
        self.window, self._fail_at = window, fail_at
        self.most = self.under_way = self.begun = 0
        self._lock = threading.Lock()

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Any]]":
        answers: Future[list[Any]] = Future()
        with self._lock:
            self.under_way += len(records)
            self.most = max(self.most, self.under_way)
            self.begun += 1
            number = self.begun
        timer = threading.Timer(0.02 if number % 3 else 0.06, self._answer, [answers, records, number])
        timer.daemon = True
        timer.start()
        return answers

    def _answer(self, answers, records, number):
        with self._lock:
            self.under_way -= len(records)
        if number == self._fail_at:
            answers.set_exception(RemoteUnavailable("the other end is gone"))
        else:
            answers.set_result([
                Rejected(record, "odd", "odd") if record["n"] % 10 == 9 else None if record["n"] % 10 == 5 else record
                for record in records
            ])  # fmt: skip


WORKERS: list[Late] = []


class _Ahead:
    def open(self, services: Services):
        WORKERS.append(Late(self.window, self.fail_at))
        return WORKERS[-1]


@script("test.ahead.write", summary="Write ahead.")
class WriteAhead(_Ahead, RecordWriter):
    batch_size = 100
    window: int = param(default=300, doc="The window.")
    fail_at: int = param(default=0, doc="The batch that fails.")

    def write(self, records, services):
        raise AssertionError("the engine goes ahead")


@script("test.ahead.look.up", summary="Look up ahead.")
class LookUpAhead(_Ahead, Lookup):
    batch_size = 100
    window: int = param(default=300, doc="The window.")
    fail_at: int = param(default=0, doc="The batch that fails.")

    def look_up(self, records, services):
        raise AssertionError("the engine goes ahead")


def run(kind, params=None, records=2500, **options):
    out = []
    flow = idx.Dataflow(name="ahead", steps=[
        idx.Step("read", "file.parse.json", next=["far"]),
        idx.Step("far", kind, params or {}, next=["end"]),
        idx.Step("end", "field.remove", {"fields": ["x"]}),
    ])  # fmt: skip
    job = idx.run(flow, inputs={"read": ({"n": n} for n in range(records))}, outputs={"end": out}, **options)
    return job, [record["n"] for record in out]


@pytest.mark.parametrize("kind", [WriteAhead, LookUpAhead])
def test_answers_keep_their_order_each_record_has_one_fate_and_no_more_is_under_way_than_allowed(kind):
    job, numbers = run(kind)

    assert job.status == "succeeded", job.status_details
    assert numbers == [n for n in range(2500) if n % 10 not in {5, 9}]
    far = job.steps["far"]
    assert (far.received, far.passed, far.dropped, far.rejected) == (2500, 2000, 250, 250)
    assert job.processed_records == job.total_records == 2500
    assert 200 < WORKERS[-1].most <= 300


def test_a_batch_larger_than_the_window_goes_alone():
    _, numbers = run(WriteAhead, {"window": 10}, records=250)
    assert len(numbers) == 200
    assert WORKERS[-1].most == 100


def test_an_error_comes_after_the_answers_before_it_and_what_was_carried_to_its_end_is_told_truly():
    job, numbers = run(WriteAhead, {"failAt": 13})

    assert job.status == "failed"
    assert "the other end is gone" in job.status_details
    assert "in step 'far'" in job.status_details
    assert numbers == [n for n in range(1200) if n % 10 not in {5, 9}]
    assert job.processed_records == 1000, "the block of 1000 in which it failed does not count"


def test_what_was_written_when_a_run_fails_elsewhere_is_in_the_report():
    def source():
        yield from ({"n": n} for n in range(1000))
        time.sleep(0.3)
        raise RemoteUnavailable("the source is gone")

    flow = idx.Dataflow(steps=[idx.Step("read", "file.parse.json", next=["far"]), idx.Step("far", WriteAhead)])
    job = idx.run(flow, inputs={"read": source()})

    assert job.status == "failed"
    far = job.steps["far"]
    assert (far.received, far.passed, far.dropped, far.rejected) == (1000, 800, 100, 100)


def test_a_run_that_awaits_an_answer_can_be_stopped():
    class Never(Late):
        def begin(self, records, services):
            return Future()

    @script("test.ahead.never", summary="Never answer.")
    class NeverWrites(WriteAhead):
        def open(self, services):
            return Never(100, 0)

    flow = idx.Dataflow(steps=[idx.Step("read", "file.parse.json", next=["far"]), idx.Step("far", NeverWrites)])
    with idx.start(flow, inputs={"read": ({"n": n} for n in range(1000))}) as running:
        time.sleep(0.1)
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
