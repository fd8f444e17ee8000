"""Slots: those of a calendar that somebody reads day by day, over ten years and all changes of clocks."""

import calendar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter
from identitysync.model import Scheduling, next_slot, previous_slot

ZONES = ["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
LATER = timedelta(days=3653)


def read_off(scheduling, start, end):
    """Read the slots off a calendar, day after day: slow, and by another way than the library's."""
    zone = ZoneInfo(scheduling.time_zone)
    local = start.astimezone(zone)
    every = scheduling.frequency_interval or 1
    day, found = local.date(), []
    first_monday = day - timedelta(days=day.weekday())
    while True:
        weeks = (day - first_monday).days // 7
        months = (day.year - local.year) * 12 + day.month - local.month
        last = calendar.monthrange(day.year, day.month)[1]
        due = {
            "day": (day - local.date()).days % every == 0,
            "week": weeks % every == 0 and day.isoweekday() in (scheduling.days_of_week or (local.isoweekday(),)),
            "month": months % every == 0 and day.day == min(local.day, last),
        }[scheduling.frequency_type]
        moment = datetime.combine(day, local.time().replace(fold=0), zone).astimezone(UTC)
        if moment > end:
            return found
        if due and moment >= start and moment not in found[-1:]:
            found.append(moment)
        day += timedelta(days=1)


def all_slots(scheduling, start, end):
    found = []
    slot = next_slot(scheduling, start, start - timedelta(microseconds=1))
    while slot is not None and slot <= end:
        found.append(slot)
        slot = next_slot(scheduling, start, slot)
    return found


schedulings = st.builds(
    lambda kind, every, zone, days: Scheduling(
        frequency_type=kind, frequency_interval=every, time_zone=zone, days_of_week=days if kind == "week" else None
    ),
    st.sampled_from(["day", "week", "month"]),
    st.none() | st.integers(1, 9),
    st.sampled_from(ZONES),
    st.none() | st.lists(st.integers(1, 7), min_size=1, unique=True),
)
moments = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(schedulings, moments)
@example(Scheduling(frequency_type="month", time_zone="Europe/Vienna"), datetime(2024, 3, 1, 23, tzinfo=UTC))
@example(Scheduling(frequency_type="day", time_zone="Europe/Vienna"), datetime(2026, 3, 1, 1, 30, tzinfo=UTC))
@example(Scheduling(frequency_type="day", time_zone="Europe/Vienna"), datetime(2026, 10, 1, 0, 30, tzinfo=UTC))
@example(Scheduling(frequency_type="day", time_zone="Pacific/Apia"), datetime(2011, 12, 1, 20, tzinfo=UTC))
def test_ten_years_of_slots_are_those_of_the_calendar(scheduling, start):
    assert all_slots(scheduling, start, start + LATER) == read_off(scheduling, start, start + LATER)


@given(schedulings, moments, st.integers(0, 3653 * 24 * 60))
def test_the_slot_before_a_moment_and_the_one_after_it_are_neighbours(scheduling, start, minutes):
    moment = start + timedelta(minutes=minutes)
    before, after = previous_slot(scheduling, start, moment), next_slot(scheduling, start, moment)

    assert after > moment
    assert before is None or (before <= moment and next_slot(scheduling, start, before) == after)
    assert before is not None or after == next_slot(scheduling, start, start - timedelta(microseconds=1))


@pytest.mark.parametrize(("kind", "length"), [("minute", timedelta(minutes=7)), ("hour", timedelta(hours=7))])
def test_minutes_and_hours_are_lengths_whatever_the_clocks_do(kind, length):
    scheduling = Scheduling(frequency_type=kind, frequency_interval=7, time_zone="Europe/Vienna")
    start = datetime(2026, 3, 28, 12, 1, tzinfo=UTC)

    assert all_slots(scheduling, start, start + 20 * length) == [start + number * length for number in range(21)]
    assert previous_slot(scheduling, start, start + 3.5 * length) == start + 3 * length


def test_a_wall_clock_time_that_is_left_out_moves_behind_the_gap_and_one_that_comes_twice_counts_once():
    daily = Scheduling(frequency_type="day", time_zone="Europe/Vienna")
    spring = all_slots(daily, datetime(2026, 3, 28, 1, 30, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    autumn = all_slots(daily, datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC))

    assert [slot.astimezone(ZoneInfo("Europe/Vienna")).strftime("%d %H:%M") for slot in spring] == [
        "28 02:30", "29 03:30", "30 02:30",
    ]  # fmt: skip
    assert [slot.astimezone(ZoneInfo("Europe/Vienna")).strftime("%d %H:%M") for slot in autumn] == [
        "24 02:30", "25 02:30", "26 02:30",
    ]  # fmt: skip


def test_once_is_once():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    once = Scheduling(frequency_type="once")

    assert next_slot(once, start, start - timedelta(days=1)) == start
    assert next_slot(once, start, start) is None
    assert previous_slot(once, start, start + LATER) == start


def test_beyond_the_calendar_there_is_no_slot():
    start = datetime(9999, 12, 30, tzinfo=UTC)
    for kind in ("day", "week", "month", "hour"):
        scheduling = Scheduling(frequency_type=kind, frequency_interval=50)
        assert next_slot(scheduling, start, start) is None
        assert previous_slot(scheduling, start, start) == start


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"time_zone": "Europe/Wien"}, "no time zone 'Europe/Wien'"),
        ({"time_zone": "../etc/passwd"}, "no time zone"),
        ({"frequency_interval": 0}, "1 or more; found 0"),
        ({"days_of_week": ["Funday"]}, "found 'Funday'"),
        ({"days_of_week": [8]}, "found 8"),
        ({"days_of_week": ["t"]}, "found 't'"),
        ({"frequency_type": "day", "days_of_week": [1]}, "frequencyType week alone"),
    ],
)
def test_what_cannot_be_is_refused(more, words):
    from identitysync.model.slots import weekdays

    scheduling = Scheduling(**({"frequency_type": "week"} | more))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidParameter, match=words):
        raise_either(lambda: weekdays(scheduling), lambda: next_slot(scheduling, start, start))


def raise_either(*acts):
    for act in acts:
        act()


def test_days_are_numbers_or_names_whole_or_in_short():
    from identitysync.model.slots import weekdays

    assert weekdays(Scheduling(frequency_type="week", days_of_week=["Sunday", "mon", 3, "3", "FRI"])) == (1, 3, 5, 7)
