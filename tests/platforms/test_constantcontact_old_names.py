"""Flows from the time of the V2 API: its names for fields, and who does not want the newsletter."""

import pytest

from identitysync.testing import ConstantContactEmulator
from tests.platforms.test_constantcontact import LIST, OTHER, REFRESH, SECRET, addresses, codes, read, write

OLD = {"apiKey": "key", "accessToken": "token-of-v3", "clientSecret": None, "refreshToken": None}


def emulator(*custom_fields, **options):
    return ConstantContactEmulator(
        api_key="key", client_secret=SECRET, refresh_token=REFRESH, access_token=OLD["accessToken"],
        lists={LIST: "1", OTHER: "2"}, custom_fields=custom_fields, **options,
    )  # fmt: skip


@pytest.fixture
def platform():
    with emulator("custom_field_1") as platform:
        yield platform


def asked(platform, path):
    return sum(call.path.endswith(path) for call in platform.calls)


@pytest.mark.parametrize("permission", ["implicit", "explicit"])
def test_columns_of_v2_are_taken_in_any_case(platform, tmp_path, permission):
    record = {
        "EMAIL ADDRESS": "Ada@example.com", "First Name": "Ada", "last name": "Lovelace", "Job Title": "Countess",
        "Address Line 1": "12 St James's Square", "City": "London", "Zip/Postal Code": "SW1Y", "Custom Field 1": "u1",
    }  # fmt: skip
    _, passed, rejected = write(platform, [record], tmp_path, permission=permission)
    assert (passed, rejected) == ([record], [])
    (found,) = platform.members(LIST)
    assert [found[name] for name in ("first_name", "last_name", "job_title")] == ["Ada", "Lovelace", "Countess"]
    assert found["street_addresses"][0]["postal_code"] == "SW1Y"
    assert [each["value"] for each in found["custom_fields"]] == ["u1"]


@pytest.mark.parametrize("account", ["Custom Field 1", "CustomField1", "custom_field_1"])
@pytest.mark.parametrize("given", ["Custom Field 1", "CustomField1"])
def test_a_custom_field_has_its_old_name_in_either_spelling(tmp_path, account, given):
    with emulator(account) as platform:
        records = [{"Email": f"p{n}@example.com", given: f"u{n}"} for n in range(20)]
        write(platform, records, tmp_path, batchSize=5, maxConnections=1)
        assert {each[f"cf:{account}"] for each in read(platform)[1]} == {f"u{n}" for n in range(20)}
        assert asked(platform, "contact_custom_fields") == 2  # once to write, once to read


def test_a_custom_field_that_is_not_there_and_two_values_for_one_field_reject_the_record(platform, tmp_path):
    records = [
        {"email": "a@example.com", "CustomField2": "x"},
        {"email": "b@example.com", "First Name": "B", "first_name": "C"},
        {"email": "c@example.com", "First Name": "C", "first_name": "C", "Last Name": None},
        {"email": "d@example.com", "address line 3": "x"},
        {"email": "e@example.com", "Email": "E@Example.com "},
        {"email": "f@example.com", "Email Address": "g@example.com"},
    ]
    _, passed, rejected = write(platform, records, tmp_path)
    assert passed == [records[2], records[4]]
    assert codes(rejected) == {
        "a@example.com": "unknown-field",
        "b@example.com": "two-names",
        "d@example.com": "unknown-field",
        "f@example.com": "two-names",
    }


@pytest.mark.parametrize(("permission", "polls"), [("implicit", 0), ("implicit", 1), ("explicit", 0)])
def test_who_does_not_want_the_newsletter_is_taken_off_the_list_and_stays_on_others(tmp_path, permission, polls):
    no = ["a", "B", "c", "nobody"]
    yes = ["d", "e", "f"]
    says = [False, "No", "unsubscribed", "false", True, "subscribed", None]
    records = [
        {"Email": f"{name}@example.com", "newsletterField": said} for name, said in zip(no + yes, says, strict=True)
    ]
    with emulator(import_polls=polls) as platform:
        platform.put(LIST, [{"email": f"{name}@example.com"} for name in ("a", "b", "z")])
        platform.put(OTHER, [{"email": f"{name}@example.com"} for name in ("a", "c")])
        job, passed, rejected = write(platform, records, tmp_path, permission=permission)
        assert (job.status, rejected) == ("succeeded", [])
        assert sorted(map(str, passed)) == sorted(map(str, records))
        assert addresses(platform.members(LIST)) == [f"{name}@example.com" for name in ("d", "e", "f", "z")]
        assert addresses(platform.members(OTHER)) == ["a@example.com", "c@example.com"]
        assert "nobody@example.com" not in addresses(platform.contacts.every())


def test_a_removal_that_counts_failures_rejects_those_and_no_others(tmp_path):
    with emulator(refuse=lambda address: address in stuck) as platform:
        stuck = set()
        people = [f"p{n}@example.com" for n in range(30)]
        platform.put(LIST, [{"email": address} for address in people])
        stuck |= {people[3], people[17]}
        records = [{"email": address, "newsletterField": "false"} for address in people]
        _, passed, rejected = write(platform, records, tmp_path)
        assert codes(rejected) == dict.fromkeys(sorted(stuck), "not-removed")
        assert (len(passed), addresses(platform.members(LIST))) == (28, sorted(stuck))


def test_what_is_said_of_a_newsletter_by_another_word_or_of_nobody_rejects_the_record(platform, tmp_path):
    records = [{"email": "a@example.com", "newsletterField": "maybe"}, {"newsletterField": "false"}]
    _, passed, rejected = write(platform, records, tmp_path)
    assert (passed, codes(rejected)) == ([], {"a@example.com": "invalid-status", None: "no-address"})
    assert not platform.calls


def test_the_last_word_of_somebody_wins(platform, tmp_path):
    records = [{"email": "a@example.com", "newsletterField": n % 2 == 0} for n in range(6)]
    write(platform, records, tmp_path, batchSize=3)
    assert platform.members(LIST) == []
    write(platform, records[:5], tmp_path, batchSize=3)
    assert addresses(platform.members(LIST)) == ["a@example.com"]


def test_a_removal_survives_a_bad_day(platform, tmp_path):
    platform.put(LIST, [{"email": "a@example.com"}])
    for kind in ("http_500", "drop"):
        platform.faults.add(kind, method="POST /v3/activities/remove")
        platform.faults.add(kind, method="GET /v3/contacts")
    _, passed, _ = write(platform, [{"email": "a@example.com", "newsletterField": "no"}], tmp_path)
    assert (len(passed), platform.members(LIST)) == (1, [])


def test_contacts_have_old_names_where_a_flow_signs_in_as_of_old_or_asks_for_them(platform):
    platform.put(LIST, [{"email": "a@example.com", "cf:custom_field_1": "u1"}])
    expected = {"Email": "a@example.com", "CustomField1": "u1", "newsletterField": True}
    for params, has in ((OLD, True), ({}, False), ({"oldNames": "true"}, True), ({**OLD, "oldNames": False}, False)):
        ((found,),) = (read(platform, **params)[1],)
        assert found["cf:custom_field_1"] == "u1"
        assert (found | expected == found) is has
        assert (found.keys().isdisjoint(expected)) is not has
