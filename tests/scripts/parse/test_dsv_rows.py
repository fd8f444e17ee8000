"""Cutting rows: the same whatever the shortcut, the block, or the neighbours."""

import csv
import io
from importlib import import_module
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.errors import FormatError
from identitysync.scripts.parse.dsv_dialect import Dialect
from identitysync.scripts.parse.dsv_found import BadRow, Header
from identitysync.scripts.parse.dsv_rows import Cutter

rows_module = import_module("identitysync.scripts.parse.dsv_rows")
letters = st.text(st.sampled_from('a",;|\\ \n\r\té😀\0'), max_size=6)
texts = st.text(st.sampled_from('ab",|\\\n\r'), max_size=40)


def cut(text, separator=",", quote='"', escape="", blocks=None):
    found = Cutter(Dialect(separator, quote, escape), "f").rows(blocks if blocks is not None else [text])
    return [each if isinstance(each, list) else (type(each).__name__, each.line, each.text) for each in found]


def fields(text, **options):
    """Give the fields of all rows, the header's too; fail at a bad row."""
    found = list(Cutter(Dialect(options.pop("separator", ","), **options), "f").rows([text]))
    assert not any(isinstance(each, BadRow) for each in found), found
    return [each.fields if isinstance(each, Header) else each for each in found]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize(  # with another line end, csv leaves \r and \n unquoted unless all is quoted
    ("line_end", "quoting"),
    [("\r\n", csv.QUOTE_MINIMAL), ("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_NONNUMERIC)],
)
@settings(max_examples=40)
@given(width=st.integers(1, 4), data=st.data())
def test_what_the_csv_module_writes_is_read_as_it_was(separator, line_end, quoting, width, data):
    rows = data.draw(st.lists(st.lists(letters, min_size=width, max_size=width), max_size=5))
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows(rows)

    assert fields(file.getvalue(), separator=separator) == rows


@settings(max_examples=500)
@given(texts)
def test_rows_are_those_of_the_strict_csv_module_where_it_reads_the_file_at_all(text):
    try:
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        return
    if not expected or any(len(row) != len(expected[0]) for row in expected):
        return
    assert fields(text) == expected


@settings(max_examples=500)
@given(texts, st.sampled_from(["", "\\"]), st.sampled_from(['"', ""]), st.lists(st.integers(0, 40), max_size=5))
def test_where_a_block_ends_makes_no_difference(text, escape, quote, places):
    bounds = sorted({0, len(text), *(place for place in places if place < len(text))})
    blocks = [text[start:end] for start, end in pairwise(bounds)]

    assert cut(text, ",", quote, escape, blocks) == cut(text, ",", quote, escape)


@settings(max_examples=500)
@given(texts, st.sampled_from(["", "\\"]), st.integers(0, 3))
def test_a_whole_block_at_once_gives_what_line_by_line_gives(text, escape, width):
    one, other = (Cutter(Dialect(",", '"', escape), "f", line=7, width=width) for _ in range(2))
    text = text + "\n" if text and not text.endswith("\n") else text

    assert one.batch(text) == list(other.cut(text))
    assert [*one.end()] == [*other.end()]
    assert one._number == other._number


@settings(max_examples=500)
@given(texts, st.sampled_from(["", "\\"]))
def test_shortcuts_give_what_walking_gives(text, escape):
    cutter = Cutter(Dialect(",", '"', escape), "f")
    cutter._all_quoted = cutter._some_quoted = lambda *_: []
    walked = [
        each if isinstance(each, list) else (type(each).__name__, each.line, each.text) for each in cutter.rows([text])
    ]

    assert cut(text, ",", '"', escape) == walked


@settings(max_examples=300)
@given(texts, st.sampled_from(["", "\\"]), st.sampled_from(['"', ""]))
def test_no_character_is_lost(text, escape, quote):
    """All rows together are the text, but for line ends between rows and blank lines."""
    cutter = Cutter(Dialect(",", quote, escape), "f")
    cutter._width = 10_000  # so that every row is one that does not fit
    found = list(cutter.rows([text]))

    without = "".join(each.text for each in found)
    for end in "\r\n":
        without, text = without.replace(end, ""), text.replace(end, "")
    assert without == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n"1"x,2\n3,4', [("Header", 1, "a,b"), ("BadRow", 2, '"1"x,2'), ["3", "4"]]),
        ('a,b\n"1\n2"x,2\n3,4', [("Header", 1, "a,b"), ("BadRow", 2, '"1\n2"x,2'), ["3", "4"]]),
        ('a,b\n1"x",2" \n', [("Header", 1, "a,b"), ['1"x"', '2" ']]),
        ('a,b\n "x",y\n', [("Header", 1, "a,b"), [' "x"', "y"]]),
        ("a,b\n1\n\n1,2,3\n", [("Header", 1, "a,b"), ("BadRow", 2, "1"), ("BadRow", 4, "1,2,3")]),
        ('a\n""\n\n \n', [("Header", 1, "a"), [""], [" "]]),
        ('\r\n\n"a\n",b\r1,"\r"\r2,3', [("Header", 3, '"a\n",b'), ["1", "\r"], ["2", "3"]]),
        ('a,b\n"""",""""""\n', [("Header", 1, "a,b"), ['"', '""']]),
        ('a,b\n"x,y""z",""\n', [("Header", 1, "a,b"), ['x,y"z', ""]]),
        ('a,b\n1,2\n"3,4\n5,6\n', [("Header", 1, "a,b"), ["1", "2"], ("BadRow", 3, '"3,4\n5,6')]),
        ('"a', [("BadRow", 1, '"a')]),
        ("a\u2028b\x0b\x0c\x85,c\n1,2\n", [("Header", 1, "a\u2028b\x0b\x0c\x85,c"), ["1", "2"]]),
    ],
)
def test_rows_that_are_not_simple(text, expected):
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("separator", "text", "expected"),
    [
        ("||", "a||b\n1|||2\n", [["a", "b"], ["1", "|2"]]),
        ("||", 'a||b\n"1|"||2\n', [["a", "b"], ["1|", "2"]]),
        ("||", 'a||b\n"1||""2"||3\n', [["a", "b"], ['1||"2', "3"]]),
        ("<->", 'a<->"b<->c"\n1<->2\n', [["a", "b<->c"], ["1", "2"]]),
        (".*", "a.*b\n1.*2\n", [["a", "b"], ["1", "2"]]),
        ("é", "aéb\n1é2\n", [["a", "b"], ["1", "2"]]),
    ],
)
def test_separators_of_any_length_stand_for_themselves(separator, text, expected):
    assert fields(text, separator=separator) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n"x\\"y",c\\,d\n', [["a", "b"], ['x"y', "c,d"]]),
        ('a,b\ne\\\nf,"g\\\r\nh"\n', [["a", "b"], ["e\nf", "g\r\nh"]]),
        ("a,b\n\\\\,\\a\n", [["a", "b"], ["\\", "a"]]),
        ('a,b\n\\"x\\",""\n', [["a", "b"], ['"x"', ""]]),
        ('a,b\n"x""y\\\\",z\n', [["a", "b"], ['x"y\\', "z"]]),
        ('a\\\n,"b"\r\n1\\\r\n2,3\r\n', [["a\n", "b"], ["1\r\n2", "3"]]),
    ],
)
def test_an_escape_takes_the_meaning_off_the_next_character_and_of_a_whole_line_end(text, expected):
    assert fields(text, escape="\\") == expected


def test_without_a_quote_character_quotes_are_letters():
    assert fields('a,b\n"1,2"\n', quote="") == [["a", "b"], ['"1', '2"']]


def test_other_quote_characters_work_alike():
    assert fields("a,b\n'1,''2',\"3\"\n", quote="'") == [["a", "b"], ["1,'2", '"3"']]


@pytest.mark.parametrize("start", ['a,b\n1,"', "a,b\n1,x", 'a,b\n"1\\'])
def test_a_row_without_end_is_given_up(start, monkeypatch):
    monkeypatch.setattr(rows_module, "MAX_ROW", 10_000)
    pieces = iter([start, *["x" * 100 + ("\n" if '"' in start else "")] * 1000])
    with pytest.raises(FormatError, match="within 10000 characters") as caught:
        list(Cutter(Dialect(","), "f").rows(pieces))

    assert sum(1 for _ in pieces) > 800, "the rest was read all the same"
    assert caught.value.line == 2


def test_a_quote_that_nothing_closes_says_how_much_went_with_it():
    *_, bad = Cutter(Dialect(","), "f").rows(['a,b\n1,2\n3,"4\n5,6\n7,8\n'])
    assert bad.reason == "column 2 opens a quote that is not closed within the 3 lines up to the end of the file"
