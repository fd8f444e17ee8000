"""Numbers that no text stands for are found, however deep."""

import math

from hypothesis import given
from hypothesis import strategies as st

from identitysync.values import all_finite

values = st.recursive(
    st.none() | st.text() | st.integers() | st.booleans() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def numbers(value):
    if isinstance(value, list | dict):
        for each in value if isinstance(value, list) else value.values():
            yield from numbers(each)
    elif isinstance(value, float):
        yield value


@given(values)
def test_every_number_is_looked_at(value):
    assert all_finite([value]) == all(map(math.isfinite, numbers(value)))
