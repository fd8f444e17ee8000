"""Users for BlueKai: signed calls, one for each, and an answer for each."""

import time

import pytest

import identitysync as idx
from identitysync.platforms.bluekai import BlueKaiClient, hints
from identitysync.testing import BlueKaiEmulator, GigyaEmulator, generate_accounts
from identitysync.values import Secret
from identitysync.world import HttpClient, SystemClock

KEY = "a/secret+key=="


@pytest.fixture
def bluekai():
    with BlueKaiEmulator(secret_key=KEY, refuse="^unknown", rules={"gender=f": 341150}) as emulator:
        yield emulator


def params(emulator, **more):
    keys = {"siteId": str(emulator.site_id), "bkuid": emulator.bkuid, "secretKey": KEY, "domain": emulator.url}
    return {**keys, "uniqueIdField": "UID", **more}


def write(emulator, records, **more):
    """Write records; give the job, and the records that went on and that did not."""
    out, wrong = [], []
    flow = idx.Dataflow(name="f", steps=[
        idx.Step("r", "file.parse.json", next=["w"]),
        idx.Step("w", "datasource.write.bluekai", params(emulator, **more), next=["ok"], error=["no"]),
        idx.Step("ok", "field.remove", {"fields": ["nothing"]}),
        idx.Step("no", "field.remove", {"fields": ["nothing"]}),
    ])  # fmt: skip
    job = idx.run(flow, inputs={"r": records}, outputs={"ok": out, "no": wrong})
    return job, out, wrong


@pytest.mark.parametrize(
    ("record", "known"),
    [
        ({"UID": "u1", "gender": "f", "age": 32, "member": True}, {"gender": ["f"], "age": ["32"], "member": ["true"]}),
        ({"UID": 7, "a b": "x & y = 100 % + \u0141 \U0001f600/?#"}, {"a b": ["x & y = 100 % + \u0141 \U0001f600/?#"]}),
        ({"profile": {"city": "Rome", "x": None}, "UID": "a@b/c", "likes": ["x", "", "y"]}, {"profile.city": ["Rome"], "likes": ["x", "y"]}),
    ],
)  # fmt: skip
def test_all_that_is_known_of_a_user_arrives(bluekai, record, known):
    job, out, wrong = write(bluekai, [record])
    assert (job.status, wrong) == ("succeeded", [])
    assert bluekai.profile(str(record["UID"])).hints == known
    assert [each["UID"] for each in out] == [record["UID"]]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"UID": "unknown-1", "a": 1}, "400"),
        ({"a": 1}, "no-user-id"),
        ({"UID": ["u"], "a": 1}, "no-user-id"),
        ({"UID": True, "a": 1}, "no-user-id"),
        ({"UID": "u", "a": None, "b": ""}, "nothing-to-tell"),
        ({"UID": "u", "a=b": 1}, "forbidden-character"),
        ({"UID": "u", "a": [{"b": 1}]}, "too-deep"),
        ({"UID": "\ud800", "a": 1}, "charset"),
        ({"UID": "u", "a\udfff": 1}, "charset"),
    ],
)
def test_a_record_that_cannot_be_told_is_rejected_alone(bluekai, record, code):
    job, out, (wrong,) = write(bluekai, [{"UID": "u1", "a": 1}, record, {"UID": "u2", "a": 2}])
    assert job.status == "succeeded"
    assert [each["UID"] for each in out] == ["u1", "u2"]
    assert wrong["_errorDetails"]["errorCode"] == code
    assert ("User not found" in wrong["_errorDetails"]["errorMessage"]) == (code == "400")
    assert {name: wrong[name] for name in record} == record


@pytest.mark.parametrize("wrong", [{"secretKey": "other"}, {"bkuid": "other"}])
def test_wrong_keys_end_the_job_and_are_not_told(bluekai, wrong):
    job, out, rejected = write(bluekai, [{"UID": "u", "a": 1}], **wrong)
    assert (job.status, out, rejected) == ("failed", [], [])
    assert "check them" in job.status_details
    assert KEY not in job.status_details + "".join(job.trace)


def test_a_call_that_was_changed_on_its_way_is_refused(bluekai):
    http = HttpClient(SystemClock())
    good = []
    bluekai.answer, answer = lambda request: good.append(request.target) or answer(request), bluekai.answer
    BlueKaiClient(
        http, SystemClock(), site_id=bluekai.site_id, bkuid=bluekai.bkuid, secret_key=Secret(KEY), domain=bluekai.url
    ).send("u1", [("a", "1"), ("b", "2")])
    (target,) = good
    for changed in (
        target.replace("u1", "u2"), target.replace("%3D1", "%3D3"), target.replace("bksig=", "bksig=x"),
        target.partition("&bksig")[0], f"{target}&phint=c%3D3", target.replace("/v1.2", "/v1.1"),
    ):  # fmt: skip
        assert http.send("GET", bluekai.url + changed).status == 403
    assert http.send("GET", bluekai.url + target).status == 200
    http.close()


