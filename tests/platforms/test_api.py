"""The ground that all clients of platforms stand on, against a small API of its own."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from identitysync.errors import AuthenticationFailed, Cancelled, PlatformError, RemoteUnavailable
from identitysync.platforms import Api, Kind, Refusal, Token, TokenLogin, Tokens, by_status, by_status_and_json
from identitysync.testing.http import Emulator, HttpFaults, IssuedTokens, Limit, Refused, Routes
from identitysync.values import Secret
from identitysync.world import FixedClock, HttpClient, NeverSent, Patience, StoppableClock


class Shop(Emulator):
    """Sells things to those who hold a token."""

    platform = "Shop"

    def __init__(self, **options):
        super().__init__(**options)
        self.tokens, self.made = IssuedTokens(self.clock, 600), 0
        self._routes = Routes({
            "POST /token": lambda _: {"access_token": self.tokens.issue()},
            "GET /things/{thing}": self._thing,
            "POST /things": self._make,
        })  # fmt: skip

    def answer(self, request):
        if request.path != "/token" and not self.tokens.opens(request.bearer()):
            raise Refused(401, {"error": "expired"})
        return self._routes.answer(request)

    def _thing(self, request, name):
        return {"name": name, "query": dict(request.query)}

    def _make(self, request):
        self.made += 1
        return {"made": request.json()}


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def shop():
    with Shop() as shop:
        yield shop


def client(shop, clock, *, judge=by_status, attempts=5):
    http = HttpClient(clock, patience=Patience(attempts=attempts), jitter=lambda: 0.0)
    bare = Api("Shop", shop.url, http, clock)
    tokens = Tokens(lambda: Token(bare.call("POST", "/token", repeatable=True).json()["access_token"], 600), clock)
    return Api("Shop", shop.url, http, clock, login=TokenLogin(tokens), judge=judge)


def test_an_address_inside_a_path_is_none_to_call(shop, clock):
    assert client(shop, clock).call("GET", "/things/a?u=http://elsewhere.example").json()["query"] == {
        "u": "http://elsewhere.example"
    }


def test_one_token_serves_many_calls_and_a_new_one_is_fetched_before_it_is_over(shop, clock):
    api = client(shop, clock)
    for _ in range(3):
        assert api.call("GET", "/things/a%20b", query={"x": "ä&", "none": None}).json() == {
            "name": "a b",
            "query": {"x": "ä&"},
        }
    assert shop.tokens.issued == 1
    clock.advance(580)
    api.call("GET", "/things/a")
    assert shop.tokens.issued == 2


def test_a_token_that_is_refused_is_renewed_once_and_the_call_repeated(shop, clock):
    api = client(shop, clock)
    api.call("GET", "/things/a")
    shop.tokens.expire()
    assert api.call("POST", "/things", json=[1]).json() == {"made": [1]}
    assert (shop.made, shop.tokens.issued) == (1, 2)


def test_a_fresh_token_that_is_refused_means_that_the_credentials_will_not_do(shop, clock):
    api = client(shop, clock)
    shop.tokens.opens = lambda _: False
    with pytest.raises(AuthenticationFailed, match=r"Shop does not accept the credentials \(401\)"):
        api.call("GET", "/things/a")
    assert shop.tokens.issued == 2


def test_wrong_credentials_are_shown_once_however_many_threads_want_a_token(clock):
    asked = []

    def refuse():
        asked.append(1)
        time.sleep(0.05)
        raise AuthenticationFailed("wrong password")

    tokens = Tokens(refuse, clock)
    with ThreadPoolExecutor(4) as pool:
        faults = [each.exception() for each in [pool.submit(tokens.get) for _ in range(4)]]
    assert [str(each) for each in faults] == ["wrong password"] * 4
    assert len(asked) == 1


def test_nobody_signs_in_any_more_once_the_connection_is_stopped(clock):
    stoppable, asked = StoppableClock(clock), []
    tokens = Tokens(lambda: asked.append(1) or Token("t"), stoppable)
    stoppable.stop()
    with pytest.raises(Cancelled):
        tokens.get()
    assert not asked


@pytest.mark.parametrize("kind", ["http_500", "http_503", "drop"])
def test_what_may_have_been_done_is_repeated_only_where_that_does_no_harm(shop, clock, kind):
    api = client(shop, clock)
    shop.faults.add(kind, method="GET /things", times=2)
    assert api.call("GET", "/things/a").json()["name"] == "a"
    shop.faults.add(kind, method="POST /things")
    with pytest.raises(RemoteUnavailable):
        api.call("POST", "/things", json=1)
    shop.faults.add(kind, method="POST /things")
    assert api.call("POST", "/things", json=1, repeatable=True).json() == {"made": 1}


def test_what_was_done_though_the_answer_is_lost_is_not_repeated(shop, clock):
    api = client(shop, clock)
    shop.faults.add("lost", method="POST /things")
    with pytest.raises(RemoteUnavailable) as caught:
        api.call("POST", "/things", json=1)
    assert (shop.made, isinstance(caught.value, NeverSent)) == (1, False)
    shop.faults.add("lost", method="GET /things", times=2)
    assert api.call("GET", "/things/a").json()["name"] == "a"


def test_an_answer_that_lacks_what_it_must_have_is_a_passing_fault(shop, clock):
    api, answers = client(shop, clock), iter([{}, [], None, {"name": None}])
    shop._routes = Routes(
        {"POST /token": lambda _: {"access_token": shop.tokens.issue()}, "GET /x": lambda _: next(answers)}
    )
    assert api.call("GET", "/x", expect="name").json() == {"name": None}
    answers = iter([{}] * 9)
    with pytest.raises(RemoteUnavailable, match=r"an answer without 'name': \{\}"):
        api.call("GET", "/x", expect="name")


def test_who_is_not_let_in_comes_back_when_the_platform_says_so_whatever_the_call(shop, clock):
    api = client(shop, clock)
    shop.faults.add("http_429", method="POST /things", seconds=7)
    assert api.call("POST", "/things", json=1).json() == {"made": 1}
    assert sum(clock.slept) >= 7


def test_whoever_is_asked_to_come_back_tomorrow_fails_at_once_and_keeps_nobody_else_waiting(shop, clock):
    api = client(shop, clock)
    shop.faults.add("http_429", method="POST /things", seconds=80_000)
    with pytest.raises(NeverSent) as caught:
        api.call("POST", "/things", json=1)
    assert caught.value.__notes__ == ["the other system asks to wait for 80000 s"]
    assert api.call("POST", "/things", json=2).json() == {"made": 2}
    assert sum(clock.slept) == 0


def test_who_is_never_let_in_knows_that_nothing_was_done(shop, clock):
    api = client(shop, clock, attempts=3)
    shop.faults.add("http_429", method="POST /things", times=-1)
    with pytest.raises(NeverSent, match="Shop answered 429"):
        api.call("POST", "/things", json=1)
    assert shop.made == 0


def test_who_cannot_sign_in_has_done_nothing(shop, clock):
    api = client(shop, clock, attempts=2)
    shop.faults.add("http_500", method="POST /token", times=-1)
    with pytest.raises(NeverSent, match="Shop answered 500"):
        api.call("POST", "/things", json=1)
    assert shop.made == 0


def test_what_is_refused_for_good_carries_the_platforms_words(shop, clock):
    def judge(answer):
        return Refusal(Kind.FINAL, "no such thing", "THING_UNKNOWN") if b'"b"' in answer.body else by_status(answer)

    with pytest.raises(PlatformError, match="Shop answered THING_UNKNOWN: no such thing") as caught:
        client(shop, clock, judge=judge).call("GET", "/things/b")
    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("THING_UNKNOWN", 200, False)
    with pytest.raises(PlatformError, match="Shop answered 404") as caught:
        client(shop, clock).call("GET", "/nothing")
    assert caught.value.code == "404"


def test_a_fault_that_does_not_pass_says_how_often_it_was_tried(shop, clock):
    api = client(shop, clock, attempts=3)
    shop.faults.add("http_500", method="GET /things", times=-1)
    with pytest.raises(RemoteUnavailable, match="Shop answered 500") as caught:
        api.call("GET", "/things/a")
    assert caught.value.__notes__ == ["tried 3 times"]


def test_secrets_do_not_show(clock):
    tokens = Tokens(lambda: Token("planted"), clock)
    assert "planted" not in repr(tokens.get())
    assert "planted" not in repr(TokenLogin(tokens).show())
    assert Secret("planted").reveal() == "planted"


def test_an_emulator_lets_in_no_more_than_it_says(clock):
    with Shop(limit=Limit(calls=3, seconds=10), clock=clock, faults=HttpFaults()) as shop:
        http = HttpClient(clock)
        statuses = [http.send("POST", f"{shop.url}/token").status for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        clock.advance(10)
        assert http.send("POST", f"{shop.url}/token").status == 200
        assert [each.status for each in shop.calls] == [200, 200, 200, 429, 200]


def test_an_answer_that_is_no_json_is_a_passing_fault_where_json_is_wanted(shop, clock):
    shop.faults.add("html", method="GET /things")
    shop.faults.add("broken_json", method="GET /things")
    assert client(shop, clock, judge=by_status_and_json).call("GET", "/things/a").json()["name"] == "a"
    shop.faults.add("html", method="POST /things")
    with pytest.raises(RemoteUnavailable, match="no JSON: <html>"):
        client(shop, clock, judge=by_status_and_json).call("POST", "/things", json=1)
