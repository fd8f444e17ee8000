"""The native kernel takes nothing that Python would not, gives the same values, and writes the same bytes."""

import csv
import io
import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from identitysync.native import KINDS, kernel

native = kernel()
pytestmark = pytest.mark.skipif(native is None, reason="the native kernel was not built: there is no C compiler")

ALL = sum(KINDS.values()) - KINDS["texts"]
FIELDS = (
    (b"text", KINDS["str"], True, None),
    (b"any", ALL, False, None),
    (b"texts", KINDS["list"] | KINDS["texts"], False, None),
    (b"inside", KINDS["dict"] | KINDS["null"], False, ((b"a", ALL, False, None), (b"b", KINDS["int"], True, None))),
)
COLUMNS = ("text", "any", "texts", "inside", "a", "b")


def shape(fields=FIELDS):
    return native.Shape(fields, UNSET, msgspec.json.decode, msgspec.json.encode)


def read(data, fields=FIELDS):
    table = shape(fields).read(data)
    return None if table is None else [table.row(number) for number in range(len(table))]


def expected(record):
    inside = record.get("inside", UNSET)
    there = inside if isinstance(inside, dict) else {}
    return [
        record["text"],
        record.get("any", UNSET),
        record.get("texts", UNSET),
        True if isinstance(inside, dict) else inside,
        there.get("a", UNSET),
        there.get("b", UNSET),
    ]


def numbers(value):
    """Give the numbers in a value as JSON has them."""
    if isinstance(value, int | float):
        yield json.dumps(value)
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers(each)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["", '"', "\\", "\n", "\x00", "\x1f\x7f", "é" * 20, "🎉" * 9, "a" * 15 + '"', "a" * 16 + "\\n", "\u2028"]
)
NUMBER = st.integers() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
RECORD = st.fixed_dictionaries(
    {"text": TEXT},
    optional={
        "any": VALUE,
        "texts": st.lists(TEXT, max_size=4),
        "inside": st.none() | st.fixed_dictionaries({"b": st.integers()}, optional={"a": VALUE}),
    },
)


@given(st.lists(RECORD, max_size=5), st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "\t:  ")]))
def test_what_it_reads_is_what_python_reads(records, ascii, separators):
    data = "".join(json.dumps(each, ensure_ascii=ascii, separators=separators) + "\n" for each in records).encode()
    found = read(data)
    if found is None:  # it may refuse odd numbers
        assert any(each.startswith("-0") or "e" in each for record in records for each in numbers(record))
    else:
        assert found == [expected(msgspec.json.decode(line)) for line in data.splitlines()]


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_whatever_it_takes_is_json(junk):
    for data in (junk, b'{"text":' + junk + b"}\n", b'{"text":"' + junk + b'"}\n', b'{"text":"","any":' + junk + b"}"):
        table = shape().read(data)
        if table is not None:
            lines = data.split(b"\n")
            lines = lines if lines[-1] else lines[:-1]
            assert [table.row(number)[:2] for number in range(len(table))] == [
                expected(msgspec.json.decode(line))[:2] for line in lines
            ]


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"{}", b'{"text":1}', b'{"text":"a","text":"b"}', b'{"text":"a","more":1}', b'{"text":"a",}', b'{"text":"a"',
        b'{"text":"a"}}', b'{"text":"a"}{"text":"b"}', b'{"text":"\xff"}', b'{"text":"\xed\xa0\x80"}', b'{"text":"\\ud800"}',
        b'{"text":"\\x"}', b'{"text":"\\u12"}', b'{"text":"a\tb"}', b'{"text":"a","any":01}', b'{"text":"a","any":1.}',
        b'{"text":"a","any":1e}', b'{"text":"a","any":1e400}', b'{"text":"a","any":NaN}', b'{"text":"a","any":[1,]}',
        b'{"text":"a","any":' + b"[" * 1000 + b"]" * 1000 + b"}", b'{"text":"a","any":{"\xff":1}}', b'{"text":"a","texts":[1]}',
        b'{"text":"a","inside":{}}', b'{"text":"a","inside":{"b":"1"}}', b'{"text":"a","inside":3}', b'{"te\\u0078t":"a"}',
    ],
)  # fmt: skip
def test_what_is_odd_is_refused(line):
    assert read(line or b"\n") is None
    assert read(b'{"text":"before"}\n' + line + b'\n{"text":"behind"}\n') is None


@given(st.lists(st.permutations(["text", "any", "inside"]), max_size=5), st.booleans())
def test_rows_whose_fields_have_another_order_are_told(orders, turned):
    values = {"text": "x", "any": 1, "inside": {"b": 2, "a": 3} if turned else {"a": 3, "b": 2}}
    data = b"".join(msgspec.json.encode({name: values[name] for name in order}) + b"\n" for order in orders)
    known = ["text", "any", "inside"]
    assert shape().read(data).odd([], True) == {
        number for number, order in enumerate(orders) if turned or list(order) != known
    }


