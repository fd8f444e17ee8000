"""When one asks after something that takes a while."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from identitysync.platforms import moments
from identitysync.world import FixedClock


def test_one_asks_at_once_then_less_and_less_often_and_for_the_last_time_when_the_time_is_over():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    asked = [clock.monotonic() for _ in moments(clock, 100, first=1, longest=20)]
    pauses = [later - earlier for earlier, later in pairwise(asked)]

    assert (asked[0], asked[-1]) == (0, 100)
    assert pauses[:3] == [1, 1.5, 2.25]
    assert max(pauses) == pytest.approx(20)
    assert sorted(pauses[:-1]) == pauses[:-1]


def test_nobody_waits_for_what_is_there():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    next(moments(clock, 100))
    assert clock.slept == []
