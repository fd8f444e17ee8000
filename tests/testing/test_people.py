"""People who do not exist."""

from itertools import islice

from identitysync.testing import generate_accounts
from identitysync.values import json_bytes


def test_the_same_seed_makes_the_same_people_and_another_one_makes_others():
    assert list(generate_accounts(300, seed=3)) == list(generate_accounts(300, seed=3))
    assert not {each["UID"] for each in generate_accounts(300)} & {
        each["UID"] for each in generate_accounts(300, seed=1)
    }


def test_a_part_is_the_same_as_that_part_of_the_whole():
    assert list(generate_accounts(500, seed=3, start=500)) == list(islice(generate_accounts(1000, seed=3), 500, None))


def test_uids_and_addresses_are_unique_and_sizes_real():
    accounts = list(generate_accounts(1000))

    assert len({each["UID"] for each in accounts}) == len({each["profile"]["email"] for each in accounts}) == 1000
    assert 450 < sum(len(json_bytes(each)) for each in accounts) / 1000 < 600
    assert len({each["profile"]["firstName"] for each in accounts}) > 10


def test_one_in_a_hundred_is_nasty_in_every_way():
    nasty = [each for number, each in enumerate(generate_accounts(6400)) if number % 100 == 99]
    names = "".join(each["profile"]["firstName"] for each in nasty)

    assert all(mark in names for mark in "\"\n|,;\t🎉עב'=\\\r")
    assert "" in {each["profile"]["firstName"] for each in nasty}
    assert any(each["profile"]["lastName"] is None for each in nasty)
    assert any("country" not in each["profile"] for each in nasty)
    assert any(each["data"].get("crmId", 0) > 2**53 for each in nasty)
    assert any(each["data"]["subscribed"] is None for each in nasty)


def test_times_agree_in_both_forms():
    for each in generate_accounts(50):
        for name in ("created", "lastUpdated"):
            assert each[name].endswith(f".{each[f'{name}Timestamp'] % 1000:03d}Z")
        assert each["lastUpdatedTimestamp"] >= each["createdTimestamp"]
