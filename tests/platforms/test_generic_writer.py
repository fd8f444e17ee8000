"""Records to any API: each answered once, in the API's own words, and none written twice by accident."""

import time
from collections import Counter

import pytest

import identitysync as idx
from identitysync.testing import HttpEmulator
from identitysync.testing.http import Emulator, Limit, Reply, reply

TYPE = "datasource.write.external.generic"
PEOPLE = [
    {"email": f"p{n}@example.com", "profile": {"name": f'"Łódź" & <b>{n}</b>\\', "n": n}, "tags": ["a", None]}
    for n in range(25)
]
REFUSED = "refused"


@pytest.fixture
def store():
    with HttpEmulator(refuse=f"^{REFUSED}") as store:
        yield store


def run(records, tmp_path, **params):
    """Write records; give the job, what went on, and what was rejected."""
    passed, rejected = [], []
    steps = [
        idx.Step("in", "file.parse.json", next=["write"]),
        idx.Step("write", TYPE, params, next=["passed"], error=["rejected"]),
        idx.Step("passed", "field.copy", {"fields": []}),
        idx.Step("rejected", "field.copy", {"fields": []}),
    ]
    flow = idx.Dataflow(name="out", steps=steps)
    outputs = {"passed": passed, "rejected": rejected}
    job = idx.run(flow, inputs={"in": records}, outputs=outputs, dead_letters=tmp_path, progress=False)
    return job, passed, rejected


def with_refused(count=25):
    return [{"email": f"{REFUSED if n % 5 == 3 else 'p'}{n}@example.com", "n": n} for n in range(count)]


def errors(rejected):
    return Counter((each["_errorDetails"]["errorCode"], each["_errorDetails"]["errorMessage"]) for each in rejected)


BODIES = {
    "json": '{"email": ${email}, "name": ${profile.name}, "told": "${profile.n}: ${profile.name}", "tags": ${tags}}',
    "form": "email=${email}&name=${profile.name}&told=${profile.n}%3A+${profile.name}",
    "xml": "<p><email>${email}</email><name>${profile.name}</name><told>${profile.n}: ${profile.name}</told></p>",
}


@pytest.mark.parametrize("kind", BODIES)
def test_values_arrive_as_they_are_whatever_the_body_is_written_in(store, tmp_path, kind):
    job, passed, _ = run(PEOPLE, tmp_path, url=f"{store.url}/people", body=BODIES[kind], bodyFormat=kind)
    assert (job.status, passed) == ("succeeded", PEOPLE)
    found = {each["email"]: each for each in store.records("people")}
    for person in PEOPLE:
        name, n = person["profile"]["name"], person["profile"]["n"]
        assert (found[person["email"]]["name"], found[person["email"]]["told"]) == (name, f"{n}: {name}")
        assert kind != "json" or found[person["email"]]["tags"] == ["a", None]


@pytest.mark.parametrize("kind", ["json", "form"])
def test_without_a_template_the_record_itself_is_sent(store, tmp_path, kind):
    people = [{"email": "a@example.com", "city": "a & b=c"}]
    run(people, tmp_path, url=f"{store.url}/people", bodyFormat=kind)
    assert {name: store.records("people")[0][name] for name in people[0]} == people[0]


def test_what_the_api_refuses_is_rejected_with_its_words_and_the_others_go_on(store, tmp_path):
    records = with_refused()
    success = {"messagePath": "error.message", "codePath": "error.code"}
    job, passed, rejected = run(records, tmp_path, url=f"{store.url}/people", success=success, addResponse=True)
    assert [each["n"] for each in passed] == [n for n in range(25) if n % 5 != 3]
    assert [each["n"] for each in rejected] == [3, 8, 13, 18, 23]
    assert rejected[0]["_errorDetails"]["errorCode"] == "refused"
    assert rejected[0]["_errorDetails"]["errorMessage"] == f"{REFUSED}3@example.com is refused"
    assert rejected[0]["_response"] == {"error": {"code": "refused", "message": f"{REFUSED}3@example.com is refused"}}
    assert passed[0]["_response"]["email"] == "p0@example.com"
    assert (job.status, store.count("people")) == ("succeeded", 20)


