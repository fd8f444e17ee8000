"""What the JDK read and wrote, kept so that no JDK is needed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from identitysync.languages.java_dates import compile_pattern

HERE = Path(__file__).parent
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rows(name):
    return [line.split("\t") for line in (HERE / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def read(pattern, zone, text, *, lenient):
    try:
        moment = compile_pattern(pattern).parse(text, ZoneInfo(zone), lenient=lenient)
    except ValueError:
        return "-"
    return str((moment - EPOCH) // timedelta(milliseconds=1))


def test_texts_are_read_as_java_reads_them():
    wrong = []
    for pattern, zone, text, strict, lenient, ours in rows("parsed.tsv"):
        got = read(pattern, zone, text, lenient=False), read(pattern, zone, text, lenient=True)
        if got != (ours, lenient) or ours not in {strict, "-"}:
            wrong.append((pattern, zone, text, strict, lenient, got))
    assert not wrong
    assert len(rows("parsed.tsv")) > 250


(_, _, PATTERNS), *MOMENTS = rows("date_time_formatter.tsv")


@pytest.mark.parametrize(("zone", "moment", "texts"), MOMENTS)
def test_the_letters_of_date_time_formatter_are_written_as_java_writes_them(zone, moment, texts):
    there = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    assert [compile_pattern(pattern).format(there) for pattern in PATTERNS.split("|")] == texts.split("|")


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("uuuu-MM-dd", "2024-02-03", "2024-02-03"),
        ("QQQ yyyy", "Q3 2024", "2024-07-01"),
        ("QQQQ yyyy", "2nd quarter 2024", "2024-04-01"),
        ("yyyy-MM-dd e", "2024-03-05 3", "2024-03-05"),
        ("yyyy-MM-dd eee", "2024-03-05 Tue", "2024-03-05"),
        ("yyyy-MM-dd A", "2024-03-05 25689012", "2024-03-05T07:08:09.012"),
        ("HH:mm:ss n", "07:08:09 12345000", "1970-01-01T07:08:09.012345"),
        ("N", "25689012345000", "1970-01-01T07:08:09.012345"),
        ("yyyy-MM-dd HH:mm VV", "2024-07-05 12:00 Europe/Berlin", "2024-07-05T10:00"),
        ("yyyy-MM-dd HH:mm O", "2024-07-05 12:00 GMT+5:30", "2024-07-05T06:30"),
        ("yyyy-MM-dd HH:mm OOOO", "2024-07-05 12:00 GMT", "2024-07-05T12:00"),
        ("yyyy-MM-dd HH:mm z", "2024-07-05 12:00 aedt", "2024-07-05T01:00"),
    ],
)
def test_the_letters_of_date_time_formatter_are_read_back(pattern, text, moment):
    assert compile_pattern(pattern).parse(text) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Q MM", "1 05"), ("HH VV", "12 Europe/Nowhere"), ("HH VV", "12 ../../etc/passwd"), ("n", "1000000000"), ("n", "1"),
        ("A HH", "0 01"), ("N", "86400000000000"), ("e", "8"), ("yyyy-MM-dd e", "2024-03-05 4"), ("z", "IST"),
        ("yyyyyyyyyyyyyyyyyyyyy", "123456789012345678901"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_is_not_known_is_refused(pattern, text):
    with pytest.raises(ValueError, match="does not fit the date pattern"):
        compile_pattern(pattern).parse(text)
