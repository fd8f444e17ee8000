"""Mailchimp's reader and writer, against an audience on this machine."""

import time
from datetime import UTC, datetime, timedelta

import pytest

import identitysync as idx
from identitysync.contract import Rejected
from identitysync.errors import AuthenticationFailed, PlatformError, RecordRejected
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.mailchimp import AudienceWriter, MailchimpClient
from identitysync.platforms.mailchimp.answers import judge
from identitysync.platforms.mailchimp.members import Membership
from identitysync.platforms.mailchimp.merge_tags import MergeTags
from identitysync.testing import MailchimpEmulator
from identitysync.testing.http import Limit
from identitysync.values import FieldPath, Secret, json_bytes
from identitysync.world import FixedClock, HttpClient, HttpResponse, Patience
from tests.platforms.services import PlainServices

REFUSED = "looks fake"
NEWSLETTER = FieldPath.parse("n")


@pytest.fixture
def mailchimp():
    with MailchimpEmulator(
        merge_fields={"FNAME": "text", "LNAME": "text", "UID": "text", "AGE": "number", "ADDRESS": "address"},
        interests=["9143cf3bd1"],
        refuse="@refused",
    ) as emulator:
        yield emulator


def access(mailchimp, **more):
    return {"apiUrl": mailchimp.api_url, "apiKey": mailchimp.api_key, "listId": mailchimp.list_id, **more}


def write(mailchimp, records, *, options=None, **params):
    """Write records; give the job, what went on, and what was rejected."""
    flow = idx.Dataflow(name="out", steps=[
        idx.Step("in", "file.parse.json", next=["mailchimp"]),
        idx.Step("mailchimp", "datasource.write.mailchimp", access(mailchimp, **{"newsletterField": "n", **params}), next=["out"], error=["errors"]),
        idx.Step("out", "field.remove", {"fields": ["nothing"]}),
        idx.Step("errors", "field.remove", {"fields": ["nothing"]}),
    ])  # fmt: skip
    out, errors = [], []
    job = idx.run(flow, inputs={"in": records}, outputs={"out": out, "errors": errors}, **options or {})
    return job, out, errors


def read(mailchimp, *, options=None, **params):
    out = []
    flow = idx.Dataflow(name="in", steps=[
        idx.Step("mailchimp", "datasource.read.mailchimp", access(mailchimp, **params), next=["out"]),
        idx.Step("out", "field.remove", {"fields": ["nothing"]}),
    ])  # fmt: skip
    idx.run(flow, outputs={"out": out}, **options or {}).raise_for_status()
    return out


def people(count, **more):
    return [{"email_address": f"p{n}@people.example", "status": "subscribed", **more} for n in range(count)]


def of(mailchimp, address):
    return next(member for member in mailchimp.members() if member["email_address"] == address)


def test_all_pages_come_in_order_and_without_links(mailchimp):
    mailchimp.put(people(25, merge_fields={"FNAME": "Łódź 🎉"}))
    found = read(mailchimp, batchSize=10)
    assert [each["email_address"] for each in found] == [f"p{n}@people.example" for n in range(25)]
    assert all(each["merge_fields"]["FNAME"] == "Łódź 🎉" and "_links" not in each for each in found)
    assert sum(call.path.endswith("/members") for call in mailchimp.calls) == 3


def test_an_empty_audience_is_no_fault(mailchimp):
    assert read(mailchimp) == []


def test_only_the_status_and_the_fields_that_are_wanted_come(mailchimp):
    mailchimp.put([*people(2), {"email_address": "gone@x.com", "status": "unsubscribed", "merge_fields": {"UID": "u"}}])
    assert read(mailchimp, status="unsubscribed", fields="email_address, merge_fields.UID") == [
        {"email_address": "gone@x.com", "merge_fields": {"UID": "u"}}
    ]


def test_archived_members_come_only_when_they_are_asked_for(mailchimp):
    mailchimp.put([*people(2), {"email_address": "old@x.com", "status": "archived"}])
    assert len(read(mailchimp)) == 2
    assert [each["email_address"] for each in read(mailchimp, status="archived")] == ["old@x.com"]


