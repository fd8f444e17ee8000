import pickle
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import PatternError
from identitysync.languages.java_dates import compile_pattern, warnings

NAMES = ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia"]
zones = st.sampled_from([UTC, *map(ZoneInfo, NAMES)])
naive = (datetime(1950, 1, 1), datetime(2049, 12, 24))
moments = st.datetimes(*naive, timezones=zones)

DAYS = (
    "yyyy-MM-dd|d.M.y|yyyyMMdd|dd MMM yy|EEEE, MMMM d, yyyy G|yyyy-DDD|YYYY-'W'ww-u|YYYY w EEE|YYMMdd|Y DDD"
    "|yyyy/LL/dd u|QQQ uuuu-MM-dd e|cccc dd.MM.uuuu|LLL d yyyy|yyyy MM W E|yyyy MM F E|yyyyy-MM-dd|yyyy/yyyy-MM/yyyy-MM-dd"
)
days = st.sampled_from(DAYS.split("|"))
times = st.sampled_from(
    ["HHmmssSSS", "H:m:s.S", "hh:mm:ss.SSSSSS a", "k-m-s SSS", "K:mm:ss,SSSSSSSSS a", "a h mm ss SSSS", "Hmmss.SSS"]
)
offsets = st.sampled_from(["Z", "XX", "XXX", "x", "xx", "xxx", "z"])


