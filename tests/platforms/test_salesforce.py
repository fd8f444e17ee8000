"""Salesforce: records become objects and objects records, each answered for once, whatever the day is like."""

import csv
import io
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.errors import RemoteError
from identitysync.platforms import PlatformConnection
from identitysync.platforms.salesforce import Jobs, Upserts, salesforce_api
from identitysync.platforms.salesforce.rows import read, written
from identitysync.platforms.salesforce.soap import judge_login
from identitysync.scripts.read.salesforce import ReadSalesforce
from identitysync.scripts.write.salesforce import WriteSalesforce
from identitysync.testing import GigyaEmulator, SalesforceEmulator, generate_accounts
from identitysync.testing.http import HttpFaults, Limit
from identitysync.values import Secret
from identitysync.world import FixedClock, HttpResponse
from tests.platforms.services import PlainServices

NASTY = ['plain', 'Łódź 🦊', 'a,b', '"quoted"', "two\nlines", "crlf\r\nend", " blanks ", "'", "=1+1", "{\"a\": 1}", "\ufeffbom"]  # fmt: skip


@pytest.fixture
def salesforce():
    with SalesforceEmulator() as emulator:
        yield emulator


def login(salesforce):
    return {
        "username": "sync@example.com",
        "password": "password-of-the-emulator",
        "token": "TokenOfTheEmulator",
        "authEndpoint": salesforce.auth_endpoint,
    }


def write(salesforce, records, tmp_path=None, **params):
    """Write records by a flow; give the job and what went along its error edge."""
    settings = {"objectType": "Contact", "primaryId": "Uid__c", **params}
    flow = idx.Dataflow(
        name="out",
        steps=[
            idx.Step("parse", "file.parse.json", next=["sf"]),
            idx.Step("sf", "datasource.write.salesforce", login(salesforce) | settings, next=["ok"], error=["bad"]),
            idx.Step("ok", "field.add", {"fields": [{"field": "ok", "value": True}]}),
            idx.Step("bad", "field.add", {"fields": [{"field": "bad", "value": True}]}),
        ],
    )
    good, bad = [], []
    job = idx.run(flow, inputs={"parse": records}, outputs={"ok": good, "bad": bad})
    return job, good, bad


def script(salesforce, **params):
    return WriteSalesforce(
        username="sync@example.com", password=Secret("password-of-the-emulator"), token=Secret("TokenOfTheEmulator"),
        auth_endpoint=salesforce.auth_endpoint, object_type="Contact", primary_id="Uid__c", **params,
    )  # fmt: skip


def person(number, **more):
    return {"Uid__c": f"u{number}", "LastName": f"Name {number}", "Email": f"p{number}@example.com", **more}


def test_records_become_objects_and_change_them_when_they_come_again(salesforce):
    job, good, bad = write(salesforce, [person(n) for n in range(25)], batchSize=10)
    assert (job.status, len(good), bad) == ("succeeded", 25, [])
    assert {each["Uid__c"]: each["LastName"] for each in salesforce.records("Contact")} == {
        f"u{n}": f"Name {n}" for n in range(25)
    }

    write(salesforce, [{"Uid__c": "U3 ", "LastName": "Changed", "Email": None}])
    (changed,) = [each for each in salesforce.records("Contact") if each["LastName"] == "Changed"]
    assert (changed["Email"], len(salesforce.records("contact"))) == (None, 25)


def test_nasty_texts_arrive_as_they_are_and_come_back(salesforce):
    job, _, _ = write(salesforce, [person(n, Note__c=text) for n, text in enumerate(NASTY)])
    assert job.status == "succeeded"
    assert [each["Note__c"] for each in salesforce.records("Contact")] == NASTY
    reader = ReadSalesforce(**keywords(salesforce), object_type="Contact", select="Uid__c, Note__c")
    assert [each["Note__c"] for each in reader.read(PlainServices())] == NASTY


