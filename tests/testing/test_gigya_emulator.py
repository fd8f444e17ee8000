"""The emulator, met by clients of another make: raw HTTP, signatures by hand, a proxy's requests."""

import base64
import hashlib
import hmac
import http.client
import json
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from identitysync.testing import GigyaEmulator, generate_accounts
from identitysync.world import FixedClock

SECRET = base64.b64encode(b"a secret of thirty-two bytes ok!").decode()


@pytest.fixture
def gigya():
    with GigyaEmulator("3_a", "AK", SECRET, generate_accounts(700), refuse_email="@refused") as emulator:
        yield emulator


def sign(verb, url, params, secret=SECRET):
    query = "&".join(f"{key}={quote(str(value), safe='-._~')}" for key, value in sorted(params.items()))
    text = f"{verb}&{quote(url, safe='')}&{quote(query, safe='-._~')}"
    return base64.b64encode(hmac.new(base64.b64decode(secret), text.encode(), hashlib.sha1).digest()).decode()


def send(
    gigya, method, params=None, *, verb="POST", signed=True, target=None, host=None, stamp=None, nonce=None, **more
):
    address = f"127.0.0.1:{gigya.url.rpartition(':')[2]}"
    url = target or f"http://{host or address}/{method}"
    sent = {"apiKey": "3_a", "format": "json", **(params or {}), **more}
    if signed:
        sent |= {
            "userKey": "AK",
            "timestamp": str(int(time.time()) if stamp is None else stamp),
            "nonce": nonce or uuid.uuid4().hex,
        }
        sent["sig"] = sign(verb, url.replace("https://", "https://"), sent)
    connection = http.client.HTTPConnection(address, timeout=10)
    path = target or f"/{method}"
    body = urlencode(sent, quote_via=quote)
    if verb == "GET":
        connection.request("GET", f"{path}?{body}", headers={"Host": host} if host else {})
    else:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Host": host} if host else {})
        connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content)


def call(gigya, method, params=None, **more):
    return send(gigya, method, params, **more)[1]


def test_a_signed_post_and_a_signed_get_are_answered(gigya):
    for verb in ("POST", "GET"):
        answer = call(gigya, "accounts.search", {"query": "SELECT UID FROM accounts LIMIT 3"}, verb=verb)
        assert (answer["errorCode"], answer["objectsCount"], answer["totalCount"]) == (0, 3, 700)
        assert {"callId", "apiVersion", "statusCode", "statusReason", "time"} <= set(answer)


def test_a_client_may_take_it_for_its_proxy(gigya):
    target = "http://accounts.us1.gigya.com/accounts.search"
    answer = call(gigya, "accounts.search", {"query": "SELECT count(*) FROM accounts"}, target=target)
    assert answer["results"][0]["count(*)"] == 700


@pytest.mark.parametrize(("change", "code"), [
    ({"apiKey": "3_nobody"}, 400093), ({"signed": False}, 400002), ({"stamp": 1}, 403002), ({"signed": False, "userKey": "AK", "secret": "x"}, 403003),
    ({"signed": False, "userKey": "other", "secret": SECRET}, 403001),
])  # fmt: skip
def test_who_may_not_call_is_refused(gigya, change, code):
    assert call(gigya, "accounts.search", {"query": "SELECT * FROM accounts"}, **change)["errorCode"] == code


