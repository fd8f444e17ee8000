"""DSV files into records: headers, rejects, types, charsets, and how much time and memory they take."""

import json
import time
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.scripts.parse.csv_spectrum import CASES

import identitysync as idx
from identitysync.contract import File, Note, Rejected
from identitysync.errors import FormatError, InvalidParameter
from identitysync.scripts.parse.dsv import ParseDsv
from identitysync.scripts.parse.dsv_types import inferred


def parsed(data, name="f.csv", separator=",", **params):
    data = data.encode() if isinstance(data, str) else data
    return list(ParseDsv(column_separator=separator, **params).parse(File(name, data)))


@pytest.mark.parametrize("name", CASES)
def test_the_cases_of_csv_spectrum_are_read(name):
    text, expected = CASES[name]
    assert parsed(text) == expected


def test_names_with_dots_stay_flat():
    assert parsed("profile.email,a.0\nx,y\n") == [{"profile.email": "x", "a.0": "y"}]


@pytest.mark.parametrize("data", ["", "\n\r\n\n", "\ufeff", "a,b\n", "a,b"])
def test_a_file_without_rows_has_no_records(data):
    assert parsed(data) == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b,a", "the same name more than once: 'a'"),
        ("a,,b", "column 2 of 3 has no name"),
        ("a,b,", "does every line end with a separator"),
        ('a,""', "column 2 of 2 has no name"),
        ('"a"b', "goes on after its closing quote"),
        ('a,"b', "not closed"),
        ("a\0,b", "UTF-16"),
    ],
)
def test_a_header_that_would_lose_columns_is_refused_with_its_line(header, words):
    with pytest.raises(FormatError, match=words) as caught:
        parsed(f"\n{header}\n1,2,3\n")

    assert (caught.value.file, caught.value.line) == ("f.csv", 2)


def test_a_ragged_row_is_rejected_with_where_and_what_it_was():
    found = parsed('a,b\r\n1,2\r\n"x\r\ny"\r\n\r\n3,4,5\r\n6,7\r\n', name="in/x.csv")

    assert [each for each in found if isinstance(each, dict)] == [{"a": "1", "b": "2"}, {"a": "6", "b": "7"}]
    short, long = (each for each in found if isinstance(each, Rejected))
    assert short.record == {"_fileName": "in/x.csv", "_line": 3, "_text": '"x\r\ny"', "_header": "a,b"}
    assert short.message == "in/x.csv: line 3: the row has 1 column, the header 2"
    assert long.record["_line"] == 6
    assert long.message.endswith("the row has 3 columns, the header 2")
    assert short.code == long.code == "malformed-row"


def test_header_and_text_of_a_reject_are_a_file_that_can_be_mended_and_read():
    (reject,) = parsed('"a\nb",c\n"x\ny"\n')
    mended = f"{reject.record['_header']}\n{reject.record['_text']},2\n"
    assert parsed(mended) == [{"a\nb": "x\ny", "c": "2"}]


@settings(max_examples=300)
@given(
    st.binary(max_size=60) | st.text(st.sampled_from('ab",\n\r\\\0é'), max_size=60).map(str.encode),
    st.sampled_from(["UTF-8", "auto-detect", "ISO-8859-1", "UTF-16"]),
    st.sampled_from(["", "\\"]),
)
@example(b'a,b\n"\\', "UTF-8", "\\")
def test_whatever_bytes_come_nothing_but_a_format_error_is_raised(data, charset, escape):
    try:
        found = parsed(data, file_charset=charset, escape_character=escape, infer_types=True)
    except FormatError as fault:
        assert (fault.file, fault.line >= 1) == ("f.csv", True)  # noqa: PT017 - most bytes raise, some do not
    else:
        assert all(isinstance(each, dict | Rejected | Note) for each in found)


def test_a_wrong_byte_is_told_with_file_line_and_place():
    with pytest.raises(FormatError, match=r"^f\.csv: line 3: byte 11, 0xe9, is no UTF-8 .* fileCharset"):
        parsed(b"a,b\n1,2\n3,4\xe9\n")


@pytest.mark.parametrize(
    "charset", ["UTF-8", "ISO-8859-1", "UTF-16", "UTF-16LE", "UTF-16BE", "utf-8-sig", "windows-1252"]
)
def test_charsets_are_read_without_their_mark(charset):
    assert parsed("é,b\r\nü,2\r\n".encode(charset), file_charset=charset) == [{"é": "ü", "b": "2"}]


def test_auto_detect_says_what_it_found():
    found = parsed("a,b\n1,é€\n".encode("windows-1252"), file_charset="auto-detect")
    assert found == [Note("f.csv is taken for windows-1252"), {"a": "1", "b": "é€"}]


@pytest.mark.parametrize(("written", "meant"), [("\\t", "\t"), ("\t", "\t"), ("||", "||"), (";", ";")])
def test_a_tab_may_be_written_as_two_characters(written, meant):
    assert parsed(f"a{meant}b\n1{meant}2\n", separator=written) == [{"a": "1", "b": "2"}]


