"""User names and e-mail addresses are encrypted: whole texts are found, and nothing else can be asked."""

import pytest

from identitysync.gigya.tables import ENCRYPTED
from identitysync.languages.query import matches, parse_condition


@pytest.fixture
def people(gigya):
    gigya.site.add_accounts([
        {"UID": "e1", "profile": {"email": "Ada@x.com"}, "loginIDs": {"username": "ada", "emails": ["a@x.com", "b@x.com"]}, "data": {"note": "b@x.com too"}},
        {"UID": "e2", "profile": {"email": "ada@x.com.org"}, "loginIDs": {"username": "Ada2", "emails": ["ba@x.com"]}},
        {"UID": "e3", "profile": {"email": "a.b+c@x.com\n"}},
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('profile.email contains "ADA@X.COM"', ["e1"]),
        ('profile.email contains "x.com"', []),
        ('profile.email contains "a.b+c@x.com"', []),
        ('loginIDs.emails contains "A@x.com"', ["e1"]),
        ('loginIDs.username contains "ada"', ["e1"]),
        ('profile.email = "ada@x.com.org"', ["e2"]),
        ('profile.email in ("Ada@x.com", "nobody")', ["e1"]),
        ('UID in ("e1", "e2") and not (profile.email contains "ada@x.com")', ["e2"]),
        ('UID in ("e1", "e2") and profile.email not contains "ada@x.com"', ["e2"]),
        ('data.note contains "b@x.com"', ["e1"]),
        ('data.note contains "B@x.com"', []),
        (" or ".join(f'loginIDs.emails contains "{n}a@x.com"' for n in ["", "b", *range(20)]), ["e1", "e2"]),
    ],
)
def test_whole_texts_are_found_whatever_the_case(call, people, condition, expected):
    assert call.uids(f"SELECT UID FROM accounts WHERE {condition}") == expected


@pytest.mark.parametrize(
    "condition",
    [
        'profile.email > "a"', 'loginIDs.emails <= "a"', "profile.email = regex('x')", "profile.email != regex('x')",
        "not (UID = \"a\" and (loginIDs.username = regex('x') or UID = \"b\"))",
    ],
)  # fmt: skip
def test_orders_and_regular_expressions_are_refused(call, people, condition):
    assert call.search(f"SELECT UID FROM accounts WHERE {condition}")["errorCode"] == 400006


def test_other_fields_know_them(call, people):
    assert call.uids("SELECT UID FROM accounts WHERE data.note = regex('b@.*') and data.note > \"a\"") == ["e1"]


@pytest.mark.parametrize("path", sorted(ENCRYPTED))
def test_the_query_language_knows_the_same_fields(path):
    segments = path.split(".")
    document = "Ada@x.com"
    for segment in reversed(segments):
        document = {segment: document}
    assert matches(parse_condition(f'{path} contains "aDA@X.com"'), document)
    assert not matches(parse_condition(f'{path} contains "ada"'), document)
    assert not matches(parse_condition('data.note contains "ADA"'), {"data": {"note": "Ada"}})
