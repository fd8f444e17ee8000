"""Whatever a script is, it ends: as outcomes, or as an error that says why."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz import javascript

from identitysync.errors import JavaScriptError
from identitysync.languages.javascript import check_source


@pytest.mark.parametrize("seed", range(40))
def test_every_script_ends_within_its_limits(seed):
    javascript.attempt(random.Random(seed))


@given(st.text(alphabet=st.sampled_from(" \n\t(){}[]=>,;.'\"`/\\*processfunction01\u2028é\0\ud800")))
def test_reading_a_text_that_is_no_script_ends_as_an_error_with_its_place(text):
    fault = None
    try:
        check_source(f"process{text}")
    except JavaScriptError as raised:
        fault = raised
    assert fault is None or fault.offset is None or 0 <= fault.offset <= len(fault.text)
