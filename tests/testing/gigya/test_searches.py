"""``accounts.search``: limits, cursors, tables."""

import pytest

from identitysync.testing import generate_accounts

UID = "SELECT UID FROM accounts"


def paged(call, query, **params):
    """Give the pages of a search with a cursor."""
    answer = call.search(query, openCursor="true", **params)
    pages = [answer["results"]]
    while "nextCursorId" in answer:
        answer = call("accounts.search", cursorId=answer["nextCursorId"])
        pages.append(answer["results"])
    return pages


def test_limits_are_those_of_the_documentation(call, gigya):
    gigya.site.add_accounts(generate_accounts(6000, start=700))

    def count(query, **params):
        answer = call.search(query, **params)
        return answer.get("objectsCount", answer["errorCode"])

    assert count(UID) == 300
    assert count(f"{UID} LIMIT 7") == 7
    assert count(f"{UID} LIMIT 0") == 0
    assert count(f"{UID} LIMIT 20000") == 5000
    assert count(f"{UID} START 4990 LIMIT 300") == 10
    assert count(f"{UID} START 5001") == 400006
    assert count(f"{UID} START 5", openCursor="true") == 400006
    assert count(f"{UID} LIMIT 20000", openCursor="true") == 6700


def test_start_and_limit_cut_the_list_that_was_ordered(call):
    everyone = call.uids(f"{UID} ORDER BY profile.age DESC, UID LIMIT 700")
    accounts = {account["UID"]: account for account in generate_accounts(700)}

    assert everyone == sorted(accounts, key=lambda uid: (-accounts[uid]["profile"]["age"], uid))
    assert call.uids(f"{UID} ORDER BY profile.age DESC, UID START 5 LIMIT 3") == everyone[5:8]


def test_a_cursor_gives_everything_once_in_order(call):
    pages = paged(call, f"{UID} ORDER BY createdTimestamp DESC LIMIT 300")

    assert [len(page) for page in pages] == [300, 300, 100]
    uids = [row["UID"] for page in pages for row in page]
    assert uids == [account["UID"] for account in generate_accounts(700)][::-1]


def test_a_cursor_may_be_sent_again_and_expires_after_five_minutes_without_use(call, clock):
    first = call.search(f"{UID} LIMIT 300", openCursor="true")["nextCursorId"]
    page = call("accounts.search", cursorId=first)
    clock.advance(299)
    again = call("accounts.search", cursorId=first)
    assert again["results"] == page["results"]
    assert again["nextCursorId"] == page["nextCursorId"] != first
    clock.advance(299)
    assert call("accounts.search", cursorId=page["nextCursorId"])["errorCode"] == 0
    clock.advance(301)
    assert call("accounts.search", cursorId=first)["errorCode"] == 400006


def test_a_cursor_belongs_to_its_site_and_comes_without_a_query(call, gigya):
    gigya.add_site("3_b")
    cursor = call.search(f"{UID} LIMIT 300", openCursor="true")["nextCursorId"]

    assert call("accounts.search", cursorId=cursor, apiKey="3_b")["errorCode"] == 400006
    assert call("accounts.search", cursorId=cursor, query=UID)["errorCode"] == 400006
    assert call("accounts.search", cursorId="nonsense")["errorCode"] == 400006


def test_writes_between_pages_neither_repeat_nor_lose_accounts(call, gigya):
    everyone = [account["UID"] for account in gigya.accounts]
    answer = call.search("SELECT UID, data.touched FROM accounts LIMIT 300", openCursor="true")
    for uid in (everyone[0], everyone[350], everyone[699]):
        assert call("accounts.setAccountInfo", UID=uid, data='{"touched":true}')["errorCode"] == 0
    call("accounts.deleteAccount", UID=everyone[351])
    rows = answer["results"]
    while "nextCursorId" in answer:
        answer = call("accounts.search", cursorId=answer["nextCursorId"])
        rows += answer["results"]

    assert [row["UID"] for row in rows] == everyone[:351] + everyone[352:]
    assert [row["UID"] for row in rows if row.get("data")] == [everyone[350], everyone[699]]


def test_an_account_keeps_its_place_when_it_is_written(gigya):
    before = [account["UID"] for account in gigya.accounts]
    gigya.site.add_accounts([{"UID": before[3], "profile": {}}])

    assert [account["UID"] for account in gigya.accounts] == before