def test_a_delta_reads_what_has_changed_since_the_last_run_and_a_minute_before(mailchimp):
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    mailchimp.put(
        {**person, "last_changed": (moment + timedelta(seconds=seconds)).isoformat()}
        for person, seconds in zip(people(4), (-61, -59, 0, 10), strict=True)
    )
    flow = idx.Dataflow(
        name="delta", last_runtime=moment, steps=[idx.Step("it", "datasource.read.mailchimp", access(mailchimp))]
    )
    found = list(idx.stream(flow, until="it", full_extract=False))
    assert [each["email_address"][:2] for each in found] == ["p1", "p2", "p3"]


def test_a_limit_fetches_no_page_that_it_does_not_need(mailchimp):
    mailchimp.put(people(30))
    assert len(read(mailchimp, batchSize=10, options={"limit": 5})) == 5
    assert sum(call.path.endswith("/members") for call in mailchimp.calls) == 1


def test_who_leaves_while_the_pages_are_read_moves_nobody_out_of_sight(mailchimp):
    mailchimp.put(people(30))
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = MailchimpClient(mailchimp.api_url, Secret(mailchimp.api_key), HttpClient(clock), clock)
    found = []
    for number, page in enumerate(client.members(mailchimp.list_id, page_size=10)):
        found += [each["email_address"] for each in page]
        if number == 0:
            for gone in (1, 3, 25):
                mailchimp.forget(f"p{gone}@people.example")
    assert found == [f"p{n}@people.example" for n in range(30) if n != 25]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_who_comes_while_another_leaves_hides_nobody(mailchimp, size):
    mailchimp.put(people(30))
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = MailchimpClient(mailchimp.api_url, Secret(mailchimp.api_key), HttpClient(clock), clock)
    found = []
    for number, page in enumerate(client.members(mailchimp.list_id, page_size=size)):
        found += [each["email_address"] for each in page]
        if number == 15 // size:
            if size > 1:
                mailchimp.forget("p1@people.example")
            mailchimp.put([{"email_address": "late@people.example", "status": "subscribed"}])
    assert found == [*(f"p{n}@people.example" for n in range(30)), "late@people.example"]


def test_pages_whose_order_changes_all_the_time_come_to_an_end():
    class Shuffled(MailchimpClient):
        asked = 0

        def _get(self, path, query):
            self.asked += 1
            members = [{"id": f"{self.asked}-{n}"} for n in range(10)]
            return {"members": members, "total_items": 30}

    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = Shuffled("http://x/3.0", Secret("k"), HttpClient(clock), clock)
    assert len(list(client.members("x", page_size=10))) < 15


def test_a_wrong_key_says_so_and_does_not_show_it(mailchimp):
    with pytest.raises(idx.JobFailed, match=r"Mailchimp does not accept the credentials \(API Key Invalid\)") as caught:
        read(mailchimp, apiKey="planted-us6")
    assert "planted" not in str(caught.value)


def test_an_audience_that_there_is_not_is_named_in_mailchimps_words(mailchimp):
    with pytest.raises(idx.JobFailed, match="Mailchimp answered Resource Not Found: The requested resource"):
        read(mailchimp, listId="other")


@pytest.mark.parametrize("kind", ["http_429", "http_500", "http_503", "drop", "html", "broken_json"])
def test_a_bad_day_passes_for_reader_and_writer(mailchimp, kind):
    mailchimp.put(people(3))
    mailchimp.faults.add(kind)
    assert len(read(mailchimp)) == 3
    mailchimp.faults.add(kind, method="POST")
    job, out, errors = write(mailchimp, [{"EMAIL": "new@x.com", "n": True}], newsletterField="n")
    assert (job.status, len(out), errors) == ("succeeded", 1, [])
    assert of(mailchimp, "new@x.com")["status"] == "subscribed"


@pytest.mark.parametrize("url", ["{0}/3.0/", "{0}/3.0", "{0}", "{0}/"])
def test_the_address_may_be_written_with_or_without_version_and_slash(mailchimp, url):
    assert read(mailchimp, apiUrl=url.format(mailchimp.url)) == []


def test_an_address_of_something_else_is_refused_when_the_flow_is_checked(mailchimp):
    step = idx.Step(
        "it", "datasource.read.mailchimp", access(mailchimp, apiUrl="https://us6.admin.mailchimp.com/lists")
    )
    (fault,) = [each for each in idx.check(idx.Dataflow(name="x", steps=[step])) if each.severity == "error"]
    assert (fault.path, "where us6 is your data center" in fault.message) == ("$.steps[0].params.apiUrl", True)