@given(moments, days, times, offsets)
def test_what_was_written_is_read_back_as_the_same_moment(moment, day, clock, offset):
    pattern = compile_pattern(f"{day} 'at' {clock} {offset}")
    fine = 1 if "SSSSSS" in clock else 100 if "SSSS" in clock else 1000
    rounded = moment.replace(microsecond=moment.microsecond // fine * fine)
    again = pattern.parse(pattern.format(moment), moment.tzinfo)
    twice = day in {"YYMMdd", "Y DDD"} and (moment.month, moment.day) >= (12, 25)  # one text for days of two years
    assert twice or again.astimezone(UTC) == rounded.astimezone(UTC)
    assert pattern.format(again) == pattern.format(moment)


@given(moments, days)
def test_a_text_without_a_zone_is_read_in_the_zone_that_is_handed_in(moment, day):
    pattern = compile_pattern(day)
    again = pattern.parse(pattern.format(moment), moment.tzinfo)
    twice = day in {"YYMMdd", "Y DDD"} and (moment.month, moment.day) >= (12, 25)  # as above
    assert twice or again.date() == moment.date()
    assert pattern.format(again) == pattern.format(moment)
    assert again.tzinfo is moment.tzinfo


letters = st.sampled_from("GyYMLwWDdFEuaHkKhmsSzZXxQqecAnNVO")
pieces = st.builds(str.__mul__, letters, st.integers(1, 4)) | st.sampled_from([" ", "'at'", "''", "1", "-"])
wild = st.lists(pieces, max_size=8)


@given(wild.map("".join), moments, st.text(max_size=20))
def test_any_pattern_writes_or_is_refused_and_any_text_is_read_or_is_a_value_error(text, moment, other):
    try:
        pattern = compile_pattern(text)
    except PatternError as fault:
        assert fault.offset is None or 0 <= fault.offset < len(text)  # noqa: PT017 - the pattern may be fine as well
        return
    list(warnings(text))
    for candidate in (pattern.format(moment), other):
        try:
            assert pattern.parse(candidate).tzinfo is not None
        except ValueError as fault:
            assert "does not fit the date pattern" in str(fault)  # noqa: PT017 - as above


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("yyyy-MM-dd", "2024-2-3", "2024-02-03"),
        ("MM/dd/yyyy", "1/2/2020", "2020-01-02"),
        ("yyyyMMdd", "20240203", "2024-02-03"),
        ("yy-MM-dd", "49-01-01", "2049-01-01"),
        ("yy-MM-dd", "50-01-01", "1950-01-01"),
        ("Hmm", "930", "1970-01-01T09:30"),
        ("Hmm", "1030", "1970-01-01T10:30"),
        ("hh:mm a", "12:00 am", "1970-01-01"),
        ("hh:mm a", "12:00 PM", "1970-01-01T12:00"),
        ("KK a", "00 PM", "1970-01-01T12:00"),
        ("kk:mm", "24:00", "1970-01-01"),
        ("EEE, d MMM yyyy", "Mon, 1 jan 2024", "2024-01-01"),
        ("YYYY-'W'ww-u", "2025-W01-1", "2024-12-30"),
        ("YYYY-ww", "2025-01", "2024-12-29"),
        ("YYMMdd", "251231", "2024-12-31"),
        ("YYMMdd", "250101", "2025-01-01"),
        ("yyyy-DDD", "2024-366", "2024-12-31"),
        ("yyyy MM W u", "2024 02 3 1", "2024-02-12"),
        ("yyyy MM F E", "2024 02 3 Mon", "2024-02-19"),
        ("EEE MMM dd HH:mm:ss z yyyy", "Mon Jan 01 00:00:00 PST 2024", "2024-01-01T08:00"),
        ("yyyy-MM-dd z", "2024-01-01 CET", "2023-12-31T23:00"),
        ("yyyy-MM-dd z", "2024-01-01 GMT+02:00", "2023-12-31T22:00"),
        ("yyyy-MM-dd z", "2024-01-01 +0200", "2023-12-31T22:00"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-01T00:00:00.250Z", "2024-01-01T00:00:00.250"),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2024-01-01T00:00:00-0330", "2024-01-01T03:30"),
        ("HH:mm:ss.SSSSSS", "01:02:03.123456", "1970-01-01T01:02:03.123456"),
        ("HH:mm:ss.SSSSSSSSS", "01:02:03.123456000", "1970-01-01T01:02:03.123456"),
    ],
)
def test_what_is_read(pattern, text, moment):
    assert compile_pattern(pattern).parse(text) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd", "24-02-03"),
        ("yyyy-MM-dd", "2024-02-30"),
        ("yyyy-MM-dd", "2023-02-29"),
        ("yyyy-MM-dd", "0000-01-01"),
        ("yyyy-MM-dd", "2024-02-03x"),
        ("yyyy-MM-dd", " 2024-02-03"),
        ("yyyy-MM-dd", "2024-02-03\n"),
        ("yyyy-MM-dd", "२०२४-02-03"),
        ("yyyy-MM-dd'T'HH", "2024-02-03t00"),
        ("yyyyMMdd", "2024023"),
        ("yy-MM-dd", "2024-02-03"),
        ("HH:mm", "24:00"),
        ("HH:mm", "12:60"),
        ("HH:mm:ss", "12:00:60"),
        ("hh:mm a", "13:00 PM"),
        ("hh:mm a", "00:00 AM"),
        ("HH hh", "13 02"),
        ("HH a", "13 AM"),
        ("ss.SSS", "03.5"),
        ("ss.SSS", "03.123456"),
        ("ss.S", "03.1234"),
        ("ss.SSSSSSSSS", "03.123456789"),
        ("EEE, d MMM yyyy", "Tue, 1 Jan 2024"),
        ("MMM", "ſep"),
        ("yyyy-DDD", "2023-366"),
        ("yyyy-DDD", "2023-000"),
        ("yyyy-MM-dd yy", "2024-01-01 25"),
        ("YYYY-MM-dd ww", "2024-01-01 02"),
        ("YYYY ww", "2024 54"),
        ("G yyyy", "BC 0044"),
        ("HH Z", "12 +02:00"),
        ("HH Z", "12 +9900"),
        ("HH z", "12 Middle-earth"),
        ("HH z", "12 IST"),
        ("HH z", "12 +0160"),
        ("HH XXX", "12 +0200"),
        ("HH xxx", "12 Z"),
        ("HH Z X", "12 +0100 +02"),
        ("", "x"),
    ],
)
def test_what_does_not_fit_is_a_value_error_that_names_text_and_pattern(pattern, text):
    with pytest.raises(ValueError, match="does not fit the date pattern") as caught:
        compile_pattern(pattern).parse(text)
    assert repr(text) in str(caught.value)
    assert repr(pattern) in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "offset", "reason"),
    [
        ("yyyy b", 5, "'b' means nothing"),
        ("yyyy-MM-ddTHH", 10, "'T' means nothing"),
        ("yyyy 'at", 5, "never closed"),
        ("HH XXXXXX", 3, "5 is the most"),
        ("HH cc", 3, "means nothing"),
        ("SSSSSSSSSS", 0, "9 is the most"),
        ("dMH " * 7, None, "too many ways"),
        ("z z z z", None, "too many ways"),
    ],
)
def test_faults_of_a_pattern_are_named_and_pointed_at(pattern, offset, reason):
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)
    assert reason in caught.value.reason
    assert caught.value.offset == offset


