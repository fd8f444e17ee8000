"""Marketing Cloud: records become rows of a data extension, each answered for once, however results are told."""

from datetime import UTC, datetime

import pytest

import identitysync as idx
from identitysync.platforms import PlatformConnection
from identitysync.platforms.marketing_cloud import RowUpserts, marketing_cloud_api
from identitysync.scripts.write.exacttarget import WriteExactTarget
from identitysync.testing import GigyaEmulator, MarketingCloudEmulator, generate_accounts
from identitysync.testing.http import HttpFaults, Limit
from identitysync.values import Secret
from identitysync.world import FixedClock
from tests.platforms.services import PlainServices

LOGIN = {"clientId": "id-of-the-emulator", "clientSecret": "secret-of-the-emulator"}
SUBSCRIBERS = {"dataExtension": "GigyaSubscribers", "primaryKeys": "GUID"}


@pytest.fixture
def cloud():
    with MarketingCloudEmulator() as emulator:
        yield emulator


def write(cloud, records, **params):
    """Write records by a flow; give the job and what went along its error edge."""
    settings = {"authUrl": cloud.url, **LOGIN, **SUBSCRIBERS, **params}
    flow = idx.Dataflow(
        name="out",
        steps=[
            idx.Step("parse", "file.parse.json", next=["rows"]),
            idx.Step("rows", "datasource.write.exacttarget", settings, next=["ok"], error=["bad"]),
            idx.Step("ok", "field.add", {"fields": [{"field": "ok", "value": True}]}),
            idx.Step("bad", "field.add", {"fields": [{"field": "bad", "value": True}]}),
        ],
    )
    good, bad = [], []
    job = idx.run(flow, inputs={"parse": records}, outputs={"ok": good, "bad": bad})
    return job, good, bad


def script(cloud, **params):
    settings = {"auth_url": cloud.url, "data_extension": "GigyaSubscribers", "primary_keys": ["GUID"], **params}
    return WriteExactTarget(client_id="id-of-the-emulator", client_secret=Secret("secret-of-the-emulator"), **settings)


def person(number, **more):
    return {"GUID": f"u{number}", "EMAIL": f"p{number}@example.com", **more}


def puts(cloud):
    return [each for each in cloud.calls if each.verb == "PUT"]


def test_records_become_rows_and_change_them_when_they_come_again(cloud):
    nasty = ["Łódź 🦊", 'a,"b"', "two\nlines", " blanks ", "", "null"]
    job, good, bad = write(cloud, [person(n, NAME=text, AGE=n, VIP=True) for n, text in enumerate(nasty)])
    assert (job.status, len(good), bad) == ("succeeded", 6, [])
    assert [each["NAME"] for each in cloud.rows("GigyaSubscribers")] == nasty

    write(cloud, [{"GUID": "U0 ", "AGE": None}])
    assert cloud.rows("GigyaSubscribers")[0] == {
        "GUID": "U0 ", "EMAIL": "p0@example.com", "NAME": nasty[0], "AGE": None, "VIP": True,
    }  # fmt: skip


def test_objects_become_columns_and_those_that_hold_nothing_are_left_out(cloud):
    write(cloud, [person(1, profile={}, data={"a": {"b": 1}, "c": {"d": {}}}, likes=["x", "ł"])])
    assert cloud.rows("GigyaSubscribers") == [person(1, **{"data.a.b": 1, "likes": '["x","ł"]'})]


@pytest.mark.parametrize("told", ["all", "shuffled", "failed"])
def test_exactly_the_records_that_are_refused_are_rejected_however_it_is_told(told):
    records = [person(n, **({"EMAIL": f"refused{n}@example.com"} if n in {0, 7, 8, 30} else {})) for n in range(31)]
    with MarketingCloudEmulator(refuse="refused", told=told) as cloud:
        job, good, bad = write(cloud, records, batchSize=16)
        assert (job.status, [each["GUID"] for each in bad]) == ("succeeded", ["u0", "u7", "u8", "u30"])
        assert [each["_errorDetails"]["errorMessage"] for each in bad] == [
            f"The value refused{n}@example.com of EMAIL is not valid." for n in (0, 7, 8, 30)
        ]
        assert {each["GUID"] for each in cloud.rows("GigyaSubscribers")} == {each["GUID"] for each in good}
        assert len(good) == 27
        if told == "all":
            assert len(puts(cloud)) == 4  # two requests, and what was fine of each once more


def test_rows_of_which_nothing_is_told_may_have_been_written_and_their_rejects_say_so():
    with MarketingCloudEmulator(refuse="refused", told="nothing") as cloud:
        answers = script(cloud).write([person(1), person(2, EMAIL="refused@example.com")], PlainServices())
        assert [each.code for each in answers] == ["unknown-fate"] * 2
        assert answers[0].message.endswith("tells nothing of rows: the row may have been written or not")
        assert [each["GUID"] for each in cloud.rows("GigyaSubscribers")] == ["u1"]


