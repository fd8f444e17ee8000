"""Records into JSON: forms, order, exactness, and what JSON cannot hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripts.format.encoding import encoded

import identitysync as idx
from identitysync.contract import File
from identitysync.errors import InvalidParameter
from identitysync.scripts.format.json import FormatJson

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(
    ["\n", "},\n{", "\u2028", "null", '"']
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**64, 2**90)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
batches = st.lists(st.lists(st.dictionaries(texts, values, max_size=4), min_size=1, max_size=3), max_size=3)


@given(batches=batches, form=st.sampled_from([{}, {"lines": True}, {"wrap_field": 'us"ers'}]))
def test_what_is_written_is_read_back_with_every_value_and_the_order_of_keys(batches, form):
    data, rejects = encoded(FormatJson(file_name="f", **form), batches)
    wrapped = {"wrap_field": form["wrap_field"]} if "wrap_field" in form else {}
    found = list(idx.scripts()["file.parse.json"].spec.cls(**wrapped).parse(File("f", data)))
    records = [record for batch in batches for record in batch]

    assert rejects == []
    assert [list(record.items()) for record in found] == [list(record.items()) for record in records]
    assert [repr(record) for record in found] == [repr(record) for record in records]  # 1 is not 1.0, nor true


@given(batches=batches)
def test_the_json_module_reads_it_too(batches):
    records = [record for batch in batches for record in batch]
    assert json.loads(encoded(FormatJson(file_name="f"), batches)[0]) == records
    assert json.loads(encoded(FormatJson(file_name="f", wrap_field="é"), batches)[0]) == {"é": records}
    lines = encoded(FormatJson(file_name="f", lines=True), batches)[0].decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == records


def test_one_record_is_one_line():
    given_ = [[{"a": 1}], [{"b": "x\ny"}, {}]]
    assert encoded(FormatJson(file_name="f"), given_)[0] == b'[\n{"a":1},\n{"b":"x\\ny"},\n{}\n]\n'
    assert encoded(FormatJson(file_name="f", lines=True), given_)[0] == b'{"a":1}\n{"b":"x\\ny"}\n{}\n'
    assert encoded(FormatJson(file_name="f", wrap_field="u"), given_)[0].startswith(b'{"u":[\n{"a":1},\n')


def test_a_file_without_records_is_an_empty_array_or_nothing():
    assert encoded(FormatJson(file_name="f"), [])[0] == b"[\n]\n"
    assert encoded(FormatJson(file_name="f", wrap_field="u"), [])[0] == b'{"u":[\n]}\n'
    assert encoded(FormatJson(file_name="f", lines=True), [])[0] == b""


def test_missing_stays_missing_and_null_stays_null():
    assert encoded(FormatJson(file_name="f", lines=True), [[{"a": None}, {"b": {"c": None}}]])[0] == (
        b'{"a":null}\n{"b":{"c":null}}\n'
    )


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {"a": [None, -float("inf")]}, "\ud800", nested(100_000), object(), 1 + 2j, 10**5000],
    ids=["nan", "inf", "deep inf", "surrogate", "deep", "object", "complex", "long"],
)
@pytest.mark.parametrize("lines", [True, False])
def test_what_json_cannot_hold_rejects_its_record_and_no_other(value, lines):
    records = [{"x": 1, "v": None}, {"x": 2, "v": value}, {"x": 3}]
    data, rejects = encoded(FormatJson(file_name="f", lines=lines), [records])

    assert b'{"x":1,"v":null}' in data
    assert b'{"x":3}' in data
    assert b'"x":2' not in data
    assert [record["x"] for record, _ in rejects] == [2]


def test_lines_and_a_wrapping_name_contradict_each_other():
    with pytest.raises(InvalidParameter, match="give one of the two"):
        FormatJson(file_name="f", lines=True, wrap_field="a")
    flow = idx.Dataflow(
        name="f", steps=[idx.Step("p", "file.format.json", {"fileName": "f", "lines": True, "wrapField": "a"})]
    )
    assert "invalid-parameter" in [fault.code for fault in idx.check(flow)]


def test_a_wrapping_name_that_json_cannot_hold_is_refused():
    with pytest.raises(InvalidParameter, match="wrapField"):
        FormatJson(file_name="f", wrap_field="\ud800")


def test_parts_are_of_5000_megabytes_unless_the_flow_says_otherwise():
    assert FormatJson(file_name="f").max_file_size == 5000
