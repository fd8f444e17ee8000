import random
import runpy
import time
from pathlib import Path

import pytest

from identitysync.errors import PatternError
from identitysync.languages.java_regex import compile_regex
from identitysync.languages.java_regex.translate import translate


@pytest.mark.parametrize(
    ("regex", "explodes", "degree", "width"),
    [
        ("abc", False, 0, 3), ("a+", False, 0, 1), ("a*", False, 0, 0), ("a+b", False, 1, 2), (r"^\s+|\s+$", False, 1, 1),
        ("(a+) (b+)", False, 2, 3), ("(a+)+", True, 1, 1), ("(a|b)+", True, 0, 1), ("(?:ab)+", False, 0, 2), ("(a?)+", True, 0, 0),
        (r"(a)\1", True, 0, 1), ("a{3}", False, 0, 3), ("a{2,}b", False, 1, 3), ("(?=abc)", False, 0, 0), ("a(?=b)", False, 0, 1),
        (r"\b", False, 0, 0), ("a|bc|", False, 0, 0), ("(ab|c)d", False, 0, 2), (".*a.*b.*c", True, 3, 3), ("a?" * 11, True, 0, 0),
        (r"\QaXb\E", False, 0, 3), ("[a-z]{2}", False, 0, 2), (r"\R", False, 0, 1), ("a?", False, 0, 0), ("(a+)?b", False, 1, 1),
    ],
)  # fmt: skip
def test_a_pattern_is_judged_by_its_shape(regex, explodes, degree, width):
    made = translate(regex)
    assert (made.explodes, made.degree, made.width) == (explodes, degree, width)


@pytest.mark.parametrize(
    ("regex", "steps"),
    [
        ("abc", 3), ("a{20}", 20), ("a{2,30}b", 31), ("a+", 1), ("a|bc", 3), ("(a|bc)", 6), ("(?:a|b)(?:c|d)x", 20), ("a?b", 4),
        ("(?:ab){50}", 100), (r"[\r\n|]", 1), ("", 0),
    ],
)  # fmt: skip
def test_the_steps_of_one_attempt_are_counted(regex, steps):
    assert translate(regex).steps == steps


HEAVY = [
    "a{30000}b", "(?:aa){10000}b", "a" * 16_000 + "b", "|".join("a" * n + "b" for n in range(170)), "(?:a|aa|aaa|aaaa)(?:a|aa|aaa)(?:a|aa)b",
    "a?a?a?a?a?a?a?a?a?b", "a*a*b", "a*b", r"\s+$", "(?=a*b)c", "a{1,500}b", "(?<!a)a+b", "a*?a*?b", "(?:a*)?a*b", "[^b]*b[^c]*c",
]  # fmt: skip


def heavy_and_usual():
    rng = random.Random("effort")
    fuzz = runpy.run_path(str(Path(__file__).parents[2] / "fuzz" / "java_regex.py"))
    return HEAVY + [fuzz["question"](rng)[0] for _ in range(200)]


def test_what_runs_without_a_clock_is_quick_at_its_longest_text():
    slow = []
    judged = 0
    for regex in heavy_and_usual():
        try:
            pattern = compile_regex(regex)
        except PatternError:
            continue
        if pattern.timed:
            continue
        judged += 1
        longest = min(pattern._longest, 100_000)
        for letters in ("a", " ", "ab"):
            text = letters * (longest // len(letters))
            begin = time.process_time()
            pattern.find(text)
            pattern.full_match(text)
            if (seconds := time.process_time() - begin) > 2:
                slow.append((regex, letters, seconds))
    assert not slow
    assert judged > 80


def test_alternatives_that_overlap_one_after_the_other_are_timed():
    assert compile_regex("(?:a|a|a|a)" * 6 + "b").timed
    assert not compile_regex("(?:jpe?g|png|gif)").timed
