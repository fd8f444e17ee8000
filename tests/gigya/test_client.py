import json
import threading

import pytest

from identitysync.errors import (
    AuthenticationFailed,
    GigyaError,
    InvalidParameter,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
)
from identitysync.gigya import GigyaClient
from identitysync.values import Secret
from identitysync.world import FixedClock, HttpClient, NeverSent, Patience
from tests.gigya.calls import SECRET, START, params, said, site
from tests.gigya.test_auth import by_hand, encoded_by_hand
from tests.world.loopback import Loopback, Reply, closed_port


@pytest.fixture
def clock():
    return FixedClock(START)


@pytest.fixture
def http(clock):
    client = HttpClient(clock, jitter=lambda: 1.0, read_timeout=5)
    yield client
    client.close()


@pytest.fixture
def client_of(http, clock):
    return lambda server, **more: GigyaClient(site(server.url), http, clock, **more)


def test_a_call_is_a_post_of_a_signed_form_to_the_method(client_of):
    with Loopback([said(UID="1", n=2**70)]) as server:
        assert client_of(server).call("accounts.getAccountInfo", {"UID": "ü&1"})["n"] == 2**70
    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/accounts.getAccountInfo")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    sent = params(request)
    sig = sent.pop("sig")
    nonce = sent.pop("nonce")
    assert sent == {
        "UID": "ü&1", "apiKey": "3_key", "userKey": "user", "format": "json", "httpStatusCodes": "false",
        "timestamp": str(int(START.timestamp())),
    }  # fmt: skip
    query = "&".join(f"{key}={encoded_by_hand(text)}" for key, text in sorted({**sent, "nonce": nonce}.items()))
    base = f"POST&{encoded_by_hand(server.url + request.target)}&{encoded_by_hand(query)}"
    assert sig == by_hand(SECRET, base)


def test_the_secret_is_never_sent(client_of):
    with Loopback([said(500001), said(403048), said()]) as server:
        client_of(server).call("accounts.search", {"query": "SELECT * FROM accounts"})
    for request in server.requests:
        assert "secret" not in params(request)
        everything = f"{request.target} {request.headers} {request.body!r}"
        assert SECRET not in everything
        assert SECRET.rstrip("=") not in everything


def test_objects_and_lists_go_as_json_booleans_as_words_and_none_not_at_all(client_of):
    given = {
        "profile": {"a b": [1, None, "ü"], "big": 2**64}, "list": [], "yes": True, "no": False, "int": 12,
        "float": 1.5, "none": None, "empty": "", "text": 'true "é" 😀\n',
    }  # fmt: skip
    with Loopback([said()]) as server:
        client_of(server).call("accounts.setAccountInfo", given)
    sent = params(server.requests[0])
    assert "none" not in sent
    assert json.loads(sent["profile"]) == given["profile"]
    assert {name: sent[name] for name in ("list", "yes", "no", "int", "float", "empty", "text")} == {
        "list": "[]", "yes": "true", "no": "false", "int": "12", "float": "1.5", "empty": "", "text": given["text"],
    }  # fmt: skip


def test_the_names_of_the_protocol_are_the_clients_own(client_of):
    evil = dict.fromkeys(["apiKey", "userKey", "timestamp", "nonce", "sig", "format", "httpStatusCodes"], "planted")
    with Loopback([said()]) as server:
        client_of(server).call("accounts.search", evil)
    assert "planted" not in params(server.requests[0]).values()


def test_every_try_has_a_nonce_and_a_time_of_its_own(client_of):
    with Loopback([said(500001)] * 5 + [said()]) as server:
        client_of(server).call("accounts.search")
    sent = [params(request) for request in server.requests]
    assert len({each["nonce"] for each in sent}) == 6
    assert len({each["sig"] for each in sent}) == 6
    assert int(sent[-1]["timestamp"]) - int(sent[0]["timestamp"]) == 7  # the pauses: 0.25 + 0.5 + 1 + 2 + 4


def test_a_bearer_token_takes_the_place_of_the_signature(client_of):
    with Loopback([said()]) as server:
        client_of(server, bearer=Secret("planted.token")).call("accounts.search", {"query": "q"})
    assert server.requests[0].headers["authorization"] == "Bearer planted.token"
    assert params(server.requests[0]) == {"query": "q", "apiKey": "3_key", "format": "json", "httpStatusCodes": "false"}


def test_a_secret_that_is_not_base64_is_refused_before_anything_is_sent(http, clock):
    from identitysync.values import Site

    with pytest.raises(InvalidParameter, match="not base64") as caught:
        GigyaClient(Site("3_key", "user", "planted!"), http, clock)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("value", ["\ud800", {"a": "\ud800"}, {"deep": object()}], ids=["text", "object", "no data"])