RESULTS = {
    "in order": {"path": "results", "successPath": "ok", "messagePath": "error.message", "codePath": "error.code"},
    "by key": {"path": "results", "key": "key", "messagePath": "error.message", "codePath": "error.code"},
    "failures by place": {"path": "errors", "lists": "failures", "index": "index", "messagePath": "message"},
    "failures by key": {"path": "errors", "lists": "failures", "key": "key", "messagePath": "message"},
}


@pytest.mark.parametrize("way", RESULTS)
def test_a_batch_tells_of_each_record_however_its_answer_lists_them(store, tmp_path, way):
    _job, passed, rejected = run(
        with_refused(), tmp_path, url=f"{store.url}/people/batch", batchSize=10, envelope='{"records":[${records}]}',
        results=RESULTS[way], keyField="email",
    )  # fmt: skip
    assert [each["n"] for each in rejected] == [3, 8, 13, 18, 23]
    assert len(passed) == 20 == store.count("people")
    assert {each["_errorDetails"]["errorMessage"] for each in rejected} == {
        f"{each['email']} is refused" for each in rejected
    }
    assert len(store.calls) == 3


class Odd(Emulator):
    """Answers whatever it is told, and remembers what it was asked."""

    def __init__(self, *answers):
        super().__init__()
        self.answers, self.seen = answers, []

    def answer(self, request):
        self.seen.append(request)
        return self.answers[min(len(self.seen), len(self.answers)) - 1]


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"results": [{"ok": True}]}, "no-result"), ({}, "no-result"), ({"results": [1, {"ok": True}]}, "refused")],
)
def test_a_record_of_which_the_answer_says_nothing_is_rejected(tmp_path, answer, code):
    with Odd(answer) as api:
        _, passed, rejected = run(
            [{"n": 1}, {"n": 2}], tmp_path, url=api.url + "/", batchSize=2,
            results={"path": "results", "successPath": "ok"},
        )  # fmt: skip
    assert rejected[0]["_errorDetails"]["errorCode"] == code
    assert len(passed) + len(rejected) == 2


def test_batches_may_be_lines_of_json_or_of_text(tmp_path):
    with Odd({}) as api:
        batch = {"batchSize": 5, "envelope": "${records}\n", "separator": "\n"}
        run([{"n": n} for n in range(3)], tmp_path, url=api.url + "/json", **batch)
        run(
            [{"n": 1}, {"n": "x\ny"}],
            tmp_path,
            url=api.url + "/text",
            bodyFormat="text",
            body="n=${n}",
            batchSize=9,
        )
        assert [each.body for each in api.seen] == [b'{"n":0}\n{"n":1}\n{"n":2}\n', b"n=1"]


def test_a_call_that_must_not_be_made_twice_is_not_and_says_that_its_fate_is_unknown(store, tmp_path):
    for kind in ("http_500", "drop", "http_503"):
        store.faults.add(kind, method="POST /people")
    job, passed, rejected = run(PEOPLE, tmp_path, url=f"{store.url}/people", body=BODIES["json"], maxConnections=1)
    assert (job.status, len(passed), len(rejected)) == ("succeeded", 22, 3)
    assert {code for code, _ in errors(rejected)} == {"no-answer"}
    assert all("may have been written" in text for _, text in errors(rejected))
    assert len(store.calls) == 25


@pytest.mark.parametrize(
    "more", [{"retry": {"idempotencyHeader": "Idempotency-Key"}}, {"retry": {"repeatable": True}}, {"method": "PUT"}]
)
def test_a_call_that_may_be_made_twice_is(store, tmp_path, more):
    for kind in ("http_500", "http_503", "drop"):
        store.faults.add(kind, every=7)
    url = f"{store.url}/people" + ("/${email}" if "method" in more else "")
    job, passed, rejected = run(PEOPLE, tmp_path, url=url, body=BODIES["json"], **more)
    assert (job.status, len(passed), rejected) == ("succeeded", 25, [])
    assert store.count("people") == 25
    assert len(store.calls) == 28


