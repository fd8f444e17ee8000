"""Jobs: tests, slots, attempts, resuming, stopping, and what moves the watermark."""

import json
import threading
import time
from datetime import timedelta

import attrs
import pytest

import identitysync as idx
from identitysync.errors import InvalidParameter, StoreError

S = idx.Step


def schedule(service, flow_id, **more):
    return service.create_scheduling(idx.Scheduling(**({"name": "n", "dataflow_id": flow_id} | more)))


def test_a_test_run_writes_ten_records_and_a_row_and_moves_no_watermark(service, flow, tmp_path, clock):
    id = service.create_dataflow(flow)
    job = service.run_test(id)

    assert (job.status, job.total_records, job.sampled, job.attempt_number) == ("succeeded", 10, True, 1)
    assert service.get_job(job.id) == job
    assert (job.dataflow_id, job.dataflow_name, job.scheduling_id) == (id, "copy", "")
    assert len(json.loads((tmp_path / "out" / "out_20260101120000.json").read_text())) == 10
    assert "a full extract was asked for" in job.trace[0]
    assert service.get_dataflow(id).last_runtime is None
    assert service.status(id)[0].last_successful_run is None


def test_a_scheduled_run_moves_the_watermark_to_its_start_and_carries_its_schedulings_words(service, flow, clock):
    id = service.create_dataflow(flow)
    scheduling = schedule(
        service, id, frequency_type="day", frequency_interval=2, success_email_notification="a@example.com"
    )
    (job,) = service.run_pending()

    assert (job.status, job.scheduling_id, job.frequency_type, job.frequency_interval) == (
        "succeeded",
        scheduling,
        "day",
        2,
    )
    assert (job.success_email_notification, job.sampled, job.total_records) == ("a@example.com", False, 25)
    assert "first run: reading the last schedule period, since 2025-12-30 12:00:00" in job.trace[0]
    assert service.get_dataflow(id).last_runtime == job.start_time == clock.now()
    clock.advance(2 * 86400)
    (job,) = service.run_pending()
    assert "since the last successful run, 2026-01-01 12:00:00" in job.trace[0]
    assert service.run_pending() == []


def test_a_scheduling_with_a_limit_or_a_full_extract_is_obeyed(service, flow):
    id = service.create_dataflow(flow)
    schedule(service, id, limit=3, name="a")
    schedule(service, id, full_extract=True, log_level="debug", name="b", next_job_start_time=service._clock.now())
    first, second = service.run_pending()

    assert (first.sampled, first.total_records) == (True, 3)
    assert "a full extract was asked for" in second.trace[0]
    assert any(" debug " in line for line in second.trace)


def test_max_rejects_of_a_scheduling_makes_its_job_fail(service, flow, tmp_path):
    (tmp_path / "in.json").write_text('{"a": 1}\n{broken\n{"a": 2}\n')
    id = service.create_dataflow(flow)
    schedule(service, id, max_rejects=0)
    (job,) = service.run_pending()

    assert (job.status, "max_rejects is 0" in job.status_details) == ("failed", True)
    assert not (tmp_path / "out").exists()


def test_a_failed_job_has_three_attempts_after_growing_pauses_on_the_same_row(service, flow, tmp_path, clock):
    (tmp_path / "in.json").rename(tmp_path / "away")
    id = service.create_dataflow(flow)
    schedule(service, id)
    (first,) = service.run_pending()
    assert (first.status, first.attempt_number) == ("failed", 1)
    assert service.get_scheduling(first.scheduling_id).scheduling_status == "busy"

    clock.advance(59)
    assert service.run_pending() == []
    clock.advance(1)
    (second,) = service.run_pending()
    assert (second.id, second.status, second.attempt_number) == (first.id, "failed", 2)
    clock.advance(299)
    assert service.run_pending() == []
    (tmp_path / "away").rename(tmp_path / "in.json")
    clock.advance(1)
    (third,) = service.run_pending()
    assert (third.id, third.status, third.attempt_number) == (first.id, "succeeded", 3)
    assert third.start_time == first.start_time == service.get_dataflow(id).last_runtime
    assert third.files[0].name == "out_20260101120000.json"
    assert len(service.search("SELECT * FROM idx_job_status")) == 1


