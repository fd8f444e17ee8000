import contextlib
import math
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.contract.lowering import Unfit
from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from identitysync.languages.jexl.expression import FAULTS

NASTY = [
    None,
    True,
    False,
    0,
    -7,
    2**70,
    2.5,
    math.nan,
    math.inf,
    "",
    "12",
    "2.5",
    "Zoë 😀",
    "\x00\ufeff",
    [],
    [1, None],
    {},
    {"k": 1},
]


@pytest.mark.parametrize(
    "record", [{"data": {"subscribed": "Yes"}}, {"data.subscribed": "Yes"}, {"data_subscribed": "Yes"}]
)
@pytest.mark.parametrize("name", ["data_subscribed", "data.subscribed"])
def test_both_spellings_find_a_nested_field(record, name):
    found = jexl.compile(name)(record)
    wanted = (
        None
        if (name == "data.subscribed" and "data_subscribed" in record)
        or (name == "data_subscribed" and "data.subscribed" in record)
        else "Yes"
    )
    assert found == wanted


def test_underscores_may_be_some_dots_and_some_underscores():
    assert jexl.compile("my_data_first_name")({"my_data": {"first_name": "Ada"}}) == "Ada"
    assert jexl.compile("my_data.first_name")({"my": {"data": {"first_name": "Ada"}}}) == "Ada"
    assert jexl.compile("a__b")({"a_": {"b": 1}}) == 1
    assert jexl.compile("_a_")({"_a_": 1}) == 1


def test_a_literal_key_is_found_first_even_when_it_is_null():
    assert jexl.compile("a_b")({"a_b": None, "a": {"b": 1}}) is None
    assert jexl.compile("a.b")({"a.b": None, "a": {"b": 1}}) is None
    assert jexl.compile("a.b.c")({"a.b": {"c": 1}}) == 1


@pytest.mark.parametrize(
    "name", ["a", "a.b", "a.b.c", "a_b", "a[0]", "a['b']", "a.0.b", "a.b[1].c", "a.length()", "a.b.trim()"]
)
@pytest.mark.parametrize("value", NASTY, ids=repr)
def test_a_field_that_is_not_there_is_null_whatever_stands_on_the_way(name, value):
    assert jexl.compile(name + ".zzz")({"a": value}) is None
    assert jexl.compile(name)({}) is None


def test_numbers_index_arrays_by_dots_and_by_brackets():
    record = {"likes": [{"name": "x"}, ["y", "z"]]}
    assert jexl.compile("likes.0.name")(record) == "x"
    assert jexl.compile("likes[1][0] + likes.1.1")(record) == "yz"
    assert jexl.compile("likes[2]")(record) is None
    assert jexl.compile("likes[-1]")(record) is None


def test_nothing_of_python_can_be_reached():
    record = {"s": "x", "l": [1], "m": {"k": 1}}
    for owner in record:
        for name in ("__class__", "__len__", "keys", "format", "encode", "append", "mro"):
            assert jexl.compile(f"{owner}.{name}")(record) is None
            assert jexl.compile(f"{owner}['{name}']")(record) is None


def test_names_of_generated_code_are_no_fields():
    expression = jexl.compile("k0 + k1 + r + kt1 + type + dict")
    assert expression({name: name for name in ("k0", "k1", "r", "kt1", "type", "dict")}) == "k0k1rkt1typedict"


def test_no_user_text_enters_the_source():
    source, constants = jexl.compile("secret.name == 'it\\'s' ? \"evil\" : secret_name").emit("record", "x")
    for word in ("secret", "name", "it", "evil"):
        assert word not in source
    assert "it's" in constants.values()


def test_the_code_can_be_put_into_a_larger_function():
    texts = ["a.b eq 'x' ? 1 : 2", "a_b ?: 'none'", "a.b + '!' + '!' + '!' + '!'"]
    lines, namespace = ["def f(row):"], {}
    for number, text in enumerate(texts):
        source, constants = jexl.compile(text).emit("row", f"e{number}_")
        assert not constants.keys() & namespace.keys()
        namespace |= constants
        lines.append(f"    v{number} = {source}")
    exec("\n".join([*lines, "    return [v0, v1, v2]"]), namespace)
    for record in ({"a": {"b": "x"}}, {"a": {"b": "y"}}, {"a.b": "x"}, {}):
        assert namespace["f"](record) == [jexl.compile(text)(record) for text in texts]


