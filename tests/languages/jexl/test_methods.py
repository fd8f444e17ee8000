from pathlib import Path

import pytest

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from identitysync.languages.jexl.mathematics import FUNCTIONS
from identitysync.languages.jexl.methods import NAMES


def value(text, **record):
    return jexl.compile(text)(record)


def test_indexes_count_utf16_units_as_java_does():
    assert value("s.length()", s="😀") == 2
    assert value("size(s)", s="a😀b") == 4
    assert value("s.indexOf('b')", s="a😀b") == 3
    assert value("s.lastIndexOf('b', 3)", s="a😀b") == 3
    assert value("s.substring(1, 3)", s="a😀b") == "😀"
    assert value("s.startsWith('b', 3)", s="a😀b") is True
    assert value("a.compareTo(b)", a="\uff5e", b="😀") > 0
    assert value("a < b", a="\uff5e", b="😀") is False


@pytest.mark.parametrize("text", ["s.substring(0, 2)", "s.charAt(1)", "s.substring(2)"])
def test_a_character_is_never_cut_in_two(text):
    with pytest.raises(ExpressionError, match="cannot be done on the text 'a😀b': it would cut a character in two"):
        value(text, s="a😀b")


@pytest.mark.parametrize("text", ["s.substring(4)", "s.substring(2, 1)", "s.substring(-1)", "s.charAt(3)", "l.get(1)"])
def test_an_index_outside_fails_and_says_how_long_it_is(text):
    with pytest.raises(ExpressionError, match=r"has [13] (characters|elements)") as caught:
        value(text, s="abc", l=[1])
    assert caught.value.column == 3


@pytest.mark.parametrize(
    "text", ["s.concat(z)", "s.contains(z)", "s.replace('a', z)", "s.matches(z)", "s.startsWith(z)"]
)
def test_null_where_a_text_is_needed_fails(text):
    with pytest.raises(ExpressionError, match="null"):
        value(text, s="abc")


@pytest.mark.parametrize("text", ["z.trim()", "n.trim()", "s.get(0)", "s.substring('1')", "s.trim(1)", "s.concat(5)"])
def test_where_there_is_no_such_method_the_answer_is_null(text):
    assert value(text, s="abc", n=5) is None


def test_size_and_empty_are_methods_of_everything():
    assert [value(f"{name}.size()", s="abc", l=[1], m={}, n=5) for name in "slmnz"] == [3, 1, 0, None, 0]
    assert [value(f"{name}.empty()", s="", l=[1], m={}, n=0) for name in "slmnz"] == [True, False, True, True, True]


def test_letters_fold_one_by_one():
    assert value("a.equalsIgnoreCase(b)", a="ß", b="SS") is False
    assert value("a.equalsIgnoreCase(b)", a="É", b="é") is True
    assert value("a.equalsIgnoreCase(b)", a="é", b=None) is False


def test_methods_leave_the_record_as_it_is():
    record = {"m": {"k": [1, 2]}, "l": [3, 1]}
    for text in ("m.values()", "m.keySet()", "l.subList(0, 1)", "m.k", "{1, 1}", "[l, m]"):
        jexl.compile(text)(record)
    assert record == {"m": {"k": [1, 2]}, "l": [3, 1]}


def test_casts_lose_bits_as_in_java():
    assert value("n.intValue()", n=5_000_000_000) == 705_032_704
    assert value("n.intValue()", n=1e10) == 2**31 - 1
    assert value("n.byteValue()", n=200) == -56
    assert value("n.longValue()", n=-1e300) == -(2**63)
    assert value("n.intValue()", n=float("nan")) == 0
    assert value("n.floatValue()", n=0.1) == pytest.approx(0.1, rel=1e-7)


def test_split_drops_empty_pieces_at_the_end_unless_told_otherwise():
    assert value("s.split(',')", s=",a,,b,,") == ["", "a", "", "b"]
    assert value("s.split(',', -1)", s="a,,") == ["a", "", ""]
    assert value("s.split(',', 2)", s="a,b,c") == ["a", "b,c"]
    assert value("s.split(',')", s=",") == []
    assert value("s.split(',')", s="") == [""]
    assert value("s.split('')", s="abc") == ["a", "b", "c"]


def test_the_docs_name_every_method_and_function():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "jexl.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}(" not in page] == []
    assert [name for name in FUNCTIONS if f"`Math.{name}`" not in page] == []


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        ("", 0), ("abc", 96354), ("Zoë 😀", -1607028339), (7, 7), (-7, -7), (5_000_000_000, 705_032_705), (-5_000_000_000, 705_032_702),
        (10**25, 360_274_957), (-(10**25), -360_274_957), (2.5, 1_074_003_968), (-0.0, -(2**31)), (True, 1231), (False, 1237), ([], 1),
        ([1, "x", None], 34_472), ({}, 0), ({"k": "v", "n": None}, 139), ([[1.5, {"a": -3}]], -1_089_993_860), (2**63, -(2**31)),
    ],
)  # fmt: skip
def test_hash_codes_are_those_of_java(owner, code):  # as the engine itself answered
    assert value("x.hashCode()", x=owner) == code
