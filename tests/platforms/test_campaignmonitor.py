"""Campaign Monitor's reader and writer, against a list on this machine."""

import time
from datetime import UTC, datetime

import pytest

import identitysync as idx
from identitysync.contract import Rejected
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.campaignmonitor import CampaignMonitorClient, SubscriberWriter, Wishes, record_of
from identitysync.platforms.campaignmonitor.answers import judge
from identitysync.testing import CampaignMonitorEmulator, GigyaEmulator, generate_accounts
from identitysync.testing.http import Limit
from identitysync.values import FieldPath, Secret, json_bytes
from identitysync.world import FixedClock, HttpClient, HttpResponse
from tests.platforms.services import PlainServices


@pytest.fixture
def monitor():
    fields = {"GigyaUID": "Text", "First Choice": "Text", "Topics": "MultiSelectMany", "Age": "Number", "Born": "Date"}
    with CampaignMonitorEmulator(custom_fields=fields, refuse="@refused") as emulator:
        yield emulator


def access(monitor, **more):
    return {"apiUrl": monitor.api_url, "apiKey": monitor.api_key, "listId": monitor.list_id, **more}


def write(monitor, records, **params):
    """Write records; give the job, what went on, and what was rejected."""
    flow = idx.Dataflow(name="out", steps=[
        idx.Step("in", "file.parse.json", next=["it"]),
        idx.Step("it", "datasource.write.campaignmonitor", access(monitor, **{"newsletterField": "n", **params}),
                 next=["out"], error=["errors"]),
        idx.Step("out", "field.remove", {"fields": ["nothing"]}),
        idx.Step("errors", "field.remove", {"fields": ["nothing"]}),
    ])  # fmt: skip
    out, errors = [], []
    job = idx.run(flow, inputs={"in": records}, outputs={"out": out, "errors": errors})
    return job, out, errors


def read(monitor, **params):
    flow = idx.Dataflow(name="in", steps=[idx.Step("it", "datasource.read.campaignmonitor", access(monitor, **params))])
    return list(idx.stream(flow, until="it", full_extract=True))


def people(count, **more):
    return [{"EmailAddress": f"p{n:03}@people.example", **more} for n in range(count)]


def of(monitor, address):
    return next(each for each in monitor.subscribers() if each["EmailAddress"] == address)


def custom(monitor, address):
    return [(field["Key"], field["Value"]) for field in of(monitor, address)["CustomFields"]]


def test_all_pages_of_all_states_come_but_the_deleted(monitor):
    monitor.put(people(25))
    for number, state in enumerate(("Unconfirmed", "Unsubscribed", "Bounced", "Deleted")):
        monitor.put([{"EmailAddress": f"x{number}@x.com", "State": state}])
    found = read(monitor, batchSize=10)
    assert [each["EmailAddress"] for each in found] == [each["EmailAddress"] for each in people(25)] + [
        "x0@x.com", "x1@x.com", "x2@x.com",
    ]  # fmt: skip
    assert [each["State"] for each in found[25:]] == ["Unconfirmed", "Unsubscribed", "Bounced"]
    assert [each["EmailAddress"] for each in read(monitor, status="deleted")] == ["x3@x.com"]


def test_the_status_is_written_into_the_target_field_and_several_may_be_read(monitor):
    monitor.put([{"EmailAddress": "a@x.com", "State": "Unsubscribed"}, {"EmailAddress": "b@x.com", "State": "Bounced"}])
    found = read(monitor, status="unsubscribed, bounced", targetField="data.subscribed")
    assert [each["data"] for each in found] == [{"subscribed": "unsubscribed"}, {"subscribed": "bounced"}]


def test_custom_fields_stand_beside_the_others_and_many_values_are_an_array():
    fields = [("GigyaUID", "u1"), ("Topics", "a"), ("Topics", "b"), ("[Old]", "x"), ("State", "Vienna")]
    found = record_of(
        {"EmailAddress": "a@x.com", "State": "Active", "CustomFields": [{"Key": k, "Value": v} for k, v in fields]}
    )
    assert found == {
        "EmailAddress": "a@x.com", "State": "Active", "GigyaUID": "u1", "Topics": ["a", "b"], "Old": "x",
        "[State]": "Vienna",
    }  # fmt: skip


