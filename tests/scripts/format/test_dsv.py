"""Records into DSV: columns, quotes, charsets, and what no text stands for."""

import csv
import io
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scripts.format.encoding import encoded

import identitysync as idx
from identitysync.contract import File
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.format.dsv import FormatDsv
from identitysync.values import FieldPath


def formatter(separator=",", **params):
    if "columns" in params:
        params["columns"] = [FieldPath.parse(text) for text in params["columns"]]
    return FormatDsv(file_name="f.csv", column_separator=separator, **params)


def text(records, separator=",", **params):
    data, rejects = encoded(formatter(separator, **params), [records])
    assert rejects == []
    return data.decode(params.get("file_charset", "utf-8"))


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(
    [
        "",
        '"',
        '""',
        "\n",
        "\r",
        "\r\n",
        ",",
        ";",
        "|",
        "||",
        "\\",
        '\\"',
        "\ufeff",
        "é😀",
        "\0",
        " ",
        "\t",
        "'",
        "a|",
        "\u2028",
    ]
)
names = st.sampled_from(
    ["a", "b", "c d", "profile.email", '"', "x,y", "n\nl", "\ufeffbom", "\\", "|", "é"]
) | cells.filter(lambda name: name and "\0" not in name)
flat = st.dictionaries(names, cells, max_size=4)


@settings(max_examples=300)
@given(
    batches=st.lists(st.lists(flat, max_size=4), max_size=4),
    separator=st.sampled_from([",", ";", "\t", "|", "||", "|;|", " ", "aba", "é"]),
    escape=st.sampled_from(["", "\\", "~"]),
    quote=st.sampled_from(['"', "'"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r", "\\r\\n"]),
    quote_fields=st.booleans(),
    charset=st.sampled_from(["UTF-8", "utf-8-sig", "UTF-16", "UTF-16LE", "UTF-32"]),
)
def test_what_is_written_is_read_back_whatever_the_style(
    batches, separator, escape, quote, line_end, quote_fields, charset
):
    data, rejects = encoded(
        formatter(
            separator, escape_character=escape, quote_character=quote, line_end=line_end,
            quote_fields=quote_fields, file_charset=charset,
        ),
        batches,
    )  # fmt: skip
    assert rejects == []
    parser = idx.scripts()["file.parse.dsv"].spec.cls(
        column_separator=separator, escape_character=escape, quote_character=quote, file_charset=charset
    )
    records = [record for batch in batches for record in batch]
    columns = list(dict.fromkeys(key for record in records for key in record))

    found = list(parser.parse(File("f.csv", data)))
    # without any column, and with rows of nothing but that, there is nothing to tell rows by
    assert found == ([{name: record.get(name, "") for name in columns} for record in records] if columns else [])


@given(batches=st.lists(st.lists(flat, min_size=1, max_size=4), min_size=1, max_size=3), quote_fields=st.booleans())
def test_the_csv_module_reads_it_too(batches, quote_fields):
    data, _ = encoded(formatter(quote_fields=quote_fields), batches)
    records = [record for batch in batches for record in batch]
    columns = list(dict.fromkeys(key for record in records for key in record))
    rows = [row for row in csv.reader(io.StringIO(data.decode(), newline=""), strict=True) if row]

    assert rows == ([columns, *([record.get(name, "") for name in columns] for record in records)] if columns else [])


@given(
    records=st.lists(flat, max_size=6),
    cuts=st.sets(st.integers(1, 5)),
    style=st.sampled_from([{}, {"quote_fields": True}, {"escape_character": "\\"}]),
)
def test_how_records_come_in_batches_makes_no_difference(records, cuts, style):
    bounds = [0, *sorted(cut for cut in cuts if cut < len(records)), len(records)]
    batches = [records[start:end] for start, end in pairwise(bounds)]

    assert encoded(formatter(**style), batches) == encoded(formatter(**style), [records])


def test_columns_are_those_of_the_whole_file_in_the_order_of_first_sight():
    batches = [[{"a": 1}], [{"b": 'x"y\nz', "a": 2}], [{"c": {"d": {"e": 3}, "f": [1, {"g": None}]}}], [{}]]
    assert encoded(formatter(), batches) == (
        b'a,b,c.d.e,c.f\n1,,,\n2,"x""y\nz",,\n,,3,"[1,{""g"":null}]"\n,,,\n',
        [],
    )


def test_a_single_empty_cell_is_no_blank_line():
    assert encoded(formatter(), [[{"a": ""}, {}], [{"a": None}]])[0] == b'a\n""\n""\n""\n'
    assert encoded(formatter(), [[{}], [{"a": "x"}]])[0] == b'a\n""\nx\n'
    assert encoded(formatter(quote_fields=True), [[{}], [{"a": "x", "b": "y"}]])[0] == b'"a","b"\n"",""\n"x","y"\n'


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (True, "true"), (False, "false"), (0, "0"), (2**80, str(2**80)), (1.5, "1.5"), (1e22, "1e22"), ("", ""),
        (" x ", " x "), ([], "[]"), ({}, ""), (["a"], '"[""a""]"'), ({"b": {}}, ""),
    ],
)  # fmt: skip
def test_the_text_of_a_value(value, cell):
    written = text([{"x": 1, "v": value}]).split("\n")[1]
    assert written == f"1,{cell}"


