"""Contacts to and from Constant Contact: each answered once, whatever the API says or keeps to itself."""

from datetime import UTC, datetime, timedelta

import pytest

import identitysync as idx
from identitysync.testing import ConstantContactEmulator
from identitysync.testing.http import Limit

LIST, OTHER = "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304", "0c9d5a1f-6d1e-11ee-8b3f-fa163e5bc304"
SECRET, REFRESH = "planted-client-secret", "planted-refresh-token"
PEOPLE = [
    {
        "email": f"p{n}@example.com",
        "first_name": "Łódź",
        "birthday_month": "7",
        "birthday_day": 1,
        "cf:gigya_uid": f"u{n}",
    }
    for n in range(25)
]


def emulator(**options):
    return ConstantContactEmulator(
        api_key="key", client_secret=SECRET, refresh_token=REFRESH, lists={LIST: "1", OTHER: "2"},
        custom_fields=["gigya_uid"], **options,
    )  # fmt: skip


@pytest.fixture
def platform():
    with emulator(refuse="^refused") as platform:
        yield platform


def login(platform, **params):
    return {
        "apiKey": "key", "clientSecret": SECRET, "refreshToken": REFRESH, "listId": LIST, "callsPerSecond": 1000,
        "url": platform.url, "tokenUrl": platform.token_url, **params,
    }  # fmt: skip


def write(platform, records, tmp_path, **params):
    passed, rejected = [], []
    steps = [
        idx.Step("in", "file.parse.json", next=["write"]),
        idx.Step("write", "datasource.write.constantcontact", login(platform, **params), next=["p"], error=["r"]),
        idx.Step("p", "field.copy", {"fields": []}),
        idx.Step("r", "field.copy", {"fields": []}),
    ]
    flow = idx.Dataflow(name="out", steps=steps)
    outputs = {"p": passed, "r": rejected}
    job = idx.run(flow, inputs={"in": records}, outputs=outputs, dead_letters=tmp_path, progress=False)
    return job, passed, rejected


def read(platform, *, since=None, limit=None, **params):
    out = []
    steps = [
        idx.Step("read", "datasource.read.constantcontact", login(platform, **params), next=["out"]),
        idx.Step("out", "field.copy", {"fields": []}),
    ]
    flow = idx.Dataflow(name="in", steps=steps, last_runtime=since)
    job = idx.run(flow, outputs={"out": out}, limit=limit, full_extract=None if since else True, progress=False)
    return job, out


def addresses(contacts):
    return sorted(each["email_address"]["address"] for each in contacts)


def codes(rejected):
    return {each.get("email"): each["_errorDetails"]["errorCode"] for each in rejected}


@pytest.mark.parametrize("permission", ["implicit", "explicit"])
def test_what_is_written_is_read_again_with_custom_fields_by_their_names(platform, tmp_path, permission):
    job, passed, _ = write(platform, PEOPLE, tmp_path, permission=permission, batchSize=10)
    assert (job.status, passed) == ("succeeded", PEOPLE)
    _, found = read(platform, batchSize=7)
    by_address = {each["email_address"]["address"]: each for each in found}
    assert sorted(by_address) == sorted(each["email"] for each in PEOPLE)
    one = by_address["p3@example.com"]
    assert (one["first_name"], one["birthday_month"], one["cf:gigya_uid"]) == ("Łódź", 7, "u3")
    assert one["email_address"]["permission_to_send"] == permission
    assert one["list_memberships"] == [LIST]


@pytest.mark.parametrize("tells_whose", [True, False])
def test_an_import_that_counts_failures_rejects_those_and_no_others(tmp_path, tells_whose):
    records = [
        {"email": f"{'refused' if n in {3, 17} else 'p'}{n}@example.com", "first_name": "a"} for n in range(40)
    ] + [{"email": "no address"}, {"email": "gone@example.com"}]
    with emulator(refuse="^refused", tells_whose=tells_whose) as platform:
        platform.put(LIST, [{"email": "gone@example.com"}])
        platform.contacts.unsubscribe("gone@example.com")
        job, passed, rejected = write(platform, records, tmp_path)
        members = addresses(platform.members(LIST))
    assert set(codes(rejected)) == {"refused3@example.com", "refused17@example.com", "no address", "gone@example.com"}
    assert len(passed) == 38
    assert members == sorted(each["email"] for each in passed)
    assert job.status == "succeeded"


