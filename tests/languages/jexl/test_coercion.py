import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.jexl.coercion import (
    Failure,
    NotNumeric,
    floating,
    java_double,
    to_float,
    to_int,
    to_text,
    truth,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (0.001, "0.001"), (0.0001, "1.0E-4"), (9999999.0, "9999999.0"),
        (1e7, "1.0E7"), (12345678.9, "1.23456789E7"), (-1.5e300, "-1.5E300"), (1.0e-5, "1.0E-5"), (123456789.0, "1.23456789E8"),
        (math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, ""),
    ],
)  # fmt: skip
def test_floating_point_numbers_are_written_as_java_writes_them(number, text):
    assert java_double(number) == text


@given(st.floats(allow_nan=False))
def test_a_written_number_is_read_as_itself(number):
    assert to_float(java_double(number), 0) == number


@given(st.integers())
def test_a_written_whole_number_is_read_as_itself(number):
    assert to_int(to_text(number), 0) == number


@pytest.mark.parametrize("text", ["abc", " 12", "1.5", "1_000", "--1", "+", "0x1F", "9" * 5000])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(NotNumeric):
        to_int(text, 0)


@pytest.mark.parametrize("text", ["abc", "1_0", "1e", ".", "inf", "nan", "1.5.5", "infinity", "1 2"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotNumeric):
        to_float(text, 0)


@pytest.mark.parametrize("value", [[], {}, [1], {"a": 1}])
def test_arrays_and_objects_are_no_numbers(value):
    for turn in (to_int, to_float):
        with pytest.raises(Failure):
            turn(value, 0)


def test_blanks_around_a_floating_point_text_are_allowed_as_in_java():
    assert to_float(" 1.5f\n", 0) == 1.5
    assert math.isnan(to_float("", 0))


def test_a_text_is_floating_when_it_has_a_point_or_an_exponent():
    assert [floating(text) for text in ("1", "1.5", "1e3", "1.", "", "abc", "1.5x", "-.5")] == [
        False, True, True, True, False, False, False, True,
    ]  # fmt: skip


def test_truth_is_that_of_jexl():
    false = [None, False, 0, 0.0, math.nan, "", "false"]
    true = [True, 1, -1, 0.1, " ", "true", "False", "0", "no", [], {}]
    assert [truth(value) for value in false] == [False] * len(false)
    assert [truth(value) for value in true] == [True] * len(true)