def test_what_is_missing_or_empty_stays_and_what_is_null_goes(salesforce):
    write(salesforce, [person(1, A__c="a", B__c="b", C__c="c", D__c="d")])
    write(salesforce, [{"Uid__c": "u1", "A__c": "", "C__c": None, "D__c": "#N/A"}, person(2, B__c="other")])
    assert {name: value for name, value in salesforce.records("Contact")[0].items() if len(name) == 4} == {
        "A__c": "a", "B__c": "b", "C__c": None, "D__c": None,
    }  # fmt: skip


def test_each_record_that_salesforce_refuses_is_rejected_with_its_own_code_and_text(salesforce):
    records = [person(1), person(2, Email="nonsense"), {"Uid__c": "u3", "Email": "x@example.com"}, person(4)]
    job, good, bad = write(salesforce, records)
    assert (job.status, [each["Uid__c"] for each in good]) == ("succeeded", ["u1", "u4"])
    assert [(each["Uid__c"], each["_errorDetails"]["errorCode"]) for each in bad] == [
        ("u2", "INVALID_EMAIL_ADDRESS"),
        ("u3", "REQUIRED_FIELD_MISSING"),
    ]
    assert bad[0]["_errorDetails"]["errorMessage"] == "INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --"  # fmt: skip
    assert {name: bad[1][name] for name in records[2]} == records[2]


def test_a_field_that_salesforce_does_not_know_is_the_fault_of_the_records_that_have_it(salesforce):
    records = [
        person(1),
        person(2, profile={"city": "Łódź"}),
        person(3, profile={}),
        person(4, likes={"a": {"b": 1}}),
        person(5, **{"Custom Field 1": "x"}),
    ]
    _, good, bad = write(salesforce, records)
    assert [each["Uid__c"] for each in good] == ["u1", "u3"]
    assert [each["_errorDetails"]["errorMessage"] for each in bad] == [
        "InvalidBatch : Field name not found : profile.city",
        "InvalidBatch : Field name not found : likes.a.b",
        "InvalidBatch : Field name not found : Custom Field 1",
    ]
    assert [each["Uid__c"] for each in salesforce.records("Contact")] == ["u1", "u3"]


def test_a_field_of_a_related_object_has_dots_in_its_name(tmp_path):
    with SalesforceEmulator(fields={"Contact": ["Uid__c", "LastName", "Account.Number__c"]}) as salesforce:
        write(salesforce, [{"Uid__c": "1", "LastName": "Ada", "Account": {"Number__c": "A-1"}}])
        assert salesforce.records("Contact")[0]["Account.Number__c"] == "A-1"


def test_a_record_that_names_no_object_or_has_no_text_is_rejected_before_anything_is_sent(salesforce):
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}
    with_nan = person(4, Age__c=float("nan"))
    answers = script(salesforce).write(
        [
            {"LastName": "Ada"},
            person(2, Uid__c=None),
            {"Uid__c": "#N/A"},
            with_nan,
            person(5, Note__c="\ud83d"),
            person(6, deep=deep),
        ],
        PlainServices(),
    )
    assert [each.code for each in answers] == [
        "missing-id",
        "missing-id",
        "missing-id",
        "no-text",
        "no-text",
        "too-deep",
    ]
    assert not salesforce.calls


def test_a_list_can_be_no_key_and_breaks_nothing(salesforce):
    _, good, _ = write(salesforce, [person(1, Uid__c=["a", "b"]), person(2, Uid__c={}), person(3)])
    assert [each["LastName"] for each in good] == ["Name 1", "Name 3"]
    assert {each["Uid__c"] for each in salesforce.records("Contact")} == {'["a","b"]', "u3"}