def test_a_value_that_cannot_be_sent_is_refused_with_its_name(client_of, value):
    with Loopback([said()]) as server:
        with pytest.raises(InvalidParameter, match="'profile' cannot be sent"):
            client_of(server).call("accounts.setAccountInfo", {"UID": "1", "profile": value})
        assert server.requests == []


@pytest.mark.parametrize("code", [403048, 409030, 500001, 504002])
def test_a_retryable_code_is_tried_again_with_growing_pauses(client_of, clock, code):
    with Loopback([said(code), said(code), said(code), said(UID="1")]) as server:
        assert client_of(server).call("accounts.search")["UID"] == "1"
    assert clock.slept == [0.25, 0.5, 1]


def test_too_many_calls_for_one_user_are_tried_again_when_their_minute_is_over(client_of, clock):
    with Loopback([said(503001)] * 5 + [said()]) as server:
        client_of(server).call("accounts.importFullAccount")
    assert sum(clock.slept) > 60


@pytest.mark.parametrize("code", [400002, 400003, 400004, 400006, 400009, 400093, 403003, 403005, 403007, 404000])
def test_any_other_code_is_raised_at_once(client_of, clock, code):
    with Loopback([said(code, errorDetails="because")]) as server:
        with pytest.raises(GigyaError, match=f"{code} .*because") as caught:
            client_of(server).call("accounts.search")
        assert len(server.requests) == 1
    assert (caught.value.code, caught.value.retryable, clock.slept) == (code, False, [])


@pytest.mark.parametrize("code", [200009, 206001, 206002])
def test_a_state_is_an_answer(client_of, code):
    with Loopback([said(code, regToken="t")]) as server:
        assert client_of(server).call("accounts.register")["regToken"] == "t"


def test_an_expired_request_says_to_check_the_clock(client_of):
    with Loopback([said(403002)]) as server, pytest.raises(AuthenticationFailed, match="check this machine's clock"):
        client_of(server).call("accounts.search")


BROKEN = [
    Reply(b""), Reply(b'{"errorCode": 0'), Reply(b"<html>"), Reply(b"[]"), Reply(b"null"), Reply(b"{}"),
    Reply(b'{"errorCode": "0"}'), Reply(b'{"errorCode": null}'), Reply(b'{"errorCode": true}'), Reply(b"\xff"),
    Reply(b'{"errorCode": 0}', cut=5), Reply(b"oops", 500), Reply(b"", 503), Reply(b"busy", 429), Reply(b"[" * 100_000),
]  # fmt: skip


@pytest.mark.parametrize("reply", BROKEN, ids=range(len(BROKEN)))
def test_an_answer_that_makes_no_sense_is_asked_for_again(client_of, clock, reply):
    with Loopback([reply, said(UID="1")]) as server:
        assert client_of(server).call("accounts.search")["UID"] == "1"
    assert clock.slept == [0.25]


def test_gigyas_own_answer_counts_whatever_the_http_status(client_of):
    body = said(UID="1").body
    with Loopback([Reply(said(403048).body, 403), Reply(body, 500)]) as server:
        assert client_of(server).call("accounts.search")["UID"] == "1"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthenticationFailed),
        (407, AuthenticationFailed),
        (404, RemoteNotFound),
        (302, RemoteError),
        (400, RemoteError),
        (413, RemoteError),
    ],
)
def test_something_else_than_gigya_that_says_no_is_not_asked_again(client_of, clock, status, kind):
    with Loopback([Reply(b"<html>planted", status)]) as server, pytest.raises(kind, match=f"HTTP {status}") as caught:
        client_of(server).call("accounts.search")
    assert not caught.value.retryable
    assert "check dataCenter or url" in str(caught.value)
    assert "planted" not in str(caught.value)
    assert clock.slept == []


@pytest.mark.parametrize(
    "reply", [said(403048), Reply(b"<html>", 429), Reply(b"", 503)], ids=["code", "http 429", "http 503"]
)
def test_retry_after_is_waited_in_full(client_of, clock, reply):
    asked = Reply(reply.body, reply.status, {"Retry-After": "50"})
    with Loopback([asked, said()]) as server:
        client_of(server).call("accounts.search")
    assert clock.slept == [50.25]


def test_tries_are_bounded_and_told(client_of):
    with Loopback([said(403048)]) as server:
        with pytest.raises(GigyaError) as caught:
            client_of(server, max_attempts=3).call("accounts.search")
        assert len(server.requests) == 3
    assert caught.value.retryable
    assert caught.value.__notes__ == ["tried 3 times"]


def test_time_is_bounded(clock):
    http = HttpClient(clock, patience=Patience(attempts=10_000, total=100), jitter=lambda: 1.0)
    with Loopback([said(500001)]) as server, pytest.raises(GigyaError):
        GigyaClient(site(server.url), http, clock).call("accounts.search")
    assert clock.monotonic() <= 100


