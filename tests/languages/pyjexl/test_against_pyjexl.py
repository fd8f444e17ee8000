"""pyjexl's own evaluator is the judge, where it gives an answer: it fails on members of null, and on little else."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from pyjexl import JEXL

from identitysync.errors import ExpressionError
from identitysync.languages import pyjexl

RECORD = {
    "a": 1, "b": 2.5, "c": "text", "d": None, "e": True, "f": [1, 2, 3], "g": {"x": {"y": "deep"}, "n": 5}, "h": [],
    "people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 3}], "zero": 0, "no": "", "names": ["x", "text"],
}  # fmt: skip

LEAVES = st.sampled_from(
    ["a", "b", "c", "d", "e", "f", "g", "h", "zero", "no", "names", "g.x", "g.x.y", "g.n", "people", "missing", "f[0]", "f[1]",
     "people[.age > 17]", "people[.name == c]", "people[0].name", "1", "2", "-3", "2.5", "'text'", '"x"', "true", "false", "[]",
     "[1, a]", "{}", "{k: a}", "{x: {y: 1}}"]
)  # fmt: skip
# Not %: it formats texts in Python.
SIGNS = st.sampled_from(["+", "-", "*", "/", "//", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"])


def grow(inner):
    return st.one_of(
        st.tuples(inner, SIGNS, inner).map(lambda three: f"({three[0]} {three[1]} {three[2]})"),
        st.tuples(inner, SIGNS, inner, SIGNS, inner).map(" ".join).map(lambda text: f"({text})"),
        inner.map(lambda text: f"!({text})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} ? {three[1]} : {three[2]})"),
        st.tuples(inner, inner).map(lambda two: f"[{two[0]}, {two[1]}]"),
        inner.map(lambda text: f"({text})|twice"),
        st.tuples(inner, st.sampled_from([1, 2])).map(lambda two: f"({two[0]})|pair({two[1]})"),
    )


TEXTS = st.recursive(LEAVES, grow, max_leaves=6)
TRANSFORMS = {"twice": lambda value: [value, value], "pair": lambda value, other: [value, other]}


ENGINE = JEXL()
for name, function in TRANSFORMS.items():
    ENGINE.add_transform(name, function)


@settings(max_examples=300)
@given(TEXTS)
def test_where_pyjexl_gives_an_answer_ours_is_the_same(text):
    record = copy.deepcopy(RECORD)
    try:
        expected = ENGINE.evaluate(text, copy.deepcopy(RECORD))
    except Exception:  # its faults are of many kinds
        return
    if "j" in repr(expected):  # a complex number; we have none
        return
    try:
        got = repr(pyjexl.compile(text, TRANSFORMS)(record))
    except ExpressionError as fault:
        got = fault.reason
    assert got == repr(expected) or "would have more than" in got
    assert record == RECORD


@settings(max_examples=200)
@given(TEXTS)
def test_where_pyjexl_fails_ours_gives_a_value_or_an_expression_error(text):
    offset: int | None = 0
    try:
        pyjexl.compile(text, TRANSFORMS)(copy.deepcopy(RECORD))
    except ExpressionError as fault:
        offset = fault.offset
    assert offset is not None
    assert 0 <= offset < len(text)
