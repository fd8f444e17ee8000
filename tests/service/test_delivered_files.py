"""The service's runs remember, flow by flow, which files they have delivered."""

import json

import pytest

import identitysync as idx

S = idx.Step
DAY = 86_400


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def reading(inbox, tmp_path):
    return idx.Dataflow(name="in", steps=[
        S("read", "datasource.read.file", {"url": str(inbox)}, next=["parse"]),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "${jobId}.json"}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ])  # fmt: skip


def put(inbox, *names):
    for name in names:
        (inbox / name).write_text(json.dumps([{"name": name}]))


def schedule(service, id, **more):
    given = {"name": "nightly", "dataflow_id": id, "frequency_type": "day", "frequency_interval": 1, **more}
    return service.create_scheduling(idx.Scheduling(**given))


def due(service, clock):
    """Run what is due, tell how many files each job read, and let a day pass."""
    jobs = service.run_pending()
    assert {job.status for job in jobs} <= {"succeeded"}, [job.status_details for job in jobs]
    clock.advance(DAY)
    return [job.steps["read"].received for job in jobs]


def test_a_scheduled_run_reads_what_is_new_since_the_one_before(service, reading, inbox, clock):
    schedule(service, service.create_dataflow(reading))
    put(inbox, "a.json", "b.json")
    assert due(service, clock) == [2]
    put(inbox, "c.json")
    assert due(service, clock) == [1]
    assert due(service, clock) == [0]


def test_a_scheduling_that_asks_for_a_full_extract_reads_all(service, reading, inbox, clock):
    id = service.create_dataflow(reading)
    schedule(service, id)
    put(inbox, "a.json", "b.json")
    assert due(service, clock) == [2]
    schedule(service, id, name="all", full_extract=True, next_job_start_time=clock.now())
    assert sorted(due(service, clock)) == [0, 2]


def test_what_one_flow_has_delivered_is_new_to_another(service, reading, inbox, clock):
    put(inbox, "a.json")
    schedule(service, service.create_dataflow(reading))
    assert due(service, clock) == [1]
    schedule(service, service.create_dataflow(idx.Dataflow(name="other", steps=reading.steps)), name="other")
    assert sorted(due(service, clock)) == [0, 1]


def test_a_test_run_remembers_nothing(service, reading, inbox, clock):
    id = service.create_dataflow(reading)
    put(inbox, "a.json")
    assert service.run_test(id).steps["read"].received == 1
    schedule(service, id)
    assert due(service, clock) == [1]


def test_files_are_remembered_by_a_service_that_is_opened_again(make, reading, inbox, clock):
    put(inbox, "a.json")
    first = make()
    schedule(first, first.create_dataflow(reading))
    assert due(first, clock) == [1]
    first.close()
    assert due(make(), clock) == [0]
