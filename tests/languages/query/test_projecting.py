import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.query import parse_select, project

ANNA = {
    "UID": "A1",
    "profile": {
        "firstName": "Anna",
        "age": None,
        "phones": [{"type": "home", "number": "1"}, {"type": "work"}, {"number": "3"}],
        "tags": ["x", "y"],
    },
    "data": {},
}


@pytest.mark.parametrize(
    ("select", "answer"),
    [
        ("*", ANNA),
        ("UID", {"UID": "A1"}),
        ("UID as _UID", {"_UID": "A1"}),
        ("profile.firstName", {"profile": {"firstName": "Anna"}}),
        ("profile.firstName as name", {"profile": {"name": "Anna"}}),
        ("profile.firstName as name, profile.firstName", {"profile": {"name": "Anna", "firstName": "Anna"}}),
        ("profile.age", {"profile": {"age": None}}),
        ("profile.none, none, UID.x, data.x", {}),
        ("data", {"data": {}}),
        ("profile.phones.number", {"profile": {"phones": [{"number": "1"}, {}, {"number": "3"}]}}),
        (
            "profile.phones.number, profile.phones.type as kind",
            {"profile": {"phones": [{"number": "1", "kind": "home"}, {"kind": "work"}, {"number": "3"}]}},
        ),
        ("profile.phones.none", {}),
        ("profile.tags.x", {}),
        ("profile.tags.1", {"profile": {"tags": [{}, "y"]}}),
        ("profile.phones.0.type", {"profile": {"phones": [{"type": "home"}]}}),
        ("data, UID", {"data": {}, "UID": "A1"}),
        ("count(*)", {}),
        ("*, UID as id", ANNA | {"id": "A1"}),
        ("*, profile.firstName as name", ANNA | {"profile": ANNA["profile"] | {"name": "Anna"}}),
        ("profile, profile.firstName as name", {"profile": ANNA["profile"] | {"name": "Anna"}}),
    ],
)
def test_what_is_selected_keeps_its_place(select, answer):
    before = copy.deepcopy(ANNA)
    found = project(parse_select(select), ANNA)
    assert found == answer
    assert list(found) == list(answer)
    assert before == ANNA


names = st.sampled_from(["a", "b", "c"])
trees = st.recursive(
    st.none() | st.integers(), lambda inner: st.dictionaries(names, inner) | st.lists(inner, max_size=3)
)


@given(st.dictionaries(names, trees), st.lists(st.lists(names, min_size=1, max_size=3), min_size=1, max_size=3))
def test_selecting_twice_selects_the_same(document, paths):
    select = parse_select(", ".join(".".join(path) for path in paths))
    once = project(select, document)
    assert project(select, once) == once
    assert set(once) <= set(document)


def test_the_answer_can_be_changed_at_its_top_without_changing_the_document():
    document = {"a": 1}
    for select in ("*", "a"):
        project(parse_select(select), document)["b"] = 2
    assert document == {"a": 1}
