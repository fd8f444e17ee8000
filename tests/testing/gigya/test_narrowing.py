"""What is left out before it is read would not have fitted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.languages.query import matches, parse_condition
from identitysync.testing.gigya.accounts import Accounts
from identitysync.testing.gigya.narrowing import ACCOUNTS, narrowing

ODD = [
    {"UID": "none"}, {"UID": "null", "profile": None, "lastUpdatedTimestamp": None},
    {"UID": "list", "profile": {"email": ["a@x.at", "b@x.at"]}, "lastUpdatedTimestamp": [1, 9]},
    {"UID": "lists", "profile": [{"email": "a@x.at"}]}, {"UID": "case", "profile": {"email": "A@X.at"}},
    {"UID": "plain", "profile": {"email": "a@x.at"}, "lastUpdatedTimestamp": 5},
    {"UID": "İ", "profile": {"email": "İ@x.at"}, "lastUpdatedTimestamp": 5.5},
    {"UID": "nul\x00l", "profile": {"email": "nul\x00l"}, "lastUpdatedTimestamp": 2**70},
    {"UID": "text", "profile": {"email": ""}, "lastUpdatedTimestamp": "5"}, {"UID": "true", "lastUpdatedTimestamp": True},
    {"UID": "\ud800", "profile": {"email": "\ud800"}, "lastUpdatedTimestamp": -(2**63)},
]  # fmt: skip
UIDS = [account["UID"] for account in ODD if "\ud800" not in account["UID"]]


@pytest.fixture(scope="module")
def store():
    store = Accounts(None)
    store.add(account for account in ODD if "\ud800" not in account["UID"])
    store.add([{**ODD[-1], "UID": "surrogate"}])
    yield store
    store.close()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


texts = st.sampled_from([*UIDS, "a@x.at", "A@x.at", "b@x.at", "i@x.at", "İ@x.at", "nobody", "5"]).map(quoted)
numbers = st.sampled_from(["0", "1", "5", "5.5", "-1", "9223372036854775807", str(2**70), "1e3"])
simple = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from(["UID", "profile.email"]), st.sampled_from(["=", "!="]), texts),
    st.builds(
        "{} {} ({}, {})".format,
        st.sampled_from(["UID", "profile.email"]),
        st.sampled_from(["in", "not in"]),
        texts,
        texts,
    ),
    st.builds("lastUpdatedTimestamp {} {}".format, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), numbers),
    st.just("profile.email is null"),
    st.just('data.x = "y"'),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not ({}))".format, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(text=conditions)
def test_nothing_that_fits_is_left_out(store, text):
    condition = parse_condition(text)
    everyone = dict(store.documents(store.numbers(lite=False)))

    left = store.numbers(lite=False, narrowing=narrowing(condition, ACCOUNTS))

    assert {number for number, account in everyone.items() if matches(condition, account)} <= set(left)


@pytest.mark.parametrize("text", [
    'UID = "plain"', 'UID in ("plain", "nobody")', 'UID = "plain" or UID = "nobody"',
    'UID = "plain" and data.x = "y"', '(UID = "plain" or UID = "nobody") and profile.email = "a@x.at"',
    " or ".join(f'UID = "{name}"' for name in ["plain", *range(3000)]),
])  # fmt: skip
def test_who_is_named_is_found_without_looking_at_the_others(store, text):
    left = store.numbers(lite=False, narrowing=narrowing(parse_condition(text), ACCOUNTS))

    assert [account["UID"] for _, account in store.documents(left)] == ["plain"]


def test_a_delta_looks_at_what_is_newer_and_at_what_cannot_be_told(store):
    left = store.numbers(lite=False, narrowing=narrowing(parse_condition("lastUpdatedTimestamp > 5"), ACCOUNTS))

    assert "plain" not in {account["UID"] for _, account in store.documents(left)}
    assert {"İ", "list", "nul\x00l"} <= {account["UID"] for _, account in store.documents(left)}
