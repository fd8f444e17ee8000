"""When things run: on time, once, and never two of one scheduling at a time, over ten years of a clock that jumps."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta

import attrs
import pytest

import identitysync as idx
from identitysync.errors import InvalidParameter, NotStored, RedundantOperation
from identitysync.model import next_slot
from identitysync.stores import stamp
from identitysync.world import FixedClock

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def flow_id(service, flow):
    return service.create_dataflow(flow)


def schedule(service, flow_id, **more):
    return service.create_scheduling(
        idx.Scheduling(**({"name": "n", "dataflow_id": flow_id, "next_job_start_time": START} | more))
    )


def slots(service):
    """Give the slots of all jobs, by scheduling."""
    found = {}
    with service._store.runs._base.transaction() as tx:
        for scheduling, slot in tx.all("SELECT scheduling_id, slot FROM job ORDER BY seq"):
            found.setdefault(scheduling, []).append(datetime.fromisoformat(slot))
    return found


def tick(service, clock):
    """Run what is due, with jobs that do nothing: claimed, and ended well."""
    ran = []
    now = clock.now()
    while claim := service._scheduler.claim(now):
        row = {**claim.row, "status": "succeeded", "updateTime": stamp(now)}
        service._store.runs.finish(row["dataflowId"], row)
        ran.append(claim)
    return ran


@pytest.mark.parametrize("policy", ["all", "once", "skip"])
def test_over_ten_years_each_slot_runs_once_or_is_missed_as_the_policy_says(tmp_path, flow, policy):
    clock = FixedClock(START)
    luck = random.Random(policy)
    kinds = [
        {"frequency_type": "day", "frequency_interval": 11, "time_zone": "Europe/Vienna"},
        {"frequency_type": "week", "days_of_week": ("mon", "thu"), "frequency_interval": 5, "time_zone": "America/New_York"},
        {"frequency_type": "month", "time_zone": "Australia/Lord_Howe"},
        {"frequency_type": "hour", "frequency_interval": 24 * 17},
    ]  # fmt: skip
    with idx.IdentitySync(tmp_path / "idx.db", clock=clock) as service:
        id = service.create_dataflow(flow)
        ids = [schedule(service, id, name=f"{n}", missed_slots=policy, **kind) for n, kind in enumerate(kinds)]
        looks = [START]
        while clock.now() < START + timedelta(days=3653):
            tick(service, clock)
            due = service._store.schedulings.next_due()
            pause = max(0.0, (due - clock.now()).total_seconds())
            clock.advance(
                pause + luck.choice([0, 0, 0, 0, 30, 59, 3600, 86400 * 40])
            )  # sometimes nobody looks for long
            looks.append(clock.now())
        ran = slots(service)
        for each, kind in zip(ids, kinds, strict=True):
            scheduling = idx.Scheduling(**kind)
            expected, slot = [], next_slot(scheduling, START, START - timedelta(microseconds=1))
            for look in looks[:-1]:
                passed = []
                while slot <= look:
                    passed.append(slot)
                    slot = next_slot(scheduling, START, slot)
                late = passed and look - passed[-1] > timedelta(minutes=1)
                expected += {"all": passed, "once": passed[-1:], "skip": [] if late else passed[-1:]}[policy]
            assert ran[each] == expected
            assert len(set(ran[each])) == len(ran[each]) > 25


def test_a_start_in_the_past_runs_at_once_and_the_next_one_is_in_step(service, flow_id, clock):
    once = schedule(service, flow_id, name="once", next_job_start_time=START - timedelta(days=9))
    daily = schedule(service, flow_id, name="daily", next_job_start_time=START - timedelta(days=9, hours=2), frequency_type="day", missed_slots="all")  # fmt: skip
    skipping = schedule(service, flow_id, name="skip", next_job_start_time=START - timedelta(days=9, hours=2), frequency_type="day", missed_slots="skip")  # fmt: skip

    assert [claim.row["schedulingId"] for claim in tick(service, clock)] == [once, daily]
    assert service.get_scheduling(daily).next_job_start_time == START + timedelta(hours=22)
    assert service.get_scheduling(skipping).next_job_start_time == START + timedelta(hours=22)
    assert service.get_scheduling(once).next_job_start_time == START - timedelta(days=9)
    assert service.get_scheduling(once).scheduling_status == "succeeded"
    clock.advance(86400 * 30)
    assert once not in [claim.row["schedulingId"] for claim in tick(service, clock)]


def test_without_a_start_it_is_due_now_and_naive_times_are_utc(service, flow_id, clock):
    now = schedule(service, flow_id, name="a", next_job_start_time=None)
    naive = schedule(service, flow_id, name="b", next_job_start_time=datetime(2026, 1, 1, 13, 0, 0, 123456))

    assert service.get_scheduling(now).next_job_start_time == clock.now()
    assert service.get_scheduling(naive).next_job_start_time == datetime(2026, 1, 1, 13, 0, 0, 123000, UTC)
    assert len(tick(service, clock)) == 1


def test_what_is_not_enabled_does_not_run_and_goes_on_in_step_later(service, flow_id, clock):
    id = schedule(service, flow_id, frequency_type="day", enabled=False)
    clock.advance(86400 * 3 + 60)
    assert tick(service, clock) == []
    service.set_scheduling(attrs.evolve(service.get_scheduling(id), enabled=True))
    assert tick(service, clock) == []
    assert service.get_scheduling(id).next_job_start_time == START + timedelta(days=4)


def test_never_two_runs_of_one_scheduling_at_a_time(service, flow_id, clock):
    schedule(service, flow_id, frequency_type="minute")
    claim = service._scheduler.claim(clock.now())
    clock.advance(600)
    assert service._scheduler.claim(clock.now()) is None
    service._store.runs.finish("f", {**claim.row, "status": "succeeded"})
    assert service._scheduler.claim(clock.now()) is not None


def test_a_scheduling_is_set_as_a_whole_and_counted_anew_only_when_its_counting_changes(service, flow_id, clock):
    id = schedule(
        service, flow_id, frequency_type="month", next_job_start_time=datetime(2026, 1, 31, tzinfo=UTC), limit=3
    )
    clock.advance(86400 * 35)
    tick(service, clock)
    kept = service.get_scheduling(id)
    assert kept.next_job_start_time == datetime(2026, 2, 28, tzinfo=UTC)
    with pytest.raises(RedundantOperation) as told:
        service.set_scheduling(kept)
    assert told.value.code == 403200

    service.set_scheduling(attrs.evolve(kept, name="renamed", limit=None))
    clock.advance(86400 * 40)
    tick(service, clock)
    kept = service.get_scheduling(id)
    assert (kept.name, kept.limit, kept.next_job_start_time) == ("renamed", None, datetime(2026, 3, 31, tzinfo=UTC))
    service.set_scheduling(attrs.evolve(kept, frequency_type="day"))
    clock.advance(86400 * 20)
    tick(service, clock)
    assert service.get_scheduling(id).next_job_start_time == datetime(2026, 4, 7, tzinfo=UTC)


def test_several_schedulings_of_one_flow_and_the_newest_date_is_its_next_run(service, flow_id, clock):
    assert service.status() == [idx.DataflowStatus(flow_id, "copy")]
    schedule(service, flow_id, name="past", next_job_start_time=START - timedelta(days=2))
    assert service.status()[0].next_run == START - timedelta(days=2)
    schedule(service, flow_id, name="weekly", frequency_type="week", next_job_start_time=START + timedelta(days=2))
    assert service.status(flow_id)[0].next_run == START + timedelta(days=2)
    (job,) = service.run_pending()
    (status,) = service.status()
    assert (status.last_successful_run, status.next_run, status.running) == (
        job.start_time,
        START + timedelta(days=2),
        (),
    )
    assert status.to_dict()["lastSuccessfulRun"] == "2026-01-01T12:00:00.000Z"


@pytest.mark.parametrize(
    ("more", "fault", "words"),
    [
        ({"name": " "}, InvalidParameter, "a name of its own"),
        ({"name": "taken"}, InvalidParameter, "another scheduling called 'taken'"),
        ({"dataflow_id": ""}, InvalidParameter, "dataflowId"),
        ({"dataflow_id": "nobody"}, NotStored, "'nobody', which is not stored"),
        ({"frequency_type": "hour", "frequency_interval": 0}, InvalidParameter, "1 or more"),
        ({"time_zone": "Mars"}, InvalidParameter, "no time zone 'Mars'"),
        ({"days_of_week": ["mon"]}, InvalidParameter, "frequencyType week alone"),
        ({"max_rejects": "many"}, InvalidParameter, "max_rejects"),
        ({"limit": -1}, InvalidParameter, "0 or more"),
        ({"success_email_notification": "a@example.com\nBcc: b@example.com"}, InvalidParameter, "no e-mail address"),
        ({"failure_email_notification": "nonsense"}, InvalidParameter, "no e-mail address"),
    ],
)
def test_a_scheduling_that_cannot_be_is_refused(service, flow_id, more, fault, words):
    schedule(service, flow_id, name="taken")
    with pytest.raises(fault, match=words):
        schedule(service, flow_id, **({"name": "other"} | more))
    assert len(service.search("SELECT * FROM scheduling")) == 1


def test_the_originals_json_is_read_as_its_clients_send_it(service, flow_id):
    sent = {
        "id": "dummy", "name": "n", "dataflowId": flow_id, "frequencyType": "hour", "frequencyInterval": "12",
        "nextJobStartTime": "2026-12-01T10:03:14.607Z", "logLevel": "info", "successEmailNotification": "a@example.com, b@example.com",
        "limit": None, "fullExtract": False, "enabled": True, "schedulingStatus": "ready", "daysOfWeek": None, "successEmails": None,
    }  # fmt: skip
    id = service.create_scheduling(idx.Scheduling.from_dict(sent))
    kept = service.get_scheduling(id)

    assert (id != "dummy", kept.frequency_interval, kept.scheduling_status) == (True, 12, "ready")
    assert kept.to_dict()["nextJobStartTime"] == "2026-12-01T10:03:14.607Z"
    assert kept.extra == {"successEmails": None}


def test_serving_runs_what_is_due_until_it_is_told_to_end(make, flow):
    ended = []
    service = make(clock=None, on_job=ended.append)
    id = service.create_dataflow(flow)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll": 0.05, "workers": 3})
    thread.start()
    for number in range(6):
        schedule(service, id, name=f"{number}", next_job_start_time=None)
    deadline = time.monotonic() + 20
    while len(ended) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    service.shut_down()
    thread.join(20)

    assert not thread.is_alive()
    assert [job.status for job in ended] == ["succeeded"] * 6
    with pytest.raises(InvalidParameter, match="a worker or more"):
        service.serve_forever(workers=0)


def test_a_job_that_takes_too_long_at_the_end_is_stopped_and_due_again(make, slow_flow, tmp_path):
    service = make(clock=None)
    id = service.create_dataflow(slow_flow)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll": 0.05, "grace": 0})
    schedule(service, id, next_job_start_time=None, full_extract=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not service.status()[0].running and time.monotonic() < deadline:
        time.sleep(0.01)
    service.shut_down()
    thread.join(20)
    (job,) = service.search("SELECT * FROM idx_job_status")
    assert (job.status, "its process went away" in job.status_details) == ("failed", True)
    assert not (tmp_path / "out").exists()
    (again,) = service.run_pending()
    assert (again.id, again.status, again.attempt_number, again.total_records) == (job.id, "succeeded", 2, 1000)


def test_a_job_that_does_not_hear_its_stop_is_left(make, flow, monkeypatch, caplog):
    monkeypatch.setattr("identitysync.service.scheduler._PATIENCE", 0.3)
    begun, let_go = threading.Event(), threading.Event()
    service = make(clock=None, on_job=lambda _: (begun.set(), let_go.wait(60)))
    schedule(service, service.create_dataflow(flow), next_job_start_time=None)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll": 0.05, "grace": 0})
    thread.start()
    try:
        assert begun.wait(20)
        service.shut_down()
        thread.join(10)
        assert not thread.is_alive()
        assert "1 jobs go on although they were stopped 0.3 seconds ago; they are left" in caplog.text
        (left,) = [each for each in threading.enumerate() if each.name == "identitysync-job"]
        assert left.daemon  # it keeps no process alive
    finally:
        let_go.set()
    left.join(10)


def test_serving_survives_a_store_that_cannot_be_used_for_a_while(tmp_path, flow, caplog):
    import sqlite3

    path = tmp_path / "idx.db"
    with idx.IdentitySync(path) as service:
        service._store.runs._base._base.execute("PRAGMA busy_timeout=50")
        schedule(service, service.create_dataflow(flow), next_job_start_time=None)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll": 0.05})
        thread.start()
        deadline = time.monotonic() + 20
        while "another process has held it" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.02)
        holder.execute("ROLLBACK")
        holder.close()
        while not service.search("SELECT * FROM idx_job_status WHERE status = 'succeeded'"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        service.shut_down()
        thread.join(20)
    assert "another process has held it" in caplog.text