def test_a_delta_reads_since_the_day_before_the_last_run(monitor):
    monitor.put(
        {"EmailAddress": f"{day}@x.com", "State": "Unsubscribed", "StateChangedDate": f"2026-03-{day} 12:00:00"}
        for day in ("08", "09", "10", "11")
    )
    step = idx.Step("it", "datasource.read.campaignmonitor", access(monitor, status="unsubscribed"))
    flow = idx.Dataflow(name="delta", last_runtime=datetime(2026, 3, 10, 1, tzinfo=UTC), steps=[step])
    found = list(idx.stream(flow, until="it", full_extract=False))
    assert [each["EmailAddress"] for each in found] == ["09@x.com", "10@x.com", "11@x.com"]


def test_who_leaves_while_the_pages_are_read_moves_nobody_out_of_sight(monitor):
    monitor.put(people(30))
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = CampaignMonitorClient(monitor.api_url, Secret(monitor.api_key), HttpClient(clock), clock)
    found = []
    for number, page in enumerate(client.subscribers(monitor.list_id, "active", page_size=10)):
        found += [each["EmailAddress"] for each in page]
        if number == 0:
            for gone in (1, 3, 25):
                monitor.change_state(f"p{gone:03}@people.example", "Unsubscribed")
    assert found == [f"p{n:03}@people.example" for n in range(30) if n != 25]


@pytest.mark.parametrize("size", [10, 12])
def test_who_comes_while_another_leaves_hides_nobody(monitor, size):
    monitor.put(people(50))
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = CampaignMonitorClient(monitor.api_url, Secret(monitor.api_key), HttpClient(clock), clock)
    found = []
    for number, page in enumerate(client.subscribers(monitor.list_id, "active", page_size=size)):
        found += [each["EmailAddress"] for each in page]
        if number < 2:
            monitor.change_state(f"p{number:03}@people.example", "Unsubscribed")
            monitor.put([{"EmailAddress": f"z{number}@people.example"}])
    assert found == [*(f"p{n:03}@people.example" for n in range(50)), "z0@people.example", "z1@people.example"]


def test_who_comes_in_front_of_the_others_gives_nobody_twice(monitor):
    monitor.put(people(30))
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = CampaignMonitorClient(monitor.api_url, Secret(monitor.api_key), HttpClient(clock), clock)
    found = []
    for number, page in enumerate(client.subscribers(monitor.list_id, "active", page_size=10)):
        found += [each["EmailAddress"] for each in page]
        if number == 0:
            monitor.put([{"EmailAddress": "a1@people.example"}, {"EmailAddress": "a2@people.example"}])
    assert sorted(found) == sorted(
        ["a1@people.example", "a2@people.example", *(f"p{n:03}@people.example" for n in range(30))]
    )


def test_pages_that_change_all_the_time_come_to_an_end():
    class Restless(CampaignMonitorClient):
        asked = 0

        def _get(self, path, query):
            self.asked += 1
            found = [{"EmailAddress": f"{self.asked}-{n}"} for n in range(10)]
            return {"Results": found, "NumberOfPages": 3}

    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    client = Restless("http://x", Secret("k"), HttpClient(clock), clock)
    assert len(list(client.subscribers("x", "active", page_size=10))) < 15


def test_a_wrong_key_says_so_and_does_not_show_it(monitor):
    job, _, _ = write(monitor, people(1), apiKey="planted")
    assert job.status == "failed"
    assert "Campaign Monitor does not accept the credentials (100): Invalid API Key" in job.status_details
    assert "planted" not in job.status_details


def test_a_list_that_there_is_not_is_named_in_their_words(monitor):
    job, _, _ = write(monitor, people(1), listId="other")
    assert "Campaign Monitor answered 101: Invalid ListID" in job.status_details


@pytest.mark.parametrize("kind", ["http_429", "http_500", "http_503", "drop", "html", "broken_json"])
def test_a_bad_day_passes_for_reader_and_writer(monitor, kind):
    monitor.put(people(3))
    monitor.faults.add(kind)
    assert len(read(monitor, status="active")) == 3
    monitor.faults.add(kind, method="POST")
    job, out, errors = write(monitor, [{"EmailAddress": "new@x.com", "n": True}])
    assert (job.status, len(out), errors) == ("succeeded", 1, [])
    assert of(monitor, "new@x.com")["State"] == "Active"


