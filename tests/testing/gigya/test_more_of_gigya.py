"""The audit log, comments, challenges, consent, subscriptions and latency of the emulator."""

import json
import time

import pytest
from tests.testing.gigya.conftest import SECRET

from identitysync.testing import GigyaEmulator


def test_the_audit_log_gives_whole_entries_and_nothing_else(call, gigya):
    gigya.site.add_audit({"callID": f"c{n}", "endpoint": "e", "@timestamp": f"2026-01-0{n + 1}"} for n in range(5))
    answer = call(
        "audit.search", query='SELECT * FROM auditLog WHERE @timestamp >= "2026-01-02" ORDER BY @timestamp LIMIT 2'
    )
    assert [row["callID"] for row in answer["results"]] == ["c1", "c2"]
    for query in (
        "SELECT callID FROM auditLog",
        "SELECT count(*) FROM auditLog",
        "SELECT * FROM accounts",
        "SELECT * FROM auditLog FILTER a BY b = 1",
    ):
        assert call("audit.search", query=query)["errorCode"] == 400006, query


def test_comments_and_streams_are_tables_of_their_own(call, gigya):
    gigya.site.add_comments([{"ID": "1", "categoryID": "c"}, {"ID": "2", "categoryID": "d"}])
    gigya.site.add_comments([{"ID": "2", "categoryID": "c"}])
    gigya.site.add_streams([{"categoryID": "c", "streamID": "s"}, {"categoryID": "d", "streamID": "s"}])
    assert [
        row["ID"] for row in call("comments.search", query='SELECT * FROM comments WHERE categoryID="c"')["results"]
    ] == ["1", "2"]
    assert call("comments.search", query="SELECT * FROM streams")["totalCount"] == 2
    assert call("comments.search", query="SELECT * FROM reviews")["errorCode"] == 400006
    assert call("accounts.search", query="SELECT * FROM comments")["errorCode"] == 400006


def test_achievements_are_told_basically_or_in_full(call, gigya):
    uid = next(iter(gigya.accounts))["UID"]
    gigya.site.set_achievements(
        uid, [{"challengeID": "a", "level": 1, "levelDescription": "long"}, {"challengeID": "b"}]
    )
    assert call("gm.getChallengeStatus", UID=uid)["achievements"] == [
        {"challengeID": "a", "level": 1},
        {"challengeID": "b"},
    ]
    full = call("gm.getChallengeStatus", UID=uid, details="full", includeChallenges="a,c")
    assert full["achievements"] == [{"challengeID": "a", "level": 1, "levelDescription": "long"}]
    assert call("gm.getChallengeStatus", UID=uid, excludeChallenges="a")["achievements"] == [{"challengeID": "b"}]
    assert call("gm.getChallengeStatus", UID="nobody")["errorCode"] == 403005
    assert call("gm.getChallengeStatus")["errorCode"] == 400002
    assert call("gm.getChallengeStatus", UID=uid, details="all")["errorCode"] == 400006


def test_a_consent_notes_when_it_changed_unless_the_time_came_along(call, gigya, clock):
    uid = next(iter(gigya.accounts))["UID"]

    def consent(**terms):
        call("accounts.setAccountInfo", UID=uid, preferences=json.dumps({"terms": {"tos": terms}}))
        return gigya.account(uid)["preferences"]["terms"]["tos"]

    assert consent(isConsentGranted=True)["lastConsentModified"] == "2026-03-01T12:00:00.000Z"
    clock.advance(60)
    assert consent(isConsentGranted=True)["lastConsentModified"] == "2026-03-01T12:00:00.000Z", "nothing changed"
    assert consent(isConsentGranted=False)["actionTimestamp"] == "2026-03-01T12:01:00.000Z"
    kept = consent(isConsentGranted=True, actionTimestamp="2020-01-01T00:00:00Z")
    assert kept["actionTimestamp"] == "2020-01-01T00:00:00Z"
    assert call("accounts.getAccountInfo", UID=uid, include="preferences")["preferences"]["terms"]["tos"] == kept


def test_subscriptions_are_shared_between_the_full_and_the_lite_account_of_an_address(call, gigya):
    account = next(iter(gigya.accounts))
    email = account["profile"]["email"]
    on = {"news": {"email": {"isSubscribed": True}}}
    lite = call("accounts.importLiteAccount", email=email, subscriptions=json.dumps(on))["UID"]
    for uid in (account["UID"], lite):
        state = gigya.account(uid)["subscriptions"]["news"]["email"]
        assert state == {"isSubscribed": True, "lastUpdatedSubscriptionState": "2026-03-01T12:00:00.000Z"}
    off = {"news": {"email": {"isSubscribed": False, "lastUpdatedSubscriptionState": "2020-01-01T00:00:00Z"}}}
    call("accounts.setAccountInfo", UID=account["UID"], subscriptions=json.dumps(off))
    assert gigya.account(lite)["subscriptions"] == off
    (row,) = call.search(f'SELECT subscriptions FROM emailAccounts WHERE email = "{email}"')["results"]
    assert row["subscriptions"] == off
    assert "subscriptions" not in call.search(f'SELECT * FROM accounts WHERE UID = "{account["UID"]}"')["results"][0]


def test_a_site_that_mails_the_deleted_refuses_to_delete(caller_of, clock):
    with GigyaEmulator("3_a", "AK", SECRET, [{"UID": "u"}], clock=clock, deletes_are_mailed=True) as gigya:
        assert caller_of(gigya)("accounts.deleteAccount", UID="u")["errorDetails"] == "Invalid policy configuration"
        assert gigya.account("u") is not None


@pytest.mark.parametrize("method", ["accounts.search", "no.such"])
def test_every_answer_takes_as_long_as_the_latency_says(method):
    from tests.testing.gigya.conftest import Caller

    from identitysync.world import SystemClock

    with GigyaEmulator("3_a", "AK", SECRET, latency=0.05) as gigya:
        caller = Caller(gigya, SystemClock())
        caller(method, query="SELECT * FROM accounts")
        began = time.monotonic()
        caller(method, query="SELECT * FROM accounts")
        assert 0.05 <= time.monotonic() - began < 1
        caller.connection.close()