def test_a_host_that_cannot_be_reached_is_tried_again_and_then_told_without_any_parameter(http, clock):
    client = GigyaClient(site(f"http://127.0.0.1:{closed_port()}"), http, clock)
    with pytest.raises(NeverSent, match=r"127\.0\.0\.1:\d+/accounts\.search: cannot be reached") as caught:
        client.call("accounts.search", {"query": "planted"})
    assert len(clock.slept) == 7
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("reply", [said(500001), said(504002), Reply(b"x"), Reply(b"", 500), Reply(b"abc", cut=1)])
def test_what_must_not_be_done_twice_is_not_tried_again_when_it_may_have_been_done(client_of, reply):
    with Loopback([reply, said()]) as server:
        with pytest.raises(RemoteError):
            client_of(server).call("ds.store", repeatable=False)
        assert len(server.requests) == 1


@pytest.mark.parametrize("code", [403048, 409030, 503001])
def test_what_must_not_be_done_twice_is_tried_again_when_gigya_did_not_let_it_in(client_of, code):
    with Loopback([said(code), said(oid="1")]) as server:
        assert client_of(server).call("ds.store", repeatable=False)["oid"] == "1"


class Rerouted(HttpClient):
    """Carry every request to loopback, and note where it wanted to go."""

    def __init__(self, clock, url):
        super().__init__(clock, jitter=lambda: 1.0)
        self.url, self.wanted = url, []

    def send(self, method, url, **more):
        self.wanted.append(url)
        return super().send(method, self.url, **more)


def moving(request):
    host = params(request).get("expect", "")
    return said(301001, apiDomain="eu1.gigya.com") if request.number == 0 else said(host=host)


def test_a_wrong_data_center_is_left_for_the_right_one_and_remembered(clock):
    with Loopback(moving) as server:
        http = Rerouted(clock, server.url)
        client = GigyaClient(site(None), http, clock)
        client.call("accounts.search")
        client.call("ds.search")
    assert http.wanted == [
        "https://accounts.us1.gigya.com/accounts.search",
        "https://accounts.eu1.gigya.com/accounts.search",
        "https://ds.eu1.gigya.com/ds.search",
    ]
    assert clock.slept == []


def test_a_data_center_is_followed_once_in_a_call(clock):
    with Loopback([said(301001, apiDomain="eu1.gigya.com")]) as server:
        http = Rerouted(clock, server.url)
        with pytest.raises(GigyaError, match=r"301001 .*dataCenter"):
            GigyaClient(site(None), http, clock).call("accounts.search")
        assert len(http.wanted) == 2


def test_threads_that_learn_of_the_move_together_all_follow(clock):
    together = threading.Barrier(4, timeout=10)

    def answer(request):
        if request.number < 4:
            together.wait()
            return said(301001, apiDomain="eu1.gigya.com")
        return said(UID="1")

    with Loopback(answer) as server:
        client = GigyaClient(site(None), Rerouted(clock, server.url), clock)
        found = []
        threads = [threading.Thread(target=lambda: found.append(client.call("accounts.search"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert [each["UID"] for each in found] == ["1"] * 4


@pytest.mark.parametrize("domain", ["evil.example", "us1.gigya.com.evil.example", "eu1.gigya.com/x", "", None, 5])
def test_no_request_goes_to_a_domain_that_is_not_gigyas(clock, domain):
    with Loopback([said(301001, apiDomain=domain)]) as server:
        http = Rerouted(clock, server.url)
        with pytest.raises(GigyaError, match="301001"):
            GigyaClient(site(None), http, clock, bearer=Secret("t")).call("accounts.search")
        assert http.wanted == ["https://accounts.us1.gigya.com/accounts.search"]


def test_an_address_that_was_given_expressly_stays(client_of):
    with Loopback([said(301001, apiDomain="eu1.gigya.com")]) as server:
        with pytest.raises(GigyaError, match="301001"):
            client_of(server).call("accounts.search")
        assert len(server.requests) == 1


def test_an_unknown_data_center_is_refused(http, clock):
    with pytest.raises(InvalidParameter, match="no data center 'mars'"):
        GigyaClient(site(None, data_center="mars"), http, clock).call("accounts.search")


def test_no_error_shows_the_secret_or_what_was_sent(client_of):
    for reply in (said(403003), said(400009), Reply(b"x", 404), Reply(b"x")):
        with Loopback([reply]) as server, pytest.raises(RemoteError) as caught:
            client_of(server, max_attempts=1).call("accounts.setAccountInfo", {"profile": {"a": "planted-value"}})
        text = f"{caught.value} {getattr(caught.value, '__notes__', '')} {caught.value.__cause__!r}"
        assert SECRET not in text
        assert "planted-value" not in text
        assert "sig=" not in text


def test_unavailable_says_that_a_later_try_may_work(client_of):
    with Loopback([Reply(b"x")]) as server, pytest.raises(RemoteUnavailable) as caught:
        client_of(server, max_attempts=1).call("accounts.search")
    assert caught.value.retryable