@pytest.mark.parametrize(
    ("parts", "sources"),
    [
        ([(b"", "end")], []),
        ([(b'"a":', "object")], []),
        ([(b'"a":', "value")], []),
        ([(b'"a":', "object?"), (b"", "end")], []),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, sources):
    with pytest.raises(ValueError, match=r"has no end|as many sources"):
        native.write_json(shape().read(b""), sources, None, parts, msgspec.json.encode)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20) | st.sampled_from(
    ['"', '""', ",", "\n", 'a"b', "é,", "x" * 40, "\\", "\x01"]
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6), st.booleans(), st.integers(0, 400))
def test_rows_are_cut_as_by_csv(rows, all, cut):
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL if all else csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    data = made.getvalue().encode()
    table = native.read_rows(data, 3, b",", b'"', True, UNSET)
    assert table is None or [table.row(number) for number in range(len(table))] == rows
    assert table is not None or not all
    begun = native.read_rows(data[:cut], 3, b",", b'"', False, UNSET)
    if begun is not None:  # the beginning of a block holds whole rows, and what it leaves over
        assert [begun.row(number) for number in range(len(begun))] == rows[: len(begun)]
        again = native.read_rows(data[begun.used :], 3, b",", b'"', True, UNSET)
        assert again is None or [again.row(number) for number in range(len(again))] == rows[len(begun) :]


@given(st.lists(RECORD, max_size=5), TEXT | st.none())
def test_json_is_written_as_by_msgspec(records, constant):
    table = shape().read(b"".join(msgspec.json.encode(each) + b"\n" for each in records))
    if table is None:
        return
    rows = [expected(each) for each in records]
    parts = [
        (b'"text":', "value"),
        (b'"o":', "object"),
        (b'"any":', "value"),
        (b'"texts":', "value"),
        (b"", "end"),
        (b'"inside":', "object?"),
        (b'"a":', "value"),
        (b'"b":', "value"),
        (b"", "end"),
        (b'"c":', "value"),
    ]
    listed = [row[0] for row in rows]
    order = list(range(len(records)))[::-1]
    sources = [listed, 1, 2, 3, 4, 5, (constant,)]
    found = native.write_json(table, sources, [*order, b"{}\n"], parts, msgspec.json.encode)

    def kept(**fields):
        return {name: value for name, value in fields.items() if value is not UNSET}

    def written(row):
        text, any, texts, inside, a, b = row
        inside = kept(a=a, b=b) if inside is True else inside
        return msgspec.json.encode(kept(text=text, o=kept(any=any, texts=texts), inside=inside, c=constant)) + b"\n"

    assert found == b"".join(written(row) for row in rows[::-1]) + b"{}\n"


PARTS = [
    ("text", "value"), ("any", "value"), ("texts", "value"), ("inside", "object?"), ("a", "value"), ("b", "value"), ("", "end"),
]  # fmt: skip
CHANGES = st.sampled_from(["nothing", "copy", "drop", "change", "grow", "swap", "turn", "add", "lose"])


def changed(record, way):
    """Change a record, as scripts do."""
    match way:
        case "copy":
            return dict(record)
        case "drop":
            return None
        case "change":
            record["text"] += "x"
        case "grow":
            for value in record.values():
                if isinstance(value, list):
                    value.append("new")
        case "swap":
            record["text"], record["any"] = str(record.get("any")), record["text"]
        case "turn":
            return dict(reversed(record.items()))
        case "add":
            record["more"] = 1
        case "lose":
            record.pop("any", None)
            if record.get("inside"):
                record["inside"].pop("a", None)
    return record


@given(st.lists(st.tuples(RECORD, CHANGES), max_size=8), st.data())
def test_whole_records_are_made_and_taken_back(given_records, data):
    records = [record for record, _ in given_records]
    table = shape().read(b"".join(msgspec.json.encode(each) + b"\n" for each in records))
    if table is None:
        return
    expected_records = [msgspec.json.decode(msgspec.json.encode(each)) for each in records]
    order = data.draw(st.permutations(range(len(records))))
    known = [each.get("text") for each in expected_records]
    made, remembered = table.records(PARTS, [known, 1, 2, 3, 4, 5], [*order, {"text": "odd"}])
    inside_last = [
        {name: each[name] for name in ("text", "any", "texts", "inside") if name in each} for each in expected_records
    ]
    assert made == [*(inside_last[number] for number in order), {"text": "odd"}]
    assert [list(each) for each in made[:-1]] == [list(inside_last[number]) for number in order]

    ways = [given_records[number][1] for number in order]
    after = [
        each for record, way in zip(made, [*ways, "nothing"], strict=True) if (each := changed(record, way)) is not None
    ]
    for memory in (remembered, None):
        taken = shape().take(after, memory)
        if any("more" in each for each in after):
            assert taken is None
        elif taken is not None:
            assert [taken.row(number) for number in range(len(taken))] == [expected(each) for each in after]
            names = ["text", "any", "texts", "inside"]
            assert taken.odd([], True) == {
                number for number, each in enumerate(after)
                if [*each] != [name for name in names if name in each] or [*(each.get("inside") or ())] == ["b", "a"]
            }  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        "text", 1, None, ["x"], {1: "x"}, {"text": 1}, {"text": "\ud800"}, {"text": "a", "any": {1}}, {"text": "a", "any": [float("nan")]},
        {"text": "a", "any": float("inf")}, {"text": "a", "any": [(1,)]}, {"text": "a", "any": {1: 2}}, {"text": "a", "texts": [1]},
        {"text": "a", "inside": {}}, {"text": "a", "inside": []}, {"any": 1}, {"text": "a", "more": 1},
    ],
)  # fmt: skip
def test_what_is_no_record_of_the_shape_is_not_taken(odd):
    assert shape().take([{"text": "before"}, odd], None) is None