def test_results_of_many_pages_are_read_whole():
    with MarketingCloudEmulator(refuse="refused") as cloud:
        records = [person(n, EMAIL="refused@example.com") for n in range(1200)]
        _, good, bad = write(cloud, records, batchSize=1200)
        assert (len(good), len(bad)) == (0, 1200)
        assert len(puts(cloud)) == 2  # the engine's first 1000 records, and the others


def test_a_record_without_a_primary_key_or_without_text_is_rejected_before_anything_is_sent(cloud):
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}
    records = [{"EMAIL": "x"}, person(1, GUID=None), person(2, GUID=""), person(3, AGE=float("inf")), person(4, X="\ud800"), person(5, x={"y": 1}, **{"x.y": 2}), person(6, x=deep)]  # fmt: skip
    answers = script(cloud).write(records, PlainServices())
    assert [each.code for each in answers] == [
        "missing-key", "missing-key", "missing-key", "no-json", "no-json", "name-clash", "too-deep",
    ]  # fmt: skip
    assert not cloud.calls


def test_a_list_or_an_object_can_be_no_key_and_breaks_nothing(cloud):
    _, good, bad = write(cloud, [person(1, GUID={"a": 1}), person(2, GUID=[1, 2]), person(3)])
    assert [each["GUID"] for each in good] == [[1, 2], "u3"]
    assert [each["_errorDetails"]["errorCode"] for each in bad] == ["missing-key"]


def test_a_key_that_has_no_text_is_the_fault_of_its_record_alone(cloud):
    with script(cloud).open(PlainServices()) as calls:
        first, second = calls.write([person(1), person(2, GUID=10**5000)], PlainServices())
    assert (first, second.code) == (person(1), "no-json")


def test_of_two_records_of_one_row_the_last_one_wins(cloud):
    records = [person(n % 3, N=n) for n in range(30)]
    _, good, bad = write(cloud, records, batchSize=4)
    assert (len(good), bad) == (30, [])
    assert {each["GUID"]: each["N"] for each in cloud.rows("GigyaSubscribers")} == {"u0": 27, "u1": 28, "u2": 29}


def test_a_column_that_is_not_there_is_the_fault_of_the_records_that_have_it():
    with MarketingCloudEmulator(columns={"GigyaSubscribers": ["GUID", "EMAIL"]}) as cloud:
        _, good, bad = write(cloud, [person(1), person(2, profile={"city": "Łódź"}), person(3)])
        assert [each["GUID"] for each in good] == ["u1", "u3"]
        assert [each["_errorDetails"]["errorCode"] for each in bad] == ["70000"]


def test_a_request_is_waited_for_and_given_up_when_it_takes_too_long():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with MarketingCloudEmulator(processing=100, clock=clock) as cloud:
        assert script(cloud).write([person(1)], PlainServices(clock)) == [person(1)]
        (late,) = script(cloud, timeout=60).write([person(2)], PlainServices(clock))
        assert (late.code, late.record) == ("unknown-fate", person(2))
        assert len(cloud.calls) < 40


def test_rows_that_take_too_long_once_are_not_sent_again_and_again():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    records = [person(n, **({"EMAIL": "refused@example.com"} if n == 3 else {})) for n in range(64)]
    with MarketingCloudEmulator(refuse="refused", told="failed", clock=clock) as cloud:
        put = cloud._extensions.put

        def stuck_from_now_on(*rows, **how):
            cloud._processing = 1e9
            return put(*rows, **how)

        cloud._extensions.put = stuck_from_now_on
        answers = script(cloud, timeout=60).write(records, PlainServices(clock))
        assert {each.code for each in answers} == {"unknown-fate"}
        assert len(puts(cloud)) == 3
    assert sum(clock.slept) <= 130


def test_a_token_is_renewed_when_it_is_refused_and_before_it_is_over():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with MarketingCloudEmulator(clock=clock) as cloud, script(cloud).open(PlainServices(clock)) as calls:
        assert calls.write([person(1)], None) == [person(1)]
        cloud.tokens.expire()
        assert calls.write([person(2)], None) == [person(2)]
        clock.advance(1070)
        assert calls.write([person(3)], None) == [person(3)]
        assert cloud.tokens.issued == 3
        assert [each.status for each in cloud.calls].count(401) == 1


def test_a_legacy_package_signs_in_as_the_original_did(cloud):
    params = {"authUrl": f"{cloud.url}/v1/requestToken", "restUrl": cloud.url}
    job, good, _ = write(cloud, [person(1)], **params)
    assert (job.status, len(good)) == ("succeeded", 1)
    assert cloud.calls[0].path == "/v1/requestToken"


