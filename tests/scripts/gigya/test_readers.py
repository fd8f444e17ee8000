"""What is read from Gigya."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

import identitysync as idx
from identitysync.testing import generate_accounts

ACCOUNT, DS = "datasource.read.gigya.account", "datasource.read.gigya.ds"
AUDIT, COMMENT = "datasource.read.gigya.audit", "datasource.read.gigya.comment"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def millis(moment):
    return int(moment.timestamp() * 1000)


def uids(records):
    return [record["UID"] for record in records]


# accounts


def test_only_accounts_that_consented_to_everything_are_read(script, gigya):
    granted, refused = {"isConsentGranted": True}, {"isConsentGranted": False}
    for uid, terms, news in [("u1", granted, granted), ("u2", granted, refused), ("u3", granted, None)]:
        preferences = {"terms": terms, "channels": {"news": news} if news else {}}
        gigya.site.put(gigya.account(uid) | {"preferences": preferences})

    assert uids(script.read(ACCOUNT, {"select": "UID", "consent": ["terms"]})) == ["u1", "u2", "u3"]
    assert uids(script.read(ACCOUNT, {"select": "UID", "consent": "terms, channels.news"})) == ["u1"]


def test_email_accounts_are_lite_and_full_ones_as_one_with_their_subscriptions(script, gigya):
    news = {"news": {"email": {"isSubscribed": True}}}
    lite = {"UID": "l1", "isLite": True, "profile": {"email": "lite@x.com"}, "subscriptions": news}
    gigya.site.add_accounts([lite, lite | {"UID": "l2", "profile": {"email": "ADA@x.com"}}])

    select = "email, hasLiteAccount, hasFullAccount, subscriptions"
    found = {each["email"].lower(): each for each in script.read(ACCOUNT, {"select": select, "from": "emailAccounts"})}
    assert {email: (each["hasLiteAccount"], each["hasFullAccount"]) for email, each in found.items()} == {
        "lite@x.com": (True, False), "ada@x.com": (True, True), "grace@x.com": (False, True),
        "grace@navy.mil": (False, True),
    }  # fmt: skip
    assert {email for email, each in found.items() if each.get("subscriptions") == news} == {"lite@x.com", "ada@x.com"}


def test_what_a_search_does_not_give_is_filled_in_for_each_account(script, gigya):
    gigya.site.put(
        gigya.account("u1") | {"password": {"hash": "h"}, "subscriptions": {"news": {"email": {"isSubscribed": True}}}}
    )
    plain = script.read(ACCOUNT, {"select": "*"})
    assert not any({"password", "subscriptions"} & record.keys() for record in plain)

    full = script.read(ACCOUNT, {"select": "profile.email", "include": "password, subscriptions"})
    assert full[0]["password"] == {"hash": "h"}
    assert full[0]["subscriptions"]["news"]["email"]["isSubscribed"] is True
    assert uids(full) == ["u1", "u2", "u3"]
    assert "password" not in full[1]


def test_an_account_that_is_gone_before_it_is_filled_in_is_rejected(script, gigya):
    plain = gigya._answer

    def watched(request):
        if request.params.get("UID") == "u2":
            gigya.site.delete("u2")
        return plain(request)

    gigya._answer = watched
    assert uids(script.read(ACCOUNT, {"select": "*", "include": ["password"]})) == ["u1", "u3"]
    assert script.job.steps["it"].rejected == 1
    assert script.job.rejects[0].code == "403005"


def test_many_accounts_are_filled_in_in_their_order(script, gigya):
    gigya.site.add_accounts(generate_accounts(700))
    before = [a["UID"] for a in sorted(gigya.accounts, key=lambda a: a["lastUpdatedTimestamp"])]
    assert uids(script.read(ACCOUNT, {"select": "UID", "include": "preferences", "batchSize": 90})) == before


def test_the_next_page_is_asked_for_while_one_is_worked_on_and_no_further(gigya):
    gigya.site.add_accounts(generate_accounts(500))
    flow = idx.Dataflow(steps=[idx.Step("it", ACCOUNT, {"select": "UID", "batchSize": 100})])
    answered, two = [], threading.Event()
    plain = gigya._answer

    def watched(request):
        answered.append(request.method)
        if len(answered) == 2:
            two.set()
        return plain(request)

    gigya._answer = watched
    stream = idx.stream(flow, until="it", site=gigya.site)
    first = next(stream)
    assert two.wait(5), "the second page was not asked for"
    rest = list(stream)
    assert len({each["UID"] for each in [first, *rest]}) == 503
    assert len(answered) == 6


def test_a_run_with_a_limit_asks_for_no_page_too_many(gigya):
    gigya.site.add_accounts(generate_accounts(500))
    flow = idx.Dataflow(steps=[idx.Step("it", ACCOUNT, {"select": "UID"})])
    assert len(idx.preview(flow, limit=10, site=gigya.site)["it"].records) == 10
    assert len(gigya.calls) == 1


@pytest.mark.parametrize("limit", [None, 1000])
def test_cancelling_ends_a_job_that_waits_for_a_page(gigya, limit):
    gigya.faults.add("http_429", times=-1, seconds=60)
    flow = idx.Dataflow(steps=[idx.Step("it", ACCOUNT, {"select": "UID"})])
    began = time.monotonic()
    with idx.start(flow, site=gigya.site, limit=limit) as running:
        time.sleep(0.2)
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
    assert time.monotonic() - began < 10


def test_an_error_on_a_later_page_comes_after_the_records_before_it(gigya):
    gigya.site.add_accounts(generate_accounts(500))
    plain, seen = gigya._answer, []

    def watched(request):
        if "cursorId" in request.params and len(seen) == 2:
            request = type(request)(
                **{
                    **{f: getattr(request, f) for f in ("verb", "urls", "method", "signed")},
                    "params": {**request.params, "apiKey": "3_gone"},
                }
            )
        seen.append(request)
        return plain(request)

    gigya._answer = watched
    got = []
    flow = idx.Dataflow(steps=[idx.Step("it", ACCOUNT, {"select": "UID", "batchSize": 100})])
    job = idx.run(flow, site=gigya.site, outputs={"it": got})
    assert job.status == "failed"
    assert "400093" in job.status_details
    assert len(got) == 200


# the data store


def stored(script, type, *objects):
    script.run("datasource.write.gigya.ds", {"type": type}, objects)


def test_objects_of_one_type_are_read(script):
    stored(script, "thing", *({"oid": f"o{n}", "UID": "u1", "data": {"n_i": n}} for n in range(7)))
    stored(script, "other", {"oid": "x", "data": {}})

    found = script.read(DS, {"select": "*", "from": "thing", "batchSize": 3})
    assert sorted(each["data"]["n_i"] for each in found) == list(range(7))
    assert found[0].keys() >= {"oid", "UID", "type", "data", "created", "lastUpdatedTimestamp"}
    chosen = script.read(DS, {"select": "oid, data.n_i as n", "from": "thing", "where": "data.n_i >= 5"})
    assert sorted(each["data"]["n"] for each in chosen) == [5, 6]


def test_what_is_read_from_one_store_can_be_written_to_another(script, gigya):
    other = gigya.add_site("3_b")
    stored(script, "thing", {"oid": "o", "UID": "u1", "data": {"n_i": 1}}, {"oid": "o", "data": {"n_i": 2}})
    flow = idx.Dataflow(steps=[
        idx.Step("read", DS, {"select": "*", "from": "thing"}, next=["write"]),
        idx.Step("write", "datasource.write.gigya.ds", {"type": "thing", "apiKey": "3_b"}),
    ])  # fmt: skip
    idx.run(flow, site=gigya.site).raise_for_status()
    pairs = [
        {(each.get("UID"), each["oid"], each["data"]["n_i"]) for each in site.objects("thing")}
        for site in (gigya.site, other)
    ]
    assert pairs[0] == pairs[1] == {("u1", "o", 1), (None, "o", 2)}


def test_objects_that_changed_are_read_after_the_first_run(script, gigya):
    long_ago = {"oid": "old", "data": {}, "lastUpdatedTimestamp": millis(NOW - timedelta(days=400))}
    gigya.site.documents.add(
        "ds/thing", [("/old", long_ago), ("/new", {"oid": "new", "data": {}, "lastUpdatedTimestamp": millis(NOW)})]
    )
    flow = idx.Dataflow(
        last_runtime=NOW - timedelta(days=1), steps=[idx.Step("it", DS, {"select": "oid", "from": "thing"})]
    )
    assert [each["oid"] for each in idx.stream(flow, until="it", site=gigya.site)] == ["new"]


# the audit log

ENTRIES = [
    {"callID": f"c{n}", "@timestamp": f"2026-04-{n + 1:02d}T10:00:00.000Z", "endpoint": endpoint, "uid": f"u{n}", "errCode": "0",
     "params": {"apiKey": "3_a"}, "userAgent": {"os": "Linux"}}
    for n, endpoint in enumerate(["accounts.login", "accounts.deleteAccount", "accounts.setAccountInfo", "accounts.deleteAccount"])
]  # fmt: skip


def test_deleted_users_are_found_in_the_audit_log(script, gigya):
    gigya.site.add_audit(ENTRIES)
    where = 'endpoint = "accounts.deleteAccount"'
    assert script.read(AUDIT, {"select": "uid", "where": where}) == [{"uid": "u1"}, {"uid": "u3"}]
    assert script.read(AUDIT, {"select": "*", "where": where, "batchSize": 1}) == [ENTRIES[1], ENTRIES[3]]
    assert script.read(AUDIT, {"select": "uid as UID, userAgent.os"})[0] == {"UID": "u0", "userAgent": {"os": "Linux"}}


def test_the_audit_log_is_read_from_the_last_run_on(gigya):
    gigya.site.add_audit(ENTRIES)
    at = datetime(2026, 4, 3, 10, 0, 30, tzinfo=UTC)  # half a minute after the third entry
    flow = idx.Dataflow(last_runtime=at, steps=[idx.Step("it", AUDIT, {"select": "uid"})])
    assert [each["uid"] for each in idx.stream(flow, until="it", site=gigya.site)] == ["u2", "u3"]


# comments

COMMENTS = [
    {"ID": f"k{n}", "categoryID": "comments" if n % 2 == 0 else "reviews", "streamID": "s1", "commentText": f"text {n}",
     "sender.name": "Ada", "sender.UID": "u1", "timestamp": millis(NOW) + n}
    for n in range(6)
]  # fmt: skip


def test_comments_are_read_and_names_with_dots_are_nested_unless_they_shall_stay(script, gigya):
    gigya.site.add_comments(COMMENTS)
    params = {"from": "comments", "where": 'categoryID="comments"', "batchSize": 2}
    nested = script.read(COMMENT, params)
    assert [each["ID"] for each in nested] == ["k0", "k2", "k4"]
    assert nested[0]["sender"] == {"name": "Ada", "UID": "u1"}
    kept = script.read(COMMENT, params | {"keepFieldNamesWithDotAsIs": True})
    assert kept == [COMMENTS[0], COMMENTS[2], COMMENTS[4]]


def test_a_comment_whose_names_contradict_each_other_is_rejected(script, gigya):
    gigya.site.add_comments([{"ID": "k", "sender": "text", "sender.name": "Ada"}, {"ID": "l", "a..b": 1}, {"ID": "m"}])
    assert script.read(COMMENT, {"from": "comments"}) == [{"ID": "m"}]
    assert script.job.steps["it"].rejected == 2


def test_streams_are_read_even_alike_ones(script, gigya):
    gigya.site.add_streams({"categoryID": f"c{n}", "streamID": "s", "commentCount": 1} for n in range(5))
    assert len(script.read(COMMENT, {"from": "streams", "batchSize": 2})) == 5


def test_comments_since_the_last_run_are_read(gigya):
    gigya.site.add_comments([*COMMENTS, {"ID": "old", "timestamp": 5}])
    flow = idx.Dataflow(last_runtime=NOW, steps=[idx.Step("it", COMMENT, {"from": "comments"})])
    assert len(list(idx.stream(flow, until="it", site=gigya.site))) == 6


@pytest.mark.parametrize(
    ("type", "params"),
    [
        (AUDIT, {"select": "count(*)"}),
        (AUDIT, {"select": "uid", "where": "endpoint ="}),
        (DS, {"select": "*", "from": "no table; select"}),
        (DS, {"select": "*", "from": "thing", "deltaField": "a b"}),
        (COMMENT, {"from": "reviews"}),
        (ACCOUNT, {"select": "UID", "include": "password", "maxConnections": 0}),
        (ACCOUNT, {"select": "UID", "partitions": 0}),
        (ACCOUNT, {"select": "UID", "partitions": 11}),
    ],
)
def test_parameters_that_cannot_be_are_told_before_anything_runs(type, params):
    assert [
        fault for fault in idx.check(idx.Dataflow(steps=[idx.Step("x", type, params)])) if fault.severity == "error"
    ]