def test_functions_tell_of_all_documents(call):
    answer = call.search("SELECT count(*), max(profile.age) AS oldest FROM accounts WHERE profile.age < 40")
    grouped = call.search("SELECT profile.gender, count(*) FROM accounts GROUP BY profile.gender")

    fitting = [account for account in generate_accounts(700) if account["profile"]["age"] < 40]
    assert answer["results"] == [{"count(*)": len(fitting), "oldest": 39}]
    assert (answer["objectsCount"], answer["totalCount"]) == (1, len(fitting))
    assert {row["profile"]["gender"]: row["count(*)"] for row in grouped["results"]} == {"f": 234, "m": 233, "u": 233}


def test_an_alias_stands_in_the_place_of_the_last_name(call):
    (row,) = call.search("SELECT profile.firstName AS contact FROM accounts LIMIT 1")["results"]

    assert list(row) == ["profile"]
    assert list(row["profile"]) == ["contact"]


def test_a_filter_thins_arrays_out_on_every_page(call, gigya):
    counters = [{"class": "_shares", "count": 1}, {"class": "_likes", "count": 2}]
    gigya.site.add_accounts({"UID": f"c{number}", "counters": counters} for number in range(3))
    query = 'SELECT UID, counters FROM accounts WHERE counters.count = 2 FILTER counters BY class = "_likes" LIMIT 2'

    rows = [row for page in paged(call, query) for row in page]

    assert [row["UID"] for row in rows] == ["c0", "c1", "c2"]
    assert all(row["counters"] == counters[1:] for row in rows)


def test_a_filter_without_a_path_chooses_accounts(call):
    assert call.uids(f"{UID} WHERE profile.age >= 18 FILTER profile.age = 18") == call.uids(
        f"{UID} WHERE profile.age = 18"
    )


@pytest.mark.parametrize("query", [
    "nonsense", "SELECT UID FROM accounts LIMIT 5 ORDER BY UID", "SELECT UID FROM nowhere", "SELECT UID FROM accounts HAVING 1",
])  # fmt: skip
def test_a_query_that_is_none_is_refused_with_the_place_of_the_fault(call, query):
    answer = call.search(query)

    assert (answer["errorCode"], answer["errorMessage"]) == (400006, "Invalid parameter value")
    assert "character" in answer["errorDetails"] or "nowhere" in answer["errorDetails"]


def test_a_search_needs_a_query(call):
    assert call("accounts.search")["errorCode"] == 400002
    assert call.search(UID, accountTypes="none")["errorCode"] == 400006


def test_accounts_never_give_subscriptions_or_passwords(call, gigya):
    gigya.site.put({"UID": "p", "profile": {}, "password": {"hash": "x"}, "subscriptions": {"n": {"x": 1}}})

    (found,) = call.search("SELECT * FROM accounts WHERE UID = 'p'")["results"]
    assert set(found) == {"UID", "profile"}
    assert call.uids("SELECT UID FROM accounts WHERE subscriptions.n.x = 1") == []


def test_lite_accounts_are_given_when_asked_for(call, gigya):
    call("accounts.importLiteAccount", email="lite@example.com")

    assert [call.search("SELECT count(*) FROM accounts", accountTypes=kinds)["totalCount"] for kinds in (
        "full", "lite", "full,lite",
    )] == [700, 1, 701]  # fmt: skip
    assert gigya.site.count() == 700
    assert [account["profile"]["email"] for account in gigya.site.lite_accounts] == ["lite@example.com"]


def test_email_accounts_are_one_for_each_address_whatever_its_case(call, gigya):
    for email in ("lite@example.com", "PERSON5@example.com"):
        subscribed = '{"news":{"email":{"isSubscribed":true}}}'
        assert call("accounts.importLiteAccount", email=email, subscriptions=subscribed)["errorCode"] == 0

    def flags(where):
        rows = call.search(f"SELECT * FROM emailAccounts WHERE {where}")["results"]
        return [(row["email"], row["hasLiteAccount"], row["hasFullAccount"], "subscriptions" in row) for row in rows]

    assert flags("profile.email = 'lite@example.com'") == [("lite@example.com", True, False, True)]
    assert flags("email = 'person5@example.com'") == [("person5@example.com", True, True, True)]
    assert flags("UID = 'nobody'") == []
    pages = paged(call, "SELECT email, token FROM emailAccounts LIMIT 300")
    assert len({row["token"] for page in pages for row in page}) == sum(map(len, pages)) == 701
