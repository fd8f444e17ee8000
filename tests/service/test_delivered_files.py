"""The service's runs remember, flow by flow, which files they have delivered."""

import json
import zipfile

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


@pytest.fixture
def packing(inbox, tmp_path):
    """A flow that packs files into an archive, lists what is in them, and deletes them at their source."""
    return idx.Dataflow(name="pack", steps=[
        S("read", "datasource.read.file", {"url": str(inbox), "afterDelivery": "delete"}, next=["zip", "parse"]),
        S("zip", "file.compress.zip", {"fileName": "${now}.zip"}, next=["first"]),
        S("first", "datasource.write.file", {"url": str(tmp_path / "first")}),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "${now}.json"}, next=["second"]),
        S("second", "datasource.write.file", {"url": str(tmp_path / "second")}),
    ])  # fmt: skip


def stand_in_the_way(tmp_path, clock, *names):
    """Make folders where files of the next run should get their names."""
    places = [tmp_path / name / f"{clock.now():%Y%m%d%H%M%S}.{kind}" for name, kind in names]
    for place in places:
        place.mkdir(parents=True)
    return places


def everything(tmp_path):
    """Tell what is in the archives, and in the lists."""
    packed, listed = [], []
    for path in sorted((tmp_path / "first").iterdir()):
        with zipfile.ZipFile(path) as archive:
            packed.append(sorted(archive.namelist()))
    for path in sorted((tmp_path / "second").iterdir()):
        listed.append(sorted(each["name"] for each in json.loads(path.read_text())))
    return packed, listed


@pytest.mark.parametrize("full_extract", [False, True])
def test_what_comes_after_an_attempt_has_delivered_waits_for_the_next_run(
    service, packing, inbox, tmp_path, clock, full_extract
):
    schedule(service, service.create_dataflow(packing), full_extract=full_extract)
    put(inbox, "a.json", "b.json", "x.json")
    (place,) = stand_in_the_way(tmp_path, clock, ("second", "json"))
    (failed,) = service.run_pending()
    assert (failed.status, len(failed.files)) == ("failed", 1)

    put(inbox, "c.json")
    (inbox / "b.json").write_text('[{"name": "changed"}]')
    place.rmdir()
    resumed = service.resume_job(failed.id)
    resumed.raise_for_status()
    assert resumed.steps["read"].received == 2
    assert any("2 of 4 files" in line and "the next run reads them" in line for line in resumed.trace)
    assert sorted(path.name for path in inbox.iterdir()) == ["b.json", "c.json"], "they were not delivered, and stay"

    clock.advance(DAY)
    assert due(service, clock) == [2]
    assert everything(tmp_path) == (
        [["a.json", "b.json", "x.json"], ["b.json", "c.json"]],
        [["a.json", "x.json"], ["c.json", "changed"]],
    )
    assert list(inbox.iterdir()) == []


def test_what_comes_after_an_attempt_that_delivered_nothing_is_read_with_the_rest(
    service, packing, inbox, tmp_path, clock
):
    schedule(service, service.create_dataflow(packing))
    put(inbox, "a.json")
    first, second = stand_in_the_way(tmp_path, clock, ("first", "zip"), ("second", "json"))
    (failed,) = service.run_pending()
    assert (failed.status, failed.files) == ("failed", ())

    put(inbox, "c.json")
    first.rmdir()
    second.rmdir()
    service.resume_job(failed.id).raise_for_status()
    assert everything(tmp_path) == ([["a.json", "c.json"]], [["a.json", "c.json"]])
