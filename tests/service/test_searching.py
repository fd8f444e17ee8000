"""Searches: typed objects, the envelope of the original's API, cursors that miss and double nothing."""

import attrs
import pytest

import identitysync as idx
from identitysync.errors import InvalidParameter, QueryError
from identitysync.registry import ScriptDescription


@pytest.fixture
def full(service, flow, clock):
    """A service with two flows, a scheduling, and seven jobs."""
    first = service.create_dataflow(flow)
    service.create_dataflow(attrs.evolve(flow, name="other"))
    service.create_scheduling(idx.Scheduling(name="n", dataflow_id=first, next_job_start_time=clock.now()))
    for _ in range(7):
        clock.advance(60)
        service.run_test(first)
    service.first = first
    return service


def test_whole_rows_are_typed_and_parts_of_rows_are_records(full):
    kinds = {"dataflow": idx.Dataflow, "scheduling": idx.Scheduling, "idx_job_status": idx.JobStatus, "script": ScriptDescription}  # fmt: skip
    for table, kind in kinds.items():
        found = full.search(f"select * from {table}")
        assert found
        assert {type(each) for each in found} == {kind}
    assert full.search("SELECT name FROM dataflow ORDER BY name DESC") == [{"name": "other"}, {"name": "copy"}]
    assert full.search("SELECT count(*) FROM idx_job_status GROUP BY status") == [{"count(*)": 7}]


def test_the_originals_examples_are_answered(full):
    assert len(full.search("SELECT * FROM dataflow")) == 2
    assert len(full.search(f'SELECT * FROM scheduling WHERE dataflowId="{full.first}"')) == 1
    latest = full.search(
        f"SELECT * FROM idx_job_status WHERE dataflowId='{full.first}' order By updateTime desc LIMIT 5"
    )
    assert [job.update_time for job in latest] == sorted((job.update_time for job in latest), reverse=True)
    assert len(latest) == 5
    (script,) = full.search("SELECT * FROM script WHERE id='field.rename'")
    assert script.type == "field.rename"
    (row,) = full.search("SELECT * FROM script WHERE id='file.parse.dsv'", wire=True)["result"]
    assert (row["input"], row["output"]) == ("files", "records")


@pytest.mark.parametrize("limit", ["limit", "`limit`"])
def test_the_limit_of_a_scheduling_can_be_asked_for(full, limit):
    full.create_scheduling(idx.Scheduling(name="few", dataflow_id=full.first, frequency_type="once", limit=7))
    found = full.search(f"SELECT name, {limit} FROM scheduling WHERE {limit} = 7 ORDER BY {limit} LIMIT 5")
    assert found == [{"name": "few", "limit": 7}]


def test_the_envelope_is_the_originals(full):
    answer = full.search("SELECT id FROM idx_job_status LIMIT 2", wire=True)
    nothing = full.search("SELECT * FROM dataflow WHERE name = 'nobody'", wire=True)

    assert (answer["errorCode"], answer["statusCode"], answer["statusReason"]) == (0, 200, "OK")
    assert (answer["resultCount"], answer["totalCount"], len(answer["result"])) == (2, 7, 2)
    assert set(answer) == {"callId", "errorCode", "apiVersion", "statusCode", "statusReason", "time", "result", "resultCount", "totalCount"}  # fmt: skip
    assert (nothing["resultCount"], nothing["totalCount"], "result" in nothing) == (0, 0, False)
    assert full.search("SELECT * FROM idx_job_status WHERE totalRecords > 3 LIMIT 1", wire=True)["totalCount"] == 7
    assert full.search("SELECT count(*) FROM dataflow", wire=True)["result"] == [{"count(*)": 2}]


@pytest.mark.parametrize("query", [
    "SELECT id FROM idx_job_status ORDER BY updateTime DESC LIMIT 3",
    "SELECT id FROM idx_job_status WHERE totalRecords > 1 LIMIT 3",
    "SELECT id FROM idx_job_status ORDER BY totalRecords LIMIT 3",
    "SELECT id FROM dataflow_version LIMIT 3",
    "SELECT id FROM idx_job_status START 2 LIMIT 3",
])  # fmt: skip
def test_a_cursor_gives_everything_once_whatever_happens_meanwhile(full, query):
    expected = [row["id"] for row in full.search(query.replace("LIMIT 3", ""))]
    answer = full.search(query, wire=True, open_cursor=True)
    found = [row["id"] for row in answer["result"]]
    assert answer["totalCount"] == len(expected)
    while "nextCursorId" in answer:
        full.run_test(full.first)
        answer = full.search(wire=True, cursor_id=answer["nextCursorId"])
        assert len(answer["result"]) <= 3
        found += [row["id"] for row in answer["result"]]
    assert found == expected


def test_a_cursor_is_read_once_and_only_for_rows(full):
    answer = full.search("SELECT * FROM idx_job_status LIMIT 3", wire=True, open_cursor=True)
    full.search(wire=True, cursor_id=answer["nextCursorId"])
    for gone in (answer["nextCursorId"], "nobody"):
        with pytest.raises(InvalidParameter, match="no such cursor"):
            full.search(wire=True, cursor_id=gone)
    with pytest.raises(InvalidParameter, match="counts or groups"):
        full.search("SELECT count(*) FROM idx_job_status", wire=True, open_cursor=True)
    with pytest.raises(InvalidParameter, match="needs a query"):
        full.search(wire=True)


def test_a_wrong_query_points_at_the_place(full):
    with pytest.raises(QueryError, match=r"no table jobs; there are dataflow, .* at line 1, column 15"):
        full.search("SELECT * FROM jobs")
    with pytest.raises(QueryError, match="line 1"):
        full.search("SELECT * FORM dataflow")


def test_times_and_live_fields_are_what_the_rows_say(full, clock):
    (row,) = full.search("SELECT * FROM scheduling", wire=True)["result"]
    assert (row["schedulingStatus"], row["nextJobStartTime"]) == ("ready", "2026-01-01T12:00:00.000Z")
    (job,) = full.run_pending()
    (row,) = full.search("SELECT * FROM scheduling WHERE schedulingStatus = 'succeeded'", wire=True)["result"]
    assert row["jobId"] == job.id
    (flow,) = full.search(f"SELECT * FROM dataflow WHERE lastRuntime = '{job.to_dict()['startTime']}'")
    assert flow.id == full.first