def test_after_three_attempts_a_job_stays_failed_and_its_scheduling_goes_on(make, flow, tmp_path, clock):
    (tmp_path / "in.json").unlink()
    service = make(pauses=[10, 10])
    id = service.create_dataflow(flow)
    schedule(service, id, frequency_type="minute", frequency_interval=5)
    for _ in range(3):
        assert [job.status for job in service.run_pending()] == ["failed"]
        clock.advance(10)
    assert service.run_pending() == []
    clock.advance(300)
    (job,) = service.run_pending()
    assert job.attempt_number == 1
    assert len(service.search("SELECT * FROM idx_job_status")) == 2


def test_tests_and_plain_runs_have_one_attempt(service, flow, tmp_path, clock, place):
    (tmp_path / "in.json").unlink()
    id = service.create_dataflow(flow)
    assert service.run_test(id).status == "failed"
    assert idx.run(attrs.evolve(flow, id=id), store=place).status == "failed"
    clock.advance(3600)
    assert service.run_pending() == []


def test_run_and_the_service_share_one_store(service, flow, place):
    id = service.create_dataflow(flow)
    job = idx.run(service.get_dataflow(id), store=place)

    assert service.get_job(job.id) == job
    assert service.get_dataflow(id).last_runtime == job.start_time
    assert [each.id for each in service.search(f"SELECT * FROM idx_job_status WHERE dataflowId = '{id}'")] == [job.id]


@pytest.fixture
def two_files(tmp_path):
    """A flow whose second file cannot get its name while a folder has it."""
    (tmp_path / "in.json").write_text('[{"a": 1}]')
    (tmp_path / "second" / "two.json").mkdir(parents=True)
    return idx.Dataflow(name="two", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["one", "two"]),
        S("one", "file.format.json", {"fileName": "one_${now}.json"}, next=["first"]),
        S("two", "file.format.json", {"fileName": "two.json"}, next=["second"]),
        S("first", "datasource.write.file", {"url": str(tmp_path / "first")}),
        S("second", "datasource.write.file", {"url": str(tmp_path / "second")}),
    ])  # fmt: skip


def test_resuming_publishes_no_delivered_file_again_and_ends_the_job(service, two_files, tmp_path, clock):
    id = service.create_dataflow(two_files)
    schedule(service, id)
    (failed,) = service.run_pending()
    assert (failed.status, [file.name for file in failed.files]) == ("failed", ["one_20260101120000.json"])
    (tmp_path / "first" / "one_20260101120000.json").unlink()  # a partner has fetched it
    (tmp_path / "second" / "two.json").rmdir()
    clock.advance(20)
    resumed = service.resume_job(failed.id)

    assert (resumed.id, resumed.status, resumed.attempt_number) == (failed.id, "succeeded", 2)
    assert sorted(file.name for file in resumed.files) == ["one_20260101120000.json", "two.json"]
    assert list((tmp_path / "first").iterdir()) == []
    assert (tmp_path / "second" / "two.json").is_file()
    assert any("earlier attempt" in line for line in resumed.trace)
    assert resumed.start_time == service.get_dataflow(id).last_runtime == failed.start_time
    clock.advance(3600)
    assert service.run_pending() == []
    with pytest.raises(InvalidParameter, match="is succeeded; only a failed or killed job"):
        service.resume_job(failed.id)


def test_what_a_flow_has_become_since_is_what_resumes(service, flow, tmp_path):
    id = service.create_dataflow(flow.fill({"write.url": "{{folder}}"}))
    failed = service.run_test(id)
    service.set_dataflow(attrs.evolve(flow, id=id))
    resumed = service.resume_job(failed.id)

    assert (resumed.status, resumed.total_records, resumed.sampled) == ("succeeded", 10, True)


