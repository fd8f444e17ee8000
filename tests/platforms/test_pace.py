"""Calls go out as often as allowed, and no sooner after a pause than before it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.platforms.pace import Pace
from identitysync.world import FixedClock


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


@given(st.lists(st.sampled_from([0.0, 0.1, 0.3, 2.0]), min_size=1, max_size=30))
def test_no_second_has_more_calls_than_allowed_however_they_come(pauses):
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    pace, went = Pace(clock, 4), []
    for pause in pauses:
        clock.advance(pause)
        pace.wait()
        went.append(clock.monotonic())
    assert all(later - earlier >= 1 - 1e-6 for earlier, later in zip(went, went[4:], strict=False))


def test_calls_that_wait_lose_no_time(clock):
    pace, began = Pace(clock, 4), clock.monotonic()
    for _ in range(9):
        pace.wait()
    assert clock.monotonic() - began == pytest.approx(2.0)


def test_after_a_pause_that_the_platform_asked_for_calls_are_spaced_as_before(clock):
    pace = Pace(clock, 4)
    pace.wait()
    began = clock.monotonic()
    pace.hold(10)
    went = []
    for _ in range(3):
        pace.wait()
        went.append(clock.monotonic() - began)
    assert went == pytest.approx([10, 10.25, 10.5])


def test_without_a_limit_nobody_waits(clock):
    pace = Pace(clock)
    for _ in range(5):
        pace.wait()
    assert sum(clock.slept) == 0
