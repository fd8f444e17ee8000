"""``datasource.lookup.gigya.account``, and through it all look-ups that search."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import identitysync as idx
from identitysync.scripts.lookup.matching import Operator
from identitysync.testing import GigyaEmulator

ACCOUNT = "datasource.lookup.gigya.account"
BY_EMAIL = [{"sourceField": "email", "gigyaField": "profile.email"}]


def params(**more):
    return {"select": "UID", "lookupFields": BY_EMAIL} | more


def test_what_is_found_is_merged_into_the_record_and_what_is_not_goes_to_the_error_edge(script):
    out = script.run(ACCOUNT, params(), [{"email": "ada@x.com", "n": 1}, {"email": "nobody@x.com"}, {"n": 3}])

    assert out == [{"email": "ada@x.com", "n": 1, "UID": "u1"}]
    assert [record["_errorDetails"]["errorCode"] for record in script.errors] == ["no-match", "no-match"]
    assert script.errors[0]["email"] == "nobody@x.com"
    assert script.job.status == "succeeded"


@pytest.mark.parametrize(
    ("behaviour", "out", "errors"), [("process", 2, 0), ("skip", 1, 0), ("error", 1, 1), ("ERROR", 1, 1)]
)
def test_a_record_without_a_hit_goes_where_the_flow_says(script, behaviour, out, errors):
    given = [{"email": "ada@x.com"}, {"email": "nobody@x.com", "n": [1]}]
    assert len(script.run(ACCOUNT, params(mismatchBehavior=behaviour), given)) == out
    assert len(script.errors) == errors
    if behaviour == "process":
        assert script.out[1] == {"email": "nobody@x.com", "n": [1]}


@pytest.mark.parametrize(("behaviour", "out", "errors"), [("process", 2, 0), ("skip", 1, 0), ("error", 1, 1)])
def test_a_record_with_a_hit_goes_where_the_flow_says(script, behaviour, out, errors):
    given = [{"email": "ada@x.com"}, {"email": "nobody@x.com"}]
    assert len(script.run(ACCOUNT, params(matchBehavior=behaviour, mismatchBehavior="process"), given)) == out
    assert len(script.errors) == errors


@pytest.mark.parametrize(
    ("behaviour", "separate", "expected"),
    [
        ("error", False, None),
        ("error", True, None),
        ("take_first", False, [{"UID": "u2"}]),
        ("take_first", True, [{"UID": "u2"}]),
        ("process", True, [{"UID": "u2"}, {"UID": "u3"}]),
        ("process", False, [{"UID": ["u2", "u3"]}]),
    ],
)
def test_several_hits_go_where_the_flow_says(script, behaviour, separate, expected):
    by_name = [{"sourceField": "name", "gigyaField": "profile.firstName"}]
    more = {"multiMatchBehavior": behaviour, "separateMultiMatches": separate, "lookupFields": by_name}
    out = script.run(ACCOUNT, params(**more), [{"name": "Grace", "deep": {"x": [1]}}])

    if expected is None:
        assert out == []
        assert script.errors[0]["_errorDetails"]["errorCode"] == "multi-match"
    else:
        assert out == [{"name": "Grace", "deep": {"x": [1]}} | each for each in expected]
        out[0]["deep"]["x"].append(2)
        assert all(each["deep"] == {"x": [1]} for each in out[1:]), "the records of one share nothing"


def test_the_case_of_letters_counts_only_where_the_flow_says(script):
    given = [{"email": "ADA@x.com"}, {"email": "countess@x.COM"}]
    fields = [{"sourceField": "email", "gigyaField": "loginIDs.emails"}, *BY_EMAIL]

    assert [each["UID"] for each in script.run(ACCOUNT, params(lookupFields=fields), given)] == ["u1", "u1"]
    assert script.run(ACCOUNT, params(lookupFields=fields, isCaseSensitive=True), given) == []
    assert len(script.run(ACCOUNT, params(lookupFields=fields, isCaseSensitive="true"), [{"email": "ada@x.com"}])) == 1


def test_a_part_of_a_text_is_no_hit_though_gigyas_contains_finds_it(script):
    assert script.run(ACCOUNT, params(), [{"email": "da@x.com"}, {"email": "x.com"}]) == []
    assert len(script.errors) == 2


def test_an_id_is_minded_to_the_letter_and_asked_for_by_in(script):
    by_uid = [{"sourceField": "id", "gigyaField": "UID"}]
    out = script.run(ACCOUNT, params(select="profile.lastName", lookupFields=by_uid), [{"id": "u1"}, {"id": "U1"}])
    assert out == [{"id": "u1", "profile": {"lastName": "Lovelace"}}]


def test_with_or_one_pair_is_enough_and_with_and_all_are_needed(script):
    fields = [*BY_EMAIL, {"sourceField": "last", "gigyaField": "profile.lastName"}]
    given = [
        {"n": 0, "email": "ada@x.com", "last": "Lovelace"},
        {"n": 1, "email": "ada@x.com", "last": "Hopper"},
        {"n": 2, "email": "ada@x.com"},
        {"n": 3, "email": "", "last": None},
    ]
    both = script.run(ACCOUNT, params(lookupFields=fields, lookupFieldsOperator="AND"), given)
    assert [(each["n"], each["UID"]) for each in both] == [(0, "u1")]

    one = script.run(ACCOUNT, params(lookupFields=fields, multiMatchBehavior="process"), given)
    assert [(each["n"], each["UID"]) for each in one] == [(0, "u1"), (1, ["u1", "u2"]), (2, "u1")]


def test_objects_are_merged_field_by_field_and_the_flow_says_whose_value_stays(script):
    given = [{"email": "ada@x.com", "profile": {"firstName": "A.", "city": "Graz"}, "data": None}]
    select = "profile, data.crm"

    assert script.run(ACCOUNT, params(select=select), given) == [{
        "email": "ada@x.com",
        "profile": {"firstName": "Ada", "city": "Graz", "email": "ada@x.com", "lastName": "Lovelace"},
        "data": {"crm": 1},
    }]  # fmt: skip
    assert script.run(ACCOUNT, params(select=select, handleFieldConflicts="take_source"), given) == [{
        "email": "ada@x.com",
        "profile": {"firstName": "A.", "city": "Graz", "email": "ada@x.com", "lastName": "Lovelace"},
        "data": None,
    }]  # fmt: skip


def test_an_alias_takes_the_place_of_the_last_name_and_what_was_fetched_to_match_does_not_show(script):
    select = "UID as _UID, profile.lastName as family"
    out = script.run(ACCOUNT, params(select=select), [{"email": "ada@x.com", "UID": "mine"}])
    assert out == [{"email": "ada@x.com", "UID": "mine", "_UID": "u1", "profile": {"family": "Lovelace"}}]


def test_a_star_fetches_everything(script):
    (found,) = script.run(ACCOUNT, params(select="*"), [{"email": "ada@x.com"}])
    assert {"UID", "profile", "data", "loginIDs"} <= found.keys()


def test_numbers_booleans_and_arrays_are_looked_up_as_they_are(script):
    by_crm = [{"sourceField": "crm", "gigyaField": "data.crm"}]
    assert [each["UID"] for each in script.run(ACCOUNT, params(lookupFields=by_crm), [{"crm": 2}])] == ["u2"]
    by_vip = [{"sourceField": "vip", "gigyaField": "data.vip"}]
    assert [each["UID"] for each in script.run(ACCOUNT, params(lookupFields=by_vip), [{"vip": True}])] == ["u1"]
    many = [{"email": ["nobody@x.com", None, {"no": 1}, "ada@x.com"]}]
    assert [each["UID"] for each in script.run(ACCOUNT, params(), many)] == ["u1"]


@pytest.mark.parametrize("operator", ["OR", "AND"])
def test_one_and_true_are_two_values(script, operator):
    fields = [{"sourceField": "x", "gigyaField": "data.vip"}, {"sourceField": "y", "gigyaField": "profile.firstName"}]
    given = [{"x": 1, "y": "Ada"}, {"x": True, "y": "Ada"}, {"x": 1.0, "y": "Ada"}]
    if operator == "OR":
        fields = fields[:1]
    out = script.run(ACCOUNT, params(lookupFields=fields, lookupFieldsOperator=operator), given)
    assert out == [{"x": True, "y": "Ada", "UID": "u1"}]
    assert out[0]["x"] is True


def test_numbers_that_no_query_can_carry_reject_their_record_alone(script):
    by_crm = [{"sourceField": "crm", "gigyaField": "data.crm"}]
    given = [{"crm": float("inf")}, {"crm": float("nan")}, {"crm": 10**400}, {"crm": 2}]
    assert [each["UID"] for each in script.run(ACCOUNT, params(lookupFields=by_crm), given)] == ["u2"]
    assert [each["_errorDetails"]["errorCode"] for each in script.errors] == ["cannot-be-sent"] * 2 + ["no-match"]


def test_values_cannot_break_out_of_the_query_and_what_no_query_can_carry_is_rejected(script):
    nasty = ['" or UID = "u1', "' OR '1'='1", "\\", 'a"b', "line\nbreak", "\u2028", "x" * 5000, "\ud800"]
    script.run(ACCOUNT, params(isCaseSensitive=True), [{"email": each} for each in nasty])
    assert script.out == []
    assert [each["_errorDetails"]["errorCode"] for each in script.errors] == ["no-match"] * 7 + ["cannot-be-sent"]
    script.run(ACCOUNT, params(), [{"email": each} for each in nasty])
    assert len(script.errors) == 8


def test_records_with_the_same_hit_share_nothing(script):
    first, second = script.run(ACCOUNT, params(select="data"), [{"email": "ada@x.com"}] * 2)
    first["data"]["crm"] = "changed"
    assert second["data"]["crm"] == 1


def test_lite_accounts_and_subscriptions_are_found_among_email_accounts(script, gigya):
    lite = {"UID": "l1", "isLite": True, "profile": {"email": "lite@x.com", "lastName": "Light"}}
    gigya.site.put(lite | {"subscriptions": {"news": {"email": {"isSubscribed": True}}}})
    fields = [
        {"sourceField": "email", "gigyaField": "email"},
        {"sourceField": "last", "gigyaField": "profile.lastName"},
    ]
    select = "email, hasLiteAccount, hasFullAccount, subscriptions"
    more = {"from": "emailAccounts", "select": select, "lookupFields": fields, "lookupFieldsOperator": "AND"}

    given = [{"email": "Lite@x.com", "last": "light"}, {"email": "lite@x.com", "last": "Hopper"}]
    (found,) = script.run(ACCOUNT, params(**more), given)
    assert found == {
        "email": "lite@x.com",
        "last": "light",
        "hasLiteAccount": True,
        "hasFullAccount": False,
        "subscriptions": {"news": {"email": {"isSubscribed": True}}},
    }


def test_a_batch_is_one_query_and_several_are_under_way_as_the_flow_says(gigya):
    now, most, lock = 0, 0, threading.Lock()
    answer = gigya._answer

    def watched(request):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            threading.Event().wait(0.05)
            return answer(request)
        finally:
            with lock:
                now -= 1

    gigya._answer = watched
    given = [{"email": "ada@x.com", "n": n} for n in range(90)]
    for concurrency in (1, 3):
        most, out = 0, []
        gigya.calls.clear()
        step = params(batchSize=10, maxConcurrency=concurrency)
        flow = idx.Dataflow(steps=[
            idx.Step("in", "file.parse.json", next=["it"]), idx.Step("it", ACCOUNT, step, next=["out"]),
            idx.Step("out", "field.remove", {"fields": ["x"]}),
        ])  # fmt: skip
        idx.run(flow, inputs={"in": given}, outputs={"out": out}, site=gigya.site).raise_for_status()
        assert [each["n"] for each in out] == list(range(90))
        assert len(gigya.calls) == 9
        assert most == concurrency


def test_more_hits_than_a_page_has_are_all_found(script, gigya):
    gigya.site.add_accounts({"UID": f"m{n}", "profile": {"lastName": "Many"}} for n in range(2500))
    fields = [{"sourceField": "last", "gigyaField": "profile.lastName"}]
    out = script.run(
        ACCOUNT,
        params(lookupFields=fields, multiMatchBehavior="process", separateMultiMatches=True),
        [{"last": "many"}],
    )
    assert len({each["UID"] for each in out}) == 2500


def test_gigyas_bad_days_change_nothing(script, gigya):
    for kind in ("rate_limit", "drop"):
        gigya.faults.add(kind, method="accounts.search")
    assert len(script.run(ACCOUNT, params(), [{"email": "ada@x.com"}])) == 1


def test_a_query_that_gigya_refuses_fails_the_job(script):
    script.run(ACCOUNT, params(apiKey="3_unknown"), [{"email": "ada@x.com"}])
    assert script.job.status == "failed"
    assert "400093" in script.job.status_details


def test_parameters_that_cannot_be_are_told_before_anything_runs():
    wrong = {
        "select": "count(*)",
        "lookupFields": [{"sourceField": "a..b", "gigyaField": "not a path"}],
        "matchBehavior": "perhaps",
        "batchSize": 0,
    }
    faults = idx.check(idx.Dataflow(steps=[idx.Step("x", ACCOUNT, wrong)]))
    paths = {fault.path for fault in faults}
    assert {"$.steps[0].params.select", "$.steps[0].params.matchBehavior", "$.steps[0].params.batchSize"} <= paths
    assert any(path.startswith("$.steps[0].params.lookupFields") for path in paths)
    empty = idx.check(idx.Dataflow(steps=[idx.Step("x", ACCOUNT, {"select": "UID", "lookupFields": []})]))
    assert any("one pair" in fault.message for fault in empty)


TEXTS = st.sampled_from(["a@x.com", "A@X.com", "b@x.com", "", "ß@x.com", "SS@x.com", "İ@x.com"])


@settings(max_examples=25)
@given(
    accounts=st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=2)), max_size=6),
    wanted=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6),
    operator=st.sampled_from(["OR", "AND"]),
    sensitive=st.booleans(),
)
def test_hits_are_those_that_a_plain_comparison_finds(shared, accounts, wanted, operator, sensitive):
    site, search = shared
    people = [
        {"UID": f"h{n}", "profile": {"email": email}, "loginIDs": {"emails": logins}}
        for n, (email, logins) in enumerate(accounts)
    ]
    for old in list(site.accounts):
        site.delete(old["UID"])
    site.add_accounts(people)
    records = [{"email": email, "login": login} for email, login in wanted]
    got = search(records, operator, sensitive)

    def same(one, other):
        return one != "" and (one == other if sensitive else one.casefold() == other.casefold())

    expected = []
    for email, login in wanted:
        hits = []
        for person in people:
            first = same(email, person["profile"]["email"])
            second = any(same(login, each) for each in person["loginIDs"]["emails"])
            if (first or second) if operator == "OR" else (first and second):
                hits.append(person["UID"])
        expected.append(hits)
    assert got == expected


NAMES = st.sampled_from(["a.b", "A.B", "aXb", "a*", "A*", "[x]", "é", "É", "a\nb", "A\nB", '"', "\\", "'q", "#~<>&@%-^$|(){}?+", "a b", "A B", "żółć", "ŻÓŁĆ", "日本", "a_1", "A_1"])  # fmt: skip


@settings(max_examples=25)
@given(st.lists(NAMES, max_size=8), st.lists(NAMES, min_size=1, max_size=8))
def test_fields_that_are_not_encrypted_are_searched_in_any_case_too(shared, there, wanted):
    site, search = shared
    for old in list(site.accounts):
        site.delete(old["UID"])
    site.add_accounts({"UID": f"h{n}", "profile": {"nickname": name}} for n, name in enumerate(there))
    got = search([{"nick": name} for name in wanted], Operator.OR, False)
    assert got == [[f"h{n}" for n, each in enumerate(there) if each.casefold() == name.casefold()] for name in wanted]


@pytest.fixture(scope="module")
def shared():
    from identitysync.contract import RunInfo
    from identitysync.scripts.lookup.gigya_account import LookUpGigyaAccounts
    from identitysync.scripts.lookup.matching import LookupField
    from identitysync.values import FieldPath
    from identitysync.world import SystemClock

    with GigyaEmulator("3_h", "AKh") as gigya:

        class Services:
            clock, site = SystemClock(), gigya.site
            run = RunInfo("job", SystemClock().now())

        def search(records, operator, sensitive):
            script = LookUpGigyaAccounts(
                select="UID as hit",
                lookup_fields=[
                    LookupField(source_field=FieldPath.parse("email"), gigya_field="profile.email"),
                    LookupField(source_field=FieldPath.parse("login"), gigya_field="loginIDs.emails"),
                    *([LookupField(source_field=FieldPath.parse("nick"), gigya_field="profile.nickname")] if "nick" in records[0] else []),
                ],
                lookup_fields_operator=operator, is_case_sensitive=sensitive, multi_match_behavior="process",
                separate_multi_matches=True, mismatch_behavior="process",
            )  # fmt: skip
            answers = script.look_up(records, Services())
            listed = [answer if isinstance(answer, list) else [answer] for answer in answers]
            return [[each["hit"] for each in found if "hit" in each] for found in listed]

        yield gigya.site, search
