"""What is written to Gigya, and what a record's answer means."""

import threading
import time

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator

SET, IMPORT = "datasource.write.gigya.account", "datasource.write.gigya.importaccount"
DS, DELETE, GENERIC = "datasource.write.gigya.ds", "datasource.write.gigya.delete", "datasource.write.gigya.generic"


def codes(script):
    return [str(record["_errorDetails"]["errorCode"]) for record in script.errors]


# accounts


def test_accounts_are_changed_in_place_and_each_record_has_its_answer(script, gigya):
    given = [
        {"UID": "u1", "profile": {"city": "Graz"}},
        {"UID": "nobody", "data": {}},
        {"profile": {}},
        {"UID": "u2", "data": {"x": "\ud800"}},
    ]
    assert script.run(SET, {}, given) == given[:1]
    assert codes(script) == ["403005", "missing-uid", "cannot-be-sent"]
    assert gigya.account("u1")["profile"] == {
        "email": "ada@x.com", "firstName": "Ada", "lastName": "Lovelace", "city": "Graz",
    }  # fmt: skip


def test_records_of_one_account_are_written_one_after_the_other_even_across_batches(script, gigya):
    given = [{"UID": f"u{1 + n % 3}", "data": {"n": n}} for n in range(450)]
    assert script.run(SET, {"maxConnections": 20}, given) == given
    assert [gigya.account(uid)["data"]["n"] for uid in ("u1", "u2", "u3")] == [447, 448, 449]


def test_a_key_that_is_refused_fails_the_job(script):
    script.run(SET, {"userKey": "AKwrong"}, [{"UID": "u1"}])
    assert script.job.status == "failed"