def test_lookup_id_names_the_object_of_records_without_a_primary_id(salesforce):
    salesforce.add("Contact", [person(1), person(2)])
    ids = [each["Id"] for each in salesforce.records("Contact")]
    records = [
        {"Id": ids[0], "LastName": "by Id"},
        {"Uid__c": "u2", "LastName": "by UID"},
        {"Id": None, "Uid__c": "u3", "LastName": "new"},
        {"Id": "003unknown", "LastName": "no one"},
        {"LastName": "neither"},
    ]
    _, good, bad = write(salesforce, records, primaryId="Id", lookupId="Uid__c")
    assert [each["LastName"] for each in good] == ["by Id", "by UID", "new"]
    assert [each["LastName"] for each in salesforce.records("Contact")] == ["by Id", "by UID", "new"]
    assert [each["_errorDetails"]["errorCode"] for each in bad] == ["INVALID_CROSS_REFERENCE_KEY", "missing-id"]


def test_a_null_that_names_no_object_does_not_empty_the_field_of_the_one_that_was_found(salesforce):
    salesforce.add("Contact", [person(1, Email_Id__c="p1@example.com")])
    record = {"Uid__c": None, "Email_Id__c": "p1@example.com", "LastName": "Changed"}
    _, good, bad = write(salesforce, [record], lookupId="Email_Id__c")
    (found,) = salesforce.records("Contact")
    assert (len(good), bad, found["LastName"], found["Uid__c"]) == (1, [], "Changed", "u1")


def test_a_key_that_has_no_text_is_the_fault_of_its_record_alone(salesforce):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with script(salesforce).open(PlainServices()) as calls:
        answers = calls.write([person(1), person(2, Uid__c=deep), person(3, Uid__c=10**5000)], PlainServices())
    assert answers[0] == person(1)
    assert [each.code for each in answers[1:]] == ["no-text", "no-text"]


def test_of_two_records_of_one_object_the_last_one_wins_and_neither_is_rejected(salesforce):
    records = [person(n % 3, Note__c=str(n)) for n in range(30)]
    _, good, bad = write(salesforce, records, batchSize=4)
    assert (len(good), bad) == (30, [])
    assert {each["Uid__c"]: each["Note__c"] for each in salesforce.records("Contact")} == {
        "u0": "27",
        "u1": "28",
        "u2": "29",
    }


def test_a_job_that_breaks_off_answers_for_the_rows_that_it_came_to(salesforce):
    salesforce.bulk.interrupt_after = 2
    answers = script(salesforce).write([person(1), person(2, Email="x"), person(3), person(4)], PlainServices())
    assert answers[0] == person(1)
    assert [each.code for each in answers[1:]] == ["INVALID_EMAIL_ADDRESS", "unprocessed", "unprocessed"]
    assert answers[2].message == "InternalServerError : the job was interrupted"


def test_a_job_that_takes_too_long_is_aborted_and_its_records_are_rejected():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with SalesforceEmulator(processing=1000, clock=clock) as salesforce:
        answers = script(salesforce, timeout=60).write([person(1)], PlainServices(clock))
        assert (answers[0].code, salesforce.records("Contact")) == ("unprocessed", [])
        assert "took more than 60 s" in answers[0].message
    assert sum(clock.slept) == pytest.approx(60)


def test_a_job_is_waited_for_in_pauses_that_grow_up_to_twenty_seconds():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with SalesforceEmulator(processing=300, clock=clock) as salesforce:
        assert script(salesforce).write([person(1)], PlainServices(clock)) == [person(1)]
        polls = [each for each in salesforce.calls if each.verb == "GET"]
    assert len(polls) < 30


