"""The methods that read, change, make and remove single accounts."""

import json

import pytest


@pytest.fixture
def uid(gigya):
    return next(iter(gigya.accounts))["UID"]


def info(call, uid, include="profile,data,loginIDs,emails,subscriptions,preferences"):
    return call("accounts.getAccountInfo", UID=uid, include=include)


def test_an_account_is_given_with_profile_and_data_unless_other_parts_are_named(call, gigya, uid):
    gigya.site.put(gigya.account(uid) | {"subscriptions": {"n": {}}, "password": {"hash": "x"}})

    assert {"profile", "data"} <= call("accounts.getAccountInfo", UID=uid).keys()
    assert not {"subscriptions", "password", "regSource"} & call("accounts.getAccountInfo", UID=uid).keys()
    asked = call("accounts.getAccountInfo", UID=uid, include="subscriptions,regSource")
    assert {"subscriptions", "regSource"} <= asked.keys()
    assert "profile" not in asked


def test_a_change_is_merged_and_null_removes(call, gigya, uid):
    before = gigya.account(uid)
    profile = {"firstName": 'Žofie "1"\n🎉', "city": None}
    answer = call(
        "accounts.setAccountInfo", UID=uid, profile=json.dumps(profile), data='{"x":{"y":1}}', isActive="false",
        preferences='{"terms":{"tos":{"isConsentGranted":true}}}', subscriptions='{"n":{"email":{"isSubscribed":true}}}',
    )  # fmt: skip
    assert (answer["errorCode"], answer["UID"]) == (0, uid)
    call("accounts.setAccountInfo", UID=uid, data='{"x":{"z":[1,null]},"big":9007199254740993}')
    after = info(call, uid)

    assert after["profile"] == {
        key: value for key, value in (before["profile"] | {"firstName": profile["firstName"]}).items() if key != "city"
    }
    assert after["data"] == before["data"] | {"x": {"y": 1, "z": [1, None]}, "big": 9007199254740993}
    assert after["subscriptions"]["n"]["email"]["isSubscribed"] is True
    assert after["preferences"]["terms"]["tos"]["isConsentGranted"] is True
    assert after["isActive"] is False


def test_a_change_is_stamped_by_the_clock_in_both_forms(call, gigya, clock, uid):
    clock.advance(1.5)
    call("accounts.setAccountInfo", UID=uid, isVerified="true")
    account = gigya.account(uid)

    assert account["lastUpdated"] == account["verified"] == "2026-03-01T12:00:01.500Z"
    assert account["lastUpdatedTimestamp"] == int(clock.now().timestamp() * 1000)
    assert call.uids(f"SELECT UID FROM accounts WHERE lastUpdatedTimestamp >= {account['lastUpdatedTimestamp']}") == [
        uid
    ]


@pytest.mark.parametrize(("params", "code"), [
    ({"UID": "nobody"}, 403005), ({"UID": None}, 400002), ({"profile": "{broken"}, 400006), ({"profile": "[1]"}, 400006),
    ({"data": '"text"'}, 400006), ({"isActive": "perhaps"}, 400006), ({"profile": '{"email":"a@refused.example"}'}, 400009),
    ({"profile": '{"email":"no address"}'}, 400009), ({"profile": '{"email":""}'}, 400009), ({"profile": '{"email":5}'}, 400009),
    ({"profile": '{"email":"person5@example.com"}'}, 400003), ({"profile": '{"email":"PERSON5@example.com"}'}, 400003),
])  # fmt: skip
def test_a_change_that_is_refused_changes_nothing(call, gigya, uid, params, code):
    before = gigya.account(uid)
    answer = call("accounts.setAccountInfo", **{"UID": uid, "data": '{"x":1}', **params})

    assert answer["errorCode"] == code
    assert answer["statusCode"] == code // 1000
    assert answer["errorDetails"]
    assert gigya.account(uid) == before
    if code == 400009:
        assert answer["validationErrors"][0]["fieldName"] == "profile.email"


def test_an_old_address_that_would_be_refused_today_does_not_forbid_other_changes(call, gigya, uid):
    gigya.site.put(gigya.account(uid) | {"profile": {"email": "old@refused.example"}})

    assert call("accounts.setAccountInfo", UID=uid, data='{"x":1}')["errorCode"] == 0


def test_login_names_are_added_removed_and_belong_to_one_account(call, gigya, uid):
    other = list(gigya.accounts)[1]["UID"]
    assert call("accounts.setAccountInfo", UID=uid, addLoginEmails="a@x.at, b@x.at", username="ada")["errorCode"] == 0
    assert (
        call("accounts.setAccountInfo", UID=uid, removeLoginEmails="a@x.at", addLoginEmails="b@x.at")["errorCode"] == 0
    )
    assert info(call, uid)["loginIDs"] == {"username": "ada", "emails": ["b@x.at"]}

    assert call("accounts.setAccountInfo", UID=other, addLoginEmails="B@x.at")["errorCode"] == 400003
    assert call("accounts.setAccountInfo", UID=other, username="ada")["errorCode"] == 400003
    assert call("accounts.setAccountInfo", UID=other, addLoginEmails="a@x.at")["errorCode"] == 0
    call("accounts.deleteAccount", UID=uid)
    assert call("accounts.setAccountInfo", UID=other, username="ada")["errorCode"] == 0