def test_what_holds_itself_is_not_taken():
    value = []
    value.append(value)
    assert shape().take([{"text": "a", "any": value}], None) is None


@pytest.mark.parametrize(
    ("parts", "sources"),
    [
        ([("", "end")], []),
        ([("a", "object")], []),
        ([("a", "value")], []),
        ([("a", "value")], [9]),
        ([("a", "value")], [[1]]),
    ],
)
def test_parts_of_records_that_do_not_fit_are_refused(parts, sources):
    with pytest.raises(ValueError, match=r"has no end|as many sources|no source"):
        shape().read(b"").records(parts, sources, [])


def test_a_row_that_is_not_there_is_no_record():
    with pytest.raises(IndexError, match="no such row"):
        shape().read(b'{"text":"a"}\n').records([("text", "value")], [0], [1])


def test_the_line_of_a_row_is_what_it_was_read_from():
    table = shape().read(b'{"text":"a"}\r\n{ "text" : "b" } \n{"text":"c"}')
    assert table is None or [table.line(number) for number in range(3)] == [
        b'{"text":"a"}',
        b'{ "text" : "b" }',
        b'{"text":"c"}',
    ]


@given(st.lists(RECORD, max_size=5), st.booleans())
def test_rows_are_read_back_by_csv(records, all):
    table = shape().read(b"".join(msgspec.json.encode(each) + b"\n" for each in records))
    if table is None:
        return
    data = native.write_dsv(table, [0, 1, (None,)], None, b",", b'"', b"\n", all, json.dumps)

    def text(value):
        if value is UNSET or value is None:
            return ""
        return value if isinstance(value, str) else str(value) if type(value) is int else json.dumps(value)

    assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [
        [row[0], text(row[1]), ""] for row in map(expected, records)
    ]


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_letters_are_replaced_and_arrays_joined(texts, by):
    records = [{"text": each, "texts": texts} for each in texts]
    table = shape().read(b"".join(msgspec.json.encode(each) + b"\n" for each in records))
    table.replace(0, b'\n"', by.encode())
    table.join(2, by.encode())
    table.either(1, 0, True)
    assert table.column(6) == [re.sub('[\n"]', lambda _: by, each) for each in texts]
    assert table.column(7) == [by.join(texts)] * len(texts)
    assert table.column(8) == texts


def test_two_fields_that_exclude_each_other_are_told_of():
    table = shape().read(b'{"text":"a","any":1}\n')
    with pytest.raises(ValueError, match="both"):
        table.either(0, 1, True)


@given(st.binary(max_size=1000), st.sampled_from([b"\n", b'"', b"\x00"]))
def test_signs_are_counted(data, sign):
    assert native.count(data * 20, sign) == data.count(sign) * 20


@given(st.lists(RECORD, min_size=1, max_size=5), st.booleans(), st.booleans(), st.sampled_from(["", "\n", " \r\n\t"]))
def test_the_elements_of_a_part_of_an_array_are_read_as_lines_are(records, begins, ends, blanks):
    texts = [msgspec.json.encode(each).decode() for each in records]
    data = blanks + ("" if begins else f",{blanks}") + f"{blanks},{blanks}".join(texts) + blanks + ("]" if ends else "")
    table = shape().read((data + blanks).encode(), begins, ends)
    lines = shape().read("".join(f"{each}\n" for each in texts).encode())
    assert (table is None) == (lines is None)
    if table is not None:
        assert [table.row(number) for number in range(len(table))] == [expected(json.loads(each)) for each in texts]
        assert [table.line(number).decode() for number in range(len(table))] == texts


@pytest.mark.parametrize(
    ("part", "begins", "ends"),
    [
        (b"", True, False), (b"]", True, True), (b'{"text":"a"},', True, False), (b',{"text":"a"}', True, False), (b'{"text":"a"}', False, False),
        (b'{"text":"a"}]', True, False), (b'{"text":"a"}', True, True), (b'{"text":"a"}] x', True, True), (b'{"text":"a"} {"text":"b"}', True, False),
        (b',,{"text":"a"}', False, False), (b'{"text":"a"},]', True, True), (b'{"text":"a"', True, False), (b'{"text":"a"},1', True, False),
    ],
)  # fmt: skip
def test_what_is_no_part_of_an_array_is_refused(part, begins, ends):
    assert shape().read(part, begins, ends) is None