def test_the_business_unit_is_named_when_it_is_another(cloud):
    assert write(cloud, [person(1)], accountId="1")[0].status == "succeeded"
    job, _, _ = write(cloud, [person(1)], accountId=2)
    assert (job.status, "invalid_request" in job.status_details) == ("failed", True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"clientSecret": "not the secret"}, "invalid_client"),
        ({"dataExtension": "Nothing Here"}, "CustomObjectNotFound"),
    ],
)
def test_what_is_refused_for_good_fails_the_run_with_the_reason_and_no_secret(cloud, wrong, told):
    job, good, bad = write(cloud, [person(1)], **wrong)
    assert (job.status, good, bad) == ("failed", [], [])
    assert told in job.status_details
    assert "secret-of" not in job.status_details
    assert "not the secret" not in job.status_details


@pytest.mark.parametrize(
    ("name", "value"),
    [("authUrl", "auth.exacttargetapis.com"), ("authUrl", "https://h/v3/token"), ("primaryKeys", ",")],
)
def test_parameters_that_cannot_be_are_found_at_once(name, value):
    params = LOGIN | SUBSCRIBERS | {name: value}
    flow = idx.Dataflow(steps=[idx.Step("rows", "datasource.write.exacttarget", params)])
    assert [each.path for each in idx.check(flow) if each.code == "invalid-parameter"] == [f"$.steps[0].params.{name}"]


def test_every_record_is_accounted_for_on_a_bad_day():
    faults = HttpFaults(seed=5)
    for kind in ("http_429", "http_500", "http_503", "drop", "lost", "html", "broken_json"):
        faults.add(kind, times=-1, share=0.05)
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with MarketingCloudEmulator(faults=faults, refuse="refused") as cloud:
        records = [person(n, **({"EMAIL": "refused@example.com"} if n % 10 == 3 else {})) for n in range(200)]
        with script(cloud, batch_size=10).open(PlainServices(clock)) as calls:
            answers = calls.write(records, None)
        assert [isinstance(each, dict) for each in answers] == [n % 10 != 3 for n in range(200)]
        assert {each["GUID"] for each in cloud.rows("GigyaSubscribers")} == {f"u{n}" for n in range(200) if n % 10 != 3}


def test_too_many_calls_are_made_later():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with MarketingCloudEmulator(limit=Limit(calls=3, seconds=30), clock=clock) as cloud:
        assert script(cloud).write([person(1)], PlainServices(clock)) == [person(1)]
        assert script(cloud).write([person(2)], PlainServices(clock)) == [person(2)]
        assert sum(clock.slept) >= 30
        assert 429 in [each.status for each in cloud.calls]


def test_rows_that_are_too_large_for_one_request_go_in_several(cloud):
    connection = PlatformConnection(PlainServices())
    api = marketing_cloud_api(script(cloud), connection)
    records = [person(n, NOTE="x" * 100) for n in range(50)]
    upserts = RowUpserts(api, connection.clock, "GigyaSubscribers", ["GUID"], max_payload=1000)
    assert upserts.write(records) == records
    connection.close()
    assert len(cloud.rows("GigyaSubscribers")) == 50
    assert 8 <= len(puts(cloud)) <= 16


def test_the_originals_template_runs_unchanged_once_it_is_filled_in():
    renames = {
        "UID": "GUID", "profile.email": "EMAIL", "profile.firstName": "FNAME", "profile.lastName": "LNAME",
        "profile.userName": "UNAME",
    }  # fmt: skip
    fields = [{"sourceField": old, "targetField": new} for old, new in renames.items()]
    flow = idx.Dataflow.from_dict({
        "name": "Salesforce Marketing Cloud - Exacttarget Dataflow - Outbound",
        "steps": [
            {
                "id": "account", "type": "datasource.read.gigya.account", "next": ["rename"],
                "params": {"select": ",".join(renames)},
            },
            {"id": "rename", "type": "field.rename", "params": {"fields": fields}, "next": ["exacttarget"]},
            {
                "id": "exacttarget", "type": "datasource.write.exacttarget",
                "params": {
                    "clientId": "...", "clientSecret": "...", "dataExtension": "GigyaSubscribers",
                    "primaryKeys": "GUID,EMAIL",
                },
            },
        ],
    })  # fmt: skip
    assert {each.code for each in idx.check(flow)} == {"to-fill-in"}
    columns = {"GigyaSubscribers": list(renames.values())}
    with (
        MarketingCloudEmulator(data_extensions={"GigyaSubscribers": ["GUID", "EMAIL"]}, columns=columns) as cloud,
        GigyaEmulator(accounts=generate_accounts(30)) as gigya,
    ):
        wanted = LOGIN | {"authUrl": f"{cloud.url}/v1/requestToken", "restUrl": cloud.url}
        flow = flow.fill({f"exacttarget.{name}": value for name, value in wanted.items()})
        job = idx.run(flow, site=gigya.site, full_extract=True)
        job.raise_for_status()
        without = [each["UID"] for each in gigya.accounts if not each["profile"].get("email")]
        assert job.steps["exacttarget"].rejected == len(without)
        assert len(cloud.rows("GigyaSubscribers")) == 30 - len(without)