def test_quotes_hold_plain_text():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert compile_pattern("''yyyy'' 'it''s' ''").format(moment) == "'2026' it's '"
    assert compile_pattern("'y'y.[]*").parse("y2026.[]*") == moment


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("YYMMdd_HHmm", "calendar year is yy"),
        ("YYYY-MM-dd", "calendar year is yyyy"),
        ("yyyy-MM-DD", "day of the month is dd"),
        ("hh:mm", "24 hours are HH"),
        ("ss.S", "use SSS"),
    ],
)
def test_doubtful_patterns_are_warned_of(pattern, words):
    assert [words in warning for warning in warnings(pattern)] == [True]


@pytest.mark.parametrize("pattern", ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "YYYY-'W'ww-u", "hh:mm a", "yyyy-DDD", "'YY'"])
def test_sound_patterns_are_not_warned_of(pattern):
    assert not list(warnings(pattern))


def test_a_pattern_can_be_pickled():
    assert pickle.loads(pickle.dumps(compile_pattern("yyyy"))) == compile_pattern("yyyy")


@pytest.mark.parametrize(
    "pattern",
    [
        "dMH " * 6,
        "d-MH-mh-ks-dM-HmHmshsh",
        "d1d1M1M1H1H1m1m1s1s1h1h1k1k",
        "zMMMzMMM",
        "EEEEzEEz",
        "MMMMLLL" * 6,
        "y" * 501,
    ],
)
def test_no_pattern_makes_reading_slow(pattern):
    began = time.process_time()
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        compiled = compile_pattern("yyyy")
    for text in ("1" * 999 + "!", "May" * 333 + "!", "11" * 20 + "!", "11:11 " * 6 + "!", "a" * 5000):
        with pytest.raises(ValueError, match="does not fit"):
            compiled.parse(text)
    assert time.process_time() - began < 2


def test_a_zone_of_a_fixed_offset_is_kept():
    moment = compile_pattern("yyyy-MM-dd XXX").parse("2026-01-01 +05:30")
    assert moment.tzinfo == timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    "pattern",
    ["d1" * 12 + "'Z'", "n1" * 12 + "'Z'", "y1" * 12 + "'Z'", "EEE d" * 6, "z1z1", "zVV'0'", "MMM" + "A1" * 9],
)
def test_no_text_takes_long_to_be_read_or_refused(pattern):
    try:
        compiled = compile_pattern(pattern)
    except PatternError as fault:
        assert "too many ways" in fault.reason  # noqa: PT017 - the others may be fine
        return
    begin = time.process_time()
    for text in ("1" * 70, "1" * 999, "a b c d e f g h i j k l m n o p " * 9, "May" + "1" * 90):
        for lenient in (False, True):
            with suppress(ValueError):
                compiled.parse(text, lenient=lenient)
    assert time.process_time() - begin < 2