def test_fields_arrive_by_key_or_name_in_any_case_and_an_array_fills_a_field_of_many(monitor):
    record = {
        "emailaddress": "a@x.com", "name": "Łucja", "[gigyauid]": "u1", "First Choice": "tea", "Topics": ["a", "b"],
        "Age": 36, "ConsentToTrack": True, "n": "true",
    }  # fmt: skip
    job, out, _ = write(monitor, [record])
    assert (job.rejects, out) == ((), [record])
    assert custom(monitor, "a@x.com") == [
        ("GigyaUID", "u1"), ("FirstChoice", "tea"), ("Topics", "a"), ("Topics", "b"), ("Age", "36"),
    ]  # fmt: skip
    assert (of(monitor, "a@x.com")["Name"], of(monitor, "a@x.com")["ConsentToTrack"]) == ("Łucja", "Yes")


def test_null_clears_a_custom_field_and_a_missing_one_is_left_alone(monitor):
    write(
        monitor,
        [{"EmailAddress": "a@x.com", "GigyaUID": "u1", "Age": 36, "Born": "1815-12-10", "Topics": ["a"], "n": True}],
    )
    assert ("Born", "1815-12-10") in custom(monitor, "a@x.com")
    write(monitor, [{"EmailAddress": "A@x.com", "Age": None, "Born": "", "Topics": [], "n": True}])
    assert custom(monitor, "a@x.com") == [("GigyaUID", "u1")]
    assert monitor.count() == 1


@pytest.mark.parametrize(
    ("value", "state"),
    [(True, "Active"), ("true", "Active"), ("subscribed", "Active"), ("Active", "Active"), (False, "Unsubscribed"),
     ("false", "Unsubscribed"), ("unsubscribed", "Unsubscribed"), (None, "Active"), ("", "Active")],
)  # fmt: skip
def test_the_newsletter_field_decides_who_stays_and_who_leaves(monitor, value, state):
    monitor.put([{"EmailAddress": "a@x.com"}])
    job, out, _ = write(monitor, [{"EmailAddress": "a@x.com", "n": value}])
    assert (job.rejects, len(out), of(monitor, "a@x.com")["State"]) == ((), 1, state)


@pytest.mark.parametrize(("status", "new"), [("active", "Active"), ("unsubscribed", None)])
def test_where_nothing_is_said_who_is_there_keeps_the_state_and_who_is_new_gets_the_default(monitor, status, new):
    there = {state: f"{state.lower()}@x.com" for state in ("Active", "Unconfirmed", "Unsubscribed", "Bounced")}
    monitor.put({"EmailAddress": address, "State": state} for state, address in there.items())
    records = [{"EmailAddress": address, "Name": "Ada", "n": None} for address in [*there.values(), "new@x.com"]]
    job, out, _ = write(monitor, records, defaultStatus=status, resubscribe=True)
    assert (job.rejects, out) == ((), records)
    assert {state: of(monitor, address)["State"] for state, address in there.items()} == {each: each for each in there}
    assert {each["Name"] for each in monitor.subscribers()} == {"Ada"}
    assert [each["State"] for each in monitor.subscribers() if each["EmailAddress"] == "new@x.com"] == [new] * bool(new)


def test_who_said_nothing_is_refused_one_by_one_and_not_brought_back(monitor):
    monitor.put([{"EmailAddress": "gone@x.com", "State": "Deleted"}])
    monitor.suppress("s@x.com")
    records = [{"EmailAddress": address} for address in ("no address", "s@x.com", "good@x.com")]
    _, out, errors = write(monitor, records, defaultStatus="active", resubscribe=True)
    assert out == records[2:]
    assert [error["_errorDetails"]["errorCode"] for error in errors] == ["1", "204"]


def test_nobody_else_leaves_once_nobody_waits(monitor):
    with CampaignMonitorEmulator(latency=0.1) as slow:
        connection = PlatformConnection(PlainServices(), connections=2)
        client = CampaignMonitorClient(slow.api_url, Secret(slow.api_key), connection.http, connection.clock)
        wishes = Wishes(slow.list_id, FieldPath.parse("n"), "active", "Yes", resubscribe=False)
        writer = SubscriberWriter(client, wishes, connection, connections=2, tell=lambda _: None)
        with BatchCalls(connection, writer.write, size=500, connections=1) as calls:
            calls.begin([{"EmailAddress": f"p{n}@x.com", "n": False} for n in range(500)], PlainServices())
            while len(slow.calls) < 3:
                time.sleep(0.01)
        assert len(slow.calls) < 20