def test_one_name_that_is_too_long_spoils_no_import_and_a_list_that_is_gone_is_not_tried_row_by_row(platform, tmp_path):
    records = [*PEOPLE, {"email": "long@example.com", "first_name": "x" * 51}, {"email": "z@example.com"}]
    _, passed, rejected = write(platform, records, tmp_path)
    assert codes(rejected) == {"long@example.com": "contacts.api.validation.error"}
    assert len(passed) == len(platform.members(LIST)) == 26
    platform.calls.clear()
    _, passed, rejected = write(platform, PEOPLE, tmp_path, listId="gone-0000")
    assert (len(passed), len(rejected)) == (0, 25)
    assert len([each for each in platform.calls if "import" in each.path]) == 3


def test_what_signs_up_answers_for_itself(platform, tmp_path):
    records = [*PEOPLE[:3], {"email": "refused1@example.com"}, {"email": "x@example.com", "cf:shoe_size": "7"}]
    _, passed, rejected = write(platform, records, tmp_path, permission="explicit")
    assert len(passed) == 3
    assert codes(rejected) == {
        "refused1@example.com": "contacts.api.validation.error",
        "x@example.com": "unknown-field",
    }
    assert rejected[0]["_errorDetails"]["errorMessage"] == "email_address: The contact is refused"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"first_name": "a"}, "no-address"),
        ({"email": "a@example.com", "UID": "1"}, "unknown-field"),
        ({"email": "a@example.com", "birthday_month": "July"}, "no-number"),
        ({"email": "a@example.com", "first_name": "\ud800"}, "cannot-be-sent"),
    ],
)
def test_what_is_no_contact_is_rejected_before_anything_is_sent(platform, tmp_path, record, code):
    _, passed, rejected = write(platform, [record, {"email": "b@example.com", "last_name": None}], tmp_path)
    assert [each["_errorDetails"]["errorCode"] for each in rejected] == [code]
    assert len(passed) == 1


def test_the_last_record_of_an_address_wins_whatever_its_case(platform, tmp_path):
    records = [{"email": f"{'A' if n % 2 else 'a'}@example.com", "first_name": str(n)} for n in range(20)]
    write(platform, records, tmp_path, batchSize=3)
    assert [each["first_name"] for each in platform.members(LIST)] == ["19"]


def test_an_import_that_takes_a_while_is_waited_for(tmp_path):
    with emulator(import_polls=2) as platform:
        _, passed, _ = write(platform, PEOPLE[:2], tmp_path)
        assert len(passed) == 2
        assert [each.path.rpartition("/")[2] for each in platform.calls].count("contacts_json_import") == 1
        assert len(platform.calls) == 1 + 1 + 3


def test_a_bad_day_loses_and_doubles_nothing(platform, tmp_path):
    for kind in ("http_500", "http_429", "drop", "html"):
        platform.faults.add(kind, method="POST /v3/activities")
    job, passed, _ = write(platform, PEOPLE, tmp_path, batchSize=10)
    assert (job.status, len(passed), len(platform.members(LIST))) == ("succeeded", 25, 25)
    platform.faults.add("http_503", method="GET /v3/contacts")
    platform.faults.add("broken_json", method="GET /v3/contacts")
    assert len(read(platform)[1]) == 25


def test_tokens_are_renewed_when_they_end(platform, tmp_path):
    answer = platform.answer

    def expiring(request):
        if request.path.endswith("contacts_json_import") and platform.tokens.issued == 1:
            platform.tokens.expire()
        return answer(request)

    platform.answer = expiring
    assert write(platform, PEOPLE, tmp_path)[0].status == "succeeded"
    assert platform.tokens.issued == 2


def test_only_contacts_that_changed_are_read(platform):
    platform.put(LIST, PEOPLE[:2])
    assert len(read(platform, since=datetime.now(UTC))[1]) == 2
    assert read(platform, since=datetime.now(UTC) + timedelta(minutes=5))[1] == []


