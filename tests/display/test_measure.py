"""How wide texts are, and what of them is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.display.measure import cell_width, cut, visible


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("東京", 4),
        ("e\u0301", 1),
        ("🎉", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("❤\ufe0f", 2),
        ("🇩🇪", 2),
        ("กำ", 2),
        ("ﾊﾝｶｸ", 4),
    ],
)
def test_width_is_what_terminals_show(text, columns):
    assert cell_width(text) == columns


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b\u00a0c é 東 🎉", "a b\u00a0c é 東 🎉"),
        ("a\tb\r\n", "a␉b␍␊"),
        ("\x00\x1b[31m\x7f", "␀␛[31m␡"),
        ("\x85\x9b", "\\x85\\x9b"),
        ("\ufeffid", "\\ufeffid"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u2028\U000e0041", "\\u2028\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_what_cannot_be_seen_is_shown(text, shown):
    assert visible(text) == shown


@given(st.text(max_size=30) | st.text("a東é\u0301🎉\u200d", max_size=30), st.integers(1, 20))
def test_a_cut_text_fits_and_one_that_fits_is_not_cut(text, limit):
    text = visible(text)
    short = cut(text, limit)

    assert cell_width(short) <= limit
    assert (short == text) == (cell_width(text) <= limit)
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert short == text or cell_width(short) >= limit - 1