def test_what_the_originals_templates_leave_open_is_to_be_filled_in(mailchimp):
    params = {"apiUrl": "https://<dc>.api.mailchimp.com/3.0/", "apiKey": "...", "listId": "..."}
    steps = [
        idx.Step("read", "datasource.read.mailchimp", params, next=["write"]),
        idx.Step("write", "datasource.write.mailchimp", {**params, "newsletterField": "newsletterField"}),
    ]
    found = idx.check(idx.Dataflow(name="x", steps=steps))
    assert [fault.code for fault in found] == ["to-fill-in"] * 6


def test_flat_merge_tags_in_any_case_and_nested_ones_arrive_and_the_flat_one_wins(mailchimp):
    records = [
        {"EMAIL": "a@x.com", "fname": "Ada", "merge_fields": {"FNAME": "nested", "LNAME": "Lovelace"}, "AGE": 36},
        {"email_address": "b@x.com", "ADDRESS": {"addr1": "1 Road", "city": "Łódź", "state": "PL", "zip": "90-001"}},
    ]
    job, out, _ = write(mailchimp, records)
    assert (job.rejects, out) == ((), records)
    fields = of(mailchimp, "a@x.com")["merge_fields"]
    assert (fields["FNAME"], fields["LNAME"], fields["AGE"]) == ("Ada", "Lovelace", 36)
    assert of(mailchimp, "b@x.com")["merge_fields"]["ADDRESS"]["city"] == "Łódź"


def test_null_clears_a_merge_field_and_a_missing_one_is_left_alone(mailchimp):
    write(mailchimp, [{"EMAIL": "a@x.com", "FNAME": "Ada", "LNAME": "Lovelace"}])
    write(mailchimp, [{"EMAIL": "A@X.com", "FNAME": None}])
    fields = of(mailchimp, "a@x.com")["merge_fields"]
    assert (fields["FNAME"], fields["LNAME"]) == ("", "Lovelace")


def test_tags_and_interests_come_in_every_form_that_flows_have(mailchimp):
    records = [
        {"EMAIL": "a@x.com", "tags": ["vip", "new"], "interests": {"9143cf3bd1": True}},
        {"EMAIL": "b@x.com", "tags": "vip, new", "interests": {"9143cf3bd1": "true"}},
        {"EMAIL": "c@x.com", "tags": [{"id": 1, "name": "vip"}, {"id": 2, "name": "new"}], "interests": ["9143cf3bd1"]},
    ]
    job, _, _ = write(mailchimp, records)
    assert job.rejects == ()
    for member in mailchimp.members():
        assert ([tag["name"] for tag in member["tags"]], member["interests"]) == (["vip", "new"], {"9143cf3bd1": True})


@pytest.mark.parametrize(
    ("value", "status"),
    [(True, "subscribed"), ("true", "subscribed"), ("subscribed", "subscribed"), ("Pending", "pending"),
     (False, "unsubscribed"), ("false", "unsubscribed"), (None, "unsubscribed"), ("", "unsubscribed")],
)  # fmt: skip
def test_the_newsletter_field_decides_on_the_status(mailchimp, value, status):
    write(mailchimp, [{"EMAIL": "a@x.com", "data": {"n": value}}], newsletterField="data.n")
    assert of(mailchimp, "a@x.com")["status"] == status


def test_the_status_may_be_the_newsletter_field_and_where_it_says_nothing_the_default_counts(mailchimp):
    records = [{"EMAIL": "a@x.com", "status": "subscribed"}, {"EMAIL": "b@x.com"}]
    write(mailchimp, records, newsletterField="status", defaultStatus="transactional")
    assert [member["status"] for member in mailchimp.members()] == ["subscribed", "transactional"]