def test_a_session_that_is_over_is_renewed_without_anybody_noticing(salesforce):
    salesforce.sessions.lifetime = 1e9
    with script(salesforce).open(PlainServices()) as calls:
        assert calls.write([person(1)], PlainServices()) == [person(1)]
        salesforce.sessions.expire()
        assert calls.write([person(2)], PlainServices()) == [person(2)]
    assert salesforce.sessions.issued == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"password": "no"}, "INVALID_LOGIN"),
        ({"token": ""}, "INVALID_LOGIN"),
        ({"username": "a&<b"}, "INVALID_LOGIN"),
        ({"authEndpoint": "{}/services/Soap/u/28.0"}, "UNSUPPORTED_API_VERSION"),
    ],
)
def test_whoever_is_not_let_in_is_told_the_reason_and_no_secret(salesforce, wrong, told):
    wrong = {name: value.format(salesforce.url) for name, value in wrong.items()}
    job, good, bad = write(salesforce, [person(1)], **wrong)
    assert (job.status, good, bad) == ("failed", [], [])
    assert told in job.status_details
    assert not any(secret in job.status_details for secret in ("password-of", "TokenOf"))
    assert len(salesforce.calls) == 1  # a second wrong password may lock the user out


def test_an_application_signs_in_by_oauth_and_again_when_its_session_is_over(salesforce):
    wanted = {
        "client_id": "key-of-the-emulator", "client_secret": Secret("secret-of-the-emulator"),
        "object_type": "Contact", "primary_id": "Uid__c",
    }  # fmt: skip
    for endpoint in (salesforce.url, f"{salesforce.url}/services/oauth2/token", salesforce.auth_endpoint):
        with WriteSalesforce(auth_endpoint=endpoint, **wanted).open(PlainServices()) as calls:
            assert calls.write([person(1)], PlainServices()) == [person(1)]
            salesforce.sessions.expire()
            assert calls.write([person(2)], PlainServices()) == [person(2)]
    logins = [each.path for each in salesforce.calls if "oauth2" in each.path or "Soap" in each.path]
    assert logins == ["/services/oauth2/token"] * 6


def test_an_application_reads_by_a_flow(salesforce):
    salesforce.add("Contact", [person(1)])
    params = {
        "clientId": "key-of-the-emulator", "clientSecret": "secret-of-the-emulator",
        "authEndpoint": salesforce.url, "objectType": "Contact", "select": "Uid__c",
    }  # fmt: skip
    flow = idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", params)])
    assert list(idx.stream(flow, until="in")) == [{"Uid__c": "u1"}]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"clientSecret": "wrong secret"}, "invalid client credentials"),
        ({"clientId": "other"}, "client identifier invalid"),
    ],
)
def test_an_application_that_is_not_let_in_is_told_the_reason_and_asks_once(salesforce, wrong, told):
    params = {
        "clientId": "key-of-the-emulator", "clientSecret": "secret-of-the-emulator", "authEndpoint": salesforce.url,
        "username": "", "password": "", "token": "", "batchSize": 1,
    }  # fmt: skip
    job, good, bad = write(salesforce, [person(n) for n in range(8)], **{**params, **wrong})
    assert (job.status, good, bad) == ("failed", [], [])
    assert told in job.status_details
    assert not any(secret in job.status_details for secret in ("secret-of", "wrong secret"))
    assert len(salesforce.calls) == 1


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["password", "username"]),
        ({"username": "me", "token": "${env:T}"}, ["password"]),
        ({"clientId": "key", "authEndpoint": "https://o.my.salesforce.com"}, ["clientSecret"]),
        ({"clientSecret": "${env:S}", "authEndpoint": "https://o.my.salesforce.com"}, ["clientId"]),
        ({"clientId": "key", "clientSecret": "${env:S}"}, ["authEndpoint"]),
        ({"clientId": "key", "clientSecret": "${env:S}", "authEndpoint": "https://Test.salesforce.com/"}, ["authEndpoint"]),
        ({"clientId": "key", "clientSecret": "${env:S}", "authEndpoint": "https://test.salesforce.com.example"}, []),
        ({"username": "me", "password": "${env:P}"}, []),
    ],
)  # fmt: skip
def test_a_login_that_lacks_a_part_is_found_at_once(given, missing):
    params = given | {"objectType": "Contact", "select": "Id"}
    flow = idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", params)])
    found = [each.path for each in idx.check(flow) if each.severity == "error"]
    assert sorted(found) == [f"$.steps[0].params.{name}" for name in missing]


