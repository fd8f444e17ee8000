import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex import compile_regex

EXPLOSIVE = [
    ("(a+)+$", "a" * 5_000 + "!"),
    ("(a|a)*b", "a" * 5_000),
    ("(a|aa)+b", "a" * 5_000),
    ("(a*)*b", "a" * 5_000),
    ("(.*)(.*)(.*)(.*)x", "a" * 3_000),
    ("a?" * 30 + "a" * 30, "a" * 29),
    ("(a?){40}a{40}", "a" * 39),
    ("(?:a|ab)" * 12 + "(?:b|ba)*c", "ab" * 500),
    (r"(\w+)\1{3}z", "a" * 3_000),
]


@pytest.mark.parametrize(("regex", "text"), EXPLOSIVE, ids=[row[0][:16] for row in EXPLOSIVE])
def test_backtracking_ends_by_an_answer_or_a_rejected_record(regex, text):
    pattern = compile_regex(regex)
    for work in (pattern.find, pattern.full_match, pattern.split, pattern.replacer("")):
        begin = time.process_time()  # others at work on the machine count as little as they do for the time-out
        code = "regex-timeout"
        try:
            work(text)
        except RecordRejected as fault:
            code = fault.code
        seconds = time.process_time() - begin
        assert code == "regex-timeout"
        assert seconds < 5
        if seconds > 0.9:
            return  # once is proof enough


def test_a_long_text_is_timed_though_the_pattern_is_simple():
    pattern = compile_regex(r"\s+$")
    assert not pattern.timed
    with pytest.raises(RecordRejected, match="took longer than 1 second"):
        pattern.find(" " * 300_000 + "x")


def test_many_searches_share_one_second():
    begin = time.process_time()
    with pytest.raises(RecordRejected, match="took longer"):
        compile_regex("(?:a|aa)+b|").replace_all("a" * 5_000, "-")
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "regex",
    [
        r"[\r\n|]",
        r"[^\x00-\x7F]",
        r"\d+",
        r"^\s+|\s+$",
        r"(\w+) (\w+)",
        r".*\.csv",
        r"[A-Z]{2}\d{3,}",
        "(?:ab)+",
        "a(?=b)",
        r"\bx\b",
        "(?i)abc",
    ],
)
def test_everyday_patterns_run_on_the_fast_engine(regex):
    assert not compile_regex(regex).timed


def test_the_replacement_of_nothing_goes_between_all_characters():
    pattern = compile_regex(r"(\|)|(\n)|(||)")
    assert pattern.matches_empty
    assert pattern.replace_all("ab|c", " ") == " a b  c "
    assert pattern.replacer(" ")("ab|c") == " a b  c "


@pytest.mark.parametrize(
    ("regex", "expected"),
    [("a*", True), ("", True), ("a|", True), ("^$", True), ("a", False), (r"\b", False), ("(?=a)", False)],
)
def test_a_pattern_knows_whether_it_matches_the_empty_text(regex, expected):
    assert compile_regex(regex).matches_empty is expected


def test_what_looks_like_a_digit_belongs_to_no_number():
    assert compile_regex("(a)\\1²|b٣").replace_all("aa² b٣ aa2", "-") == "- - aa2"


def test_an_emoji_is_one_character():
    assert compile_regex(".").replace_all("😀x", "-") == "--"
    assert compile_regex("").replace_all("😀x", "-") == "-😀-x-"
    assert compile_regex(r"\uD83D\uDE00|[\x{1F601}]").replace_all("😀😁", "-") == "--"