@pytest.mark.parametrize("nothing", [{}, {"n": None}, {"n": " "}])
def test_where_nothing_is_said_who_is_there_keeps_the_status_and_who_is_new_gets_the_default(mailchimp, nothing):
    there = {"s@x.com": "subscribed", "u@x.com": "unsubscribed", "c@x.com": "cleaned", "p@x.com": "pending"}
    mailchimp.put({"email_address": address, "status": status} for address, status in there.items())
    records = [{"EMAIL": address, "FNAME": "Ada", **nothing} for address in [*there, "new@x.com"]]
    _, out, errors = write(mailchimp, records, defaultStatus="transactional")
    assert (out, errors) == (records, [])
    assert {each["email_address"]: each["status"] for each in mailchimp.members()} == {
        **there, "new@x.com": "transactional"
    }  # fmt: skip
    assert {each["merge_fields"]["FNAME"] for each in mailchimp.members()} == {"Ada"}


def test_who_is_new_and_said_nothing_is_asked_once_however_often_the_call_breaks_off(mailchimp):
    mailchimp.faults.add("drop", method="PUT", times=2)
    _, out, _ = write(mailchimp, [{"EMAIL": "a@x.com"}], defaultStatus="pending")
    assert len(out) == 1
    assert of(mailchimp, "a@x.com")["status"] == "pending"
    assert [call.verb for call in mailchimp.calls if call.verb != "GET"] == ["PUT"] * 3


def test_who_said_nothing_is_refused_one_by_one_and_gets_tags(mailchimp):
    mailchimp.put([{"email_address": "a@x.com", "status": "subscribed", "tags": ["old"]}])
    records = [{"EMAIL": "a@x.com", "tags": "new"}, {"EMAIL": "b@refused.com"}, {"EMAIL": "c@x.com", "tags": ["new"]}]
    _, out, errors = write(mailchimp, records)
    assert out == [records[0], records[2]]
    assert REFUSED in errors[0]["_errorDetails"]["errorMessage"]
    assert [[tag["name"] for tag in each["tags"]] for each in mailchimp.members()] == [["old", "new"], ["new"]]


def test_calls_for_single_members_are_spread_over_the_connections_and_end_when_nobody_waits(mailchimp):
    with MailchimpEmulator(latency=0.1) as slow:
        write(slow, [{"EMAIL": f"p{n}@x.com"} for n in range(20)], maxConnections=4)
        assert slow.most_at_once == 4
        connection = PlatformConnection(PlainServices(), connections=2)
        client = MailchimpClient(slow.api_url, Secret(slow.api_key), connection.http, connection.clock)
        writer = AudienceWriter(
            client, slow.list_id, connection, connections=2, newsletter=NEWSLETTER, default_status="unsubscribed",
            tell=lambda _: None,
        )  # fmt: skip
        writer.write([])
        before = len(slow.calls)
        with BatchCalls(connection, writer.write, size=500, connections=1) as calls:
            calls.begin([{"EMAIL": f"q{n}@x.com"} for n in range(500)], PlainServices())
            while len(slow.calls) == before:
                time.sleep(0.01)
        assert len(slow.calls) - before < 20


def test_each_record_that_mailchimp_refuses_carries_its_code_and_words_and_the_others_are_written(mailchimp):
    mailchimp.put([{"email_address": "left@x.com", "status": "subscribed"}, *people(1)])
    mailchimp.leave("left@x.com")
    mailchimp.forget("p0@people.example")
    records = [
        {"EMAIL": "good@x.com", "n": True},
        {"EMAIL": "fake@refused.com", "n": True},
        {"EMAIL": "no address", "n": True},
        {"EMAIL": "LEFT@x.com", "n": True},
        {"EMAIL": "p0@people.example", "n": True},
        {"EMAIL": "age@x.com", "n": True, "AGE": "old"},
        {"EMAIL": "what@x.com", "n": "perhaps"},
        {"FNAME": "nobody", "n": True},
        {"EMAIL": "array@x.com", "n": True, "FNAME": ["a", "b"]},
        {"EMAIL": "interest@x.com", "n": True, "interests": {"unknown": True}},
        {"EMAIL": "half@x.com", "n": True, "FNAME": "\ud800"},
        {"EMAIL": "also@x.com", "n": False},
    ]
    job, out, errors = write(mailchimp, records, newsletterField="n")
    told = {
        error.get("EMAIL", ""): (error["_errorDetails"]["errorCode"], error["_errorDetails"]["errorMessage"])
        for error in errors
    }

    assert job.status == "succeeded"
    assert [record["EMAIL"] for record in out] == ["good@x.com", "also@x.com"]
    assert len(told) == 10
    assert told["fake@refused.com"][0] == "ERROR_GENERIC"
    assert REFUSED in told["fake@refused.com"][1]
    assert "valid email address" in told["no address"][1]
    assert "compliance state" in told["LEFT@x.com"][1]
    assert "permanently deleted" in told["p0@people.example"][1]
    assert told["age@x.com"][1] == "Your merge fields were invalid. (AGE: Please enter a number)"
    assert told["what@x.com"][0] == "invalid-status"
    assert told[""][0] == "missing-address"
    assert told["half@x.com"][0] == "cannot-be-sent"
    assert told["array@x.com"][0] == "not-one-value"
    assert "unknown" in told["interest@x.com"][1]
    assert sum(call.verb == "POST" for call in mailchimp.calls) == 1


