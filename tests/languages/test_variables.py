from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, PatternError
from identitysync.languages.query import Compare, parse_condition
from identitysync.languages.variables import (
    Variable,
    VariableValues,
    expand,
    expand_where,
    find_misspelt,
    find_variables,
    stand_in,
)

NOW = datetime(2026, 3, 31, 4, 5, 6, 789_000, tzinfo=UTC)
VALUES = VariableValues(NOW, "job-1", "3_key")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain", "plain"),
        ("a_${now}.csv", "a_20260331040506.csv"),
        ("${now:yyyy}/${now:MM}", "2026/03"),
        ("${now:}", "20260331040506"),
        ("${now-1d}", "20260330040506"),
        ("${now-31D:yyMMdd}", "260228"),
        ("${now+1D:yyMMdd}", "260401"),
        ("${now-1M:yyyy-MM-dd}", "2026-02-28"),
        ("${now+1M:yyyy-MM-dd}", "2026-04-30"),
        ("${now-25M:yyyy-MM-dd}", "2024-02-29"),
        ("${now+12M:yyyy-MM-dd}", "2027-03-31"),
        ("${now-2y:yyyy-MM-dd}", "2024-03-31"),
        ("${now-1w:MMdd}", "0324"),
        ("${now-5h:ddHH}", "3023"),
        ("${now+55m:HHmm}", "0500"),
        ("${now+54s:HHmmss}", "040600"),
        ("${unix}", "1774929906"),
        ("success/x_${jobId}_${apiKey}.json", "success/x_job-1_3_key.json"),
        ("${now:yyyy'-'''}", "2026-'"),
    ],
)
def test_what_variables_stand_for(text, expanded):
    assert expand(text, VALUES) == expanded


@pytest.mark.parametrize(
    "text",
    ["${other}", "${env:HOME}", "${NOW}", "${now-1x}", "${now -1d}", "${now-d}", "$now", "${now", "$${}", "${jobid}"],
)
def test_anything_else_is_left_alone(text):
    assert expand(text, VALUES) == text
    assert expand_where(text, VALUES) == text
    assert not list(find_variables(text))


@pytest.mark.parametrize("slip", ["${NOW}", "${now-1x}", "${now -1d}", "${now-d}", "${now", "${jobid}", "${ unix }"])
def test_what_looks_like_a_variable_is_found_where_nothing_else_can_be_meant(slip):
    assert list(find_misspelt(f"a_${{now}}_{slip}")) == [slip]
    assert not list(find_misspelt("${nowhere} ${other} ${env:NOW} ${now:yy} ${unix} $now"))


def test_digits_stand_in_for_variables_and_move_nothing():
    text = "a > ${now-1h:yyyy} and b == '${jobId}' ${other}"
    assert stand_in(text) == "a > 11111111111111 and b == '11111111' ${other}"
    assert len(stand_in(text)) == len(text)


def test_a_value_is_not_expanded_again():
    assert expand("${jobId}", VariableValues(NOW, "${apiKey}", "secret")) == "${apiKey}"


def test_in_a_condition_now_is_a_number_of_milliseconds():
    assert expand_where("x > ${now-1h} and y < ${now}", VALUES) == "x > 1774926306789 and y < 1774929906789"
    assert expand_where("d > '${now-1y:yyyy-MM-dd}'", VALUES) == "d > '2025-03-31'"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from("'\""))
def test_no_value_ends_the_text_of_a_condition_that_it_stands_in(key, mark):
    condition = parse_condition(expand_where(f"x = {mark}${{apiKey}}{mark}", VariableValues(NOW, "", key)))
    assert isinstance(condition, Compare)
    assert condition.value == key


zones = st.sampled_from([UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=13))])
ends = (datetime(2, 1, 1), datetime(9998, 1, 1))


@given(st.datetimes(*ends, timezones=zones))
def test_now_is_told_in_utc_and_exactly(now):
    values = VariableValues(now)
    milliseconds = int(expand_where("${now}", values))
    rest = now - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(milliseconds=milliseconds)
    assert timedelta(0) <= rest < timedelta(milliseconds=1)
    assert expand("${now:yyyyMMddHHmm}", values) == now.astimezone(UTC).strftime("%Y%m%d%H%M").rjust(12, "0")
    assert int(expand("${unix}", values)) == milliseconds // 1000


@given(st.integers(-3000, 3000), st.sampled_from("yM"))
def test_a_shift_by_months_keeps_the_day_or_ends_with_the_month(count, unit):
    text = expand(f"${{now{count:+d}{unit}:yyyy-MM-dd HHmmss}}", VALUES) if count > -24 or unit == "M" else None
    if text is None:
        return
    shifted = datetime.strptime(text, "%Y-%m-%d %H%M%S").replace(tzinfo=UTC)
    assert (shifted.year - 2026) * 12 + shifted.month - 3 == count * (12 if unit == "y" else 1)
    assert shifted.day == 31 or (shifted + timedelta(days=1)).month != shifted.month
    assert (shifted.hour, shifted.minute, shifted.second) == (4, 5, 6)


@pytest.mark.parametrize("shift", ["-2026y", "+8000y", "-99999999M", "+999999999d", "-999999999w", "+999999999y"])
@pytest.mark.parametrize("expanding", [expand, expand_where])
def test_a_shift_out_of_the_calendar_is_a_fault_with_its_place(shift, expanding):
    with pytest.raises(PatternError, match="leaves the years 1 to 9999") as caught:
        expanding(f"ab ${{now{shift}}}", VALUES)
    assert caught.value.offset == 3


@pytest.mark.parametrize("expanding", [expand, expand_where])
def test_a_wrong_pattern_is_pointed_at_inside_the_whole_text(expanding):
    with pytest.raises(PatternError, match="'b' means nothing") as caught:
        expanding("out/${now-1d:yyyy b}.csv", VALUES)
    assert "out/${now-1d:yyyy b}.csv"[caught.value.offset] == "b"
    assert caught.value.offset > 10


def test_variables_are_found_with_their_places():
    assert list(find_variables("a ${now-1h:yyyy} ${x} ${jobId}${now}")) == [
        Variable(2, "${now-1h:yyyy}", "now", "-1h", "yyyy"),
        Variable(22, "${jobId}", "jobId"),
        Variable(30, "${now}", "now"),
    ]


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(InvalidParameter, match="zone"):
        VariableValues(datetime(2026, 1, 1))
