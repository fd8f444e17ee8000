"""Marketo: leads in, and what its answers mean for them."""

import pytest

import identitysync as idx
from identitysync.errors import AuthenticationFailed, PlatformError
from identitysync.platforms.marketo import MarketoLogin
from identitysync.testing import MarketoEmulator
from identitysync.testing.http import Limit
from identitysync.values import Secret
from identitysync.world import FixedClock
from tests.platforms.marketo import NOW, SECRET, SYNC, client, extract, params, person, write


@pytest.fixture
def marketo():
    with MarketoEmulator("the-client", SECRET, fields={"gigyaUID": "string"}, refuse="@refused") as emulator:
        yield emulator


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
        {**person(1), "tags": [["a"]]},
        {**person(1), "likes": [{"id": 7}]},
        {**person(1), "email": ["a@example.com"]},
        {"firstName": "Ada"},
        {**person(3), "city": "x" * 1_100_000},
        {**person(4), "profile": {}},
    ]
    job, written = write(marketo, records)

    assert [each.code for each in job.rejects] == [*["nested-field"] * 4, "missing-key", "too-large"]
    assert "field.remove" in job.rejects[0].message
    assert written == records[-1:]
    assert marketo.leads.count() == 1


def test_several_values_become_one_text_and_of_objects_the_names(marketo):
    likes = [{"id": "1", "name": "Łódź", "category": "City"}, {"name": "Chess"}]
    records = [
        {**person(0), "city": ["a", 2, True, None, ""]},
        {**person(1), "city": likes},
        {**person(2), "city": ["a", {"name": "b"}]},
    ]
    job, written = write(marketo, records)
    assert (job.status, written) == ("succeeded", records)
    assert [lead["city"] for lead in marketo.leads.all()] == ["a;2;true", "Łódź;Chess", "a;b"]
    write(marketo, [{**person(1), "city": []}])
    assert [lead["city"] for lead in marketo.leads.all()] == ["a;2;true", None, "a;b"]


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


def test_a_value_that_is_no_json_rejects_its_record_alone(marketo):
    job, written = write(marketo, [person(1), {**person(2), "firstName": "\ud800"}, person(3)])
    assert (job.status, [each["email"] for each in written]) == ("succeeded", [person(n)["email"] for n in (1, 3)])
    assert [each.code for each in job.rejects] == ["cannot-be-sent"]


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


@pytest.mark.parametrize("fault", ["http_429", "http_500", "http_503", "broken_json", "html", "drop", "lost"])
def test_bad_days_pass(marketo, fault, tmp_path):
    clock = FixedClock(NOW)
    marketo.leads.add({**person(n), "createdAt": "2026-01-01T00:00:00Z"} for n in range(10))
    marketo.faults.add(fault, every=2, times=-1)
    assert client(marketo, clock).sync([person(11)])[0]["status"] == ("updated" if fault == "lost" else "created")
    assert marketo.leads.count() == 11
    assert len(extract(marketo, clock, tmp_path)) == 10


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