def test_a_call_that_is_refused_because_of_single_members_is_made_again_without_them(mailchimp):
    records = [{"EMAIL": f"p{n}@x.com", "n": True, "email_type": "pdf" if n in {3, 7} else "html"} for n in range(10)]
    _, out, errors = write(mailchimp, records)
    assert (len(out), mailchimp.count()) == (8, 8)
    assert [error["EMAIL"] for error in errors] == ["p3@x.com", "p7@x.com"]
    assert errors[0]["_errorDetails"]["errorCode"] == "Invalid Resource"
    assert errors[0]["_errorDetails"]["errorMessage"].startswith("email_type: Data did not match")
    assert [call.status for call in mailchimp.calls if call.verb == "POST"] == [400, 400, 200]


def test_a_call_that_is_refused_without_naming_members_is_parted_until_the_faulty_one_is_found():
    class Refusing:
        def __init__(self):
            self.calls = 0

        def merge_fields(self, list_id):
            return []

        def subscribe(self, list_id, members, *, repeatable):
            self.calls += 1
            if any("bad" in member["email_address"] for member in members):
                raise PlatformError("Mailchimp", "something is wrong", code="Invalid Resource", status=400)
            return {"errors": []}

    client = Refusing()
    writer = AudienceWriter(
        client, "x", None, connections=1, newsletter=NEWSLETTER, default_status="", tell=lambda _: None
    )
    answers = writer.write([{"EMAIL": f"{'bad' if n == 5 else 'p'}{n}@x.com", "n": True} for n in range(8)])
    assert [n for n, answer in enumerate(answers) if isinstance(answer, Rejected)] == [5]
    assert answers[5].message == "something is wrong"
    assert client.calls == 7


def test_an_error_about_an_address_that_nobody_sent_concerns_those_that_were_not_written():
    class Odd:
        def merge_fields(self, list_id):
            return []

        def subscribe(self, list_id, members, *, repeatable):
            error = {"email_address": "p1@xn--x.com", "error": "no", "error_code": "ERROR_GENERIC"}
            return {"errors": [error], "new_members": [{"email_address": "p0@x.com"}], "updated_members": []}

    writer = AudienceWriter(
        Odd(), "x", None, connections=1, newsletter=NEWSLETTER, default_status="", tell=lambda _: None
    )
    answers = writer.write([{"EMAIL": "P0@x.com", "n": True}, {"EMAIL": "p1@ẋ.com", "n": True}])
    assert [isinstance(answer, Rejected) for answer in answers] == [False, True]


def test_one_address_twice_is_never_in_one_call_and_the_last_record_wins(mailchimp):
    records = [{"EMAIL": f"{'a' if n % 2 else 'A'}@x.com", "FNAME": str(n), "n": True} for n in range(6)]
    job, _, _ = write(mailchimp, records, newsletterField="n")
    assert (job.rejects, mailchimp.count()) == ((), 1)
    assert of(mailchimp, "A@x.com")["merge_fields"]["FNAME"] == "5"


def test_what_the_audience_has_no_field_for_is_left_out_and_told_once(mailchimp):
    records = [{"EMAIL": f"p{n}@x.com", "profile": {}, "data": {}, "FirstName": "Ada"} for n in range(3)]
    job, _, _ = write(mailchimp, records)
    assert job.rejects == ()
    told = [line for line in job.trace if "is not sent" in line]
    assert len(told) == 3
    assert "'FirstName' is not sent: the audience has no such merge field; it has ADDRESS, AGE" in told[2]