def running(service, flow_id):
    """Wait until a job of the flow runs, and give its id."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        (status,) = service.status(flow_id)
        if status.running:
            return status.running[0]
        time.sleep(0.01)
    raise AssertionError("nothing runs")


def in_thread(act):
    done = []
    thread = threading.Thread(target=lambda: done.append(act()))
    thread.start()

    def result():
        thread.join(60)
        return done[0]

    return result


def test_a_job_is_stopped_by_its_own_service_and_by_another_and_can_be_resumed(make, slow_flow, tmp_path):
    service = make(clock=None)
    id = service.create_dataflow(slow_flow)
    schedule(service, id, full_extract=True)
    result = in_thread(service.run_pending)
    job_id = running(service, id)
    assert make(clock=None).stop_job(job_id).status == "running"
    (job,) = result()

    assert (job.status, job.id, job.files) == ("killed", job_id, ())
    assert service.get_job(job_id).status == "killed"
    assert not (tmp_path / "out").exists()
    assert service.run_pending() == []
    assert service.get_dataflow(id).last_runtime is None
    assert service.resume_job(job_id).status == "succeeded"


def test_a_running_job_tells_how_far_it_has_come(make, slow_flow):
    service = make(clock=None, lease=0.3)
    id = service.create_dataflow(slow_flow)
    schedule(service, id, full_extract=True)
    result = in_thread(service.run_pending)
    job_id = running(service, id)
    deadline = time.monotonic() + 10
    while not (told := service.get_job(job_id)).steps and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (told.status, set(told.steps)) == ("running", {"read", "json", "write"})
    assert any("reading" in line for line in told.trace)
    assert service.get_scheduling(told.scheduling_id).scheduling_status == "busy"
    service.stop_job(job_id)
    result()


def test_a_process_that_comes_too_late_publishes_nothing_and_says_so(make, slow_flow, tmp_path):
    told = []
    service, other = make(clock=None, on_job=told.append), make(clock=None)
    id = service.create_dataflow(slow_flow)
    scheduling = schedule(service, id, full_extract=True)
    result = in_thread(service.run_pending)
    job_id = running(service, id)
    with other._store.runs._base.transaction() as tx:  # as if its lease had run out
        tx.change("UPDATE job SET status = 'failed', attempt = 2 WHERE id = :id", {"id": job_id})
    (job,) = result()

    assert (job.status, "taken the job over" in job.status_details) == ("failed", True)
    assert not (tmp_path / "out").exists()
    assert told == []
    assert service.get_dataflow(id).last_runtime is None
    assert service.get_scheduling(scheduling).scheduling_status == "busy"


def test_a_job_whose_process_died_is_failed_and_due_again_at_once(make, flow, clock):
    told = []
    service = make(on_job=told.append, lease=1)
    id = service.create_dataflow(flow)
    schedule(service, id, failure_email_notification="")
    claim = service._scheduler.claim(clock.now())  # and nobody runs it
    clock.advance(2)
    time.sleep(1.1)  # PostgreSQL goes by its own clock
    (job,) = service.run_pending()

    assert (job.id, job.status, job.attempt_number) == (claim.id, "succeeded", 2)
    assert [(each.status, each.attempt_number) for each in told] == [("failed", 1), ("succeeded", 2)]
    assert "gave no sign of life" in told[0].status_details


def test_a_job_that_kills_its_process_three_times_stays_failed(make, flow, clock):
    service = make(lease=0.05)
    id = service.create_dataflow(flow)
    schedule(service, id)
    for attempt in range(1, 4):
        claim = service._scheduler.claim(clock.now())
        assert claim.attempt == attempt
        clock.advance(1)
        time.sleep(0.1)
        service._scheduler.give_up()
    assert service.run_pending() == []
    assert service.get_job(claim.id).status == "failed"


def test_a_clock_that_is_behind_another_services_is_a_clear_error(make, flow, clock):
    from identitysync.world import FixedClock

    service = make()
    id = service.create_dataflow(flow)
    schedule(service, id)
    service.run_pending()
    behind = make(clock=FixedClock(clock.now() - timedelta(hours=1)))
    schedule(behind, id, name="early")
    with pytest.raises(StoreError, match="set the clocks"):
        behind.run_pending()
    assert len(service.run_pending()) == 1


def test_ctrl_c_kills_the_job_and_is_raised_again(make, slow_flow):
    import signal

    service = make(clock=None)
    id = service.create_dataflow(slow_flow)
    schedule(service, id, full_extract=True)

    def press():
        running(service, id)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    pressed = in_thread(press)
    with pytest.raises(KeyboardInterrupt):
        service.run_pending()
    pressed()
    (job,) = service.search("SELECT * FROM idx_job_status")
    assert job.status == "killed"