def test_a_slow_call_does_not_hold_up_the_calls_of_later_batches(gigya):
    answered, slow, lock = [], threading.Event(), threading.Lock()
    plain = gigya._answer

    def watched(request):
        if request.params.get("UID") == "u1":
            assert slow.wait(20), "nobody went on meanwhile"
        with lock:
            answered.append(request.params.get("UID"))
            if len(answered) >= 350:
                slow.set()
        return plain(request)

    gigya._answer = watched
    gigya.site.add_accounts({"UID": f"w{n}"} for n in range(399))
    given = [{"UID": "u1"}, *({"UID": f"w{n}"} for n in range(399))]
    flow, out = idx.Dataflow(steps=[idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", SET, {"maxConnections": 4}, next=["out"]), idx.Step("out", "field.remove", {"fields": ["x"]})]), []  # fmt: skip
    idx.run(flow, inputs={"in": given}, outputs={"out": out}, site=gigya.site).raise_for_status()
    assert [each["UID"] for each in out] == [each["UID"] for each in given]


@pytest.mark.parametrize("connections", [1, 4])
def test_no_more_calls_are_under_way_than_connections_are_allowed_and_all_of_them_are(script, gigya, connections):
    now, most, lock = 0, 0, threading.Lock()
    plain = gigya._answer

    def watched(request):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return plain(request)

    gigya._answer = watched
    params = {"apiMethod": "accounts.getAccountInfo", "apiParams": entries(("UID", "UID", ""), ("n", "n", "")), "maxConnections": connections}  # fmt: skip
    gigya.site.add_accounts({"UID": f"w{n}"} for n in range(40))
    assert len(script.run(GENERIC, params, [{"UID": f"w{n}", "n": n} for n in range(40)])) == 40
    assert most == connections


def test_cancelling_ends_a_job_that_waits_for_its_next_try(gigya):
    gigya.faults.add("http_429", times=-1, seconds=60)
    flow = idx.Dataflow(steps=[idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", SET)])
    began = time.monotonic()
    with idx.start(flow, inputs={"in": [{"UID": "u1"}]}, site=gigya.site) as running:
        time.sleep(0.3)
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
    assert time.monotonic() - began < 10


# imports


def test_an_import_makes_accounts_and_overwrites_only_when_it_may(script, gigya):
    new = {"UID": "n1", "profile": {"email": "new@x.com"}, "loginIDs": {"emails": ["new@x.com"]}}
    old = {"UID": "u1", "loginIDs": {"emails": ["other@x.com"]}, "data": {"more": 1}}

    assert script.run(IMPORT, {}, [new, old]) == [new]
    assert codes(script) == ["400003"]
    assert script.run(IMPORT, {"importPolicy": "UPSERT", "handleIdentityConflicts": "connect"}, [old]) == [old]
    assert gigya.account("u1")["loginIDs"] == {"emails": ["other@x.com"]}
    assert gigya.account("u1")["data"] == {"crm": 1, "vip": True, "more": 1}
    assert gigya.account("n1")["profile"]["email"] == "new@x.com"


def test_gigya_makes_a_uid_when_it_is_asked_to_and_its_answer_goes_with_the_record(script, gigya):
    (made,) = script.run(
        IMPORT, {"addResponse": True}, [{"createUID": True, "profile": {"email": "c@x.com"}, "odd": 1}]
    )
    assert gigya.account(made["_response"]["UID"])["profile"]["email"] == "c@x.com"
    assert made["_response"]["errorCode"] == 0
    assert made["_response"]["ignoredParams"] == ["odd"]


def test_an_error_carries_gigyas_answer_to_the_error_edge_and_a_dead_letter_is_without_it(script, gigya, tmp_path):
    script.run(IMPORT, {"addResponse": True}, [{"UID": "u1"}])
    (error,) = script.errors
    assert error["_response"]["errorCode"] == 400003
    assert error["_errorDetails"]["errorMessage"] == "the UID u1 exists"

    flow = idx.Dataflow(
        name="l", steps=[idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", IMPORT, {"addResponse": True})]
    )
    job = idx.run(flow, inputs={"in": [{"UID": "u1"}]}, site=gigya.site, dead_letters=tmp_path)
    gigya.site.delete("u1")
    again = idx.replay(flow, job.dead_letters, site=gigya.site)
    assert again.steps["it"].passed == 1
    assert "_response" not in gigya.account("u1")


# the data store


def test_objects_are_stored_by_their_oid_and_merged(script, gigya):
    given = [
        {"oid": "a", "data": {"n_i": 1, "deep": {"x_s": "1"}}},
        {"oid": "a", "UID": "u1", "data": {"n_i": 2}},
        {"oid": "a", "data": {"deep": {"y_s": "2"}}, "created": "2020-01-01T00:00:00Z"},
        {"n_i": 5, "type": "not data"},
        {"oid": "bad", "data": {"n_i": "no number"}},
        {"oid": "bad", "data": {"1": 1}},
    ]
    assert len(script.run(DS, {"type": "thing"}, given)) == 4
    assert codes(script) == ["400006", "400006"]
    found = {
        (each["oid"] if each["oid"] == "a" else "made", each.get("UID")): each for each in gigya.site.objects("thing")
    }
    assert {names: each["data"] for names, each in found.items()} == {
        ("a", None): {"n_i": 1, "deep": {"x_s": "1", "y_s": "2"}}, ("a", "u1"): {"n_i": 2}, ("made", None): {"n_i": 5},
    }  # fmt: skip
    assert len(found["made", None]["oid"]) == 32


def test_what_is_too_large_for_the_data_store_is_rejected(script):
    script.run(DS, {"type": "thing"}, [{"oid": "a", "data": {"text_t": "x" * (512 << 10)}}])
    assert codes(script) == ["400006"]


# deleting


def test_accounts_are_deleted_and_one_that_is_not_there_is_rejected(script, gigya):
    given = [{"UID": "u1"}, {"UID": "nobody"}, {"UID": ""}, {"customer": {"id": "u2"}}]
    assert script.run(DELETE, {}, given) == given[:1]
    assert codes(script) == ["403005", "missing-uid", "missing-uid"]
    assert len(script.run(DELETE, {"uidField": "customer.id"}, given)) == 1
    assert [account["UID"] for account in gigya.accounts] == ["u3"]


def test_a_site_that_mails_the_deleted_refuses_as_gigya_does():
    with GigyaEmulator("3_m", accounts=[{"UID": "u1"}], deletes_are_mailed=True) as gigya:
        flow = idx.Dataflow(steps=[idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", DELETE)])
        job = idx.run(flow, inputs={"in": [{"UID": "u1"}]}, site=gigya.site)
        assert job.steps["it"].rejected == 1
        assert "Invalid policy configuration" in job.rejects[0].message


# any method


def entries(*given):
    return [dict(zip(("paramName", "sourceField", "value"), each, strict=True)) for each in given]


def test_any_method_is_called_with_fields_constants_and_variables(script, gigya):
    params = entries(("UID", "id", ""), ("data", "custom", ""), ("isVerified", "", "true"), ("lang", "", "${jobId}"))
    given = [{"id": "u1", "custom": {"a": [1, None]}}, {"id": "u2", "custom": None}, {"id": "u3"}, {"custom": {}}]

    assert script.run(GENERIC, {"apiMethod": "accounts.setAccountInfo", "apiParams": params}, given) == given[:3]
    assert codes(script) == ["400002"]
    first, second, third = gigya.accounts
    assert first["data"] == {"crm": 1, "vip": True, "a": [1, None]}
    assert second["data"] == {"crm": 2}
    assert third["isVerified"] is True
    assert third["lang"] == script.job.id


def test_lite_accounts_are_imported_into_another_site_and_the_context_comes_back(script, gigya):
    other = gigya.add_site("3_b", user_key="AKb", secret="b3RoZXI=")
    params = {
        "apiMethod": "accounts.importLiteAccount", "addResponse": True,
        "apiKey": "3_b", "userKey": "AKb", "secret": "b3RoZXI=",
        "apiParams": entries(("email", "email", ""), ("profile", "profile", ""), ("context", "id", "")),
    }  # fmt: skip
    (out,) = script.run(GENERIC, params, [{"email": "l@x.com", "profile": {"firstName": "L"}, "id": "7"}])
    assert out["_response"]["context"] == "7"
    (lite,) = other.lite_accounts
    assert lite["profile"] == {"firstName": "L", "email": "l@x.com"}
    assert lite["UID"] == out["_response"]["UID"]


def test_methods_that_only_read_are_called_too(script):
    params = {"apiMethod": "accounts.getAccountInfo", "addResponse": True, "apiParams": entries(("UID", "UID", ""))}
    (out,) = script.run(GENERIC, params, [{"UID": "u1"}])
    assert out["_response"]["profile"]["firstName"] == "Ada"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (entries(("x", "a", "b")), "both"),
        (entries(("x", "", "")), "neither"),
        ([{"paramName": "x", "sourceField": "a..b"}], "empty segment"),
        ([{"sourceField": "a"}], "paramName"),
    ],
)
def test_an_entry_has_one_source(params, words):
    step = idx.Step("x", GENERIC, {"apiMethod": "accounts.setAccountInfo", "apiParams": params})
    assert any(words in fault.message for fault in idx.check(idx.Dataflow(steps=[step])))


def test_a_method_has_a_namespace():
    faults = idx.check(idx.Dataflow(steps=[idx.Step("x", GENERIC, {"apiMethod": "setAccountInfo"})]))
    assert any("namespace" in fault.message for fault in faults)


def test_a_call_that_may_do_harm_twice_is_not_made_again_when_no_answer_came(script, gigya):
    answered = []
    plain = gigya._answer

    def watched(request):
        answered.append(request.method)
        return plain(request)

    gigya._answer = watched
    gigya.faults.add("drop", times=1)
    params = {"apiMethod": "accounts.notifyLogin", "apiParams": entries(("siteUID", "UID", ""))}
    script.run(GENERIC, params, [{"UID": "u1"}, {"UID": "u2"}])
    assert sorted(codes(script)) == ["405001", "no-answer"]
    assert "must not be called twice" in next(
        e["_errorDetails"]["errorMessage"] for e in script.errors if e["_errorDetails"]["errorCode"] == "no-answer"
    )
    assert len(answered) == 1

    gigya.faults.add("drop", times=1)
    params = {"apiMethod": "accounts.setAccountInfo", "apiParams": entries(("UID", "UID", ""))}
    assert len(script.run(GENERIC, params, [{"UID": "u1"}])) == 1


def test_writers_do_not_write_in_a_preview(gigya):
    for type, params in [(SET, {}), (IMPORT, {}), (DS, {"type": "t"}), (DELETE, {}), (GENERIC, {"apiMethod": "a.b"})]:
        flow = idx.Dataflow(steps=[idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", type, params)])
        shown = idx.preview(flow, inputs={"in": [{"UID": "u1"}]}, site=gigya.site)
        assert shown["it"].records == ({"UID": "u1"},)
    assert list(gigya.calls) == []
