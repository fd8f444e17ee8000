import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from identitysync.languages.jexl.cursor import MAX_DEPTH
from identitysync.languages.jexl.expressions import MAX_CHAIN, MAX_CHOICES
from identitysync.languages.jexl.parser import MAX_LENGTH, parse

FAULTS = [
    ("a eq", 1, 5, "ends too early"),
    ("a ==\n  == b", 2, 3, "a value is missing"),
    ("a b", 1, 3, "an operator or the end is missing"),
    ("'abc", 1, 1, "never closed"),
    ("(a + b", 1, 7, "never closed"),
    ("[1, 2", 1, 6, "an array is written as"),
    ("{'a': 1", 1, 8, "a map is written as"),
    ("{'a': 1, 'b'}", 1, 13, "a map is written as"),
    ("a ? b", 1, 6, "condition ? yes : no"),
    ("1 < 2 < 3", 1, 7, "do not chain"),
    ("a == b == c", 1, 8, "do not chain"),
    ("a.", 1, 3, "after the dot"),
    ("a # b", 1, 3, "means nothing"),
    ("new('java.io.File', 'x')", 1, 1, "'new' is not supported"),
    ("1 + if (a) b", 1, 5, "'if' begins a statement"),
    ("upper(a)", 1, 1, "no function 'upper'"),
    ("a.toUppercase()", 1, 3, "did you mean 'toUpperCase'?"),
    ("a.getClass()", 1, 3, "no method 'getClass'"),
    ("a.__class__()", 1, 3, "no method '__class__'"),
    ("`text ${a", 1, 1, "a template is opened and never closed"),
    ("`text ${a b}`", 1, 11, "an operator or '}' is missing"),
    ("1..5..9", 1, 5, "do not chain"),
    ("5 = a", 1, 3, "only a variable, a field or an element"),
    ("a + 1 += 2", 1, 7, "only a variable, a field or an element"),
    ("(a) = 2", 1, 5, "only a variable, a field or an element"),
    ("var if = 5", 1, 5, "the name of a variable is missing"),
    ("break", 1, 1, "outside of a loop"),
    ("for (var x : l) { (a) -> { break } }", 1, 28, "outside of a loop"),
    ("for (x of l) a", 1, 8, "';' is missing: for (variable : items)"),
    ("while a < 5", 1, 7, "'(' is missing: while (condition)"),
    ("do a", 1, 5, "'while' is missing"),
    ("if (a)", 1, 7, "ends too early"),
    ("{ a; b", 1, 7, "a block is opened and never closed"),
    ("if (a) 1 2", 1, 10, "';' is missing before this"),
    ("return", 1, 7, "ends too early"),
    ("var f = function(a) a", 1, 21, "a function is written as"),
    ("Math.abs(1, 2)", 1, 14, "takes 1 arguments, not 2"),
    ("Math.sqr(4)", 1, 6, "did you mean 'sqrt'?"),
    ("08", 1, 1, "octal"),
    ("'\\uD83D'", 1, 1, "half a character"),
    ("9" * 1001, 1, 1, "1000 digits"),
    ("", 1, 1, "ends too early"),
    ("## nothing", 1, 11, "ends too early"),
]


@pytest.mark.parametrize(("text", "line", "column", "reason"), FAULTS, ids=[row[0][:20] for row in FAULTS])
def test_a_fault_is_named_with_line_column_and_caret(text, line, column, reason):
    with pytest.raises(ExpressionError) as caught:
        jexl.compile(text)
    assert reason in caught.value.reason
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "^" in str(caught.value).splitlines()[-1]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(" * 8_000 + "1" + ")" * 8_000,
        "-" * 10_000 + "1",
        "!" * 10_000 + "a",
        "[" * 8_000 + "]" * 8_000,
        "{'a':" * 2_000 + "1" + "}" * 2_000,
        "a[" * 4_000 + "0" + "]" * 4_000,
        "a ? b : " * 2_000 + "c",
        "a ? " * 2_000 + "b" + " : c" * 2_000,
        "a ?: " * 3_000 + "b",
        "a." * 8_000 + "b",
        "s.trim()" + ".trim()" * 2_300,
        "s.concat(" * 1_700 + ")" * 1_700,
        "empty " * 2_500 + "a",
        "1" + "+1" * 8_000,
        "a" * (MAX_LENGTH + 1),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_too_large_is_refused_cleanly(text):
    with pytest.raises(ExpressionError):
        jexl.compile(text)


def test_what_is_just_small_enough_is_computed():
    assert jexl.compile("(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1))({}) == 1
    assert jexl.compile("(1+" * (MAX_DEPTH // 2 - 1) + "1" + ")" * (MAX_DEPTH // 2 - 1))({}) == MAX_DEPTH // 2
    assert jexl.compile("1" + " + 1" * MAX_CHAIN)({}) == MAX_CHAIN + 1
    assert jexl.compile("s" + ".trim()" * MAX_CHAIN)({"s": " x "}) == "x"
    assert jexl.compile("s.concat(" * 40 + "'!'" + ")" * 40)({"s": "a"}) == "a" * 40 + "!"
    assert jexl.compile("".join(f"a == {i} ? {i} : " for i in range(MAX_CHOICES)) + "-1")({"a": 499}) == 499
    assert jexl.compile(" or ".join(f"a == {i}" for i in range(MAX_CHAIN)))({"a": 999}) is True
    assert jexl.compile("a[" * 49 + "0" + "]" * 49)({"a": [0]}) == 0


def test_words_that_only_begin_like_operators_are_names():
    record = {"notified": 1, "order": 2, "equal": 3, "android": 4, "divide": 5, "trueName": 6, "emptyBox": 7, "size": 8}
    assert [jexl.compile(name)(record) for name in record] == list(record.values())


def test_word_operators_are_names_behind_a_dot():
    assert jexl.compile("data.eq + data.size + data.not")({"data": {"eq": 1, "size": 2, "not": 3}}) == 6


def test_comments_count_as_blanks():
    assert jexl.compile("a ## one\n + // two\n /* three\n */ b")({"a": 1, "b": 2}) == 3
    assert jexl.compile("a##c")({"a": 1}) == 1
    assert jexl.compile("'## no /* comment'")({}) == "## no /* comment"


def test_a_semicolon_may_end_an_expression():
    assert jexl.compile("a;")({"a": 1}) == 1


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab_.'\"\\()[]{}?:!=<>&|+-*/%~^$,; \n0159#eqnotsizempty", max_size=40))
def test_any_text_is_parsed_or_refused_and_nothing_else(text):
    offset: int | None = 0
    try:
        parse(text)
    except ExpressionError as fault:
        offset = fault.offset
    assert offset is None or 0 <= offset <= len(text)
