import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.errors import GigyaError, RemoteError, RemoteUnavailable
from identitysync.gigya import GigyaClient, pages, search
from identitysync.world import FixedClock, HttpClient
from tests.gigya.calls import START, params, said, site
from tests.world.loopback import Loopback, Reply

LOST = said(400006, errorDetails="Invalid parameter value: the cursorId is unknown or has expired")
QUERY = "SELECT * FROM accounts"


class Site:
    """Answer searches page by page; ``mishap`` may answer instead, or change what is found."""

    def __init__(self, found, size=3, mishap=lambda site, sent, number: None):
        self.found, self.size, self.mishap = list(found), size, mishap
        self.cursors = {}
        self.opened = 0

    def __call__(self, request):
        sent = params(request)
        instead = self.mishap(self, sent, request.number)
        if instead is not None:
            return instead
        if "cursorId" in sent:
            assert not {"query", "openCursor", "timeout"} & set(sent), "a cursor is sent with nothing else"
            name, _, at = sent["cursorId"].partition(".")
            if name not in self.cursors:
                return LOST
            offset = int(at)
        else:
            assert sent["openCursor"] == "true"
            self.opened += 1
            name, offset = f"c{self.opened}", 0
            self.cursors[name] = list(self.found)
        rows = self.cursors[name][offset : offset + self.size]
        more = {}
        if offset + self.size < len(self.cursors[name]):
            more["nextCursorId"] = f"{name}.{offset + self.size}"
        return said(results=rows, objectsCount=len(rows), **more)


def run(answer, read=search, **more):
    clock = FixedClock(START)
    with Loopback(answer) as server:
        http = HttpClient(clock, read_timeout=5)
        try:
            return list(read(GigyaClient(site(server.url), http, clock), more.pop("query", QUERY), **more)), server
        finally:
            http.close()


def accounts(count):
    return [{"UID": f"ü{number}", "n": number} for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7, 20])
def test_everything_is_given_once_and_in_order(count):
    assert run(Site(accounts(count)))[0] == accounts(count)


def test_the_first_call_opens_a_cursor_and_the_others_send_it_alone():
    _, server = run(Site(accounts(7)), timeout=60_000)
    first, *others = [params(request) for request in server.requests]
    own = {"apiKey", "userKey", "timestamp", "nonce", "sig", "format", "httpStatusCodes"}
    assert {name: first[name] for name in set(first) - own} == {
        "query": QUERY,
        "openCursor": "true",
        "timeout": "60000",
    }
    assert [{name: each[name] for name in set(each) - own} for each in others] == [
        {"cursorId": "c1.3"},
        {"cursorId": "c1.6"},
    ]


def test_a_batch_is_the_limit_of_the_query():
    _, server = run(Site(accounts(1)), batch=500)
    assert params(server.requests[0])["query"] == f"{QUERY} LIMIT 500"


def test_results_come_in_pages_that_are_not_empty():
    assert [len(page) for page in run(Site(accounts(7)), pages)[0]] == [3, 3, 1]
    assert run(Site([]), pages)[0] == []


def test_nothing_is_asked_for_before_it_is_wanted():
    clock = FixedClock(START)
    with Loopback(Site(accounts(9))) as server:
        results = search(GigyaClient(site(server.url), HttpClient(clock), clock), QUERY)
        assert server.requests == []
        assert len(list(itertools.islice(results, 3))) == 3
        assert len(server.requests) == 1
        results.close()


def test_an_empty_page_in_the_middle_is_not_the_end():
    replies = [
        said(results=[{"UID": "1"}], nextCursorId="a"), said(results=[], nextCursorId="b"), said(nextCursorId="c"),
        said(results=[{"UID": "2"}], nextCursorId=""),
    ]  # fmt: skip
    assert run(replies)[0] == [{"UID": "1"}, {"UID": "2"}]


@pytest.mark.parametrize("bad", [said(500001), said(403048), Reply(b"{", 200), Reply(b"", 500), Reply(b"abc", cut=1)])
def test_a_page_that_fails_is_asked_for_again_with_the_same_cursor(bad):
    failed = []

    def mishap(_site, sent, _number):
        if sent.get("cursorId") == "c1.3" and len(failed) < 3:
            failed.append(sent["cursorId"])
            return bad
        return None

    results, server = run(Site(accounts(9), mishap=mishap))
    assert results == accounts(9)
    assert [params(request).get("cursorId") for request in server.requests] == [
        None,
        "c1.3",
        "c1.3",
        "c1.3",
        "c1.3",
        "c1.6",
    ]


def test_a_lost_cursor_is_opened_again_and_nothing_is_given_twice():
    def mishap(site, sent, _number):
        if sent.get("cursorId") == "c1.6":
            site.cursors.clear()

    results, server = run(Site(accounts(10), mishap=mishap))
    assert results == accounts(10)
    assert [params(request).get("cursorId") for request in server.requests].count(None) == 2


