from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from identitysync.world import FixedClock, Patience, Retrying

START = datetime(2026, 1, 1, tzinfo=UTC)


def slept(patience: Patience, jitter: float = 1.0, asked_for: float | None = None) -> list[float]:
    clock = FixedClock(START)
    tries = Retrying(patience, clock, lambda: jitter)
    while tries.again(asked_for):
        pass
    return clock.slept


def test_pauses_double_up_to_the_longest():
    assert slept(Patience(attempts=6, first_pause=1, longest_pause=5, total=1000)) == [1, 2, 4, 5, 5]


def test_jitter_takes_away_half_of_a_pause_at_most():
    assert slept(Patience(attempts=4, first_pause=1, longest_pause=9), jitter=0.0) == [0.5, 1, 2]


def test_one_attempt_means_no_second():
    assert slept(Patience(attempts=1)) == []


def test_no_try_begins_after_the_total():
    assert slept(Patience(attempts=99, first_pause=1, longest_pause=10, total=8)) == [1, 2, 4]


def test_what_the_other_end_asks_for_is_waited_in_full_even_beyond_the_longest_pause():
    clock = FixedClock(START)
    assert Retrying(Patience(longest_pause=5), clock, lambda: 0.0).again(60)
    assert clock.slept == [60]


def test_many_callers_that_were_asked_to_wait_do_not_come_back_at_once():
    assert slept(Patience(attempts=2, first_pause=1), jitter=0.25, asked_for=10) == [10.25]


def test_being_asked_to_wait_longer_than_the_total_gives_up_at_once_instead_of_coming_back_too_early():
    assert slept(Patience(total=100), asked_for=3600) == []


def test_being_asked_for_less_than_the_pause_does_not_shorten_it():
    assert slept(Patience(attempts=2, first_pause=4), asked_for=1) == [4]


@given(
    st.integers(1, 200), st.floats(0, 100), st.floats(0, 100), st.floats(0, 1000), st.floats(0, 1),
    st.none() | st.floats(0, 1e300),
)  # fmt: skip
def test_tries_and_time_are_bounded_whatever_is_asked(attempts, first, longest, total, jitter, asked_for):
    patience = Patience(attempts=attempts, first_pause=first, longest_pause=longest, total=total)
    pauses = slept(patience, jitter, asked_for)
    assert len(pauses) < attempts
    assert sum(pauses) <= total * (1 + 1e-9) + 1e-9
    assert all(pause >= (asked_for or 0) for pause in pauses)
