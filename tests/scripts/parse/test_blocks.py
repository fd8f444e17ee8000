"""Where a block of a file ends makes no difference: not for records, not for rejects, not for line numbers."""

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.contract import File, Rejected
from identitysync.errors import FormatError
from identitysync.scripts.parse.dsv import ParseDsv
from identitysync.scripts.parse.json import ParseJson

cutting = import_module("identitysync.scripts.parse.cutting")
json_element = import_module("identitysync.scripts.parse.json_element")
json_forms = import_module("identitysync.scripts.parse.json_forms")


def parsed(script, data, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "BLOCK", block)
        found, fault = [], None
        try:
            for each in script.parse(File("f", data)):
                found.append((each.record, each.message) if isinstance(each, Rejected) else each)
        except FormatError as raised:
            fault = str(raised)
        return found, fault


rows = st.lists(
    st.sampled_from(
        ["1,2\n", '"a","b"\n', '"x\ny",z\r\n', "\n", '5" disk,"q\n', "a,b,c\n", "é,😀\r", '"open,\n', '"""",""\n']
    ),
    max_size=12,
)
lines = st.lists(
    st.sampled_from(
        ['{"a":1}\n', '{"a":"é😀"}\r\n', "\n", "{broken\n", "[1]\n", '{"a":\n', ' {"b":[{}]} \n', '{"a":1}{"b":2}\n']
    ),
    max_size=12,
)


@given(rows, st.integers(1, 40), st.sampled_from(["", "\\"]))
def test_rows(parts, block, escape):
    script = ParseDsv(column_separator=",", escape_character=escape)
    data = "".join(["a,b\n", *parts]).encode()

    assert parsed(script, data, block) == parsed(script, data, 1 << 19)


@given(lines, st.integers(1, 40), st.binary(max_size=3))
def test_lines(parts, block, junk):
    data = b'{"a":0}\n{"a":0}\n' + "".join(parts).encode() + junk

    assert parsed(ParseJson(), data, block) == parsed(ParseJson(), data, 1 << 19)


def test_a_wrong_byte_is_told_with_its_place_wherever_blocks_end():
    data = b"a,b\n1,2\n3,4\n5,\xff6\n"
    for block in (3, 8, 1000):
        found, fault = parsed(ParseDsv(column_separator=","), data, block)
        assert found == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
        assert "line 4" in fault
        assert "byte 14" in fault


elements = st.lists(
    st.sampled_from(
        [
            '{"a":1}', '{"a":"},{\\"a\\":"}', '{"a":[{"a":2},{"a":3}]}', '{"a":{"a":{}}}', '{"a":"é😀\\n"}', "[1]", "7",
            '{"b":2,"a":3}', '{"a":', '{"a":1}}', '{"a":1e999}', '"},{"', '{"a":"[{"}',
        ]
    ),
    max_size=9,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    elements, st.sampled_from([",", ", ", ",\n  ", "\n,\n", ",,"]), st.integers(1, 60), st.booleans(),
    st.sampled_from(["]", "]\n \n", "] x", "", ",]", "]]", "] \n" * 30]), st.sampled_from(["[", " \n[\n  ", "[ "]),
)  # fmt: skip
def test_arrays(parts, joint, block, named, end, begin):
    data = (begin + joint.join(['{"a":0}', '{"a":0}', *parts]) + end).encode()
    script = ParseJson(add_filename=named)
    expected, ends = [], None
    for each in json_forms.elements(iter([data])):
        try:
            made = json_element.made(each, "f", add_filename=named)
        except FormatError as fault:
            ends = str(fault)
        else:
            expected.append((made.record, made.message) if isinstance(made, Rejected) else made)

    assert parsed(script, data, block) == parsed(script, data, 1 << 19) == (expected, ends)