def test_only_what_needs_quotes_gets_them_unless_all_do():
    records = [{"a": "1", "b": "x y", "c": "x,y", "d": 'x"y', "e": "x\ny", "f": "x\ry"}]
    assert text(records) == 'a,b,c,d,e,f\n1,x y,"x,y","x""y","x\ny","x\ry"\n'
    assert text([{"a": 1, "b": None}], quote_fields=True) == '"a","b"\n"1",""\n'
    assert text([{"a": 'x"\\', "b": "y"}], escape_character="\\") == 'a,b\n"x\\"\\\\",y\n'
    assert text([{"a": 'x"\\', "b": "y"}], escape_character="\\", quote_fields=True) == '"a","b"\n"x\\"\\\\","y"\n'


def test_a_cell_that_could_make_a_separator_with_its_neighbour_is_quoted():
    assert text([{"a": "1|", "b": "2"}], separator="||") == 'a||b\n"1|"||2\n'


@pytest.mark.parametrize(("written", "meant"), [("\\t", "\t"), ("\t", "\t"), ("||", "||")])
def test_a_tab_may_be_written_as_two_characters(written, meant):
    assert text([{"a": 1, "b": 2}], separator=written) == f"a{meant}b\n1{meant}2\n"


@pytest.mark.parametrize(("written", "meant"), [("\\n", "\n"), ("\\r\\n", "\r\n"), ("\r\n", "\r\n"), ("\\r", "\r")])
def test_a_line_end_may_be_written_as_its_letters(written, meant):
    assert encoded(formatter(line_end=written), [[{"a": 1}]])[0].decode() == f"a{meant}1{meant}"


def test_given_columns_are_the_columns_and_other_fields_are_left_out_by_wish():
    records = [{"a": {"b": 1, "c": {"d": [2]}}, "a.x": 3, "z": 4}, {"z": 5}]
    assert text(records, columns=["a.c", "a.b", "a.x", "no.such", "'a.x'"][:4]) == (
        'a.c,a.b,a.x,no.such\n"{""d"":[2]}",1,3,\n,,,\n'
    )
    assert text(records, columns=["z", "a"], write_header=False) == '4,"{""b"":1,""c"":{""d"":[2]}}"\n5,\n'


def test_the_header_stands_in_an_empty_file_when_the_columns_are_known():
    assert encoded(formatter(columns=["a", "b"]), []) == (b"a,b\n", [])
    assert encoded(formatter(), []) == (b"", [])
    assert encoded(formatter(columns=["a"], write_header=False), []) == (b"", [])
    assert encoded(formatter(columns=["a"], file_charset="UTF-16"), []) == ("\ufeffa\n".encode("utf-16-le"), [])