def test_a_lost_cursor_loses_nothing_when_the_order_is_another_the_second_time():
    def mishap(site, sent, _number):
        if sent.get("cursorId") == "c1.6":
            site.cursors.clear()
            site.found.reverse()
            site.found.insert(4, {"UID": "new"})

    results = run(Site(accounts(10), mishap=mishap))[0]
    assert sorted(each["UID"] for each in results) == sorted([*(each["UID"] for each in accounts(10)), "new"])


def test_a_reader_so_slow_that_every_page_is_lost_still_reads_everything():
    def mishap(site, sent, _number):
        # each cursor lives until it has given one page with something new
        if "cursorId" in sent and int(sent["cursorId"].partition(".")[2]) > site.size * site.opened:
            site.cursors.clear()

    built = Site(accounts(60), mishap=mishap)
    assert run(built)[0] == accounts(60)
    assert built.opened > 10


def test_a_cursor_that_is_lost_again_and_again_without_progress_is_told():
    def mishap(_site, sent, _number):
        return LOST if "cursorId" in sent else None

    built = Site(accounts(10), mishap=mishap)
    with pytest.raises(GigyaError, match="400006"):
        run(built)
    assert built.opened == 6


def test_a_query_that_gigya_refuses_is_told_at_once():
    with pytest.raises(GigyaError, match="400006"):
        run([LOST])


def test_another_error_amid_the_pages_is_told():
    def mishap(_site, sent, _number):
        return said(403005) if "cursorId" in sent else None

    with pytest.raises(GigyaError, match="403005"):
        run(Site(accounts(10), mishap=mishap))


def test_a_page_that_is_given_twice_is_taken_once():
    page = [{"UID": "1"}, {"UID": "2"}]
    replies = [said(results=page, nextCursorId="a"), said(results=page, nextCursorId="b"), said(results=[{"UID": "3"}])]
    assert run(replies)[0] == [*page, {"UID": "3"}]


def test_results_that_do_not_hold_their_key_are_all_given_however_alike_they_are():
    alike = [{"profile": {"country": "AT"}}] * 8
    assert run(Site(alike))[0] == alike


def test_results_without_a_key_survive_a_lost_cursor_as_often_as_there_are():
    countries = [{"profile": {"country": each}} for each in "ABABCABAAAB"]

    def mishap(site, sent, _number):
        if sent.get("cursorId") in {"c1.6", "c2.9"}:
            site.cursors.clear()

    built = Site(countries, mishap=mishap)
    assert run(built)[0] == countries
    assert built.opened == 3


def test_email_accounts_are_told_apart_by_their_token_as_one_user_may_have_several():
    rows = [{"UID": "1", "token": "a"}, {"UID": "1", "token": "b"}, {"UID": "1", "x": 1}, {"UID": "1", "x": 1}]
    assert run(Site(rows), query="SELECT * FROM  emailaccounts")[0] == rows


def test_another_method_and_key_may_be_named():
    replies = [said(result=[{"callID": "1"}, {"callID": "1"}, {"callID": "2"}])]
    results, server = run(replies, method="audit.search")
    assert [each["callID"] for each in results] == ["1", "2"]
    assert server.requests[0].target == "/audit.search"
    assert run([said(results=[{"k": "1"}, {"k": "1"}])], key="k")[0] == [{"k": "1"}]


@pytest.mark.parametrize("results", [{"a": 1}, "text", [1], [None], 5])
def test_results_that_are_no_objects_are_refused(results):
    with pytest.raises(RemoteError, match="no list of objects"):
        run([said(results=results)])


def test_a_cursor_that_runs_in_circles_is_told_instead_of_followed_for_ever(monkeypatch):
    monkeypatch.setattr("identitysync.gigya.cursors._BARREN", 20)
    for results in ([], [{"UID": "1"}]):
        with pytest.raises(RemoteUnavailable, match="does not end"):
            run([said(results=results, nextCursorId="again")])


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(["a", "b", None]), max_size=20), st.integers(1, 4),
    st.sets(st.integers(1, 30), max_size=6), st.sets(st.integers(0, 30), max_size=4),
)  # fmt: skip
def test_whatever_fails_and_whenever_everything_is_given_exactly_once(kinds, size, losses, failures):
    """Some results have a key, some are alike and have none; cursors are lost and pages fail at any time."""
    found = [{"UID": str(n)} if kind is None else {"profile": kind} for n, kind in enumerate(kinds)]

    def mishap(site, _sent, number):
        if number in losses:
            site.cursors.clear()
        return said(500001) if number in failures else None

    results = run(Site(found, size, mishap))[0]
    assert sorted(map(str, results)) == sorted(map(str, found))