def test_other_lists_and_those_who_left_are_not_read(platform):
    platform.put(LIST, PEOPLE[:2])
    platform.put(OTHER, PEOPLE[2:5])
    platform.contacts.unsubscribe("p2@example.com")
    assert addresses(read(platform)[1]) == ["p0@example.com", "p1@example.com"]
    assert len(read(platform, listId=f"{LIST}, {OTHER}")[1]) == 4
    job, out = read(platform, limit=1, include="")
    assert (len(out), "list_memberships" in out[0]) == (1, False)
    assert job.sampled


def test_the_parameters_of_the_original_work_with_a_token_of_v3_and_a_list_by_its_old_number(tmp_path):
    with emulator(access_token="token-of-v3") as platform:
        platform.put(LIST, PEOPLE[:2])
        old = {"apiKey": "key", "accessToken": "token-of-v3", "listId": "1", "clientSecret": None, "refreshToken": None}
        assert addresses(read(platform, **old)[1]) == ["p0@example.com", "p1@example.com"]
        assert write(platform, PEOPLE[2:4], tmp_path, **old)[0].status == "succeeded"
        assert len(platform.members(LIST)) == 4
        job, _ = read(platform, **{**old, "listId": "77"})
        assert "no list with the V2 number 77" in job.status_details


def test_a_token_of_v2_is_refused_with_a_word_on_what_to_do(platform):
    old = {"accessToken": "planted-token-of-v2", "clientSecret": None, "refreshToken": None}
    job, _ = read(platform, **old)
    assert job.status == "failed"
    assert "does not accept the credentials (unauthorized)" in job.status_details
    assert "planted" not in job.status_details


@pytest.mark.parametrize("wrong", [{"clientSecret": "planted-other"}, {"refreshToken": "planted-other"}])
def test_wrong_credentials_end_the_run_and_do_not_show(platform, tmp_path, wrong):
    job, _, _ = write(platform, PEOPLE, tmp_path, **wrong)
    assert job.status == "failed"
    assert "planted" not in job.status_details


def test_calls_keep_to_the_pace_and_a_quota_that_is_used_up_ends_the_run(tmp_path):
    with emulator(limit=Limit(calls=20, seconds=1.0)) as platform:
        job, _, _ = write(platform, PEOPLE[:12], tmp_path, permission="explicit", callsPerSecond=18)
        assert job.status == "succeeded"
        assert {each.status for each in platform.calls} <= {200, 201}
    with emulator(daily_quota=3) as platform:
        job, _, _ = write(platform, PEOPLE, tmp_path, permission="explicit")
        assert job.status == "failed"
        assert "quota_exceeded" in job.status_details


def test_a_next_page_on_another_host_is_not_read(platform):
    platform.put(LIST, PEOPLE)
    with emulator() as other:
        answer = platform.answer

        def astray(request):
            given = answer(request)
            if request.path == "/v3/contacts":
                given["_links"] = {"next": {"href": f"{other.url}/v3/contacts"}}
            return given

        platform.answer = astray
        job, _ = read(platform, batchSize=5)
        assert (job.status, len(other.calls)) == ("failed", 0)
        assert "by no path of its own" in job.status_details


@pytest.mark.parametrize("direction", ["read", "write"])
def test_what_is_missing_to_sign_in_is_found_before_anything_runs(direction):
    def told(**params):
        flow = idx.Dataflow(
            steps=[idx.Step("x", f"datasource.{direction}.constantcontact", {"listId": LIST, **params})]
        )
        return {fault.path.rpartition(".")[2]: fault.message for fault in idx.check(flow) if "params" in fault.path}

    assert "nothing shows who calls" in told(apiKey="key")["refreshToken"]
    assert "retired" in told(apiKey="key")["refreshToken"]
    assert "API key" in told(refreshToken="${env:X}")["apiKey"]
    assert told(accessToken="${env:X}") == {} == told(apiKey="k", refreshToken="${env:X}", clientSecret="${env:Y}")