@pytest.mark.parametrize(("left", "names"), [("", ["password", "username"]), ("...", ["password"])])
def test_what_a_template_leaves_open_is_a_fault_when_it_runs(left, names):
    params = {"username": left, "password": left, "objectType": "Contact", "select": "Id"}
    flow = idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", params)])
    found = [(each.code, each.path, each.severity) for each in idx.check(flow)]
    assert found == [("to-fill-in", f"$.steps[0].params.{name}", "warning") for name in names]
    with pytest.raises(idx.InvalidDataflow, match="'password' is left to fill in"):
        idx.run(flow)


def test_an_expired_password_is_named(salesforce):
    salesforce.password_expired = True
    job, _, _ = write(salesforce, [person(1)])
    assert (job.status, "the password has expired" in job.status_details) == ("failed", True)


def test_a_run_that_is_cancelled_does_not_wait_for_the_job():
    with SalesforceEmulator(processing=600) as salesforce:
        settings = login(salesforce) | {"objectType": "Contact", "primaryId": "Uid__c"}
        steps = [idx.Step("p", "file.parse.json", next=["s"]), idx.Step("s", "datasource.write.salesforce", settings)]
        began = time.monotonic()
        with idx.start(idx.Dataflow(steps=steps), inputs={"p": [person(1)]}) as running:
            while not any(each.verb == "GET" for each in salesforce.calls):
                assert time.monotonic() < began + 20
                time.sleep(0.02)
            cancelled = time.monotonic()
            running.cancel()
            assert running.wait().status == "killed"
        assert time.monotonic() < cancelled + 5


@pytest.mark.parametrize("host", ["https://login.salesforce.com/services/Soap/u/x", "login.salesforce.com", "https://h/services/Soap/c/50.0"])  # fmt: skip
def test_an_endpoint_that_is_none_is_found_at_once(host, salesforce):
    flow = idx.Dataflow(
        steps=[
            idx.Step("p", "file.parse.json", next=["s"]),
            idx.Step(
                "s", "datasource.write.salesforce",
                login(salesforce) | {"objectType": "Lead", "primaryId": "Id", "authEndpoint": host},
            ),
        ]
    )  # fmt: skip
    (fault,) = [each for each in idx.check(flow) if each.code == "invalid-parameter"]
    assert fault.path == "$.steps[1].params.authEndpoint"
    assert "/services/Soap/u/64.0" in fault.message


def test_a_type_or_field_that_cannot_be_used_fails_the_run(salesforce):
    job, good, bad = write(salesforce, [person(1)], primaryId="Email")
    assert (job.status, good, bad) == ("failed", [], [])
    assert "does not match an External ID" in job.status_details


def test_every_record_is_accounted_for_on_a_bad_day():
    faults = HttpFaults(seed=7)
    for kind in ("http_429", "http_500", "http_503", "drop", "lost", "html", "broken_json"):
        faults.add(kind, times=-1, share=0.05)
    with SalesforceEmulator(faults=faults, refuse="refused") as salesforce:
        records = [person(n, **({"Email": "refused@example.com"} if n % 10 == 3 else {})) for n in range(200)]
        clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
        with script(salesforce, batch_size=10, max_connections=4).open(PlainServices(clock)) as calls:
            answers = calls.write(records, PlainServices(clock))
        assert [isinstance(each, dict) for each in answers] == [n % 10 != 3 for n in range(200)]
        assert {each["Uid__c"] for each in salesforce.records("Contact")} == {
            f"u{n}" for n in range(200) if n % 10 != 3
        }


