import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import PatternError
from identitysync.languages.java_regex import compile_regex, compile_replacement

PATTERN = compile_regex("(?<first>a)(b)?")


def test_groups_are_named_by_number_and_by_name():
    assert PATTERN.replace_all("ab a", "[$1|${first}|$2|$0]") == "[a|a|b|ab] [a|a||a]"


def test_only_as_many_digits_as_there_are_groups_belong_to_a_number():
    assert PATTERN.replace_all("ab", "$22-$10") == "b2-a0"


def test_a_replacement_without_groups_is_plain_text():
    assert compile_replacement(r"\$1 \\ \n", PATTERN) == "$1 \\ n"
    assert PATTERN.replace_all("ab", r"\\1\\g<0>") == "\\1\\g<0>"


@pytest.mark.parametrize(
    ("text", "offset"),
    [("$3", 0), ("x${last}", 1), ("${first", 0), ("a$", 1), ("$x", 0), ("a\\", 1), ("${}", 0), ("$\u0661", 0)],
)
def test_a_fault_is_named_with_its_offset(text, offset):
    with pytest.raises(PatternError) as caught:
        compile_replacement(text, PATTERN)
    assert caught.value.offset == offset


@given(st.text())
def test_what_is_quoted_is_taken_plainly(text):
    quoted = "".join("\\" + letter if letter in "\\$" else letter for letter in text)
    assert PATTERN.replace_all("xab", quoted) == "x" + text