def test_a_changed_request_a_second_use_and_an_unknown_method_are_refused(gigya):
    params = {"query": "SELECT * FROM accounts"}
    address = gigya.url
    sent = {"apiKey": "3_a", "userKey": "AK", "timestamp": str(int(time.time())), "nonce": "n1", **params}
    sent["sig"] = sign("POST", f"{address}/accounts.search", sent)
    tampered = sent | {"query": "SELECT UID FROM accounts"}

    def post(values):
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
        connection.request(
            "POST", "/accounts.search", urlencode(values), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        return json.loads(connection.getresponse().read())["errorCode"]

    assert post(tampered) == 403003
    assert post(sent) == 0
    assert post(sent) == 403004
    assert call(gigya, "accounts.nothing")["errorCode"] == 405001


def test_the_status_is_200_unless_asked_and_the_context_comes_back(gigya):
    status, answer = send(gigya, "accounts.search", {"query": "nonsense", "context": "mine"})
    assert (status, answer["errorCode"], answer["context"]) == (200, 400006, "mine")
    assert send(gigya, "accounts.search", {"query": "nonsense", "httpStatusCodes": "true"})[0] == 400


def test_limits_are_those_of_the_documentation(gigya):
    def count(query, **more):
        return call(gigya, "accounts.search", {"query": query}, **more)

    assert count("SELECT UID FROM accounts")["objectsCount"] == 300
    assert count("SELECT UID FROM accounts LIMIT 10001")["errorCode"] == 400006
    assert count("SELECT UID FROM accounts START 5001")["errorCode"] == 400006
    assert count("SELECT UID FROM accounts START 5", openCursor="true")["errorCode"] == 400006
    assert count("SELECT UID FROM accounts START 690")["objectsCount"] == 10


def test_a_cursor_gives_everything_once_may_be_sent_again_and_expires():
    clock = FixedClock(datetime.now(UTC))
    with GigyaEmulator("3_a", "AK", SECRET, generate_accounts(700), clock=clock) as gigya:
        answer = call(
            gigya,
            "accounts.search",
            {"query": "SELECT UID FROM accounts ORDER BY createdTimestamp LIMIT 300"},
            openCursor="true",
        )
        uids = [each["UID"] for each in answer["results"]]
        second = call(gigya, "accounts.search", cursorId=answer["nextCursorId"])
        again = call(gigya, "accounts.search", cursorId=answer["nextCursorId"])
        assert second["results"] == again["results"]
        third = call(gigya, "accounts.search", cursorId=second["nextCursorId"])
        uids += [each["UID"] for each in second["results"] + third["results"]]
        assert len(set(uids)) == len(uids) == 700
        assert "nextCursorId" not in third
        clock.advance(301)
        assert (
            call(gigya, "accounts.search", cursorId=second["nextCursorId"], stamp=int(clock.now().timestamp()))[
                "errorCode"
            ]
            == 400006
        )


def test_writes_merge_validate_and_are_seen_by_reads(gigya):
    uid = next(iter(gigya.accounts))["UID"]
    profile = {"firstName": "New", "city": None}
    assert (
        call(gigya, "accounts.setAccountInfo", UID=uid, profile=json.dumps(profile), data='{"x":{"y":1}}')["errorCode"]
        == 0
    )
    account = call(gigya, "accounts.getAccountInfo", UID=uid, include="profile,data")
    assert account["profile"]["firstName"] == "New"
    assert "city" not in account["profile"]
    assert account["data"]["x"] == {"y": 1}
    assert "email" in account["profile"]
    assert call(gigya, "accounts.setAccountInfo", UID="nobody", profile="{}")["errorCode"] == 403005
    assert call(gigya, "accounts.setAccountInfo", profile="{}")["errorCode"] == 400002
    assert call(gigya, "accounts.setAccountInfo", UID=uid, profile="{broken")["errorCode"] == 400006
    refused = call(gigya, "accounts.setAccountInfo", UID=uid, profile='{"email":"a@refused.example"}')
    assert refused["errorCode"] == 400009
    assert refused["validationErrors"][0]["fieldName"] == "profile.email"
    assert (
        call(gigya, "accounts.setAccountInfo", UID=uid, profile='{"email":"person5@example.com"}')["errorCode"]
        == 400003
    )


def test_imports_lite_accounts_and_deletions(gigya):
    full = {"UID": "new-1", "profile": '{"email":"new@example.com"}'}
    assert call(gigya, "accounts.importFullAccount", full)["errorCode"] == 0
    assert call(gigya, "accounts.importFullAccount", full)["errorCode"] == 400003
    assert call(gigya, "accounts.importFullAccount", full, importPolicy="upsert")["errorCode"] == 0
    lite = {"email": "lite@example.com", "subscriptions": '{"news":{"email":{"isSubscribed":true}}}'}
    assert call(gigya, "accounts.importLiteAccount", lite)["errorCode"] == 0
    query = {"query": "SELECT * FROM emailAccounts WHERE profile.email = 'lite@example.com'"}
    (found,) = call(gigya, "accounts.search", query)["results"]
    assert (found["hasLiteAccount"], found["hasFullAccount"]) == (True, False)
    assert found["subscriptions"]["news"]["email"]["isSubscribed"] is True
    assert call(gigya, "accounts.deleteAccount", UID="new-1")["errorCode"] == 0
    assert call(gigya, "accounts.getAccountInfo", UID="new-1")["errorCode"] == 403005


def test_accounts_never_give_subscriptions_or_passwords(gigya):
    gigya.site.add_accounts([{"UID": "p", "profile": {}, "password": {"hash": "x"}, "subscriptions": {"n": {}}}])
    (found,) = call(gigya, "accounts.search", {"query": "SELECT * FROM accounts WHERE UID = 'p'"})["results"]
    assert set(found) == {"UID", "profile"}


def test_several_sites_keep_their_accounts_apart(gigya):
    other = gigya.add_site(
        "3_b", [{"UID": "only", "profile": {}}], user_key="AK2", secret=base64.b64encode(b"other").decode()
    )
    assert other.count() == 1
    assert call(gigya, "accounts.getAccountInfo", UID="only")["errorCode"] == 403005


def test_bearer_tokens_are_accepted_when_they_are_known():
    with GigyaEmulator("3_a", bearers=["good-token"]) as gigya:
        for token, code in (("good-token", 0), ("bad-token", 403001)):
            connection = http.client.HTTPConnection(gigya.url.removeprefix("http://"), timeout=10)
            connection.request(
                "GET",
                "/accounts.search?apiKey=3_a&query=SELECT+UID+FROM+accounts",
                headers={"Authorization": f"Bearer {token}"},
            )
            assert json.loads(connection.getresponse().read())["errorCode"] == code


def test_the_same_seed_makes_the_same_people_and_one_in_a_hundred_nasty():
    accounts = list(generate_accounts(1000, seed=3))

    assert accounts == list(generate_accounts(1000, seed=3))
    assert len({account["UID"] for account in accounts}) == 1000
    assert 380 < sum(len(json.dumps(account)) for account in accounts) / 1000 < 560
    assert (
        accounts[500:] == list(generate_accounts(500, seed=3, start=500))
        or accounts[500]["UID"] == next(generate_accounts(1, seed=3, start=500))["UID"]
    )
