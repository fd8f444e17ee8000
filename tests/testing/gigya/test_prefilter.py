"""The emulator passes over only what cannot fit."""

from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.query import Among, And, Compare, Contains, IsNull, Not, Or, Path, matches, parse_condition
from identitysync.testing.gigya.prefilter import prefilter

TEXTS = st.sampled_from(["", "a", "A", "ab", "ß", "SS", "ss", "İ", "i", "ſ", "b@x", "B@X"])
PATHS = st.sampled_from([Path(("p",)), Path(("q", "r")), Path(("email",)), Path(("loginIDs", "emails"))])
LEAVES = st.one_of(
    st.builds(Contains, PATHS, TEXTS, st.booleans()),
    st.builds(Compare, PATHS, st.sampled_from(["=", "!=", "<"]), TEXTS),
    st.builds(Compare, PATHS, st.just("="), st.integers(0, 2)),
    st.builds(Among, PATHS, st.lists(TEXTS, min_size=1, max_size=9).map(tuple), st.booleans()),
    st.builds(IsNull, PATHS, st.booleans()),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Or, st.lists(inner, min_size=2, max_size=12).map(tuple)),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=30,
)
VALUES = st.one_of(TEXTS, st.none(), st.integers(0, 2), st.lists(TEXTS, max_size=3), st.just([{"r": "ab"}]))
DOCUMENTS = st.fixed_dictionaries({}, optional={"p": VALUES, "q": st.one_of(st.fixed_dictionaries({"r": VALUES}), st.just([{"r": "SS"}])), "email": VALUES, "loginIDs": st.fixed_dictionaries({"emails": VALUES})})  # fmt: skip


@given(CONDITIONS, DOCUMENTS)
def test_what_fits_is_never_passed_over(condition, document):
    may_fit = prefilter(condition)
    assert may_fit is None or may_fit(document) or not matches(condition, document)


def test_a_look_up_of_many_texts_passes_over_what_has_none_of_them():
    many = " or ".join(f'email contains "x{n}"' for n in range(50))
    may_fit = prefilter(parse_condition(many))
    assert may_fit is not None
    assert may_fit({"email": "X7"})
    assert not may_fit({"email": "y"})
    assert not may_fit({})
    assert prefilter(parse_condition('email contains "x"')) is None
    assert prefilter(parse_condition(many.replace("email", "p"))) is None, "there it is about words"
    assert prefilter(None) is None