def test_what_was_read_can_be_written_as_it_is(mailchimp):
    mailchimp.put(people(3, merge_fields={"FNAME": "Zoë"}, tags=["a"], language="de"))
    with MailchimpEmulator(list_id="other", interests=["9143cf3bd1"]) as other:
        job, _, _ = write(other, read(mailchimp), newsletterField="status")
        assert job.rejects == ()
        assert not any("is not sent" in line and "AGE" not in line and "ADDRESS" not in line for line in job.trace)
        kept = ("email_address", "status", "language")
        assert [{name: each[name] for name in kept} for each in other.members()] == [
            {name: each[name] for name in kept} for each in mailchimp.members()
        ]
        assert all(member["merge_fields"]["FNAME"] == "Zoë" and member["tags_count"] == 1 for member in other.members())


@pytest.mark.parametrize("kind", ["http_500", "drop", "lost"])
def test_a_call_that_would_send_a_second_mail_is_not_made_twice(mailchimp, kind):
    mailchimp.faults.add(kind, method="POST", every=2)
    records = [{"EMAIL": "a@x.com", "n": "pending"}, {"EMAIL": "b@x.com", "n": True}]
    _, out, errors = write(mailchimp, records)
    assert out == records[1:]
    assert errors[0]["_errorDetails"]["errorCode"] == "no-answer"
    assert "may have been done" in errors[0]["_errorDetails"]["errorMessage"]
    assert sum(call.verb == "POST" for call in mailchimp.calls) == 2


def test_on_a_bad_day_every_record_is_accounted_for(mailchimp):
    for kind in ("http_429", "http_500", "drop"):
        mailchimp.faults.add(kind, method="POST", times=-1, share=0.1)
    records = [{"EMAIL": f"p{n}@{'refused' if n % 100 == 7 else 'x'}.com", "n": True} for n in range(3000)]
    job, out, errors = write(mailchimp, records, batchSize=100)
    step = job.steps["mailchimp"]
    assert (job.status, step.received, step.passed, step.rejected) == ("succeeded", 3000, 2970, 30)
    assert (len(out), len(errors), mailchimp.count()) == (2970, 30, 2970)
    assert any(call.status != 200 for call in mailchimp.calls)


@pytest.mark.parametrize("said", [True, False, None])
def test_what_was_done_without_an_answer_is_done_again_and_does_no_harm(mailchimp, said):
    mailchimp.faults.add("lost", times=-1, every=2)
    records = [{"EMAIL": f"p{n}@x.com", "n": said, "tags": "a"} for n in range(20)]
    job, out, _ = write(mailchimp, records, batchSize=5, defaultStatus="pending")
    status = {True: "subscribed", False: "unsubscribed", None: "pending"}[said]
    assert (job.rejects, len(out), mailchimp.count()) == ((), 20, 20)
    assert all((each["status"], each["tags_count"]) == (status, 1) for each in mailchimp.members())
    assert sorted(each["email_address"] for each in read(mailchimp, batchSize=7)) == sorted(r["EMAIL"] for r in records)


def test_an_eleventh_call_at_once_is_not_let_in_and_comes_back(mailchimp):
    with MailchimpEmulator(limit=Limit(at_once=2), latency=0.05) as slow:
        job, out, _ = write(slow, [{"EMAIL": f"p{n}@x.com", "n": True} for n in range(3000)], maxConnections=4)
        assert (job.status, len(out), slow.count()) == ("succeeded", 3000, 3000)
        assert any(call.status == 429 for call in slow.calls)
        assert slow.most_at_once <= 2


def test_all_connections_are_used_and_no_more(mailchimp):
    with MailchimpEmulator(latency=0.1) as slow:
        write(slow, [{"EMAIL": f"p{n}@x.com", "n": True} for n in range(4000)], maxConnections=4)
        assert slow.most_at_once == 4


def test_a_key_that_is_refused_is_not_tried_twice(mailchimp):
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    http = HttpClient(clock, patience=Patience(attempts=3))
    client = MailchimpClient(mailchimp.api_url, Secret("wrong"), http, clock)
    with pytest.raises(AuthenticationFailed):
        client.merge_fields(mailchimp.list_id)
    assert len(mailchimp.calls) == 1