def test_two_fields_that_would_become_one_column_reject_their_record_and_no_other():
    records = [{"p.e": 1, "p": {"f": 2}}, {"p.e": 1, "p": {"e": 2}}, {"p": {"e": 3}}]
    data, rejects = encoded(formatter(), [records])

    assert data == b"p.e,p.f\n1,2\n3,\n"
    assert rejects == [(records[1], "name-clash")]


def test_nothing_of_a_rejected_record_is_remembered():
    batches = [[{"a": "x"}, {"a": "y", "b": "€", "new": "z"}], [{"c€": "1"}], [{"a": ["€"], "d": 1}]]
    data, rejects = encoded(formatter(file_charset="ISO-8859-1"), batches)

    assert data == b"a\nx\n"
    assert [code for _, code in rejects] == ["charset"] * 3


def test_a_character_that_the_charset_lacks_is_named():
    with pytest.raises(RecordRejected, match=r"iso8859-1 has no character U\+20AC"):
        formatter(file_charset="latin-1").encoder().encode([{"a": "€"}])
    with pytest.raises(RecordRejected, match=r"U\+D800"):
        formatter().encoder().encode([{"a": "\ud800"}])


def nested(depth):
    value = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        [1, {"a": -float("inf")}],
        10**5000,
        ["\ud800"],
        nested(100_000),
        [nested(100_000)],
        [10**5000],
    ],
    ids=["nan", "inf", "deep inf", "long", "surrogate", "deep", "deep in array", "long in array"],
)
@pytest.mark.parametrize("columns", [{}, {"columns": ["x", "v"]}])
def test_what_no_text_stands_for_rejects_its_record_and_no_other(value, columns):
    data, rejects = encoded(formatter(**columns), [[{"x": 1, "v": "ok"}, {"x": 2, "v": value}, {"x": 3, "v": "ok"}]])

    assert data == b"x,v\n1,ok\n3,ok\n"
    assert len(rejects) == 1


def test_a_name_like_a_byte_order_mark_is_quoted():
    assert text([{"\ufeffa": 1, "b": 2}]) == '"\ufeffa","b"\n1,2\n'


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"columnSeparator": ""}, "to fill in|neither empty"),
        ({"columnSeparator": "\\n"}, "line end"),
        ({"columnSeparator": '"'}, "holds the quote"),
        ({"columnSeparator": ",", "escapeCharacter": '"'}, "doubled"),
        ({"columnSeparator": ",", "escapeCharacter": ","}, "part of the column separator"),
        ({"columnSeparator": ",", "quoteCharacter": ""}, "one character"),
        ({"columnSeparator": ",", "lineEnd": "x"}, "line end"),
        ({"columnSeparator": ",", "maxFileSize": 0}, "more than 0"),
        ({"columnSeparator": ",", "maxFileSize": "-1"}, "more than 0"),
        ({"columnSeparator": ",", "maxFileSize": "big"}, "number"),
        ({"columnSeparator": ",", "columns": "a, b, a"}, "found more than once: a"),
        ({"columnSeparator": ",", "columns": ["a..b"]}, "empty segment"),
        ({"columnSeparator": ",", "fileCharset": "base64"}, "no charset"),
        ({"columnSeparator": ",", "dsvFormatVersion": "Odd"}, "Standard"),
    ],
)
def test_parameters_are_judged_before_anything_runs(params, words):
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", "file.format.dsv", {"fileName": "f.csv", **params})])
    faults = [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]

    assert len(faults) == 1
    assert re.search(words, str(faults[0])), faults


def test_numbers_and_lists_may_come_as_text_as_in_real_flows():
    params = {
        "fileName": "f",
        "columnSeparator": ",",
        "maxFileSize": "10",
        "quoteFields": "true",
        "columns": "UID, profile.email",
    }
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", "file.format.dsv", params)])
    assert not [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]


def test_a_script_with_contradicting_signs_cannot_be_built():
    with pytest.raises(InvalidParameter):
        formatter(quote_character="'", separator="'")