def test_emitted_code_fails_with_what_fault_explains():
    expression = jexl.compile("a * 2")
    source, constants = expression.emit("r", "k")
    with pytest.raises(FAULTS) as caught:
        eval(source, constants, {"r": {"a": "x"}})
    assert expression.fault(caught.value).column == 3


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("data.subscribed eq 'x' ? a : b", {"data.subscribed", "a", "b"}),
        ("data_subscribed", {"data_subscribed", "data.subscribed"}),
        ("a_b_c", {"a_b_c", "a.b_c", "a_b.c", "a.b.c"}),
        ("a_b.c", {"a_b.c", "a.b.c"}),
        ("_x", {"_x"}),
        ("a[b].c.trim()", {"a", "b"}),
        ("[a, {b: c}, {d}]", {"a", "b", "c", "d"}),
        ("not empty(a) ?: size b", {"a", "b"}),
        ("s.replace(x, y)", {"s", "x", "y"}),
        ("1 + 'a'", set()),
    ],
)
def test_reads_names_every_field_that_may_be_read(text, reads):
    assert jexl.compile(text).reads == reads


def test_of_a_name_with_many_underscores_the_objects_are_read():
    name = "a_b_c_d_e_f"
    assert jexl.compile(name).reads == {name, "a", "a_b", "a_b_c", "a_b_c_d", "a_b_c_d_e"}


def test_an_expression_can_be_pickled():
    expression = pickle.loads(pickle.dumps(jexl.compile("a + 1")))
    assert (expression.text, expression({"a": 1})) == ("a + 1", 2)


def test_a_failure_says_where_and_what():
    with pytest.raises(ExpressionError) as caught:
        jexl.compile("a ==\n 3")({"a": "x"})
    assert (caught.value.line, caught.value.column) == (1, 3)
    assert "the text 'x' is no whole number" in str(caught.value)


def test_a_wrong_regular_expression_fails_when_it_is_met():
    with pytest.raises(ExpressionError, match=r"'\[' is wrong: a \[ is opened and never closed"):
        jexl.compile("a =~ b")({"a": "x", "b": "["})


def test_a_regular_expression_without_end_is_stopped():
    with pytest.raises(ExpressionError, match="took longer"):
        jexl.compile("a =~ '(a|aa)+b'")({"a": "a" * 5000})


@pytest.mark.parametrize(
    "text",
    [
        "s" + ".replace('a', s)" * 12,
        "s" + ".replaceAll('a', s)" * 12,
        "s" + ".replaceAll('(a)', '$1$1$1$1$1$1$1$1$1')" * 12,
        "'ab'.repeat(1000000000)",
        "s" + ".repeat(1000)" * 5,
        "n" + " * n" * 300,
        "'ab'.repeat(200000).split('')",
        "0x" + "F" * 900 + " * 0x" + "F" * 900 + (" * 0x" + "F" * 900) * 3,
    ],
    ids=lambda text: text[:20],
)
def test_nothing_grows_without_bound(text):
    with pytest.raises(ExpressionError, match=r"characters|bits|such number|too large|more than 100000 values"):
        jexl.compile(text)({"s": "aaaaaaaaaa", "n": 2**100})


def test_what_is_not_needed_is_not_computed():
    for text in ("b or a * 2", "not b and a * 2", "b ? 1 : a * 2", "not b ? a * 2 : 1", "b ?: a * 2"):
        jexl.compile(text)({"a": "x", "b": True})


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(NASTY),
    st.sampled_from(NASTY),
    st.sampled_from(
        [
            "+",
            "-",
            "*",
            "/",
            "%",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "&&",
            "||",
            "=~",
            "!~",
            "=^",
            "!^",
            "=$",
            "!$",
            "&",
            "|",
            "^",
            "?:",
            "??",
        ]
    ),
)
def test_any_two_values_give_a_value_or_an_expression_error(left, right, sign):
    expression = jexl.compile(f"a {sign} b")
    with contextlib.suppress(ExpressionError):
        expression({"a": left, "b": right})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NASTY), st.sampled_from(NASTY), st.sampled_from(["", "x"]))
