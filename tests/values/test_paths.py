"""Paths into records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.values import MISSING, FieldPath, copy_records, json_bytes, json_value, text_of


def path(text):
    return FieldPath.parse(text)


@pytest.mark.parametrize(
    ("text", "record", "value"),
    [
        ("a", {"a": 1}, 1),
        ("a.b", {"a": {"b": None}}, None),
        ("a.b", {"a": {}}, MISSING),
        ("a.b", {"a": None}, MISSING),
        ("a.b", {"a.b": "literal", "a": {"b": "nested"}}, "literal"),
        ("'a.b'", {"a": {"b": 1}}, MISSING),
        ("'a.b'.c", {"a.b": {"c": 1}}, 1),
        ("a.1.b", {"a": [{}, {"b": 2}]}, 2),
        ("a.7", {"a": [1]}, MISSING),
        ("a.0", {"a": {"0": "key"}}, "key"),
        ("Custom Field 1", {"Custom Field 1": 3}, 3),
    ],
)
def test_a_path_finds_a_literal_key_first_and_walks_second(text, record, value):
    assert path(text).get(record) is value or path(text).get(record) == value


@pytest.mark.parametrize("text", ["", "a..b", ".a", "a.", "'a", "'a'b", "  "])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InvalidParameter):
        path(text)


def test_set_overwrites_a_literal_key_and_nest_never_does():
    record = {"a.b": 1}
    path("a.b").set(record, 2)
    assert record == {"a.b": 2}
    path("a.b").nest(record, 3)
    assert record == {"a.b": 2, "a": {"b": 3}}


def test_parents_are_made_and_a_null_parent_becomes_one():
    record = {"a": None}
    path("a.b.c").set(record, 1)
    assert record == {"a": {"b": {"c": 1}}}


def test_a_scalar_in_the_way_rejects_and_changes_nothing():
    record = {"a": "text"}
    with pytest.raises(RecordRejected):
        path("a.b.c").set(record, 1)
    assert record == {"a": "text"}


def test_an_array_takes_an_element_in_place_and_one_at_its_end():
    record = {"a": [1]}
    path("a.0").set(record, 2)
    path("a.1").set(record, 3)
    assert record == {"a": [2, 3]}
    with pytest.raises(RecordRejected):
        path("a.9").set(record, 4)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), plain, max_size=5))
def test_copies_are_equal_and_share_nothing(record):
    (copied,) = copy_records([record])

    assert copied == record
    assert list(copied) == list(record)
    assert all(copied[key] is not record[key] for key in record if isinstance(record[key], dict | list))


@given(st.integers() | st.text(alphabet=st.characters(codec="utf-8")))
def test_json_keeps_integers_of_any_size_and_all_text(value):
    assert json_value(json_bytes(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, ""),
        (MISSING, ""),
        (10**30, "1" + "0" * 30),
        (1.5, "1.5"),
        ([1, {"a": None}], '[1,{"a":null}]'),
    ],
)
def test_the_text_of_a_value_is_that_of_json_and_nothing_for_null(value, text):
    assert text_of(value) == text
