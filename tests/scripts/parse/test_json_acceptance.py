"""A file is read whole exactly when it is JSON, and what is read is what the json module reads."""

import json
import math
from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from identitysync.contract import File, Rejected
from identitysync.errors import FormatError
from identitysync.scripts.parse.json import ParseJson

module = import_module("identitysync.scripts.parse.json")
# texts that look like the seams between records, and signs that make or break them
texts = st.lists(
    st.sampled_from(['"', "\\", "{", "}", "[", "]", ",", ":", "\n", "é", "😀", '},{"u":']), max_size=4
).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["u", "v", "}"]), inner, max_size=2),
    max_leaves=5,
)
records = st.lists(st.fixed_dictionaries({"u": values}, optional={"z": values}) | values, max_size=6)
signs = st.sampled_from([*'"\\{}[],:\n 1e-\0\x7f', '},{"u":', '{"u":1}', "\\u", "\\ud800", "null"]).map(str.encode)
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.just(b"") | signs | st.just(b"\xff")), max_size=2)


def edited(data, changes):
    """Take some bytes out at some places, and put others in."""
    for place, length, new in changes:
        at = int(place * len(data))
        data = data[:at] + new + data[at + length :]
    return data


def strictly(data):
    """Read JSON as RFC 8259 has it, without what no double and no text stands for."""

    def refuse(text):
        raise ValueError(text)

    def number(text):
        found = float(text)
        return found if math.isfinite(found) else refuse(text)

    value = json.loads(data.decode("utf-8"), parse_constant=refuse, parse_float=number)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # refuses half of a surrogate pair
    return value


def parsed(data, block, **params):
    """Give what was read, what of that is no JSON, and what ended the file."""
    before, module._BLOCK = module._BLOCK, block
    found, end = [], None
    try:
        for each in ParseJson(**params).parse(File("f.json", data)):
            found.append(each)
    except FormatError as fault:
        end = fault
    finally:
        module._BLOCK = before
    wrong = [each for each in found if isinstance(each, Rejected) and each.code == "malformed-json"]
    return found, wrong, end


def meant(found):
    return [strictly(each.record["_text"].encode()) if isinstance(each, Rejected) else each for each in found]


@settings(max_examples=400)
@given(records, st.sampled_from([None, 0, 1]), edits, st.sampled_from([1, 3, 7, 20, 64, 1 << 20]))
@example([{"u": 1}, {"u": 2}, {"u": 3}], None, [(0.5, 1, b"")], 1 << 20)
def test_an_array_is_read_whole_exactly_when_it_is_json(records, indent, changes, block):
    data = b"[" + edited(json.dumps(records, indent=indent, ensure_ascii=False).encode()[1:], changes)
    found, wrong, end = parsed(data, block)
    try:
        expected = strictly(data)
    except ValueError:
        assert end or wrong
    else:
        assert not end
        assert repr(meant(found)) == repr(expected)


@settings(max_examples=300)
@given(records, values, edits, st.sampled_from([1, 3, 7, 20, 64, 1 << 20]))
def test_a_wrapped_array_is_read_whole_exactly_when_its_object_is_json(records, other, changes, block):
    data = edited(json.dumps({"t": other, "all": records, "z": {"all": [1]}}, ensure_ascii=False).encode(), changes)
    found, wrong, end = parsed(b"{" + data[1:], block, wrap_field="all")
    try:
        expected = strictly(b"{" + data[1:])
    except ValueError:
        assert end or wrong
    else:
        if not isinstance(expected.get("all"), list):
            assert "no array 'all'" in str(end)
        elif data.count(b'"all"') == 2:  # with the name twice, the records of both are read
            assert not end
            assert repr(meant(found)) == repr(expected["all"])


@pytest.mark.parametrize("block", [1, 5, 64, 1 << 20])
@settings(max_examples=60)
@given(records, st.sampled_from(["\n", "\r\n", "\n\n", " \n\t"]), edits)
def test_each_line_is_read_exactly_when_it_is_json(block, records, end_of_line, changes):
    rest = edited(end_of_line.join(json.dumps(each, ensure_ascii=False) for each in records).encode(), changes)
    found, _, end = parsed(b'{"first":1}\n' + rest, block)

    assert not end
    lines = [line for line in rest.split(b"\n") if line.strip(b" \t\r")]
    assert len(found) == 1 + len(lines)
    for line, each in zip(lines, found[1:], strict=True):
        try:
            expected = strictly(line)
        except ValueError:
            assert isinstance(each, Rejected)
            assert each.code == "malformed-json"
        else:
            assert repr(meant([each])) == repr([expected])
