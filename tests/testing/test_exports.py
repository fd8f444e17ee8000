"""What the testing room offers is there, sorted, and loads when it is asked for."""

import identitysync as idx
from identitysync import testing


def test_every_exported_name_exists_and_the_lists_are_sorted():
    assert all(getattr(testing, name) is not None for name in testing.__all__)
    assert testing.__all__ == sorted(testing.__all__)
    assert all(getattr(idx, name) is not None for name in idx.__all__)
    assert idx.__all__ == sorted(
        idx.__all__, key=lambda name: (not name.isupper(), name)
    )  # constants first, as Ruff has it