def test_all_tries_of_one_call_carry_one_key_and_no_two_calls_the_same(tmp_path):
    with Odd(reply({}, 500), reply({}, 500), reply({}, 201)) as api:
        run([{"n": 1}, {"n": 2}], tmp_path, url=api.url + "/", retry={"idempotencyHeader": "X-Key"}, maxConnections=1)
        keys = [each.headers["x-key"] for each in api.seen]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_who_is_not_let_in_waits_and_writes_all_the_same(tmp_path):
    with HttpEmulator(limit=Limit(calls=15, seconds=0.5)) as store:
        _job, passed, _ = run(PEOPLE, tmp_path, url=f"{store.url}/people", body=BODIES["json"])
        assert (len(passed), store.count("people")) == (25, 25)
        assert 429 in {each.status for each in store.calls}


def test_the_pace_that_the_flow_names_is_kept(tmp_path):
    with HttpEmulator() as store:
        began = time.monotonic()
        run(PEOPLE[:11], tmp_path, url=f"{store.url}/people", callsPerSecond=20)
        assert 0.5 <= time.monotonic() - began < 3


def test_deletions_carry_no_body_and_take_what_is_gone_for_done(store, tmp_path):
    store.put("people", PEOPLE)
    params = {"url": f"{store.url}/people/${{email}}", "method": "DELETE", "success": {"statuses": [204, 404]}}
    records = [*PEOPLE[:20], {"email": "nobody@example.com"}, {}, {"email": ".."}, {"email": "a/../../b"}]
    _, passed, rejected = run(records, tmp_path, **params)
    assert store.count("people") == 5
    assert len(passed) == 22
    assert [each["_errorDetails"]["errorCode"] for each in rejected] == ["missing-value", "unsafe-value"]


def test_deletions_may_go_many_in_one_call_with_a_body(tmp_path):
    with Odd({}) as api:
        run(
            [{"id": 1}, {"id": 2}],
            tmp_path,
            url=api.url + "/",
            method="DELETE",
            batchSize=5,
            envelope='{"ids":[${records}]}',
            body="${id}",
        )
        run([{"id": 1}], tmp_path, url=api.url + "/", method="DELETE", batchSize=5)
        assert [each.body for each in api.seen] == [b'{"ids":[1,2]}', b'[{"id":1}]']


def test_who_is_never_let_in_ends_the_run_because_nothing_was_done(store, tmp_path):
    store.faults.add("http_429", times=-1, seconds=80_000)
    job, _, rejected = run(PEOPLE, tmp_path, url=f"{store.url}/people")
    assert (job.status, rejected) == ("failed", [])
    assert "answered 429" in job.status_details


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "Łódź", "\x00"])
def test_no_value_writes_a_header_of_its_own(tmp_path, value):
    with Odd({}) as api:
        headers = [{"name": "X-Name", "value": "n ${name}"}]
        _, passed, rejected = run([{"name": value}, {"name": "ok"}], tmp_path, url=api.url + "/", headers=headers)
        assert (len(passed), len(rejected), len(api.seen)) == (1, 1, 1)
        assert api.seen[0].headers["x-name"] == "n ok"
        assert "x-admin" not in api.seen[0].headers


def test_no_two_calls_for_one_key_are_under_way_and_the_last_record_wins(tmp_path):
    with HttpEmulator(latency=0.01) as store:
        records = [{"email": f"p{n % 3}@example.com", "n": n} for n in range(30)]
        run(records, tmp_path, url=f"{store.url}/people", keyField="email", maxConnections=8)
        assert {each["email"]: each["n"] for each in store.records("people")} == {
            "p0@example.com": 27, "p1@example.com": 28, "p2@example.com": 29,
        }  # fmt: skip
        assert store.most_at_once <= 3


class Strict(Emulator):
    """Refuses a call as a whole when one of its records is bad, and else takes all of them."""

    def __init__(self, status, bad):
        super().__init__()
        self.status, self.bad, self.seen, self.taken = status, bad, 0, []

    def answer(self, request):
        self.seen += 1
        numbers = [each["n"] for each in request.json()]
        bad = [n for n in numbers if n in self.bad]
        if bad:
            return reply({"ok": False, "why": f"{bad[0]} is bad"}, self.status)
        self.taken += numbers
        return {"ok": True}


