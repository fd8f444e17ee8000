"""The emulator as its user sees it: sites, bad days, what is remembered."""

import http.client
import json
import time

import pytest

from identitysync.errors import InvalidParameter
from identitysync.testing import Faults, GigyaEmulator, generate_accounts

UID = "SELECT UID FROM accounts LIMIT 1"


def test_a_method_that_is_unknown_and_a_path_without_one_are_refused(call):
    assert call("accounts.nothing")["errorCode"] == 405001
    assert call("")["errorCode"] == 405001


def test_calls_are_remembered_without_their_secrets(call, gigya):
    call.search(UID)
    call("accounts.getAccountInfo", UID="nobody")

    assert [(each.method, each.api_key, each.error_code) for each in gigya.calls] == [
        ("accounts.search", "3_a", 0), ("accounts.getAccountInfo", "3_a", 403005),
    ]  # fmt: skip
    assert gigya.site.secret.reveal() not in repr(gigya.calls) + repr(gigya) + repr(gigya.site)


@pytest.mark.parametrize(("kind", "code"), [("rate_limit", 403048), ("error_500", 500001)])
def test_a_bad_answer_comes_as_often_as_it_was_planned(call, gigya, kind, code):
    gigya.faults.add(method="accounts.search", kind=kind, times=2, every=2)

    assert [call.search(UID)["errorCode"] for _ in range(6)] == [0, code, 0, code, 0, 0]
    assert call("accounts.getAccountInfo", UID="nobody")["errorCode"] == 403005


@pytest.mark.parametrize(("kind", "status", "body"), [
    ("http_500", 500, b"Internal Server Error"), ("http_429", 429, b"Too Many Requests"),
    ("broken_json", 200, b'{"result": [{"id"'), ("html", 200, b"<html>"),
])  # fmt: skip
def test_what_is_no_answer_has_its_status_and_body(call, gigya, kind, status, body):
    gigya.faults.add(kind, seconds=7)
    call.connection.request("GET", "/accounts.search?apiKey=3_a")
    answer = call.connection.getresponse()

    assert (answer.status, answer.headers.get("Retry-After")) == (status, "7" if status == 429 else None)
    assert answer.read().startswith(body)
    assert call.search(UID)["errorCode"] == 0


def test_a_drop_ends_the_connection_in_the_middle_of_the_answer(call, gigya):
    gigya.faults.add("drop")

    with pytest.raises(http.client.IncompleteRead):
        call.search(UID)
    call.connection.close()
    assert call.search(UID)["errorCode"] == 0


def test_a_lost_cursor_is_that_of_a_search_that_goes_on(call, gigya):
    gigya.faults.add("expired_cursor")
    cursor = call.search("SELECT UID FROM accounts LIMIT 300", openCursor="true")["nextCursorId"]

    assert call("accounts.search", cursorId=cursor)["errorCode"] == 400006
    assert call("accounts.search", cursorId=cursor)["errorCode"] == 400006


def test_a_slow_answer_takes_its_time_by_the_clock(call, gigya, clock):
    gigya.faults.add("slow", seconds=0.25)

    assert call.search(UID)["errorCode"] == 0
    assert clock.slept == [0.25]


def test_faults_may_be_made_before_the_emulator_and_cleared(clock, caller_of):
    faults = Faults()
    faults.add("rate_limit", times=-1)
    with GigyaEmulator("3_a", faults=faults, clock=clock) as gigya:
        caller = caller_of(gigya)
        assert [caller.send("accounts.search", {})[1]["errorCode"] for _ in range(3)] == [403048] * 3
        faults.clear()
        assert caller.send("accounts.search", {})[1]["errorCode"] == 400002
        caller.connection.close()


def test_an_unknown_fault_is_refused_when_it_is_planned(gigya):
    with pytest.raises(ValueError, match="earthquake"):
        gigya.faults.add("earthquake")


def test_what_is_no_unicode_is_kept_and_given_as_escapes(call, gigya):
    gigya.site.put({"UID": "odd", "profile": {"firstName": "\ud83d"}})

    assert call("accounts.getAccountInfo", UID="odd")["profile"] == {"firstName": "\ud83d"}
    assert call.uids("SELECT UID FROM accounts WHERE UID = 'odd'") == ["odd"]


def test_a_fault_of_the_emulator_itself_is_an_answer(clock, caller_of):
    def refuse(email):
        raise ZeroDivisionError(email)

    with GigyaEmulator("3_a", "AK", accounts=generate_accounts(1), refuse_email=refuse, clock=clock) as gigya:
        (account,) = gigya.accounts
        caller, secret = caller_of(gigya), gigya.site.secret.reveal()
        sent = {
            "apiKey": "3_a",
            "userKey": "AK",
            "secret": secret,
            "UID": account["UID"],
            "profile": '{"email":"a@b.at"}',
        }
        answer = caller.send("accounts.setAccountInfo", sent)[1]
        caller.connection.close()

    assert answer["errorCode"] == 500001
    assert "ZeroDivisionError" in answer["errorDetails"]


def test_accounts_with_one_that_is_none_are_not_taken_at_all(gigya):
    with pytest.raises(KeyError):
        gigya.site.add_accounts([{"UID": "a"}, {"profile": {}}])
    assert gigya.site.count() == 700
    gigya.site.add_accounts([{"UID": "a"}])
    assert gigya.site.count() == 701


def test_sites_on_disk_are_there_again(tmp_path):
    with GigyaEmulator("3_a", path=tmp_path, accounts=generate_accounts(3)):
        pass
    with GigyaEmulator("3_a", path=tmp_path) as gigya:
        assert list(gigya.accounts) == list(generate_accounts(3))


def test_each_api_key_has_one_site_and_secrets_are_base64(gigya):
    with pytest.raises(InvalidParameter, match="3_a"):
        gigya.add_site("3_a")
    with pytest.raises(InvalidParameter, match="base64"):
        gigya.add_site("3_b", secret="not base64!")
    assert gigya.add_site("3_b").url == gigya.url


def test_many_accounts_are_taken_and_many_calls_answered_without_delay(call, gigya):
    accounts = list(generate_accounts(10_000, seed=1))
    began = time.perf_counter()
    gigya.site.add_accounts(accounts)
    taken = time.perf_counter()
    for _ in range(300):
        call.search("SELECT UID FROM accounts WHERE UID = 'nobody'")
    done = time.perf_counter()

    assert gigya.site.count() == 10_700
    assert json.dumps(gigya.account(accounts[-1]["UID"])) == json.dumps(accounts[-1])
    assert taken - began < 5, "half a second, with room for a busy machine"
    assert done - taken < 3, "a fifth of a second, with room for a busy machine"