def test_the_file_name_is_added_and_never_overwrites_a_column():
    assert parsed("a\n1\n", add_filename=True) == [{"a": "1", "_fileName": "f.csv"}]
    with pytest.raises(FormatError, match="addFilename would overwrite"):
        parsed("a,_fileName\n1,2\n", add_filename=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("true", True), ("false", False), ("0", 0), ("-1", -1), ("1.5", 1.5), ("1e3", 1000.0), ("1E-2", 0.01),
        (str(2**70), 2**70), ("-0.0", 0.0), *((text, text) for text in (
            " ", "True", "TRUE", "01234", "+1", "1.", ".5", "1,5", "1_000", " 1", "1 ", "0x1", "NaN", "Infinity", "-", "t",
            "null", "1e400", "١", "1٣", "²", "1" * 4001, "2024-01-01", "--1", "1e", "\t",
        )),
    ],
)  # fmt: skip
def test_only_what_json_takes_for_a_number_or_boolean_is_inferred(text, value):
    found = inferred(text)
    assert (type(found), found) == (type(value), value)


@given(st.text(st.sampled_from("0123456789+-.eE _tru"), max_size=8))
def test_inferring_agrees_with_json(text):
    try:
        expected = json.loads(text) if text.strip() == text and text else text
    except ValueError:
        expected = text
    expected = None if text == "" else text if expected in (float("inf"), float("-inf")) else expected
    assert inferred(text) == expected


@given(st.integers())
def test_integers_stay_exact(number):
    assert inferred(str(number)) == number
    assert Decimal(str(number)) == inferred(str(number))


def test_without_inferring_every_value_is_text():
    assert parsed("a,b,c\n1,true,\n") == [{"a": "1", "b": "true", "c": ""}]
    assert parsed("a,b,c\n1,true,\n", infer_types=True) == [{"a": 1, "b": True, "c": None}]


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"columnSeparator": "\n"}, "invalid-parameter", "line end"),
        ({"columnSeparator": '"'}, "invalid-parameter", "holds the quote"),
        ({"columnSeparator": ",", "escapeCharacter": '"'}, "invalid-parameter", "doubled"),
        ({"columnSeparator": "\\", "escapeCharacter": "\\"}, "invalid-parameter", "part of the column separator"),
        ({"columnSeparator": ",", "escapeCharacter": "ab"}, "invalid-parameter", "one character"),
        ({"columnSeparator": ",", "quoteCharacter": "''"}, "invalid-parameter", "one character"),
        ({"columnSeparator": ",", "fileCharset": "klingon"}, "invalid-parameter", "klingon"),
        ({"columnSeparator": ",", "inferTypes": "perhaps"}, "wrong-type", "true or false"),
        ({}, "missing-parameter", "columnSeparator"),
    ],
)
def test_parameters_are_judged_before_anything_runs(params, code, words):
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", "file.parse.dsv", params)])
    faults = [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]

    assert [fault.code for fault in faults if fault.severity == "error"] == [code]
    assert words in str(faults[0])


def test_a_script_with_contradicting_signs_cannot_be_built():
    with pytest.raises(InvalidParameter):
        ParseDsv(column_separator="|'|", quote_character="'")


class Repeated:
    """A file that holds rows many times and takes no memory."""

    name = "f.csv"

    def __init__(self, header, unit, count):
        self._pieces = iter([header, *[unit] * count])
        self._held = self._seen = b""

    def open(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def seek(self, offset):
        self._held = self._seen[offset:] + self._held

    def read(self, size):
        while len(self._held) < size and (piece := next(self._pieces, None)) is not None:
            self._held += piece
        self._seen, self._held = self._held[:size], self._held[size:]
        return self._seen


@pytest.mark.parametrize(
    ("row", "size"),
    [
        (b"1," + b"x" * 6000 + b"\n", 200_000_000),
        (b'"1","' + (b"x" * 300 + b"\r\n") * 20 + b'"\n', 20_000_000),
        (b'1,"' + b'""' * 3000 + b'"\n', 20_000_000),
        (b"1\n" + b"2," + b"y" * 6000 + b"\n", 200_000_000),
    ],
    ids=["plain", "several lines", "quotes", "rejects"],
)
def test_memory_does_not_grow_with_the_file(row, size):
    unit = row * 40
    count = size // len(unit)
    tracemalloc.start()
    try:
        total = sum(1 for _ in ParseDsv(column_separator=",").parse(Repeated(b"a,b\n", unit, count)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert total >= count * 40
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,"' + "x\n" * 800_000,
        'a,b\n1,"' + 'x""\n' * 400_000,
        'a,b\n1,"' + '""' * 800_000,
        "a,b\n" + '"x' * 600_000,
        'a,b\n"' + "x," * 800_000,
        "a," * 400_000,
        "a,b\n" + '1,"x"y\n' * 60_000,
        "a,b\n" + "\\\\" * 800_000,
        "a,b\n" + "x\\\n" * 200_000,
        'a,b\n"' + "\\" * 1_600_000,
    ],
    ids=[
        "open",
        "open with quotes",
        "quotes",
        "literal quotes",
        "one long row",
        "wide",
        "bad rows",
        "escapes",
        "escaped ends",
        "open escapes",
    ],
)
@pytest.mark.parametrize("escape", ["", "\\"])
def test_no_file_takes_more_than_linear_time(text, escape):
    started = time.process_time()
    try:
        for _ in ParseDsv(column_separator=",", escape_character=escape).parse(File("f.csv", text.encode())):
            pass
    except FormatError:
        pass
    assert time.process_time() - started < 2


def test_ten_thousand_columns_are_no_trouble():
    names = [f"c{number}" for number in range(10_000)]
    text = ",".join(names) + "\n" + (",".join(map(str, range(10_000))) + "\n") * 20
    assert parsed(text) == [dict(zip(names, map(str, range(10_000)), strict=True))] * 20