def test_too_many_calls_are_made_later_logins_as_well():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with SalesforceEmulator(limit=Limit(calls=5, seconds=10), clock=clock) as salesforce:
        for n in range(3):
            assert script(salesforce).write([person(n)], PlainServices(clock)) == [person(n)]
        assert sum(clock.slept) >= 10
        refused = [each.path for each in salesforce.calls if each.status == 403]
        assert any("Soap" in path for path in refused)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<html>busy</html>", "passing"),
        (200, b'<!DOCTYPE a [<!ENTITY b "c">]><a><sessionId>&b;</sessionId><serverUrl>u</serverUrl></a>', "passing"),
        (
            200,
            '<!DOCTYPE a [<!ENTITY b "c">]><a><sessionId>&b;</sessionId><serverUrl>u</serverUrl></a>'.encode("utf-16"),
            "passing",
        ),
        (200, b'{"sessionId": "1", "serverUrl": "u"}', "passing"),
        (503, b"", "passing"),
        (404, b"nothing", "final"),
        (500, b"<a><faultcode>sf:LOGIN_DURING_RESTRICTED_TIME</faultcode></a>", "denied"),
        (500, b"<a><faultcode>sf:UNKNOWN_EXCEPTION</faultcode></a>", "passing"),
        (500, b"<a><faultcode>soapenv:Server</faultcode></a>", "passing"),
        (500, b"<a><faultcode>sf:SERVER_UNAVAILABLE</faultcode></a>", "busy"),
    ],
)
def test_what_is_no_answer_to_a_login_is_not_taken_for_one(status, body, kind):
    refusal = judge_login(HttpResponse(status, {"content-type": "text/xml"}, body))
    assert (refusal is not None, refusal.kind) == (True, kind)


def test_half_a_session_is_not_shown():
    for body in (b"<a><sessionId>planted</sessionId></a>", b"<a><sessionId>planted"):
        refusal = judge_login(HttpResponse(200, {"content-type": "text/xml"}, body))
        assert (refusal.kind, "planted" in refusal.message) == ("passing", False)


def test_an_upload_whose_answer_is_lost_is_not_made_twice_in_one_job(salesforce):
    salesforce.faults.add("http_500", method="PUT", times=2)
    assert script(salesforce).write([person(1)], PlainServices()) == [person(1)]
    assert [each.status for each in salesforce.calls if each.verb == "PUT"] == [500, 500, 201]


def test_a_job_that_was_closed_after_all_is_gone_on_with(salesforce, monkeypatch):
    change, lost = salesforce.bulk.change, []

    def closed_but_told_to_nobody(request, version, kind, id):
        told = change(request, version, kind, id)
        if not lost:
            lost.append(id)
            raise OSError("the answer is lost")
        return told

    salesforce._routes._routes = [
        (verb, pattern, closed_but_told_to_nobody if answer == change else answer)
        for verb, pattern, answer in salesforce._routes._routes
    ]
    assert script(salesforce).write([person(1)], PlainServices()) == [person(1)]
    assert len(lost) == 1


def test_an_id_of_15_characters_and_the_same_of_18_name_one_object(salesforce):
    connection = PlatformConnection(PlainServices())
    upserts = Upserts(Jobs(salesforce_api(script(salesforce), connection), connection), "Contact", "Id", "Uid__c")
    short, long = {"Id": "003000000000001"}, {"Id": "003000000000001AAA"}
    assert upserts.key(short) == upserts.key(long) != upserts.key({"Uid__c": "003000000000001"})
    assert upserts.key({"Uid__c": "x" * 15 + "1"}) != upserts.key({"Uid__c": "x" * 15 + "2"})


def test_data_that_is_too_large_for_one_upload_goes_in_several():
    with SalesforceEmulator(max_upload=2000) as salesforce:
        connection = PlatformConnection(PlainServices())
        jobs = Jobs(salesforce_api(script(salesforce), connection), connection)
        records = [person(n, Note__c="x" * 100) for n in range(50)]
        assert Upserts(jobs, "Contact", "Uid__c", max_upload=2000).write(records) == records
        connection.close()
        assert len(salesforce.records("Contact")) == 50


