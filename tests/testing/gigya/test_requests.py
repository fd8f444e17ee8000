"""Who may call, and in which shapes a call may come."""

import http.client
import json

import pytest

from identitysync.testing import GigyaEmulator

COUNT = "SELECT count(*) FROM accounts"
WHOLE = "https://accounts.us1.gigya.com/accounts.search"


def code(answer):
    return answer["errorCode"]


@pytest.mark.parametrize("verb", ["POST", "GET"])
def test_signed_forms_and_signed_queries_are_answered_in_the_documented_envelope(call, verb):
    answer = call("accounts.search", verb, query="SELECT UID FROM accounts LIMIT 3")

    assert (answer["errorCode"], answer["objectsCount"], answer["totalCount"]) == (0, 3, 700)
    assert (answer["apiVersion"], answer["statusCode"], answer["statusReason"]) == (2, 200, "OK")
    assert answer["time"] == "2026-03-01T12:00:00.000Z"
    assert len(answer["callId"]) == 32


def test_every_character_survives_the_signature(call):
    nasty = "a b+c&d=e%20~!*'()éŁ日🎉\n\"|"

    assert call("accounts.search", query=COUNT, context=nasty)["context"] == nasty


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_client_may_take_it_for_its_proxy_and_sign_either_scheme(call, scheme):
    sent = call.signed("POST", WHOLE.replace("https", scheme), call.params(query=COUNT))

    status, answer = call.send("accounts.search", sent, target=WHOLE.replace("https", "http"))

    assert (status, answer["results"]) == (200, [{"count(*)": 700}])


def test_what_takes_tls_off_may_leave_the_host_alone(call):
    sent = call.signed("POST", WHOLE, call.params(query=COUNT))

    assert code(call.send("accounts.search", sent, headers={"Host": "accounts.us1.gigya.com"})[1]) == 0


def test_a_host_that_was_not_signed_is_refused(call):
    sent = call.signed("POST", WHOLE, call.params(query=COUNT))

    assert code(call.send("accounts.search", sent, headers={"Host": "accounts.us1.example.com"})[1]) == 403003
    assert code(call.send("accounts.search", sent)[1]) == 403003


def test_another_data_center_is_told_where_the_site_lives(call):
    host = "accounts.eu1.gigya.com"
    sent = call.signed("POST", f"https://{host}/accounts.search", call.params(query=COUNT))
    answer = call.send("accounts.search", sent, headers={"Host": host})[1]

    assert (code(answer), answer["apiDomain"]) == (301001, "us1.gigya.com")


def test_the_port_of_a_proxied_host_is_part_of_what_is_signed_unless_it_is_the_default(call):
    for port, signed in ((":80", ""), (":8080", ":8080")):
        sent = call.signed("POST", f"http://accounts.us1.gigya.com{signed}/accounts.search", call.params(query=COUNT))
        target = f"http://accounts.us1.gigya.com{port}/accounts.search"
        assert code(call.send("accounts.search", sent, target=target)[1]) == 0, port


def test_names_of_parameters_may_be_written_in_any_case(call, gigya):
    uid = next(iter(gigya.accounts))["UID"]
    sent = call.params(apiKey=None, APIKey="3_a", uid=uid, Include="data")

    answer = call.send(
        "accounts.getAccountInfo",
        call.signed("POST", f"http://{call.address}/accounts.getAccountInfo", sent),
    )[1]

    assert (code(answer), answer["UID"], "profile" in answer) == (0, uid, False)


@pytest.mark.parametrize(("change", "expected"), [
    ({"apiKey": "3_nobody"}, 400093), ({"apiKey": None}, 400002), ({"userKey": "other"}, 403001),
    ({"timestamp": "1"}, 403002), ({"timestamp": "soon"}, 400002), ({"nonce": None}, 400002),
])  # fmt: skip
def test_who_may_not_call_is_told_why(call, change, expected):
    assert code(call.search(COUNT, **change)) == expected


@pytest.mark.parametrize(("params", "expected"), [
    ({"userKey": "AK", "secret": "SECRET"}, 0), ({"userKey": "AK", "secret": "d3Jvbmc="}, 403003), ({}, 400002),
    ({"secret": "SECRET"}, 403001),
])  # fmt: skip
def test_the_secret_may_take_the_place_of_a_signature(call, gigya, params, expected):
    real = gigya.site.secret.reveal()
    sent = {"apiKey": "3_a", "query": COUNT} | {key: value.replace("SECRET", real) for key, value in params.items()}

    assert code(call.send("accounts.search", sent)[1]) == expected


def test_a_changed_request_and_a_second_use_are_refused(call):
    sent = call.signed("POST", f"http://{call.address}/accounts.search", call.params(query=COUNT))

    assert code(call.send("accounts.search", sent | {"query": "SELECT UID FROM accounts"})[1]) == 403003
    assert code(call.send("accounts.search", sent)[1]) == 0
    assert code(call.send("accounts.search", sent)[1]) == 403004


def test_what_is_signed_as_a_form_is_no_query(call):
    sent = call.signed("POST", f"http://{call.address}/accounts.search", call.params(query=COUNT))

    assert code(call.send("accounts.search", sent, "GET")[1]) == 403003


def test_each_site_has_its_own_accounts_and_may_have_its_own_key(call, gigya):
    other = gigya.add_site("3_b", [{"UID": "only", "profile": {}}], user_key="AK2", secret="b3RoZXI=")
    sent = call.params(apiKey="3_b", userKey="AK2", UID="only")
    url = f"http://{call.address}/accounts.getAccountInfo"

    assert code(call.send("accounts.getAccountInfo", call.signed("POST", url, sent, "b3RoZXI="))[1]) == 0
    assert code(call("accounts.getAccountInfo", UID="only")) == 403005
    assert code(call("accounts.getAccountInfo", apiKey="3_b", UID="only")) == 403001
    assert (other.count(), gigya.site.count()) == (1, 700)


def test_bearer_tokens_are_accepted_when_they_are_known():
    with GigyaEmulator("3_a", bearers=["good-token"]) as gigya:
        for token, expected in (("good-token", 0), ("bad-token", 403001)):
            connection = http.client.HTTPConnection(gigya.url.removeprefix("http://"), timeout=10)
            target = "/accounts.search?apiKey=3_a&query=SELECT+UID+FROM+accounts"
            connection.request("GET", target, headers={"Authorization": f"Bearer {token}"})
            assert code(json.loads(connection.getresponse().read())) == expected
            connection.close()