def test_a_value_that_is_neither_true_nor_false_rejects_where_only_these_make_sense():
    membership = Membership(MergeTags([], lambda _: None), NEWSLETTER, "subscribed")
    with pytest.raises(RecordRejected, match=r"interests\.abc holds true or false; found 'perhaps'"):
        membership.member_of({"EMAIL": "a@x.com", "interests": {"abc": "perhaps", "d": None}})
    assert membership.member_of({"EMAIL": "a@x.com", "vip": "true", "location": {"latitude": 0, "longitude": 0}}) == {
        "email_address": "a@x.com",
        "status_if_new": "subscribed",
        "vip": True,
    }


INBOUND = """{
  "name": "in", // as the original's pages have it: only the subscription goes to the account
  "steps": [
    {"id": "mailchimp", "type": " datasource.read.mailchimp", "params": {"apiUrl": "URL", "apiKey": "KEY", "listId": "LIST"}, "next": ["evaluate"]},
    {"id": "evaluate", "type": "field.evaluate", "params": {"fields": [
      {"field": "status", "expression": "status eq 'subscribed' ? true : false"}], "language": "jexl"}, "next": ["rename_UID"]},
    {"id": "rename_UID", "type": "field.rename", "params": {"fields": [{"sourceField": "merge_fields.UID", "targetField": "UID"}]}, "next": ["select"]},
    {"id": "select", "type": "field.select", "params": {"fields": ["UID", "status"]}, "next": ["rename_status"]},
    {"id": "rename_status", "type": "field.rename", "params": {"fields": [
      {"sourceField": "status", "targetField": "data.subscribeToOurNewsletter"}]}, "next": ["gigya"]},
    {"id": "gigya", "type": "datasource.write.gigya.account"},
  ],
}"""


def test_the_originals_inbound_template_runs_unchanged(mailchimp):
    from identitysync.testing import GigyaEmulator

    text = (
        INBOUND.replace("URL", mailchimp.api_url).replace("KEY", mailchimp.api_key).replace("LIST", mailchimp.list_id)
    )
    mailchimp.put([
        {"email_address": "a@x.com", "status": "subscribed", "merge_fields": {"UID": "u1"}},
        {"email_address": "b@x.com", "status": "cleaned", "merge_fields": {"UID": "u2"}},
    ])  # fmt: skip
    with GigyaEmulator("3_a", "AK", accounts=[{"UID": "u1"}, {"UID": "u2"}]) as gigya:
        idx.run(idx.Dataflow.from_json(text), site=gigya.site, full_extract=True).raise_for_status()
        said = [gigya.site.account(uid)["data"]["subscribeToOurNewsletter"] for uid in ("u1", "u2")]
    assert said == [True, False]


def test_an_outbound_template_without_its_remove_step_ends_well(mailchimp):
    from identitysync.testing import GigyaEmulator, generate_accounts

    flow = idx.templates()["mailchimp-out"].remove("remove")
    flow = flow.fill({f"mailchimp.{name}": value for name, value in access(mailchimp).items()})
    with GigyaEmulator("3_a", "AK", accounts=generate_accounts(30)) as gigya:
        job = idx.run(flow, site=gigya.site, full_extract=True)
    assert (job.status, job.rejects, mailchimp.count()) == ("succeeded", (), 30)


def test_a_bare_403_means_too_many_calls_and_one_with_a_problem_that_the_key_may_not():
    bare = HttpResponse(403, {}, b"<html>Access Denied</html>")
    told = HttpResponse(
        403, {}, b'{"title": "Wrong Datacenter", "detail": "The key is of another one.", "status": 403}'
    )
    assert judge(bare).kind == "busy"
    assert (judge(told).kind, judge(told).code) == ("denied", "Wrong Datacenter")


def test_a_refusal_of_many_fields_stays_readable():
    errors = [{"field": f"members.item:{n}.x", "message": "no"} for n in range(500)]
    message = judge(
        HttpResponse(400, {}, json_bytes({"title": "Invalid Resource", "detail": "d", "errors": errors}))
    ).message
    assert message.startswith("d members.item:0.x: no; ")
    assert message.endswith("members.item:19.x: no; and 480 more")