def test_who_is_not_there_has_left(monitor):
    job, out, _ = write(monitor, [{"EmailAddress": "nobody@x.com", "n": False}])
    assert (job.rejects, len(out), monitor.count()) == ((), 1, 0)


def test_each_record_that_is_refused_carries_its_code_and_words_and_the_others_are_written(monitor):
    monitor.put(
        [{"EmailAddress": "left@x.com", "State": "Unsubscribed"}, {"EmailAddress": "b@x.com", "State": "Bounced"}]
    )
    monitor.suppress("s@x.com")
    records = [
        {"EmailAddress": "good@x.com", "n": True},
        {"EmailAddress": "fake@refused.com", "n": True},
        {"EmailAddress": "no address", "n": True},
        {"EmailAddress": "no address either", "n": False},
        {"EmailAddress": "LEFT@x.com", "n": True},
        {"EmailAddress": "b@x.com", "n": True},
        {"EmailAddress": "s@x.com", "n": True},
        {"EmailAddress": "what@x.com", "n": "perhaps"},
        {"EmailAddress": "array@x.com", "n": True, "Age": [1, 2]},
        {"EmailAddress": "long@x.com", "n": True, "First Choice": "x" * 251},
        {"EmailAddress": "consent@x.com", "n": True, "ConsentToTrack": "perhaps"},
        {"EmailAddress": "half@x.com", "n": True, "Name": "\ud800"},
        {"EmailAddress": "half\ud800@x.com", "n": False},
        {"Name": "nobody", "n": False},
        {"EmailAddress": "also@x.com", "n": True},
    ]
    job, out, errors = write(monitor, records)
    codes = {error.get("EmailAddress", ""): error["_errorDetails"]["errorCode"] for error in errors}

    assert job.status == "succeeded"
    assert [record["EmailAddress"] for record in out] == ["good@x.com", "also@x.com"]
    assert codes == {
        "fake@refused.com": "1", "no address": "1", "no address either": "1", "LEFT@x.com": "206", "b@x.com": "207",
        "s@x.com": "204", "what@x.com": "invalid-status", "array@x.com": "not-one-value", "consent@x.com": "consent", "long@x.com": "too-long", "half@x.com": "cannot-be-sent",
        "half\ud800@x.com": "cannot-be-sent",
        "": "missing-address",
    }  # fmt: skip
    assert errors[0]["_errorDetails"]["errorMessage"] == "Invalid Email Address"


def test_who_has_left_comes_back_only_when_that_is_wanted(monitor):
    monitor.put([{"EmailAddress": "left@x.com", "State": "Unsubscribed"}])
    job, out, _ = write(monitor, [{"EmailAddress": "left@x.com", "n": True}], resubscribe="true")
    assert (job.rejects, len(out), of(monitor, "left@x.com")["State"]) == ((), 1, "Active")


def test_consent_is_what_the_parameter_says_where_the_record_does_not(monitor):
    records = [{"EmailAddress": "a@x.com", "n": 1}, {"EmailAddress": "b@x.com", "n": 1, "ConsentToTrack": "no"}]
    write(monitor, records, consentToTrack="Yes")
    assert [each["ConsentToTrack"] for each in monitor.subscribers()] == ["Yes", "No"]


def test_one_address_twice_is_never_in_one_call_and_the_last_record_wins(monitor):
    records = [{"EmailAddress": f"{'a' if n % 2 else 'A'}@x.com", "Name": str(n), "n": n != 4} for n in range(6)]
    job, _, _ = write(monitor, records, resubscribe=True)
    assert (job.rejects, monitor.count()) == ((), 1)
    assert monitor.subscribers()[0]["Name"] == "5"


def test_what_the_list_has_no_field_for_is_left_out_and_told_once(monitor):
    records = [{"EmailAddress": f"p{n}@x.com", "profile": {}, "data": {}, "n": True} for n in range(3)]
    job, _, _ = write(monitor, records)
    assert job.rejects == ()
    told = [line for line in job.trace if "is not sent" in line]
    assert len(told) == 2
    assert (
        "'profile' is not sent: the list has no such custom field; it has Age, Born, First Choice, FirstChoice, GigyaUID, Topics"
        in told[0]
    )