def test_a_constant_operand_means_what_a_field_means(left, right, other):
    """The fast ways for constants, and the slow one, agree."""
    for sign in ("==", "!=", "<", "<=", ">", ">="):
        for constant, value in (
            ("'12'", "12"),
            ("''", ""),
            ("0", 0),
            ("5", 5),
            ("2.5", 2.5),
            ("null", None),
            ("true", True),
        ):
            results = []
            for text in (f"a {sign} {constant}", f"a {sign} b"):
                try:
                    results.append(jexl.compile(text)({"a": left, "b": value}))
                except ExpressionError as fault:
                    results.append(fault.reason)
            assert results[0] == results[1]


def test_importing_the_language_loads_no_regex_module():
    code = "import sys, identitysync.languages.jexl; print('regex' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def fields_of_a_record():
    """Give what a compiler of records of known shape gives: the source for a field, here by its name in ``row``."""
    return lambda parts: f"row.get({'.'.join(parts)!r})"


@pytest.mark.parametrize(
    "text",
    [
        "a + b",
        "empty(a.trim()) ? b : c.d",
        "var x = a; x += c.d; [x, b]",
        "x = a; x + 1",
        "a = 5; a",
        "b" + " + b" * 70,
        "(" * 40 + "-a" + ")" * 40,
    ],
    ids=lambda text: text[:30],
)
def test_the_code_can_be_put_where_there_is_no_record(text):
    expression = jexl.compile(text)
    source, constants = expression.emit("", "e_", fields_of_a_record())
    namespace = {**constants, "row": {}}
    exec(f"def f(row):\n    return {source}", namespace)
    assert namespace["f"]({"a": 7, "b": "x", "c.d": 2}) == expression({"a": 7, "b": "x", "c": {"d": 2}})


@pytest.mark.parametrize("text", ["a.b = 5; a", "c.add(1)", "var x = a; x.k = 1"])
def test_what_changes_objects_needs_them_as_a_whole(text):
    with pytest.raises(Unfit):
        jexl.compile(text).emit("", "e_", fields_of_a_record())


def test_a_condition_is_true_or_false_and_points_at_its_own_places():
    assert [jexl.condition("a")({"a": each}) for each in (None, 0, "", "false", 1, "x", [])] == [False] * 4 + [True] * 3
    assert jexl.condition("var x = a; x > 2; ")({"a": 3}) is True
    assert pickle.loads(pickle.dumps(jexl.condition("a > 1")))({"a": 2}) is True
    with pytest.raises(ExpressionError) as caught:
        jexl.condition("a * 2")({"a": "x"})
    assert caught.value.column == 3


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("1 + (a =~ '(')", 8, "the regular expression '\\(' is wrong"),
        ("1 + a.replaceAll('[', 'x')", 7, "the regular expression '\\[' is wrong"),
        ("1 + (a =~ '(a|aa)+b')", 8, "took longer"),
        ("1 + a.matches('(a|aa)+b')", 7, "took longer"),
        ("a.substring(9999999)", 3, "cannot be done"),
        ("var f = x -> f(x); f(1)", 1, "recursion"),
    ],
)
def test_every_failure_shows_its_place(text, column, reason):
    with pytest.raises(ExpressionError, match=reason) as caught:
        jexl.compile(text)({"a": "a" * 5000})
    assert caught.value.column == column
    assert str(caught.value).endswith("^")


@pytest.mark.parametrize(
    "text",
    ["(" * 17000, "if (a) " * 110 + "b", "a ? " * 3000 + "b", "for (var i : b) " * 25 + "i"],
    ids=lambda text: text[:10],
)
def test_what_is_too_large_shows_its_place_too(text):
    with pytest.raises(ExpressionError) as caught:
        jexl.compile(text)
    assert str(caught.value).endswith("^")


def test_empty_and_size_forgive_what_the_engine_forgives():
    record = {"a": "abc", "l": [1]}
    for text in ("a.substring(9)", "-z", "l - 5", "l.get(7)", "a.matches('(')", "l < {:}"):
        assert jexl.compile(f"[empty({text}), size({text})]")(record) == [True, 0]
    for text in ("5 - a", "~a", "5 == a", "a =~ '('", "true < l", "l >= true", "true >= {:}"):
        with pytest.raises(ExpressionError):
            jexl.compile(f"empty({text})")(record)
