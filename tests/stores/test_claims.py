"""Who runs what: one process per job, by an attempt that fences off whoever comes too late."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from identitysync.errors import InvalidParameter, LeaseLost, NotStored, StoreError
from identitysync.stores import Decision, StoredScheduling, open_service_store, stamp

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(place):
    store = open_service_store(place, lease=30)
    store.flows.add("dataflow", "f", {"name": "flow"})
    yield store
    store.close()


def scheduling(id="s", **more):
    values = {
        "dataflow_id": "f",
        "start": START,
        "due": START,
        "job_id": "",
        "busy": False,
        "body": {"name": id},
        **more,
    }
    return StoredScheduling(id, **values)


def row(id, status="running", attempt=1, **more):
    moment = stamp(START)
    return {"id": id, "dataflowId": "f", "schedulingId": "s", "status": status, "createTime": moment, "updateTime": moment, "startTime": moment, "attemptNumber": attempt, **more}  # fmt: skip


def every_minute(job_ids):
    names = iter(job_ids)
    return lambda found: Decision(found.due, found.due + MINUTE, row(next(names)), {"scheduling": {}})


def test_a_slot_is_given_out_once_and_the_next_one_when_its_job_has_ended(store):
    store.schedulings.add(scheduling())
    decide = every_minute(["a", "b", "c"])
    first = store.claims.claim(START + 2 * MINUTE, decide)

    assert (first.id, first.attempt) == ("a", 1)
    assert store.claims.claim(START + 2 * MINUTE, decide) is None
    store.runs.finish("f", row("a", "succeeded"))
    assert store.claims.claim(START + 2 * MINUTE, decide).id == "b"


def test_many_claim_at_once_and_nobody_gets_what_another_has(place, store):
    for number in range(40):
        store.schedulings.add(scheduling(f"s{number}"))
    others = [open_service_store(place) for _ in range(4)]
    got, faults = [], []

    def work(mine, name):
        try:
            numbers = iter(range(1000))
            while claim := mine.claims.claim(
                START, lambda found: Decision(found.due, None, row(f"{name}-{next(numbers)}", schedulingId=found.id))
            ):
                got.append(claim.row["schedulingId"])
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(other, str(n))) for n, other in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for other in others:
        other.close()
    assert faults == []
    assert sorted(got) == sorted(f"s{number}" for number in range(40))


def test_who_gave_no_sign_of_life_is_fenced_off_from_everything(store):
    store.schedulings.add(scheduling())
    now = datetime.now(UTC)
    store.claims.claim(now, every_minute(["a"]))
    store.runs.beat("a", 1, row("a"), now)
    assert store.claims.give_up(now + timedelta(seconds=1), lambda *_: None) == []
    with store.runs._base.transaction() as tx:
        tx.change("UPDATE job SET lease_until = :past", {"past": stamp(now - MINUTE)})
    (given_up,) = store.claims.give_up(now, lambda *_: now)
    again = store.claims.claim(now + timedelta(seconds=1), every_minute([]))

    assert (given_up["status"], again.id, again.attempt) == ("failed", "a", 2)
    file = {"step": "w", "name": "n"}
    for act in (
        lambda: store.runs.beat("a", 1, row("a"), now),
        lambda: store.runs.hold("a", 1, now),
        lambda: store.runs.stopping("a", 1),
        lambda: store.runs.deliver("a", 1, file),
        lambda: store.runs.finish("f", row("a", "succeeded"), watermark=now),
    ):
        with pytest.raises(LeaseLost, match="attempt 1"):
            act()
    assert store.runs.last_runtime("f") is None
    assert store.runs.delivered("a") == []
    store.runs.deliver("a", 2, file)
    store.runs.finish("f", row("a", "succeeded", attempt=2), watermark=START)
    assert store.runs.last_runtime("f") == START
    assert store.runs.delivered("a") == [file]


def test_a_further_attempt_keeps_its_scheduling_busy(store):
    store.schedulings.add(scheduling())
    decide = every_minute(["a", "b"])
    store.claims.claim(START, decide)
    store.runs.finish("f", row("a", "failed"), retry_at=START + 5 * MINUTE)

    assert store.schedulings.next_due() == START + 5 * MINUTE
    assert store.claims.claim(START + 2 * MINUTE, decide) is None
    assert store.claims.claim(START + 5 * MINUTE, decide).attempt == 2
    store.runs.finish("f", row("a", "failed", attempt=2))
    assert store.claims.claim(START + 5 * MINUTE, decide).id == "b"


def test_stopping_is_heard_by_who_runs_it_and_takes_back_a_further_attempt(store):
    store.schedulings.add(scheduling())
    store.claims.claim(START, every_minute(["a"]))

    assert not store.runs.stopping("a", 1)
    assert store.claims.stop("a", START)["status"] == "running"
    assert store.runs.stopping("a", 1)
    store.runs.finish("f", row("a", "failed"), retry_at=START + MINUTE)
    assert store.claims.stop("a", START)["status"] == "killed"
    assert not store.schedulings.get("s").busy
    with pytest.raises(InvalidParameter, match="ended already: it is killed"):
        store.claims.stop("a", START)
    with pytest.raises(NotStored):
        store.claims.stop("nobody", START)


def test_only_what_failed_or_was_killed_is_resumed_and_never_beside_another_job(store):
    store.schedulings.add(scheduling())
    decide = every_minute(["a", "b"])
    store.claims.claim(START, decide)
    with pytest.raises(InvalidParameter, match="is running"):
        store.claims.resume("a", START)
    store.runs.finish("f", row("a", "failed"))
    store.claims.claim(START + MINUTE, decide)
    with pytest.raises(InvalidParameter, match="'s' has the job b under way"):
        store.claims.resume("a", START)
    store.runs.finish("f", row("b", "succeeded"))
    assert store.claims.resume("a", START).attempt == 2
    assert store.schedulings.get("s").busy
    with pytest.raises(NotStored):
        store.claims.resume("nobody", START)


def test_a_slot_that_has_run_never_runs_again_even_when_the_scheduling_is_set_back(store):
    store.schedulings.add(scheduling())
    store.claims.claim(START, lambda found: Decision(found.due, None, row("a")))
    store.runs.finish("f", row("a", "succeeded"))
    store.schedulings.change("s", lambda _: scheduling())

    assert store.claims.claim(START, lambda found: Decision(found.due, None, row("b"))) is None
    assert store.schedulings.get("s").due is None


def test_a_clock_that_is_behind_is_told_and_changes_nothing(store):
    store.schedulings.add(scheduling())
    store.claims.claim(START + 60 * MINUTE, every_minute(["a"]))
    with pytest.raises(
        StoreError, match=r"2026-01-01T00:00:00\.000Z, but .* 2026-01-01T01:00:00\.000Z: set the clocks"
    ):
        store.claims.claim(START, every_minute(["b"]))
    assert store.runs.job("b") is None
    assert store.claims.claim(START + 60 * MINUTE - timedelta(seconds=20), every_minute(["b"])) is None


def test_what_is_deleted_is_gone_with_its_schedulings_and_the_rows_of_jobs_stay(store):
    store.schedulings.add(scheduling())
    store.claims.claim(START, every_minute(["a"]))
    store.flows.delete("dataflow", "f")

    with pytest.raises(NotStored):
        store.schedulings.get("s")
    store.runs.finish("f", row("a", "succeeded"))
    assert store.runs.job("a")["status"] == "succeeded"