def test_several_jobs_are_under_way_at_once():
    with SalesforceEmulator(latency=0.03) as salesforce:
        with script(salesforce, batch_size=5, max_connections=4).open(PlainServices()) as calls:
            calls.write([person(n) for n in range(40)], PlainServices())
        assert salesforce.most_at_once == 4


def keywords(salesforce):
    return {
        "username": "sync@example.com", "password": Secret("password-of-the-emulator"),
        "token": Secret("TokenOfTheEmulator"), "auth_endpoint": salesforce.auth_endpoint,
    }  # fmt: skip


def test_a_reader_gives_all_pages_and_null_where_there_is_nothing(salesforce):
    salesforce.add("Contact", [person(n, **({"City__c": "Łódź"} if n % 2 else {})) for n in range(25)])
    reader = ReadSalesforce(
        **keywords(salesforce), object_type="Contact", select="Uid__c, City__c", where="Uid__c != 'u4'", batch_size=10
    )
    found = list(reader.read(PlainServices()))
    assert found == [
        {"Uid__c": f"u{n}", "City__c": "Łódź" if n % 2 else None} for n in range(25) if n != 4
    ]  # fmt: skip
    assert len([each for each in salesforce.calls if each.path.endswith("/results")]) == 3


def test_a_reader_finds_changes_by_their_time_and_reaches_back_ten_minutes():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with SalesforceEmulator(clock=clock) as salesforce:
        for n in range(6):
            salesforce.add("Contact", [person(n)])
            clock.advance(300)
        since = datetime(2026, 1, 1, 0, 20, tzinfo=UTC)
        reader = ReadSalesforce(**keywords(salesforce), object_type="Contact", select="Uid__c")
        found = [each["Uid__c"] for each in reader.read(PlainServices(clock, since=since))]
        assert found == ["u2", "u3", "u4", "u5"]
        assert since - timedelta(minutes=10) == datetime(2026, 1, 1, 0, 10, tzinfo=UTC)


def test_a_run_with_a_limit_asks_for_no_more(salesforce):
    salesforce.add("Contact", [person(n) for n in range(20)])
    flow = idx.Dataflow(
        steps=[
            idx.Step(
                "in", "datasource.read.salesforce", login(salesforce) | {"objectType": "Contact", "select": "Uid__c"}
            )
        ]
    )
    assert [each["Uid__c"] for each in idx.stream(flow, until="in", limit=3)] == ["u0", "u1", "u2"]
    assert salesforce.bulk._jobs.popitem()[1].wanted["query"].endswith(" LIMIT 3")


