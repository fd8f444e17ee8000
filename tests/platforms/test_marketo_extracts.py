"""Marketo: leads out, by bulk extracts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

import identitysync as idx
from identitysync.errors import PlatformError, RemoteError, RemoteUnavailable
from identitysync.platforms.marketo import Extract, spans
from identitysync.testing import MarketoEmulator
from identitysync.world import FixedClock
from tests.platforms.marketo import NOW, SECRET, client, extract, person, read


@pytest.fixture
def marketo():
    with MarketoEmulator("the-client", SECRET, fields={"gigyaUID": "string"}, refuse="@refused") as emulator:
        yield emulator


def test_a_time_is_asked_in_pieces_of_31_days_that_leave_nothing_out():
    start = NOW - timedelta(days=100)
    pieces = spans(start, NOW)
    assert pieces[0][1] >= NOW
    assert pieces[-1][0] == start
    assert all(end - begin <= timedelta(days=31) for begin, end in pieces)
    assert all(later[0] == earlier[1] for later, earlier in pairwise(pieces))
    assert len(pieces) == 4
    assert spans(NOW, NOW - timedelta(days=1)) == []


def test_all_leads_come_whatever_month_they_are_of_with_types_and_nulls(marketo):
    marketo.leads.add([
        {"email": 'a"b,c@x.example', "firstName": "Ł,\n\"d", "createdAt": "2026-01-31T23:59:59Z", "unsubscribed": True},
        {"email": "b@x.example", "leadScore": -5, "annualRevenue": 1.5, "createdAt": "2019-02-03T00:00:00Z"},
        {"email": "c@x.example", "firstName": "01", "postalCode": "0123", "createdAt": "2006-01-01T00:00:00Z"},
    ])  # fmt: skip
    fields = "email, firstName, leadScore, annualRevenue, unsubscribed, postalCode"
    found = list(idx.stream(read(marketo, fields), until="marketo"))

    assert sorted((tuple(lead.values()) for lead in found), key=lambda each: each[0]) == [
        ('a"b,c@x.example', 'Ł,\n"d', None, None, True, None),
        ("b@x.example", None, -5, 1.5, None, None),
        ("c@x.example", "01", None, None, None, "0123"),
    ]
    assert list(found[0]) == ["email", "firstName", "leadScore", "annualRevenue", "unsubscribed", "postalCode"]


def test_a_delta_reads_what_was_updated_since_the_last_run(marketo):
    now = datetime.now(UTC)
    times = {"old": now - timedelta(days=90), "lately": now - timedelta(minutes=5)}
    marketo.leads.add(
        {"email": f"{name}@x.example", "createdAt": "2020-01-01T00:00:00Z", "updatedAt": f"{time:%Y-%m-%dT%H:%M:%SZ}"}
        for name, time in times.items()
    )
    flow = idx.Dataflow(name="delta", steps=read(marketo).steps, last_runtime=now - timedelta(minutes=10))
    assert [lead["email"] for lead in idx.stream(flow, until="marketo", full_extract=False)] == ["lately@x.example"]


def test_a_subscription_without_the_filter_of_updates_says_so(marketo):
    marketo.exports.updates_known = False
    steps = read(marketo).steps
    flow = idx.Dataflow(name="delta", steps=steps, last_runtime=datetime.now(UTC) - timedelta(minutes=10))
    job = idx.run(flow, full_extract=False, outputs={"marketo": []})
    assert job.status == "failed"
    assert "1035" in job.status_details

    steps = read(marketo, deltaField="createdAt").steps
    flow = idx.Dataflow(name="delta", steps=steps, last_runtime=datetime.now(UTC) - timedelta(minutes=10))
    assert list(idx.stream(flow, until="marketo", full_extract=False)) == []


def test_a_long_job_is_asked_for_with_growing_pauses_and_read_in_parts(tmp_path):
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, export_seconds=1000) as marketo:
        marketo.leads.add(
            {"email": f"p{n}@x.example", "address": "x" * 10_000, "createdAt": "2026-02-20T00:00:00Z"}
            for n in range(1200)
        )
        since = datetime(2026, 2, 10, tzinfo=UTC)
        assert len(extract(marketo, clock, tmp_path, ("email", "address"), since=since)) == 1200
        asked = [call.path.rpartition("/")[2] for call in marketo.calls]
        assert asked.count("file.json") == 2
        assert asked.count("status.json") < 30


def test_a_job_that_fails_is_begun_again_and_not_for_ever(marketo, tmp_path):
    clock = FixedClock(NOW)
    marketo.leads.add([{**person(1), "createdAt": "2026-02-20T00:00:00Z"}])
    marketo.exports.fail_next = 2
    since = datetime(2026, 2, 10, tzinfo=UTC)
    assert extract(marketo, clock, tmp_path, since=since) == [{"email": "person1@people.example"}]
    marketo.exports.fail_next = 3
    with pytest.raises(RemoteUnavailable, match="failed 3 times"):
        extract(marketo, clock, tmp_path, since=since)


def test_a_full_queue_is_waited_for_and_the_quota_of_a_day_is_not(tmp_path):
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, export_seconds=200) as marketo:
        calls = client(marketo, clock)
        other = {"createdAt": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-02T00:00:00Z"}}
        assert all(calls.enqueue_export(calls.create_export(["email"], other)) for _ in range(10))
        assert not calls.enqueue_export(calls.create_export(["email"], other))
        marketo.leads.add([{**person(1), "createdAt": "2026-02-20T00:00:00Z"}])
        found = extract(marketo, clock, tmp_path, since=datetime(2025, 2, 10, tzinfo=UTC))
        assert found == [{"email": "person1@people.example"}]
        assert clock.monotonic() > 1000

        marketo.fail("1029", "Export daily quota exceeded", method="POST /bulk/v1/leads/export/create")
        with pytest.raises(PlatformError, match="daily quota"):
            calls.create_export(["email"], other)


def test_an_enqueued_job_may_be_enqueued_again_when_the_answer_was_lost(marketo):
    calls = client(marketo, FixedClock(NOW))
    span = {"createdAt": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-02T00:00:00Z"}}
    job = calls.create_export(["email"], span)
    assert calls.enqueue_export(job)
    assert calls.enqueue_export(job)
    assert calls.export_status(job)["status"] == "Completed"


def test_jobs_that_nobody_reads_to_their_end_are_cancelled(tmp_path):
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, export_seconds=10) as marketo:
        marketo.leads.add([{**person(1), "createdAt": "2026-02-28T00:00:00Z"}])
        job = Extract(client(marketo, clock), clock, tmp_path / "file", ["email"], "createdAt")
        pages = job.pages(spans(datetime(2025, 1, 1, tzinfo=UTC), NOW), ahead=5)
        assert next(pages) == [{"email": "person1@people.example"}]
        pages.close()
        states = {each["status"] for each in marketo.exports.listed(SimpleNamespace(query={}))}
        assert "Queued" not in states
        assert "Cancelled" in states


def test_an_instance_that_does_not_answer_any_more_is_not_asked_for_each_job(tmp_path, monkeypatch):
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, export_seconds=1000) as marketo:
        calls, tried = client(marketo, clock), []
        cancel = calls.cancel_export

        def cancel_in_vain(export):
            tried.append(export)
            marketo.faults.add("drop", method="POST /bulk", times=-1)
            cancel(export)

        monkeypatch.setattr(calls, "cancel_export", cancel_in_vain)
        marketo.faults.add("http_500", method="GET /bulk", times=-1)
        job = Extract(calls, clock, tmp_path / "file", ["email"], "createdAt")
        with pytest.raises(RemoteUnavailable):
            next(job.pages(spans(datetime(2025, 1, 1, tzinfo=UTC), NOW), ahead=5))
        assert len(tried) == 1


def test_a_job_that_found_no_room_is_not_left_behind(tmp_path):
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, export_seconds=10**6) as marketo:
        calls = client(marketo, clock)
        other = {"createdAt": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-02T00:00:00Z"}}
        assert all(calls.enqueue_export(calls.create_export(["email"], other)) for _ in range(10))
        job = Extract(calls, clock, tmp_path / "file", ["email"], "createdAt")
        with pytest.raises(RemoteUnavailable, match="has not ended"):
            next(job.pages(spans(datetime(2026, 2, 1, tzinfo=UTC), NOW), ahead=5))
        assert "Created" not in {each["status"] for each in marketo.exports.listed(SimpleNamespace(query={}))}


def test_a_limited_run_asks_for_no_more_than_it_needs(marketo):
    marketo.leads.add({**person(n), "createdAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"} for n in range(50))
    assert len(idx.preview(read(marketo), limit=10)["marketo"].records) == 10
    assert sum(call.path.endswith("create.json") for call in marketo.calls) == 1


def test_a_file_that_is_not_what_its_checksum_says_is_no_source(marketo, tmp_path, monkeypatch):
    clock = FixedClock(NOW)
    marketo.leads.add([{**person(1), "createdAt": "2026-02-20T00:00:00Z"}])
    calls = client(marketo, clock)
    whole = calls.export_part
    monkeypatch.setattr(calls, "export_part", lambda *args: whole(*args).replace(b"1", b"2"))
    job = Extract(calls, clock, tmp_path / "file", ["email"], "createdAt")
    with pytest.raises(RemoteError, match="checksum"):
        list(job.pages(spans(datetime(2026, 2, 10, tzinfo=UTC), NOW), ahead=1))
