from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from identitysync.languages.java_dates import compile_pattern

HERE = Path(__file__).parent
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def measured(name):
    return [line.split("\t") for line in (HERE / name).read_text("utf-8").splitlines() if not line.startswith("#")]


PATTERNS, *MOMENTS = measured("simple_date_format.tsv")


@pytest.mark.parametrize(("milliseconds", "texts"), MOMENTS)
def test_every_letter_is_written_as_java_writes_it(milliseconds, texts):
    moment = EPOCH + timedelta(milliseconds=int(milliseconds))
    patterns = PATTERNS[1].split("|")
    assert [compile_pattern(pattern).format(moment) for pattern in patterns] == texts.split("|")
    assert len(patterns) > 50


@pytest.mark.parametrize(("year", "texts"), measured("new_years.tsv"))
def test_weeks_around_new_year_are_counted_as_java_counts_them(year, texts):
    days = [datetime(int(year), 12, 24, tzinfo=UTC) + timedelta(days=more) for more in range(16)]
    assert [compile_pattern("YYYY ww W F u DDD").format(day) for day in days] == texts.strip("|").split("|")


@pytest.mark.parametrize(
    ("zone", "texts"),
    [
        (ZoneInfo("Europe/Berlin"), "CET +0100 +01 +0100 +01:00 +01 +0100 +01:00"),
        (ZoneInfo("Asia/Kolkata"), "IST +0530 +05 +0530 +05:30 +0530 +0530 +05:30"),
        (timezone(-timedelta(hours=3, minutes=30)), "GMT-03:30 -0330 -03 -0330 -03:30 -0330 -0330 -03:30"),
        (UTC, "UTC +0000 Z Z Z +00 +0000 +00:00"),
    ],
    ids=str,
)
def test_zones_are_written_as_java_writes_them(zone, texts):
    assert compile_pattern("z Z X XX XXX x xx xxx").format(datetime.fromtimestamp(1_700_000_000, zone)) == texts


def test_more_than_three_s_are_a_fraction_of_a_second():
    moment = datetime(2026, 1, 1, microsecond=7_891, tzinfo=UTC)
    written = [compile_pattern("S" * count).format(moment) for count in (1, 2, 3, 4, 6, 9)]
    assert written == ["7", "07", "007", "0078", "007891", "007891000"]