FAULTS = [
    ("a(b", 1, "never closed"), ("a)b", 1, "never opened"), ("[a-z", 0, "never closed"), ("a**", 2, "nothing before"),
    ("*a", 0, "nothing before"), ("a{3,2}", 1, "repeats less"), ("a{x}", 1, "plain one is written"), ("[z-a]", 1, "backwards"),
    ("[a-\\d]", 1, "range ends"), ("\\", 0, "lone backslash"), ("a\\", 1, "lone backslash"), ("\\y", 0, "means nothing"),
    ("\\p{Nonsense}", 0, "no class of characters"), ("\\p", 0, "needs a name"), ("\\x4", 0, "needs digits"),
    ("(?q)a", 2, "no flag"), ("(?P<x>a)", 0, "unknown"), ("(?<x>a)(?<x>b)", 7, "defined twice"), ("\\k<x>", 0, "no group"),
    ("\\E", 0, "none was begun"), ("[]", 0, "never closed"), ("[a&&]", 4, "behind && stands a class"), ("\\x{110000}", 0, "no such character"),
    ("(" * 200 + ")" * 200, 100, "nested more than"),
]  # fmt: skip


@pytest.mark.parametrize(("regex", "offset", "reason"), FAULTS, ids=[row[0][:16] for row in FAULTS])
def test_a_fault_is_named_with_its_offset(regex, offset, reason):
    with pytest.raises(PatternError, match=reason) as caught:
        compile_regex(regex)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "regex", ["a{999999999}", "(?:a{99999}b?){99999}c", "(?=(a{1000,}){1000,})b", "(?:(?:a{999}){999}){999}"]
)
def test_a_pattern_that_would_fill_the_memory_is_refused(regex):
    with pytest.raises(PatternError, match="100000 are allowed"):
        compile_regex(regex)
    assert compile_regex("a{65535}").find("a" * 65_535)


def test_a_pattern_that_is_too_long_is_refused():
    with pytest.raises(PatternError, match="16384 are allowed"):
        compile_regex("a" * 20_000)


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet="ab1 \\|()[]{}^$.*+?-&:=!<>,QEpPdwsbxu0Lk\n😀é", max_size=16),
    st.text(alphabet="ab1 \n😀é-", max_size=8),
)
def test_any_text_is_a_pattern_or_a_fault(regex, text):
    try:
        pattern = compile_regex(regex)
    except PatternError:
        return
    try:
        assert pattern.find(text) == (next(iter(pattern.replace_all(text, "\x00").split("\x00")[1:]), None) is not None)
        assert not pattern.full_match(text) or pattern.find(text)
    except RecordRejected:
        assert pattern.timed


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12), st.text(max_size=30))
def test_a_quoted_text_matches_itself_alone(wanted, text):
    if "\\E" in wanted:
        return
    pattern = compile_regex(f"\\Q{wanted}\\E")
    assert pattern.full_match(wanted)
    assert pattern.find(text) == (wanted in text)


def test_the_first_match_alone_can_be_replaced():
    assert compile_regex("[ab]").replace_first("xaby", "-") == "x-by"
    assert compile_regex("x*").replace_first("ab", "-") == "-ab"


def test_a_result_that_grows_too_long_is_stopped():
    pattern = compile_regex("(a)")
    assert pattern.replace_all("aa", "$1$1", 6) == "aaaa"
    with pytest.raises(RecordRejected, match="more than 5 characters"):
        pattern.replace_all("aa", "$1$1", 5)
    with pytest.raises(RecordRejected, match="more than 5 characters"):
        pattern.replace_all("aa", "bb", 5)


def test_a_simple_pattern_loads_no_regex_module():
    code = "import sys; from identitysync.languages.java_regex import compile_regex as c; c('[a|]+').replacer('')('b|'); print('regex' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("regex", "free"),
    [
        (r"[\r\n|]", True),
        (r"[^\x00-\x7F]", True),
        (r"\s+", True),
        (r"\s+$", False),
        ("(jpe?g|png|gif|csv)", True),
        ("a{200}", False),
        ("a*", False),
        (r"\bx", False),
        ("(a+)+b", False),
    ],
)
def test_a_search_needs_no_clock_where_no_text_takes_long(regex, free):
    assert (compile_regex(regex).searcher is not None) is free
