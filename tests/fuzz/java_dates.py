"""Date patterns of Java, sensible, wild and broken: each is refused, or writes and reads in time.

``python tests/fuzz/java_dates.py SECONDS [SEED]``. The tests ask the JDK about the same patterns.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from identitysync.errors import PatternError
from identitysync.languages.java_dates import compile_pattern, warnings
from identitysync.languages.variables import VariableValues, expand, expand_where

DAYS = (
    "yyyy-MM-dd|dd.MM.yyyy|d.M.yyyy|MM/dd/yyyy|M/d/yy|yyyyMMdd|yyMMdd|dd MMM yyyy|EEE, d MMM yyyy|EEEE, MMMM d, yyyy"
    "|yyyy-DDD|MMM yyyy|yyyy|MMddyyyy|ddMMyy|d-MMM-yy|yyyy/M/d|dd LLL yyyy|YYYY-ww-u|d.M.y"
).split("|")
TIMES = (
    "HH:mm:ss|HH:mm|H:mm:ss.SSS|hh:mm a|h:mm:ss a|HHmmss|HHmm|K:mm a|kk:mm|HH:mm:ss.SSSX|HH:mm:ssXXX|HH:mm:ss Z"
    "|HHmmssSSS|ss.SSS"
).split("|")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/St_Johns",
    "Asia/Tokyo",
]
LETTERS = "GyYMLwWDdFEuaHkKhmsSzZXxQqecAnNVO"


def sensible(rng):
    """Make a pattern as people write them."""
    luck = rng.random()
    if luck < 0.3:
        return rng.choice(DAYS)
    if luck < 0.4:
        return rng.choice(TIMES)
    return rng.choice(DAYS) + rng.choice([" ", "'T'", "_", ", "]) + rng.choice(TIMES)


def wild(rng, letters=LETTERS, most=5):
    """Make a pattern of any letters, each of which stands one to ``most`` times."""
    made = ""
    for _ in range(rng.randint(1, 6)):
        made += rng.choice(letters) * rng.randint(1, most)
        made += rng.choice(["", "", "-", "/", " ", ":", ".", ", ", "'T'", "''", "' of '"])
    return made


def moment(rng):
    """Make a moment, often about New Year."""
    start = datetime(
        rng.choice([1970, 1999, 2000, 2015, 2016, 2020, 2024, 2026]), rng.choice([1, 2, 3, 6, 10, 12]), 1, tzinfo=UTC
    )
    day = timedelta(rng.choice([0, 1, 2, 3, 27, 28, 29, 30, rng.randint(0, 364)]))
    return (
        start
        + day
        + timedelta(milliseconds=rng.choice([0, 5, 50, 999, 43_200_000, 86_399_999, rng.randint(0, 86_399_999)]))
    )


def changed(rng, text):
    """Change a text a little, or leave it."""
    luck, place = rng.random(), rng.randrange(len(text)) if text else 0
    if luck < 0.4 or not text:
        return text
    if luck < 0.7:
        new = str(rng.randint(0, 9)) if text[place].isdigit() else text[place].swapcase()
        return text[:place] + new + text[place + 1 :]
    if luck < 0.8:
        return text[:place] + text[place + 1 :]
    return text.replace("0", "", 1) if luck < 0.9 else text + rng.choice([" ", "x", "0"])


def attempt(rng):
    text = sensible(rng) if rng.random() < 0.3 else wild(rng)
    if rng.random() < 0.2:
        text = changed(rng, text) * rng.choice([1, 1, 20])
    now, zone = moment(rng), ZoneInfo(rng.choice(ZONES))
    values = VariableValues(now)
    for expanding in (expand, expand_where):
        with suppress(PatternError):
            expanding(f"a${{now{rng.choice(['', '-1h', '+3M'])}:{text}}}b", values)
    try:
        pattern = compile_pattern(text)
    except PatternError:
        return
    list(warnings(text))
    written = pattern.format(now.astimezone(zone))
    for candidate in (written, changed(rng, written), written * 2):
        for lenient in (False, True):
            with suppress(ValueError):
                assert pattern.parse(candidate, zone, lenient=lenient).tzinfo is not None


if __name__ == "__main__":
    from _session import run

    run(attempt)