def test_passwords_are_not_kept(call, gigya, uid):
    call("accounts.setAccountInfo", UID=uid, password="old-one", newPassword="new-one")

    assert "-one" not in json.dumps(gigya.account(uid))


def test_an_import_inserts_once_and_changes_when_told_so(call, gigya):
    first = {
        "UID": "new-1",
        "profile": '{"email":"new@example.com","firstName":"A"}',
        "created": "2019-07-16T19:20:30Z",
    }
    assert call("accounts.importFullAccount", **first)["errorCode"] == 0
    assert call("accounts.importFullAccount", **first)["errorCode"] == 400003
    more = {"profile": '{"city":"Łódź"}', "importPolicy": "upsert", "isVerified": "true"}
    assert call("accounts.importFullAccount", UID="new-1", **more)["errorCode"] == 0

    account = gigya.account("new-1")
    assert account["profile"] == {"email": "new@example.com", "firstName": "A", "city": "Łódź"}
    assert (account["created"], account["createdTimestamp"]) == ("2019-07-16T19:20:30.000Z", 1563304830000)
    assert (account["verified"], account["isRegistered"]) == ("2026-03-01T12:00:00.000Z", True)


def test_an_import_replaces_groups_whole(call, gigya):
    params = {"UID": "g", "importPolicy": "upsert"}
    call("accounts.importFullAccount", **params, loginIDs='{"username":"grace"}', emails='{"verified":["g@x.at"]}')
    call("accounts.importFullAccount", **params, loginIds='{"emails":["g@x.at"]}')

    assert gigya.account("g")["loginIDs"] == {"emails": ["g@x.at"]}
    assert gigya.account("g")["emails"] == {"verified": ["g@x.at"]}
    assert call("accounts.importFullAccount", UID="h", loginIDs='{"emails":["G@x.at"]}')["errorCode"] == 400003


@pytest.mark.parametrize(("params", "code"), [
    ({}, 400002), ({"UID": "a", "importPolicy": "guess"}, 400006), ({"UID": "a", "created": "yesterday"}, 400006),
    ({"UID": "a", "profile": '{"email":"person5@example.com"}'}, 400003),
])  # fmt: skip
def test_an_import_that_is_refused_makes_no_account(call, gigya, params, code):
    assert call("accounts.importFullAccount", **params)["errorCode"] == code
    assert gigya.site.count() == 700


def test_an_import_makes_a_uid_when_asked_and_names_what_it_ignores(call, gigya):
    answer = call("accounts.importFullAccount", createUID="true", profile='{"firstName":"A"}', shoeSize="38")

    assert answer["ignoredParams"] == ["shoeSize"]
    assert gigya.account(answer["UID"])["profile"] == {"firstName": "A"}


def test_one_user_is_imported_five_times_a_minute_at_most(call, clock):
    def codes(count, uid="busy"):
        params = {"UID": uid, "importPolicy": "upsert"}
        return [call("accounts.importFullAccount", **params)["errorCode"] for _ in range(count)]

    assert codes(6) == [0, 0, 0, 0, 0, 503001]
    assert codes(1, "other") == [0]
    clock.advance(61)
    assert codes(6) == [0, 0, 0, 0, 0, 503001]


def test_a_lite_account_is_made_and_changed_by_its_address(call, gigya):
    lite = {"email": "lite@example.com", "profile": '{"firstName":"L"}', "data": '{"a":1}'}
    made = call("accounts.importLiteAccount", **lite)
    changed = call("accounts.importLiteAccount", email="Lite@Example.com", data='{"b":2}')

    assert made["errorCode"] == changed["errorCode"] == 0
    assert made["UID"] == changed["UID"]
    (account,) = gigya.site.lite_accounts
    assert (account["data"], account["profile"]["firstName"], account["isRegistered"]) == ({"a": 1, "b": 2}, "L", False)
    assert call("accounts.importLiteAccount")["errorCode"] == 400002
    assert call("accounts.importLiteAccount", email="x@refused.example")["errorCode"] == 400009


def test_what_is_deleted_is_gone(call, gigya, uid):
    assert call("accounts.deleteAccount", UID=uid)["errorCode"] == 0
    assert info(call, uid)["errorCode"] == 403005
    assert call("accounts.deleteAccount", UID=uid)["errorCode"] == 403005
    assert call.uids(f"SELECT UID FROM accounts WHERE UID = '{uid}'") == []
    assert gigya.site.count() == 699
