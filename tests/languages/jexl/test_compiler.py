"""The compiler is held to a plain interpreter of the same tree, on generated trees and records."""

import contextlib
import copy

from hypothesis import example, given
from hypothesis import strategies as st

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from identitysync.languages.jexl.expression import FAULTS
from identitysync.languages.jexl.parser import parse
from tests.languages.jexl.generate import RECORD, Maker
from tests.languages.jexl.interpreter import Interpreter

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(["", "a", "12", "2.5", "true", "Zoë 😀"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "n", "x"]), inner, max_size=3),
    max_leaves=4,
)
NAMES = ["a", "b", "c", "a.k", "a_k", "b.0", "c[1]", "d.e.f"]
RECORDS = st.dictionaries(st.sampled_from(["a", "b", "c", "a.k", "d"]), VALUES, max_size=4)
LEAVES = st.sampled_from(
    [
        *NAMES,
        "x",
        "n",
        "null",
        "true",
        "0",
        "1",
        "-7",
        "2.5",
        "'a'",
        "''",
        "'12'",
        "[]",
        "[1, a]",
        "{a, 1}",
        "{'k': b}",
        "(1..3)",
    ]
)
SIGNS = st.sampled_from(
    ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "==", "!=", "<", "<=", ">", ">=", "=^", "!^", "=$", "!$", "&&", "||", "?:", "??"]
)  # fmt: skip


def grow(inner):
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, SIGNS, inner).map(lambda three: "({} {} {})".format(*three)),
        st.tuples(st.sampled_from(["!", "-", "~", "empty ", "size "]), inner).map(lambda two: "{}({})".format(*two)),
        st.tuples(inner, inner, inner).map(lambda three: "({} ? {} : {})".format(*three)),
        st.tuples(
            inner, st.sampled_from(["trim()", "get(0)", "length()", "contains('a')", "size()", "empty()", "toString()"])
        ).map(lambda two: "({}).{}".format(*two)),
        pairs.map(lambda two: "({})[{}]".format(*two)),
        pairs.map(lambda two: "[{}, {}]".format(*two)),
        pairs.map(lambda two: "`${{{}}} and ${{{}}}`".format(*two)),
        inner.map(lambda text: f"(x = {text})"),
        inner.map(lambda text: f"(n += {text})"),
        inner.map(lambda text: f"(a = {text})"),
        pairs.map(lambda two: "Math.max({}, {})".format(*two)),
    )


EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=8)


def statements(inner):
    block = inner.map(lambda text: "{ " + text + " }")
    return st.one_of(
        st.tuples(EXPRESSIONS, block, block).map(lambda three: "if ({}) {} else {}".format(*three)),
        st.tuples(EXPRESSIONS, block).map(lambda two: "if ({}) {}".format(*two)),
        st.tuples(st.sampled_from(["var i", "x", "b"]), EXPRESSIONS, block).map(
            lambda three: "for ({} : {}) {}".format(*three)
        ),
        block.map(lambda text: f"for (var j = 0; j < 3; j++) {text}"),
        block.map(lambda text: f"n = 0; while (n < 3) {{ n += 1; {text} if (n == 2) break; }}"),
        block.map(lambda text: f"n = 0; do {{ n += 1; {text} if (n == 2) continue; }} while (n < 3)"),
        st.tuples(block, EXPRESSIONS).map(lambda two: "var f = (p, q) -> {}; x = f({}, n);".format(*two)),
        st.tuples(EXPRESSIONS, EXPRESSIONS).map(
            lambda two: "var g = (p) -> {{ if (p > 2) return {}; g(p + 1) }}; g({});".format(*two)
        ),
        st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda two: "if ({}) return {};".format(*two)),
        st.tuples(inner, inner).map(" ".join),
        st.tuples(
            st.sampled_from(["a.k", "b[0]", "c['x']", "x.k", "d.e", "x[n]"]),
            st.sampled_from(["=", "+=", "*="]),
            EXPRESSIONS,
        ).map(lambda three: "{} {} {};".format(*three)),
    )


PROGRAMS = st.recursive(EXPRESSIONS.map(lambda text: text + ";"), statements, max_leaves=5).map(
    lambda text: "var x = 1; var n = 0; " + text + " [x, n, a, b]"
)


def outcome(work):
    try:
        return "value", repr(work())
    except (ExpressionError, *FAULTS):
        return "error", ""
    except TimeoutError:
        return "endless", ""


def law(text, record):
    expression = jexl.compile(text)
    given_ = copy.deepcopy(record)
    expected = outcome(lambda: Interpreter(record).run(parse(text)))
    if expected[0] == "endless":
        return
    got = outcome(lambda: expression(given_))
    assert got == expected or "Function object" in expected[1]
    assert repr(given_) == repr(record)
    source, constants = expression.emit("row", "e_")
    assert outcome(lambda: eval(source, constants, {"row": given_})) == got


@given(EXPRESSIONS, RECORDS)
@example("(x = 1) + (x += a) + (x << 2)", {"a": 3})
def test_a_compiled_expression_equals_the_interpreted_one(text, record):
    law(text, record)


@given(PROGRAMS, RECORDS)
@example("var x = 1; var n = 0; for (var i : [1, 2]) { for (b : [3]) { x += i * b; } } [x, n, a, b]", {"b": "kept"})
def test_compiled_statements_equal_the_interpreted_ones(text, record):
    law(text, record)


@given(st.integers(0, 10**9))
def test_whatever_is_given_to_the_engine_is_interpreted_alike(seed):
    maker = Maker(seed)
    for text in (maker.value(3), maker.program(2)):
        with contextlib.suppress(ExpressionError):  # some are refused, by the engine too
            jexl.compile(text)
            law(text, RECORD)