def test_rules_put_users_into_categories_and_what_was_told_before_stays(bluekai):
    write(bluekai, [{"UID": "u", "gender": "f", "age": 1}])
    write(bluekai, [{"UID": "u", "age": 2}])
    profile = bluekai.profile("u")
    assert (profile.hints, profile.categories) == ({"gender": ["f"], "age": ["2"]}, [341150])


def test_bad_days_pass_and_every_record_is_answered_once(bluekai):
    for kind in ("http_429", "http_500", "drop", "broken_json"):
        bluekai.faults.add(kind, every=17, times=6)
    people = [{"UID": f"{'unknown' if n % 50 == 0 else 'u'}-{n}", "n": n} for n in range(400)]
    job, out, wrong = write(bluekai, people, maxConnections=20)

    assert job.status == "succeeded", job.status_details
    assert [each["UID"] for each in out] == [each["UID"] for each in people if each["UID"].startswith("u-")]
    assert len(wrong) == 8
    assert {profile.user for profile in bluekai.profiles} == {each["UID"] for each in out}


def test_two_records_of_one_user_are_sent_in_their_order():
    with BlueKaiEmulator(secret_key=KEY, latency=0.01) as bluekai:
        write(bluekai, [{"UID": f"u{n % 3}", "n": n} for n in range(60)], maxConnections=20)
        last = {profile.user: profile.hints["n"] for profile in bluekai.profiles}
        assert last == {"u0": ["57"], "u1": ["58"], "u2": ["59"]}
        assert 1 < bluekai.most_at_once <= 3


def test_the_connections_are_busy():
    with BlueKaiEmulator(secret_key=KEY, latency=0.05) as bluekai:
        write(bluekai, [{"UID": "warm", "n": 1}])
        begin = time.monotonic()
        write(bluekai, [{"UID": f"u{n}", "n": n} for n in range(400)], maxConnections=20)
        took = time.monotonic() - begin
    assert 400 / 20 * 0.05 / took > 0.5, took  # above 0.9 is measured by benchmarks/platforms, where nothing else runs


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"domain": "tags.bluekai.com"}, "https://"),
        ({"version": "1.2"}, "v1.2"),
        ({"maxConnections": 0}, "1 to 100"),
        ({"siteId": "twelve"}, "siteId"),
    ],
)
def test_what_makes_no_sense_is_found_by_a_check(bluekai, wrong, says):
    flow = idx.Dataflow(steps=[idx.Step("w", "datasource.write.bluekai", params(bluekai, **wrong))])
    (fault,) = (fault for fault in idx.check(flow) if "params" in fault.path and fault.severity == "error")
    assert says in f"{fault.path} {fault.message} {fault.hint}"


def test_the_originals_flow_runs(bluekai):
    fields = ["age ", "city ", "country ", "educationLevel", "gender ", "relationshipStatus", "state"]
    flow = idx.Dataflow(name="Bluekai", steps=[
        idx.Step("account", "datasource.read.gigya.account", {
            "select": "UID,iRank, " + ",".join(f"profile.{name}" for name in fields),
            "where": "profile.firstName IS NOT NULL",
        }, next=["flat"]),
        idx.Step("flat", "field.flatten", {"fields": ["profile"]}, next=["w"]),
        idx.Step("w", "datasource.write.bluekai", params(bluekai, version="v1.2")),
    ])  # fmt: skip
    assert {fault.code for fault in idx.check(flow)} <= {"clear-secret", "plaintext"}
    with GigyaEmulator("3_a", "AKa", accounts=generate_accounts(150)) as gigya:
        nameless = next(iter(gigya.accounts))
        gigya.site.put({**nameless, "profile": {"age": 7}})
        job = idx.run(flow, site=gigya.site, full_extract=True)
        assert job.status == "succeeded", job.status_details
        assert job.rejects == ()
        known = {profile.user: profile.hints for profile in bluekai.profiles}
        assert set(known) == {account["UID"] for account in gigya.accounts} - {nameless["UID"]}
        for account in gigya.accounts:
            if account["UID"] in known:
                assert known[account["UID"]]["profile_city"] == [account["profile"]["city"]]


def test_a_name_and_a_text_make_a_hint_and_emptiness_makes_none():
    assert hints({"a": {"b": {"c": 1.5}, "d": {}}, "e": [], "f": [False]}) == [("a.b.c", "1.5"), ("f", "false")]
    with pytest.raises(idx.RecordRejected, match="infinite"):
        hints({"a": float("inf")})
