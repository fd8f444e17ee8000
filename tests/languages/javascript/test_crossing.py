"""Records that a script leaves alone come back as they were."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.javascript import Sandbox

names = st.sampled_from(
    ["b", "a", "10", "2", "01", "__proto__", "constructor", "toJSON", "é", "a.b", "", "4294967296"]
) | st.text(max_size=3)
numbers = (
    st.integers()
    | st.integers(2**53 - 2, 2**53 + 2)
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.sampled_from(
        [0.0, -0.0, 3.0, -1.0, 1e21, 1e20, 1.5e300, 5e-324, math.nan, math.inf, -math.inf, 2.0**53, 2.0**70, 0, 1, -1]
    )
)
values = st.recursive(
    st.none()
    | st.booleans()
    | numbers
    | st.text(alphabet=st.characters(), max_size=5)
    | st.sampled_from(["\ud800", "\0", "\u2028", "😀"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=10,
)
records = st.dictionaries(names, values, max_size=6)


def exact(value):
    """Spell a value so that two spellings are equal only when type, order, sign and every bit are."""
    if isinstance(value, dict):
        return [(key, exact(child)) for key, child in value.items()]
    if isinstance(value, list):
        return ["list", *map(exact, value)]
    if isinstance(value, float):
        return ("nan",) if math.isnan(value) else ("float", struct.pack(">d", value))
    return (type(value).__name__, value)


@pytest.fixture(scope="module")
def same():
    box = Sandbox("function process(record) { return record }")
    yield box
    box.close()


@pytest.fixture(scope="module")
def older():
    box = Sandbox("function process(record, next, ctx, logger) { next.accept(record) }")
    yield box
    box.close()


@given(st.lists(records, min_size=1, max_size=4))
def test_untouched_records_come_back_to_the_last_bit_in_both_generations(same, older, batch):
    before = [exact(record) for record in batch]
    for box in (same, older):
        outcomes = box.run(batch)
        assert [each.fault for each in outcomes] == [None] * len(batch)
        assert [[exact(each.record) for each in outcome.given] for outcome in outcomes] == [[each] for each in before]
    assert [exact(record) for record in batch] == before


def run_one(source, record):
    box = Sandbox(source)
    try:
        (outcome,) = box.run([record])
    finally:
        box.close()
    assert outcome.fault is None, outcome.fault
    return outcome.given[0].record


def test_big_integers_are_bigints_and_stay_exact_wherever_they_go():
    source = "function process(r) { return { kind: typeof r.id, moved: r.id, next: r.id + 1n, text: `${r.id}`, json: JSON.stringify(r) } }"
    assert run_one(source, {"id": 2**60 + 1}) == {
        "kind": "bigint",
        "moved": 2**60 + 1,
        "next": 2**60 + 2,
        "text": str(2**60 + 1),
        "json": f'{{"id":{2**60 + 1}}}',
    }


def test_integers_have_at_most_4000_digits_on_both_ways():
    box = Sandbox("function process(r) { return r.digits ? { n: 10n ** BigInt(r.digits) - 1n } : r }")
    try:
        made, too_long, came, too_long_too = box.run(
            [{"digits": 4000}, {"digits": 4001}, {"n": 10**3999}, {"n": 10**4001}]
        )
    finally:
        box.close()
    assert made.given[0].record == {"n": 10**4000 - 1}
    assert came.given[0].record == {"n": 10**3999}
    assert too_long.fault.reason == "RangeError: an integer of 4001 digits, which no record can hold"
    assert "holds an integer of more than 4000 digits" in too_long_too.fault.reason


def test_numbers_that_a_script_makes_are_what_they_are():
    source = "function process(r) { return { nan: 0 / 0, inf: [1 / 0, -1 / 0], zero: -0, half: r.n / 2, whole: r.n / 1, big: 2 ** 60 } }"
    made = run_one(source, {"n": 3})
    wanted = {"nan": math.nan, "inf": [math.inf, -math.inf], "zero": -0.0, "half": 1.5, "whole": 3, "big": 2.0**60}
    assert exact(made) == exact(wanted)


def test_missing_is_undefined_and_null_is_null():
    source = (
        "function process(r) { return { a: r.a === undefined, b: r.b === null, has: 'a' in r, keys: Object.keys(r) } }"
    )
    assert run_one(source, {"b": None}) == {"a": True, "b": True, "has": False, "keys": ["b"]}


def test_a_new_order_of_keys_is_the_scripts_and_names_of_digits_stay_where_they_were():
    assert list(run_one("function process(r) { return { z: 1, ...r } }", {"b": 1, "a": 2})) == ["z", "b", "a"]
    assert list(run_one("function process(r) { r.new = 1; return r }", {"b": 1, "2": 2, "1": 3})) == [
        "b",
        "2",
        "1",
        "new",
    ]


def test_values_that_are_no_plain_data_are_refused_with_their_place():
    box = Sandbox("function process(record) { return record }")
    deep = {}
    for _ in range(500):
        deep = {"a": deep}
    try:
        good, odd, deep_one, keyed = box.run([{"a": 1}, {"a": [{"b": {1, 2}}]}, deep, {"a": {3: 4}}])
    finally:
        box.close()
    assert good.fault is None
    assert "the field a.0.b holds a set" in odd.fault.reason
    assert "more than 200" in deep_one.fault.reason
    assert "a.3 has no text as its name" in keyed.fault.reason