SPOILT = {"path": "ok", "messagePath": "why"}


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (413, {}),
        (400, {"method": "PUT"}),
        (409, {"method": "PUT"}),
        (200, {"method": "PUT"}),
        (422, {"retry": {"repeatable": True}}),
        (200, {"retry": {"repeatable": True}}),
    ],
)
def test_a_call_that_one_bad_record_spoils_is_made_again_by_halves(tmp_path, status, more):
    with Strict(status, {3, 40}) as api:
        records = [{"n": n} for n in range(64)]
        _, passed, rejected = run(records, tmp_path, url=api.url + "/", batchSize=64, success=SPOILT, **more)
        assert sorted(api.taken) == [n for n in range(64) if n not in {3, 40}] == [each["n"] for each in passed]
        assert {each["n"]: each["_errorDetails"]["errorMessage"] for each in rejected} == {
            n: f"{n} is bad" for n in (3, 40)
        }
        assert api.seen == 1 + 2 * (6 + 5)


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (200, {}), (400, {}), (409, {}), (422, {}), (409, {"retry": {"idempotencyHeader": "Key"}}),
        (409, {"method": "PUT", "retry": {"repeatable": False}}), (404, {"method": "PUT"}), (410, {"method": "PUT"}),
    ],
)  # fmt: skip
def test_a_call_that_may_have_done_something_or_is_refused_for_its_address_is_made_once(tmp_path, status, more):
    with Strict(status, {3}) as api:
        records = [{"n": n} for n in range(8)]
        _, passed, rejected = run(records, tmp_path, url=api.url + "/", batchSize=8, success=SPOILT, **more)
        assert (passed, len(rejected), api.seen, api.taken) == ([], 8, 1, [])


def test_records_that_are_all_bad_do_not_cost_a_call_each(tmp_path):
    with Strict(400, set(range(1000))) as api:
        records = [{"n": n} for n in range(1000)]
        _, passed, rejected = run(records, tmp_path, url=api.url + "/", batchSize=1000, success=SPOILT, method="PUT")
        assert (passed, len(rejected)) == ([], 1000)
        assert api.seen <= 25


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_end_the_run(tmp_path, status):
    with Odd(reply({"error": "no"}, status)) as api:
        job, _, _ = run([{"n": 1}], tmp_path, url=api.url + "/", auth={"kind": "bearer", "key": "planted-5"})
    assert job.status == "failed"
    assert "does not accept the credentials" in job.status_details
    assert "planted" not in job.status_details


def test_a_redirect_is_a_refusal():
    with Odd(Reply(b"", 307, headers={"Location": "http://127.0.0.1:9/"})) as api:
        flow = idx.Dataflow(
            name="x",
            steps=[
                idx.Step("in", "file.parse.json", next=["write"]),
                idx.Step("write", TYPE, {"url": api.url + "/"}),
            ],
        )
        job = idx.run(flow, inputs={"in": [{"n": 1}]}, progress=False)
    assert (job.steps["write"].rejected, len(api.seen)) == (1, 1)


@pytest.mark.parametrize(
    ("params", "place", "why"),
    [
        ({"envelope": "[]"}, "envelope", "${records} once"),
        ({"batchSize": 2, "url": "https://x.example/${id}"}, "url", "many records go in one call"),
        ({"results": {"path": "r"}}, "results", "nothing tells what failed"),
        ({"results": {"key": "r", "messagePath": "m"}}, "results", "keyField"),
        ({"results": {"lists": "failures", "messagePath": "m"}}, "results", "needs key or index"),
        ({"body": '{"a": "${b}}'}, "body", "no JSON"),
        ({"body": '{"a": ${b..c}}'}, "body", "empty segment"),
        ({"bodyFormat": "xml"}, "body", "must be said"),
        ({"maxConnections": 0}, "maxConnections", "1 to 100"),
        ({"batchSize": 0}, "batchSize", "1 to 100000"),
    ],
)
def test_what_does_not_fit_together_is_found_before_anything_runs(params, place, why):
    steps = [
        idx.Step("in", "file.parse.json", next=["write"]),
        idx.Step("write", TYPE, {"url": "https://api.example.com/people", **params}),
    ]
    found = {
        fault.path.removeprefix("$.steps[1].params."): fault.message for fault in idx.check(idx.Dataflow(steps=steps))
    }
    assert why in found[place]
