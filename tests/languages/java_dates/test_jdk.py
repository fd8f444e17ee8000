"""The JDK judges date patterns made by chance, the same as those of the fuzz session."""

import random
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from identitysync.errors import PatternError
from identitysync.languages.java_dates import compile_pattern

FUZZ = runpy.run_path(str(Path(__file__).parents[2] / "fuzz" / "java_dates.py"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIMPLE = "GyYMLwWDdFEuaHkKhmsSZX"  # without z, whose long names we do not have


def millis(moment):
    return (moment - EPOCH) // timedelta(milliseconds=1)


def is_our_own(pattern):
    """More than three S are a fraction to us, more than two u a year."""
    return "SSSS" in pattern or "uuu" in pattern


def test_simple_date_format_writes_the_same(jdk):
    rng = random.Random("java-dates/format")
    cases = [(FUZZ["wild"](rng, SIMPLE), rng.choice(FUZZ["ZONES"]), FUZZ["moment"](rng)) for _ in range(3000)]
    cases = [case for case in cases if not is_our_own(case[0])]
    answers = jdk.ask([("simple", text, "en-US", zone, "format", str(millis(moment))) for text, zone, moment in cases])
    wrong = []
    for (text, zone, moment), answer in zip(cases, answers, strict=True):
        try:
            got = [compile_pattern(text).format(moment.astimezone(ZoneInfo(zone)))]
        except PatternError as fault:
            if "too many ways" in fault.reason or "XXXX" in text:
                continue
            got = None
        if "XXXX" not in text and got != answer:
            wrong.append((text, zone, moment, answer, got))
    assert not wrong
    assert len(cases) > 2000


def test_date_time_formatter_writes_the_same_by_the_letters_that_simple_date_format_lacks(jdk):
    rng = random.Random("java-dates/formatter")
    cases = [
        (FUZZ["wild"](rng, "QqecAnNVOxdMHms"), rng.choice(FUZZ["ZONES"]), FUZZ["moment"](rng)) for _ in range(1500)
    ]
    questions = [
        ("formatter", text, "en-US", zone, "format", moment.isoformat().replace("+00:00", "Z"))
        for text, zone, moment in cases
    ]
    wrong, compared = [], 0
    for (text, zone, moment), answer in zip(cases, jdk.ask(questions), strict=True):
        if answer is None:  # it does not allow as many letters
            continue
        try:
            got = compile_pattern(text).format(moment.astimezone(ZoneInfo(zone)))
        except PatternError as fault:
            if "too many ways" not in fault.reason and "4 is the most" not in fault.reason:  # five are one letter
                wrong.append((text, answer, fault.reason))
            continue
        compared += 1
        if [got] != answer and "MMMMM" not in text:
            wrong.append((text, zone, moment, answer, got))
    assert not wrong
    assert compared > 300


@pytest.mark.parametrize("lenient", [False, True])
def test_simple_date_format_reads_the_same(jdk, lenient):
    rng = random.Random("java-dates/parse")
    cases = [(FUZZ["sensible"](rng), rng.choice(FUZZ["ZONES"]), FUZZ["moment"](rng)) for _ in range(4000)]
    written = jdk.ask([("simple", text, "en-US", zone, "format", str(millis(moment))) for text, zone, moment in cases])
    cases = [
        (text, zone, FUZZ["changed"](rng, answer[0])) for (text, zone, _), answer in zip(cases, written, strict=True)
    ]
    how = "lenient" if lenient else "strict"
    answers = jdk.ask([("simple", text, "en-US", zone, how, read) for text, zone, read in cases])
    wrong, read_by_both = [], 0
    for (text, zone, read), answer in zip(cases, answers, strict=True):
        found = answer if answer and (lenient or int(answer[1]) == len(read)) else None
        java = int(found[0]) if found else None
        try:
            ours = millis(compile_pattern(text).parse(read, ZoneInfo(zone), lenient=lenient))
        except ValueError:
            ours = None
        if any(each is not None and not -2_208_988_800_000 < each < 4_102_444_800_000 for each in (ours, java)):
            continue  # before 1900 there are minutes of the sun in the zones, before 1582 another calendar
        read_by_both += ours is not None and java is not None
        if ours is None and not lenient:
            continue  # strict is stricter here: a field has no more digits than it needs
        if ours != java and not is_doubtful(text, ours, java):
            wrong.append((text, zone, read, java, ours))
    assert not wrong
    assert read_by_both > 2000


def is_doubtful(text, ours, java):
    """An hour that the clocks skip or tell twice may be read in two ways; there is no eighth weekday to roll over to.

    The century of a year of two digits moves with Java's clock, and not with ours.
    """
    if "u" in text:
        return True
    if ours is None or java is None:
        return False
    of_two_digits = "yy" in text and "yyyy" not in text
    return abs(ours - java) in {1_800_000, 3_600_000} or (of_two_digits and abs(ours - java) > 36_500 * 86_000_000)


def test_the_tables_hold_what_java_answers(jdk):
    lines = (Path(__file__).parent / "parsed.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    for how, place in (("strict", 3), ("lenient", 4)):
        answers = jdk.ask([("simple", pattern, "en-US", zone, how, text) for pattern, zone, text, *_ in rows])
        for row, answer in zip(rows, answers, strict=True):
            whole = answer and (how == "lenient" or int(answer[1]) == len(row[2]))
            assert (answer[0] if whole else "-") == row[place], row
    lines = (Path(__file__).parent / "date_time_formatter.tsv").read_text("utf-8").splitlines()
    (_, _, patterns), *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    for zone, moment, texts in rows:
        asked = [("formatter", pattern, "en-US", zone, "format", moment) for pattern in patterns.split("|")]
        assert [answer[0] for answer in jdk.ask(asked)] == texts.split("|")