def test_what_was_read_can_be_written_as_it_is(monitor):
    values = [{"Key": "GigyaUID", "Value": "u"}, {"Key": "Topics", "Value": "a"}, {"Key": "Topics", "Value": "b"}]
    monitor.put(people(3, Name="Zoë", CustomFields=values, ConsentToTrack="Yes"))
    kinds = {"GigyaUID": "Text", "Topics": "MultiSelectMany"}
    with CampaignMonitorEmulator(list_id="other", custom_fields=kinds) as other:
        job, _, _ = write(other, read(monitor), newsletterField="State")
        assert (job.rejects, [line for line in job.trace if "is not sent" in line]) == ((), [])
        kept = ("EmailAddress", "Name", "State", "CustomFields", "ConsentToTrack")
        assert [[each[name] for name in kept] for each in other.subscribers()] == [
            [each[name] for name in kept] for each in monitor.subscribers()
        ]


def test_on_a_bad_day_every_record_is_accounted_for(monitor):
    for kind in ("http_429", "http_500", "drop"):
        monitor.faults.add(kind, method="POST", times=-1, share=0.1)
    records = [
        {"EmailAddress": f"p{n}@{'refused' if n % 100 == 7 else 'x'}.com", "n": n % 300 != 11} for n in range(3000)
    ]
    job, out, errors = write(monitor, records, batchSize=100)
    step = job.steps["it"]
    assert (job.status, step.received, step.passed, step.rejected) == ("succeeded", 3000, 2970, 30)
    assert (len(out), len(errors), monitor.count()) == (2970, 30, 2960)
    assert any(call.status != 200 for call in monitor.calls)


@pytest.mark.parametrize("said", [True, False, None])
def test_what_was_done_without_an_answer_is_done_again_and_does_no_harm(monitor, said):
    monitor.put(people(10))
    monitor.faults.add("lost", times=-1, every=2)
    records = [{"EmailAddress": f"p{n:03}@people.example", "Name": "Ada", "n": said} for n in range(20)]
    job, out, _ = write(monitor, records, batchSize=5, defaultStatus="active")
    assert (job.rejects, len(out), monitor.count()) == ((), 20, 10 if said is False else 20)
    assert {each["State"] for each in monitor.subscribers()} == {"Unsubscribed" if said is False else "Active"}
    assert len(read(monitor, batchSize=10)) == monitor.count()


def test_an_address_that_is_refused_but_was_not_sent_so_is_looked_for():
    class Odd:
        def __init__(self):
            self.calls = 0

        def custom_fields(self, list_id):
            return []

        def import_subscribers(self, list_id, subscribers, *, resubscribe):
            self.calls += 1
            odd = [each for each in subscribers if "ẋ" in each["EmailAddress"]]
            return [{"EmailAddress": "p@xn--x.com", "Code": 1, "Message": "no"} for _ in odd]

    client = Odd()
    wishes = Wishes("x", FieldPath.parse("n"), "active", "Yes", resubscribe=False)
    writer = SubscriberWriter(client, wishes, None, connections=1, tell=lambda _: None)
    answers = writer.write([{"EmailAddress": f"p{n}@{'ẋ' if n in {2, 5} else 'x'}.com", "n": True} for n in range(8)])
    assert [n for n, answer in enumerate(answers) if isinstance(answer, Rejected)] == [2, 5]
    assert (answers[2].code, answers[2].message, client.calls) == ("1", "no", 11)


def test_too_many_calls_wait_as_long_as_they_are_told():
    limit = Limit(calls=3, seconds=1)
    with CampaignMonitorEmulator(limit=limit) as slow:
        job, out, _ = write(slow, [{"EmailAddress": f"p{n}@x.com", "n": True} for n in range(400)], batchSize=100)
        assert (job.status, len(out), slow.count()) == ("succeeded", 400, 400)
        assert any(call.status == 429 for call in slow.calls)
    answer = HttpResponse(429, {"x-ratelimit-reset": "7"}, b"{}")
    assert (judge(answer).kind, judge(answer).pause) == ("busy", 7.0)


@pytest.mark.parametrize(("wanted", "count", "calls"), [(True, 400, 9), (False, 20, 21)])
def test_all_connections_are_used_by_imports_and_by_those_who_leave(wanted, count, calls):
    with CampaignMonitorEmulator(latency=0.1) as slow:
        records = [{"EmailAddress": f"p{n}@x.com", "n": wanted} for n in range(count)]
        write(slow, records, batchSize=50, maxConnections=4)
        assert (slow.most_at_once, len(slow.calls)) == (4, calls)