def test_a_query_that_salesforce_refuses_fails_the_run_with_its_text(salesforce):
    params = login(salesforce) | {"objectType": "Contact", "select": "Uid__c", "where": "nonsense ="}
    job = idx.run(idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", params)]))
    assert job.status == "failed"
    assert "MALFORMED_QUERY" in job.status_details


@pytest.mark.parametrize("select", ["*", "", "FIELDS(ALL)", "Id,", "Id FROM Lead"])
def test_fields_that_the_bulk_api_does_not_take_are_found_at_once(select, salesforce):
    params = login(salesforce) | {"objectType": "Contact", "select": select}
    flow = idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", params)])
    assert [each.path for each in idx.check(flow) if "select" in each.path]


def test_a_reader_that_is_cancelled_does_not_wait_for_the_query():
    with SalesforceEmulator(processing=600) as salesforce:
        settings = login(salesforce) | {"objectType": "Contact", "select": "Id"}
        with idx.start(idx.Dataflow(steps=[idx.Step("in", "datasource.read.salesforce", settings)])) as running:
            began = time.monotonic()
            while not any(each.verb == "GET" for each in salesforce.calls):
                assert time.monotonic() < began + 20
                time.sleep(0.02)
            cancelled = time.monotonic()
            running.cancel()
            assert running.wait().status == "killed"
        assert time.monotonic() < cancelled + 5


@given(st.lists(st.fixed_dictionaries({"a": st.text(), 'b,"c': st.text()}), max_size=8))
def test_any_csv_is_read_as_it_was_written_and_as_python_reads_it(rows):
    text = written(["a", 'b,"c'], rows)
    assert read(text) == rows
    assert list(csv.DictReader(io.StringIO(text.decode(), newline=""))) == rows


def test_csv_is_read_as_it_was_written():
    rows = [{"a": text, "b": "x" * 200_000} for text in NASTY] + [{"a": "", "b": ""}]
    assert read(written(["a", "b"], rows)) == rows
    assert read(b"") == []
    assert read(b'"a","b"\r\n"1",""\r\n"2","q""q"\r\n') == [{"a": "1", "b": ""}, {"a": "2", "b": 'q"q'}]
    assert read(b"a,b\n1,") == [{"a": "1", "b": ""}]
    for broken in (b'a,b\n"open', b"a,b\n1\n", b'a\nx"y\n'):
        with pytest.raises(RemoteError):
            read(broken)


def test_the_originals_template_runs_unchanged_once_it_is_filled_in(salesforce):
    renames = {
        "profile.firstName": "FirstName", "profile.lastName": "LastName", "profile.city": "PersonMailingCity",
        "UID": "ZZ00_rtl_id__c", "profile.email": "Unique_Email_Gigya__c", "lastLogin": "Last_login_time__c",
        "profile.phones.number": "Phone",
    }  # fmt: skip
    left_open = dict.fromkeys(("username", "password", "token", "primaryId", "lookupId"), "...")
    template = {
        "name": "Salesforce Dataflow",
        "steps": [
            {
                "id": "account", "type": "datasource.read.gigya.account", "next": ["rename"],
                "params": {"select": ",".join(renames), "deltaField": "lastLoginTimestamp"},
            },
            {
                "id": "rename", "type": "field.rename", "next": ["remove"],
                "params": {"fields": [{"sourceField": old, "targetField": new} for old, new in renames.items()]},
            },
            {"id": "remove", "type": "field.remove", "params": {"fields": ["profile"]}, "next": ["clean"]},
            {
                "id": "clean", "type": "field.evaluate", "next": ["salesforce"],
                "params": {
                    "fields": [{
                        "field": "Golf_Handicap_Number__pc",
                        "expression": "Golf_Handicap_Number__pc eq '' || Golf_Handicap_Number__pc eq null"
                        " ? '#N/A' : Golf_Handicap_Number__pc",
                    }],
                    "language": "jexl",
                },
            },
            {
                "id": "salesforce", "type": "datasource.write.salesforce",
                "params": {
                    **left_open, "authEndpoint": "https://test.salesforce.com/services/Soap/u/xx.0",
                    "objectType": "account",
                },
            },
        ],
    }  # fmt: skip
    flow = idx.Dataflow.from_dict(template)
    assert {each.code for each in idx.check(flow)} == {"to-fill-in"}

    wanted = login(salesforce) | {"primaryId": "ZZ00_rtl_id__c", "lookupId": "Unique_Email_Gigya__c"}
    flow = flow.fill({f"salesforce.{name}": value for name, value in wanted.items()})
    with GigyaEmulator(accounts=generate_accounts(30)) as gigya:
        idx.run(flow, site=gigya.site, full_extract=True).raise_for_status()
        accounts = {each["UID"]: each["profile"].get("lastName") for each in gigya.accounts}
    found = {each["ZZ00_rtl_id__c"]: each.get("LastName") for each in salesforce.records("Account")}
    assert found == accounts
    assert all(each["Golf_Handicap_Number__pc"] is None for each in salesforce.records("Account"))
