import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.jexl.utf16 import narrow, units, wide

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_wide_and_narrow_undo_each_other(text):
    assert narrow(wide(text)) == text


@given(TEXTS)
def test_units_are_the_length_of_the_wide_text(text):
    assert units(text) == len(wide(text)) == len(text.encode("utf-16-le")) // 2


@given(TEXTS, TEXTS)
def test_wide_texts_order_as_utf16_does(one, other):
    assert (wide(one) < wide(other)) == (one.encode("utf-16-be") < other.encode("utf-16-be"))


def test_half_a_character_is_refused():
    with pytest.raises(ValueError, match="cut a character in two"):
        narrow(wide("😀")[0])
