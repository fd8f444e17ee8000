import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from identitysync.errors import Cancelled, InvalidParameter
from identitysync.world import Clock, FixedClock, StoppableClock, SystemClock, WakefulClock

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def test_the_system_clock_tells_utc_and_is_aware_of_it():
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_the_system_clock_passes_the_time_it_sleeps_and_does_not_mind_less_than_nothing():
    clock: Clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.02)
    clock.sleep(-5)
    assert 0.02 <= clock.monotonic() - before < 5


def test_a_fixed_clock_stands_still_until_somebody_sleeps():
    clock: Clock = FixedClock(NOON)
    assert (clock.now(), clock.now(), clock.monotonic()) == (NOON, NOON, 0.0)
    clock.sleep(90)
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(seconds=90), 90.0)


def test_a_fixed_clock_remembers_sleeps_but_not_advances():
    clock = FixedClock(NOON)
    clock.sleep(1.5)
    clock.advance(10)
    clock.sleep(-3)
    assert clock.slept == [1.5, -3]
    assert clock.monotonic() == 11.5


def test_a_fixed_clock_tells_utc_whatever_zone_it_was_set_in():
    clock = FixedClock(datetime(2026, 3, 29, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == NOON
    assert clock.now().utcoffset() == timedelta(0)


def test_a_fixed_clock_refuses_a_time_without_a_zone():
    with pytest.raises(InvalidParameter, match="zone"):
        FixedClock(datetime(2026, 3, 29))


def test_a_stopped_clock_wakes_its_sleepers_and_lets_nobody_sleep_again():
    clock = StoppableClock(SystemClock())
    woken = []

    def sleep():
        try:
            clock.sleep(60)
        except Cancelled:
            woken.append(time.monotonic())

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    clock.stop()
    sleeper.join(5)

    assert len(woken) == 1
    with pytest.raises(Cancelled):
        clock.sleep(1)


def test_a_stoppable_clock_passes_the_time_of_the_one_it_follows():
    followed = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock = StoppableClock(followed)
    for seconds in (0, 0.3, 1 / 3, 7.77):
        before = followed.monotonic()
        clock.sleep(seconds)
        assert followed.monotonic() - before == pytest.approx(seconds, abs=1e-5)
    assert clock.now() == followed.now()


def test_who_sleeps_by_a_wakeful_clock_wakes_when_the_run_shall_stop_and_is_not_disturbed():
    fixed, stop = FixedClock(NOON), threading.Event()

    def check():
        if stop.is_set():
            raise Cancelled("stop")

    clock: Clock = WakefulClock(fixed, check)
    clock.sleep(2)
    assert clock.monotonic() == pytest.approx(2)
    stop.set()
    clock.sleep(2)
    assert clock.monotonic() == pytest.approx(2.1)
