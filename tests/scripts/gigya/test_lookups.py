"""The look-ups of achievements, data store objects, and genders."""

import sys

import pytest

import identitysync as idx

GM, DS, GENDER = "datasource.lookup.gigya.gm", "datasource.lookup.gigya.ds", "datasource.lookup.gender"
READER = {"challengeID": "reader", "level": 2, "pointsTotal": 120, "levelDescription": "only with details"}
WRITER = {"challengeID": "writer", "level": 1, "pointsTotal": 10}


def test_achievements_are_put_into_the_record(script, gigya):
    gigya.site.set_achievements("u1", [READER, WRITER])
    given = [{"UID": "u1"}, {"UID": "u2", "achievements": "old"}, {"UID": "nobody"}, {}]

    first, second = script.run(GM, {"includeChallenges": "*"}, given)
    assert [each["challengeID"] for each in first["achievements"]] == ["reader", "writer"]
    assert second == {"UID": "u2", "achievements": []}
    assert [record["_errorDetails"]["errorCode"] for record in script.errors] == [403005, "missing-uid"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"includeChallenges": "reader, writer", "excludeChallenges": ["writer"]}, ["reader"]),
        ({"includeChallenges": ["writer"], "maxConnections": 100}, ["writer"]),
        ({"includeChallenges": ["*"], "excludeChallenges": "reader,writer"}, []),
    ],
)
def test_challenges_are_included_and_excluded(script, gigya, params, expected):
    gigya.site.set_achievements("u1", [READER, WRITER])
    (found,) = script.run(GM, params, [{"UID": "u1"}])
    assert [each["challengeID"] for each in found["achievements"]] == expected


def test_connections_are_1_to_100():
    for count in (0, 101):
        step = idx.Step("x", GM, {"includeChallenges": "*", "maxConnections": count})
        assert any("1 to 100" in fault.message for fault in idx.check(idx.Dataflow(steps=[step])))


def test_objects_of_the_data_store_are_looked_up_as_accounts_are(script):
    stored = [{"oid": f"p{n}", "UID": f"u{n % 2}", "data": {"total_f": n * 1.5, "shop_i": n}} for n in range(4)]
    script.run("datasource.write.gigya.ds", {"type": "purchase"}, stored)
    params = {
        "from": "purchase", "select": "oid, data.total_f as total",
        "lookupFields": [{"sourceField": "UID", "gigyaField": "UID"}],
        "multiMatchBehavior": "process", "separateMultiMatches": True, "mismatchBehavior": "skip",
    }  # fmt: skip
    assert sorted(script.run(DS, params, [{"UID": "u1"}, {"UID": "u2"}]), key=lambda each: each["oid"]) == [
        {"UID": "u1", "oid": "p1", "data": {"total": 1.5}}, {"UID": "u1", "oid": "p3", "data": {"total": 4.5}},
    ]  # fmt: skip
    by_shop = params | {"lookupFields": [{"sourceField": "shop", "gigyaField": "data.shop_i"}], "select": "UID"}
    assert script.run(DS, by_shop, [{"shop": 2}]) == [{"shop": 2, "UID": "u0"}]


def test_objects_of_two_users_with_one_oid_are_two(script):
    script.run(
        "datasource.write.gigya.ds",
        {"type": "t"},
        [{"oid": "same", "UID": f"u{n}", "data": {"n_i": 1}} for n in range(3)],
    )
    params = {
        "from": "t", "select": "data", "lookupFields": [{"sourceField": "n", "gigyaField": "data.n_i"}],
        "multiMatchBehavior": "process",
    }  # fmt: skip
    assert script.run(DS, params, [{"n": 1}]) == [{"n": 1, "data": [{"n_i": 1}] * 3}]


def test_a_text_that_is_too_long_to_be_looked_up_rejects_its_record_alone(script):
    script.run("datasource.write.gigya.ds", {"type": "t"}, [{"oid": "a", "data": {"name_s": "ada"}}])
    params = {"from": "t", "select": "oid", "lookupFields": [{"sourceField": "n", "gigyaField": "data.name_s"}]}
    assert script.run(DS, params, [{"n": "a" * 4001}, {"n": "ADA"}]) == [{"n": "ADA", "oid": "a"}]
    (refused,) = script.errors
    assert refused["_errorDetails"]["errorCode"] == "cannot-be-sent"
    assert "4001 characters cannot be looked up in any case" in refused["_errorDetails"]["errorMessage"]
    assert script.run(DS, params | {"mismatchBehavior": "process"}, [{"n": "a" * 4000}]) == [{"n": "a" * 4000}]
    exact = params | {"mismatchBehavior": "process", "isCaseSensitive": True}
    assert script.run(DS, exact, [{"n": "a" * 4001}]) == [{"n": "a" * 4001}]


def gender(script, *names, **params):
    params = {"firstNameField": "profile.firstName", "targetField": "profile.gender"} | params
    return script.run(GENDER, params, [{"profile": {"firstName": name}} for name in names])


GENDERS = [
    ("Maria", "female"), ("MARIA", "female"), ("José", "male"), ("jose", "male"), ("Anna-Lena", "female"),
    ("  Wolfgang Amadeus", "male"), ("Qqq Grace", "female"), ("花子", "female"), ("Øystein", "male"),
    ("Qqqq", None), ("", None), (None, None), (7, None), (["Maria"], None), ("R2-D2", None),
]  # fmt: skip


def test_a_first_name_is_guessed_whatever_its_spelling(script):
    found = [record["profile"] for record in gender(script, *(name for name, _ in GENDERS))]
    assert [(each["firstName"], each["gender"]) for each in found] == GENDERS
    for each in found:
        share = each["genderProbability"]
        assert share is None if each["gender"] is None else 0.5 < share <= 1


def test_a_name_that_men_and_women_share_has_a_lower_share(script):
    kim, brunhilde = gender(script, "Kim", "Brunhilde")
    assert kim["profile"]["genderProbability"] < 0.9 < brunhilde["profile"]["genderProbability"]


def test_the_target_may_be_anywhere_and_a_record_without_a_place_for_it_is_rejected(script):
    (flat,) = script.run(GENDER, {"firstNameField": "n", "targetField": "'a.b'"}, [{"n": "Maria"}])
    assert flat.keys() == {"n", "a.b", "a.bProbability"}
    assert script.run(GENDER, {"firstNameField": "n", "targetField": "n.gender"}, [{"n": "Maria"}]) == []
    assert script.errors[0]["_errorDetails"]["errorCode"] == "path-conflict"
    assert script.errors[0]["n"] == "Maria"


def test_without_the_names_the_extra_is_named(script, monkeypatch):
    monkeypatch.setitem(sys.modules, "faker.providers.person", None)
    gender(script, "Maria")
    assert script.job.status == "failed"
    assert "identitysync[gender]" in script.job.status_details
