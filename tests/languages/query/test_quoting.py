import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter
from identitysync.languages.query import Compare, parse_condition, parse_query, quote

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()


@given(values)
@example('" or 1 = 1 or x = "')
@example("\\")
@example('\\" or UID != "')
@example('it\'s "so"\\')
@example("''")
@example("\\u0041 \\n \\d")
@example("\r\n\t\0\x1b\u2028\u0085")
@example("😀 Zoë ß")
@example("${now-1h}")
@example(2**63)
@example(-0.0)
@example(1e308)
@example(5e-324)
def test_a_quoted_value_is_read_back_as_exactly_this_value(value):
    found = parse_condition(f"x = {quote(value)}")
    assert isinstance(found, Compare)
    assert type(found.value) is type(value)
    assert found.value == value
    assert repr(found.value) == repr(value)  # tells -0.0 from 0.0


@given(texts)
def test_a_quoted_text_cannot_add_anything_to_a_query(value):
    query = parse_query(f"SELECT UID FROM accounts WHERE UID = {quote(value)} LIMIT 1")
    assert query.where == Compare(query.where.path, "=", value)
    assert query.limit == 1


@given(texts)
def test_a_quoted_text_stays_on_one_line_and_is_free_of_control_characters(value):
    assert len(quote(value).splitlines()) == 1
    assert quote(value).isprintable() or any(not letter.isprintable() and letter >= "\xa0" for letter in value)


@pytest.mark.parametrize(
    "value",
    [None, math.nan, math.inf, -math.inf, [], {}, b"x", "\ud83d", 10**1000, -(10**5000)],
    ids=lambda value: type(value).__name__,
)
def test_what_no_query_can_hold_is_refused(value):
    with pytest.raises(InvalidParameter):
        quote(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'it''s'", "it's"),
        ('"say ""hi"""', 'say "hi"'),
        ("'say \"hi\"'", 'say "hi"'),
        ("'say \"\"hi'", 'say ""hi'),
        (r"'it\'s'", "it's"),
        (r"'^\d+\.\w$'", r"^\d+\.\w$"),
        (r"'a\\b'", r"a\b"),
        (r"'\u00e9\n'", "é\n"),
        (r"'\ud83d\ude00'", "😀"),
        (r"'\u12'", r"\u12"),
        ('""', ""),
        ("''", ""),
        ("'two\nlines'", "two\nlines"),
    ],
)
def test_both_quotes_their_doubling_and_escapes_are_read(written, value):
    assert parse_condition(f"x = {written}").value == value
