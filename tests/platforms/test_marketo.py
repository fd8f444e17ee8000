"""Marketo: leads in and out, and what its answers mean for them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

import identitysync as idx
from identitysync.errors import AuthenticationFailed, PlatformError, RemoteError, RemoteUnavailable
from identitysync.platforms.marketo import Extract, MarketoClient, MarketoLogin, spans
from identitysync.testing import MarketoEmulator
from identitysync.testing.http import Limit
from identitysync.values import Secret
from identitysync.world import FixedClock, HttpClient

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a-planted-marketo-secret"
SYNC = "POST /rest/v1/leads.json"


@pytest.fixture
def marketo():
    with MarketoEmulator("the-client", SECRET, fields={"gigyaUID": "string"}, refuse="@refused") as emulator:
        yield emulator


def params(marketo, **more):
    return {"baseUrl": f"{marketo.url}/rest", "clientId": "the-client", "clientSecret": SECRET, **more}


def write(marketo, records, **more):
    steps = [
        idx.Step("in", "field.rename", {"fields": []}, next=["marketo"]),
        idx.Step("marketo", "datasource.write.marketo", params(marketo, **more), next=["out"]),
        idx.Step("out", "field.rename", {"fields": []}),
    ]
    written = []
    job = idx.run(idx.Dataflow(name="to Marketo", steps=steps), inputs={"in": records}, outputs={"out": written})
    return job, written


def read(marketo, fields="email", **more):
    step = idx.Step("marketo", "datasource.read.marketo", params(marketo, fields=fields, **more))
    return idx.Dataflow(name="from Marketo", steps=[step])


def client(marketo, clock, secret=SECRET):
    login = MarketoLogin(base_url=marketo.url, client_id="the-client", client_secret=Secret(secret))
    return MarketoClient(login, HttpClient(clock, jitter=lambda: 0.0), clock)


def extract(marketo, clock, tmp_path, fields=("email",), filter="createdAt", since=datetime(2025, 11, 1, tzinfo=UTC)):
    job = Extract(client(marketo, clock), clock, tmp_path / "file", fields, filter)
    return [lead for page in job.pages(spans(since, NOW), ahead=5) for lead in page]


def person(number, domain="people.example"):
    return {"email": f"person{number}@{domain}", "firstName": "Łukasz", "leadScore": number}


def test_leads_are_created_then_updated_and_each_is_answered_once(marketo):
    job, written = write(marketo, [person(n) for n in range(700)])
    assert (job.status, written) == ("succeeded", [person(n) for n in range(700)])
    assert marketo.leads.count() == 700
    assert sum(call.path == "/rest/v1/leads.json" for call in marketo.calls) == 3

    write(marketo, [{"email": "PERSON7@people.example", "city": "Łódź", "firstName": None}])
    (lead,) = marketo.leads.find("email", ["person7@people.example"])
    assert (lead["city"], lead["firstName"], lead["leadScore"], marketo.leads.count()) == ("Łódź", None, 7, 700)


def test_a_lead_that_marketo_skips_rejects_its_own_record_with_code_and_reasons(marketo):
    wrong = [person(1, "refused.example"), {**person(2), "leadScore": "many"}, {**person(3), "nowhere": 1}]
    job, written = write(marketo, [person(0), *wrong, person(4)])

    assert written == [person(0), person(4)]
    assert [(each.code, each.message) for each in job.rejects] == [
        ("1003", "Invalid data"),
        ("1001", "Invalid value 'many'. Required of type 'integer'"),
        ("1006", "Field 'nowhere' not found"),
    ]


def test_what_cannot_be_a_lead_is_rejected_before_it_is_sent_and_says_what_to_do(marketo):
    records = [
        {**person(0), "profile": {"age": 3}},
        {**person(1), "tags": ["a"]},
        {"firstName": "Ada"},
        {**person(3), "city": "x" * 1_100_000},
        {**person(4), "profile": {}},
    ]
    job, written = write(marketo, records)

    assert [each.code for each in job.rejects] == ["nested-field", "nested-field", "missing-key", "too-large"]
    assert "field.remove" in job.rejects[0].message
    assert written == records[-1:]
    assert marketo.leads.count() == 1


def test_leads_that_are_too_much_for_one_call_go_in_several(marketo):
    job, written = write(marketo, [{**person(n), "address": "ł" * 20_000} for n in range(60)])
    assert (job.status, len(written), marketo.leads.count()) == ("succeeded", 60, 60)
    assert sum(call.path == "/rest/v1/leads.json" for call in marketo.calls) == 3


def test_two_records_of_one_lead_make_one_lead_and_the_last_wins(marketo):
    records = [{"email": f"{'Ada' if n % 2 else 'ada'}@people.example", "leadScore": n} for n in range(900)]
    write(marketo, records, maxConnections=5)
    assert [lead["leadScore"] for lead in marketo.leads.all()] == [899]


def test_leads_are_found_by_another_field_where_one_is_named(marketo):
    write(marketo, [{"gigyaUID": "u1", "email": "old@people.example"}], lookupField="gigyaUID")
    write(marketo, [{"gigyaUID": "u1", "email": "new@people.example"}], lookupField="gigyaUID")
    (lead,) = marketo.leads.all()
    assert lead["email"] == "new@people.example"

    job, _ = write(marketo, [{"id": lead["id"], "city": "Wien"}, {"id": 1, "city": "Wien"}], lookupField="id")
    assert [each.code for each in job.rejects] == ["1004"]
    assert marketo.leads.get(str(lead["id"]))["city"] == "Wien"


@pytest.mark.parametrize("code", ["601", "602", "604", "606", "608", "611", "614", "615", "713"])
def test_a_call_that_may_work_later_is_made_again(marketo, code):
    clock = FixedClock(NOW)
    marketo.fail(code, "planned", method=SYNC)
    assert client(marketo, clock).sync([person(1)])[0]["status"] == "created"
    assert marketo.leads.count() == 1


@pytest.mark.parametrize(
    ("code", "error"), [("603", AuthenticationFailed), ("607", PlatformError), ("610", PlatformError)]
)
def test_a_call_that_will_never_work_is_made_once_and_fails_the_job(marketo, code, error):
    marketo.fail(code, "planned", times=-1)
    with pytest.raises(error, match=code):
        client(marketo, FixedClock(NOW)).sync([person(1)])
    assert len(marketo.calls) == 2

    job, written = write(marketo, [person(1)])
    assert (job.status, written) == ("failed", [])
    assert code in job.status_details


def test_a_batch_that_is_refused_as_a_whole_rejects_each_of_its_records(marketo):
    marketo.fail("1011", "Field 'company' not supported", method=SYNC)
    job, written = write(marketo, [person(n) for n in range(3)])
    assert (job.status, written) == ("succeeded", [])
    assert [each.code for each in job.rejects] == ["1011"] * 3


def test_a_token_serves_until_it_is_over_and_is_renewed_in_time():
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, token_lifetime=600) as marketo:
        calls = client(marketo, clock)
        for _ in range(3):
            calls.field_types()
        assert marketo.tokens.issued == 1
        clock.advance(601)
        calls.field_types()
        assert marketo.tokens.issued == 2
        marketo.tokens.expire()
        calls.field_types()
        assert marketo.tokens.issued == 3


def test_wrong_credentials_are_told_and_never_shown(marketo):
    with pytest.raises(AuthenticationFailed) as raised:
        client(marketo, FixedClock(NOW), "wrong-secret-of-a-test").field_types()
    assert "wrong-secret-of-a-test" not in str(raised.value)

    job, _ = write(marketo, [person(1)], clientSecret="wrong-secret-of-a-test")
    assert job.status == "failed"
    assert "credentials" in job.status_details
    assert "wrong-secret-of-a-test" not in repr(job)


def test_limits_on_rate_and_on_calls_at_once_delay_and_lose_nothing():
    clock = FixedClock(NOW)
    with MarketoEmulator("the-client", SECRET, clock=clock, limit=Limit(5, 20, 10)) as marketo:
        calls = client(marketo, clock)
        for n in range(20):
            calls.sync([person(n)])
        assert marketo.leads.count() == 20
        assert clock.monotonic() >= 60


@pytest.mark.parametrize("fault", ["http_429", "http_500", "http_503", "broken_json", "html", "drop"])
def test_bad_days_pass(marketo, fault, tmp_path):
    clock = FixedClock(NOW)
    marketo.leads.add({**person(n), "createdAt": "2026-01-01T00:00:00Z"} for n in range(10))
    marketo.faults.add(fault, every=2, times=-1)
    assert client(marketo, clock).sync([person(11)])[0]["status"] == "created"
    assert len(extract(marketo, clock, tmp_path)) == 10


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


@pytest.mark.parametrize("address", ["{}", "{}/", "{}/rest", "{}/rest/", "{}/identity", " {} "])
def test_the_address_is_taken_as_the_console_shows_it(marketo, address):
    login = MarketoLogin(base_url=address.format(marketo.url), client_id="c", client_secret=Secret("s"))
    assert login.root == marketo.url


def test_what_is_wrong_with_the_parameters_is_told_before_anything_runs(marketo):
    def faults(type, **given):
        step = idx.Step("m", type, params(marketo, **given))
        found = idx.check(idx.Dataflow(name="x", steps=[step]))
        return [each.path.rpartition(".")[2] for each in found if each.code == "invalid-parameter"]

    assert faults("datasource.read.marketo", fields=["email", "Custom Field 1"]) == []
    assert faults("datasource.read.marketo", fields=[]) == ["fields"]
    assert faults("datasource.read.marketo", fields="email", createdSince="yesterday") == ["createdSince"]
    assert faults("datasource.write.marketo", maxConnections="11") == ["maxConnections"]
    assert faults("datasource.write.marketo", baseUrl="123-ABC-456.mktorest.com") == ["baseUrl"]