def test_an_import_that_some_failed_in_is_no_refusal_and_another_400_is():
    some = {"Code": 210, "Message": "had some failures", "ResultData": {"FailureDetails": []}}
    assert judge(HttpResponse(400, {}, json_bytes(some))) is None
    assert judge(HttpResponse(400, {}, json_bytes({"Code": 209, "Message": "no"}))).kind == "final"
    assert judge(HttpResponse(502, {}, b"<html>bad gateway</html>")).kind == "passing"


INBOUND = """{
  "name": "in", // as the original's pages have it: texts, not booleans, and an underscore where the field has a dot
  "steps": [
    {"id": "campaignmonitor", "type": "datasource.read.campaignmonitor", "params": {
      "apiUrl": "URL", "apiKey": "KEY", "listId": "LIST", "status": "unsubscribed", "targetField": "data.subscribed"}, "next": ["rename"]},
    {"id": "rename", "type": "field.rename", "params": {"fields": [
      {"sourceField": "GigyaUID", "targetField": "UID"},
      {"sourceField": "Name", "targetField": "profile.firstName"},
      {"sourceField": "EmailAddress", "targetField": "profile.email"}]}, "next": ["evaluate"]},
    {"id": "evaluate", "type": "field.evaluate", "params": {"language": "jexl", "fields": [
      {"field": "data.subscribed", "expression": "data_subscribed eq 'unsubscribed' ? 'false' : 'true'"}]}, "next": ["account"]},
    {"id": "account", "type": "datasource.write.gigya.account"},
  ],
}"""

OUTBOUND = """{
  "name": "out", // as the original's pages have it: the remove step that its description names is not there
  "steps": [
    {"id": "account", "type": "datasource.read.gigya.account", "params": {
      "select": "UID,profile.firstName,profile.email,data.subscribed"}, "next": ["rename"]},
    {"id": "rename", "type": "field.rename", "params": {"fields": [
      {"sourceField": "UID", "targetField": "GigyaUID"},
      {"sourceField": "profile.firstName", "targetField": "Name"},
      {"sourceField": "profile.email", "targetField": "EmailAddress"},
      {"sourceField": "data.subscribed", "targetField": "newsletterField"}]}, "next": ["campaignmonitor"]},
    {"id": "campaignmonitor", "type": "datasource.write.campaignmonitor", "params": {
      "apiUrl": "URL", "apiKey": "KEY", "listId": "LIST", "newsletterField": "newsletterField"}},
  ],
}"""


def filled(text, monitor):
    replaced = text.replace("URL", monitor.api_url).replace("KEY", monitor.api_key).replace("LIST", monitor.list_id)
    return idx.Dataflow.from_json(replaced)


def test_the_originals_inbound_template_runs_with_its_slips(monitor):
    monitor.put(
        {
            "EmailAddress": f"{uid}@x.com",
            "Name": "Ada",
            "State": state,
            "CustomFields": [{"Key": "GigyaUID", "Value": uid}],
        }
        for uid, state in (("u1", "Unsubscribed"), ("u2", "Active"))
    )
    accounts = [{"UID": uid, "data": {"subscribed": "true"}} for uid in ("u1", "u2")]
    with GigyaEmulator("3_a", "AK", accounts=accounts) as gigya:
        idx.run(filled(INBOUND, monitor), site=gigya.site, full_extract=True).raise_for_status()
        assert [gigya.site.account(uid)["data"]["subscribed"] for uid in ("u1", "u2")] == ["false", "true"]
        assert gigya.site.account("u1")["profile"]["firstName"] == "Ada"


def test_the_originals_outbound_template_runs_without_its_remove_step(monitor):
    people = [
        {**each, "data": {"subscribed": said}}
        for each, said in zip(generate_accounts(3), (True, "true", "false"), strict=True)
    ]
    monitor.put([{"EmailAddress": people[2]["profile"]["email"]}])
    with GigyaEmulator("3_a", "AK", accounts=people) as gigya:
        job = idx.run(filled(OUTBOUND, monitor), site=gigya.site, full_extract=True)
    assert (job.status, job.rejects) == ("succeeded", ())
    states = [of(monitor, person["profile"]["email"])["State"] for person in people]
    assert states == ["Active", "Active", "Unsubscribed"]
    assert custom(monitor, people[0]["profile"]["email"]) == [("GigyaUID", people[0]["UID"])]
