"""Records from any API: all of them, each once, whatever way it pages and whoever it asks for."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

import identitysync as idx
from identitysync.testing import HttpEmulator
from identitysync.testing.http import Emulator, Reply, reply

COUNT = 25
PEOPLE = [{"email": f"p{n}@example.com", "name": "Łódź", "n": n} for n in range(COUNT)]
TYPE = "datasource.read.external.generic"
PAGINGS = {
    "page": {"kind": "page", "parameter": "page", "size": 10, "sizeParameter": "per_page"},
    "page to the last": {
        "kind": "page",
        "parameter": "page",
        "path": "paging.more",
        "size": 5,
        "sizeParameter": "limit",
    },
    "offset": {"kind": "offset", "parameter": "offset", "size": 7, "sizeParameter": "limit"},
    "cursor": {"kind": "cursor", "parameter": "cursor", "path": "paging.cursor", "size": 10, "sizeParameter": "limit"},
    "next link": {"kind": "nextLink", "path": "paging.next", "size": 10, "sizeParameter": "limit"},
    "link header": {"kind": "linkHeader", "size": 10, "sizeParameter": "limit"},
}


@pytest.fixture
def store():
    with HttpEmulator() as store:
        store.put("people", PEOPLE)
        yield store


def flow(url, **params):
    return idx.Dataflow(
        name="in",
        steps=[
            idx.Step("read", TYPE, {"url": url, "recordsPath": "data", **params}, next=["out"]),
            idx.Step("out", "field.remove", {"fields": ["updated_at"]}),
        ],
    )


def run(url, *, since=None, limit=None, **params):
    out = []
    wanted = attrs.evolve(flow(url, **params), last_runtime=since)
    job = idx.run(wanted, outputs={"out": out}, limit=limit, full_extract=None if since else True, progress=False)
    return job, out


def faults(url="https://api.example.com/people", **params):
    return {fault.path.removeprefix("$.steps[0].params."): fault.message for fault in idx.check(flow(url, **params))}


@pytest.mark.parametrize("paging", PAGINGS.values(), ids=PAGINGS)
def test_each_way_to_page_gives_every_record_once(store, paging):
    job, out = run(f"{store.url}/people?x=1", paging=paging)
    assert job.status == "succeeded", job.status_details
    assert out == PEOPLE
    assert len(store.calls) <= 6


@pytest.mark.parametrize("kind", ["http_500", "http_429", "broken_json", "html", "drop"])
def test_a_bad_moment_changes_nothing_of_it(store, kind):
    store.faults.add(kind, every=2)
    assert run(f"{store.url}/people", paging=PAGINGS["cursor"])[1] == PEOPLE
    assert len(store.calls) == 4


def test_a_cursor_may_stand_in_the_body_of_a_post(store):
    body = '{"limit": ${size}, "cursor": ${cursor}, "updated_after": "${since}"}'
    paging = {"kind": "cursor", "path": "paging.cursor", "size": 10}
    assert run(f"{store.url}/people/search", method="POST", body=body, paging=paging)[1] == PEOPLE


def test_lines_of_json_are_records(store):
    headers = [{"name": "Accept", "value": "application/x-ndjson"}]
    paging = {"kind": "page", "parameter": "page", "size": 10, "sizeParameter": "limit"}
    job, out = run(f"{store.url}/people", headers=headers, answerFormat="jsonLines", recordsPath=None, paging=paging)
    assert (job.status, out) == ("succeeded", PEOPLE)


def test_a_limit_asks_for_no_more_than_it_needs(store):
    job, out = run(f"{store.url}/people", limit=3, paging=PAGINGS["cursor"])
    assert (out, len(store.calls)) == (PEOPLE[:3], 1)
    assert job.sampled


def test_only_what_has_changed_is_read_and_a_full_extract_asks_for_everything(store):
    asked = []
    answer = store.answer
    store.answer = lambda request: asked.append(dict(request.query)) or answer(request)
    store.put("people", [{"email": "old@example.com", "updated_at": "2020-01-01T00:00:00Z"}])
    query = [{"name": "updated_after", "value": "${since}"}, {"name": "day", "value": "d${since:yyyy-MM-dd}"}]
    since = datetime.now(UTC) - timedelta(hours=1)

    assert run(f"{store.url}/people", query=query, since=since)[1] == PEOPLE
    assert asked[-1]["updated_after"] == f"{since - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    assert asked[-1]["day"] == f"d{since - timedelta(minutes=1):%Y-%m-%d}"
    assert len(run(f"{store.url}/people", query=query)[1]) == COUNT + 1
    assert asked[-1] == {}
    run(f"{store.url}/people?u=${{since:unix}}&m=${{since:unixMillis}}&t=${{since}}")
    assert asked[-1] == {"u": "0", "m": "0", "t": "1970-01-01T00:00:00Z"}


SECRET = "planted-secret-5-of-a-test"
AUTHS = {
    "basic": ({"username": "me", "password": SECRET}, {"kind": "basic", "username": "me", "password": SECRET}),
    "bearer": ({"token": SECRET}, {"kind": "bearer", "key": SECRET}),
    "header": ({"api_key": SECRET}, {"kind": "header", "name": "X-Api-Key", "key": SECRET}),
    "query": ({"api_key": SECRET}, {"kind": "query", "name": "X-Api-Key", "key": SECRET}),
    "client credentials": (
        {"client_id": "me", "client_secret": SECRET},
        {"kind": "oauth2", "tokenUrl": "{}/oauth/token", "clientId": "me", "clientSecret": SECRET},
    ),
    "client credentials in the body": (
        {"client_id": "me", "client_secret": SECRET},
        {
            "kind": "oauth2",
            "tokenUrl": "{}/oauth/token",
            "clientId": "me",
            "clientSecret": SECRET,
            "clientAuth": "body",
        },
    ),
    "refresh token": (
        {"client_id": "me", "client_secret": "s", "refresh_token": SECRET},
        {
            "kind": "oauth2",
            "tokenUrl": "{}/oauth/token",
            "clientId": "me",
            "clientSecret": "s",
            "refreshToken": SECRET,
        },
    ),
    "hmac": (
        {"signing_key": SECRET},
        {
            "kind": "hmac",
            "name": "X-Signature",
            "prefix": "sha256=",
            "key": SECRET,
            "signed": "${timestamp}.${body}",
            "timestampHeader": "X-Timestamp",
        },
    ),
}


@pytest.mark.parametrize("kind", AUTHS)
def test_each_way_to_sign_in_opens_and_a_wrong_secret_does_not_and_never_shows(kind, tmp_path):
    credentials, auth = AUTHS[kind]
    with HttpEmulator(**credentials) as store:
        store.put("people", PEOPLE)
        auth = {name: text.replace("{}", store.url) for name, text in auth.items()}
        assert run(f"{store.url}/people", auth=auth)[1] == PEOPLE
        wrong = {name: "planted-wrong-one" if text == SECRET else text for name, text in auth.items()}
        job, _ = run(f"{store.url}/people", auth=wrong)
        assert job.status == "failed"
        assert "does not accept the credentials" in job.status_details or "gives no token" in job.status_details
        assert "planted" not in job.status_details
        assert run(f"{store.url}/people")[0].status == "failed"


def test_tokens_that_end_are_renewed_and_a_refresh_token_gives_way_to_the_next(store):
    with HttpEmulator(client_id="me", client_secret="s", refresh_token="first") as store:
        store.put("people", PEOPLE)
        answer = store.answer

        def expiring(request):
            if request.query.get("offset") == "10" and store.doors.tokens.issued == 1:
                store.doors.tokens.expire()
            return answer(request)

        store.answer = expiring
        auth = {
            "kind": "oauth2", "tokenUrl": f"{store.url}/oauth/token", "clientId": "me", "clientSecret": "s",
            "refreshToken": "first",
        }  # fmt: skip
        paging = {"kind": "offset", "parameter": "offset", "size": 10, "sizeParameter": "limit"}
        assert run(f"{store.url}/people", auth=auth, paging=paging)[1] == PEOPLE
        assert store.doors.tokens.issued == 2
        assert store.doors.refresh_token == "first+2"


class Odd(Emulator):
    """Answers whatever it is told."""

    def __init__(self, answers):
        super().__init__()
        self.answers, self.seen = answers, []

    def answer(self, request):
        self.seen.append(request)
        given = self.answers[min(len(self.seen), len(self.answers)) - 1]
        return given(self) if callable(given) else given


def odd(*answers, **params):
    with Odd(answers) as api:
        job, out = run(f"{api.url}/people", **params)
        return job, out, api.seen


def test_a_next_page_on_another_host_is_not_read():
    with HttpEmulator() as other:
        page = {"data": [{"n": 1}], "next": f"{other.url}/people"}
        auth = {"kind": "bearer", "key": SECRET}
        job, _, seen = odd(page, auth=auth, paging={"kind": "nextLink", "path": "next"})
        assert (job.status, len(seen), len(other.calls)) == ("failed", 1, 0)
        assert "the next page is elsewhere" in job.status_details


def test_a_redirect_is_not_followed():
    with HttpEmulator() as other:
        job, _, _ = odd(Reply(b"", 302, headers={"Location": f"{other.url}/people?secret=1"}))
        assert (job.status, len(other.calls)) == ("failed", 0)
        assert f"redirects are not followed; this one leads to {other.url}/people" in job.status_details
        assert "secret" not in job.status_details


@pytest.mark.parametrize(
    ("answers", "paging", "why"),
    [
        ([{"data": [{"n": 1}]}], {"kind": "page", "parameter": "page"}, "two pages one after the other are the same"),
        (
            [{"data": [{"n": n}], "next": f"c{n % 3}"} for n in range(9)],
            {"kind": "cursor", "parameter": "c", "path": "next"},
            "its pages run in a circle",
        ),
    ],
)
def test_pages_without_end_are_noticed(answers, paging, why):
    job, _, seen = odd(*answers, paging=paging)
    assert job.status == "failed"
    assert why in job.status_details
    assert len(seen) < 6


def test_a_list_that_is_not_there_is_no_record_and_told_and_what_is_no_list_is_an_error():
    assert odd({"paging": {}})[0].status == "succeeded"
    assert odd({"data": None})[0].total_records == 0
    job, _, _ = odd({"data": {"items": []}})
    assert "at data there is an object with items" in job.status_details


def test_what_is_no_object_is_rejected_and_the_others_go_on(tmp_path):
    with Odd([{"data": [{"n": 1}, 5, {"n": 2}]}]) as api:
        out = []
        wanted = flow(f"{api.url}/people")
        job = idx.run(wanted, outputs={"out": out}, full_extract=True, progress=False, dead_letters=tmp_path)
    assert (out, job.steps["read"].rejected) == ([{"n": 1}, {"n": 2}], 1)


def test_an_answer_may_say_in_its_body_that_it_did_not_go_well():
    success = {"path": "stat", "equals": "ok", "messagePath": "err.msg", "codePath": "err.code"}
    job, _, _ = odd({"stat": "fail", "err": {"code": 5, "msg": "no such list"}}, success=success)
    assert "answered 5: no such list" in job.status_details
    assert odd({"stat": "ok", "data": []}, success=success)[0].status == "succeeded"


def test_statuses_of_the_flows_choice_are_tried_again():
    job, out, _ = odd(reply({}, 409), {"data": [{"n": 1}]}, retry={"statuses": [409]})
    assert (job.status, out) == ("succeeded", [{"n": 1}])


@pytest.mark.parametrize(
    ("params", "place", "why"),
    [
        ({"auth": {"kind": "basic", "username": "me"}}, "auth", "needs password"),
        (
            {"auth": {"kind": "oauth2", "tokenUrl": "https://x.example/t", "clientId": "me"}},
            "auth",
            "needs clientSecret",
        ),
        ({"auth": {"kind": "header", "name": "Host", "key": "${env:K}"}}, "auth", "written by the library"),
        ({"paging": {"kind": "cursor", "parameter": "c"}}, "paging", "needs path"),
        ({"paging": {"kind": "page"}}, "paging", "nothing asks for the next page"),
        ({"paging": {"kind": "linkHeader", "sizeParameter": "n"}}, "paging", "needs size"),
        ({"paging": {"kind": "page", "size": 0}}, "paging.size", "1 record at least"),
        ({"body": '{"a": ${page}}', "method": "POST"}, "body", "${page} stands for nothing here"),
        ({"body": '{"a": }', "method": "POST"}, "body", "no JSON"),
        ({"query": [{"name": "a", "value": "${since:yyyy'}"}]}, "query[0].value", "quote"),
        ({"query": [{"name": "a", "value": "${email}"}]}, "query[0].value", "there is ${since}"),
        ({"headers": [{"name": "A B", "value": "x"}]}, "headers[0].name", "letters, digits and dashes"),
        ({"headers": [{"name": "X-A", "value": "x\r\nY: z"}]}, "headers[0].value", "cannot hold"),
        ({"url": "https://${host}/x"}, "url", "no value may choose"),
        ({"retry": {"statuses": [42]}}, "retry.statuses", "100 to 599"),
        ({"callsPerSecond": 0}, "callsPerSecond", "0.001 to 10000"),
    ],
)
def test_what_does_not_fit_together_is_found_before_anything_runs(params, place, why):
    found = faults(**params)
    assert why in found[place]


def test_a_secret_in_clear_below_a_parameter_is_warned_of():
    found = idx.check(flow("https://api.example.com/", auth={"kind": "bearer", "key": "clear"}))
    assert [(fault.code, fault.path) for fault in found] == [("clear-secret", "$.steps[0].params.auth.key")]


def test_a_secret_below_a_parameter_is_masked_in_a_stored_flow(tmp_path):
    with idx.IdentitySync(tmp_path / "idx.db", key="k" * 43 + "=") as service:
        id = service.create_dataflow(flow("https://api.example.com/", auth={"kind": "bearer", "key": SECRET}))
        assert service.get_dataflow(id).step("read").params["auth"] == {"kind": "bearer", "key": "********"}
    assert SECRET.encode() not in (tmp_path / "idx.db").read_bytes()
