"""What java.util.regex of Java 17 answered to ``matches``, ``replaceAll`` and ``split`` (see ../Oracle.java)."""

import json
import pickle
from pathlib import Path

from identitysync.errors import PatternError
from identitysync.languages.java_regex import compile_regex
from identitysync.languages.java_regex.pattern import JavaRegex
from identitysync.languages.java_regex.translate import translate

ROWS = json.loads((Path(__file__).parent.parent / "java_regex_oracle.json").read_text(encoding="utf-8"))


_, ALL, *CLASSES = (Path(__file__).parent / "classes.tsv").read_text(encoding="utf-8").splitlines()


def answer(pattern, text, replacement):
    return [pattern.full_match(text), pattern.replace_all(text, replacement), pattern.split(text, -1)]


def test_every_pattern_does_what_it_does_in_java():
    wrong = []
    for regex, text, replacement, expected in ROWS:
        try:
            got = answer(compile_regex(regex), text, replacement)
        except PatternError:
            got = None
        if got != expected:
            wrong.append((regex, text, replacement, expected, got))
    assert not wrong


def test_both_engines_do_the_same():
    """What runs on the standard module runs on the other one when a text is long: it must mean the same there."""
    wrong = []
    compared = 0
    for regex, text, replacement, expected in ROWS:
        if expected is None or compile_regex(regex).timed:
            continue
        compared += 1
        made = translate(regex)
        slow = JavaRegex(regex, True, compile_regex(regex)._pattern, -1, made.width == 0)  # no text is short enough
        got = answer(slow, text, replacement)
        if got != expected:
            wrong.append((regex, text, replacement, expected, got))
    assert not wrong
    assert compared > 700


def test_the_fast_replacer_does_what_replace_all_does():
    for regex, text, replacement, expected in ROWS:
        if expected is not None:
            assert compile_regex(regex).replacer(replacement)(text) == expected[1], (regex, text)


def test_find_agrees_with_replace_all():
    for regex, text, _, expected in ROWS:
        if expected is not None and "<$0>" in _:
            assert compile_regex(regex).find(text) == (expected[1] != text), (regex, text)


def test_patterns_can_be_pickled():
    for regex in {row[0] for row in ROWS if row[3] is not None}:
        assert pickle.loads(pickle.dumps(compile_regex(regex))).text == regex


def test_every_class_holds_the_characters_that_it_holds_in_java():
    wrong = []
    for line in CLASSES:
        regex, characters = line.split("\t")
        try:
            pattern = compile_regex(regex)
        except PatternError:
            got = "!"
        else:
            got = "".join(each for each in json.loads(f'"{ALL}"') if pattern.full_match(each))
        if got != json.loads(f'"{characters}"'):
            wrong.append((regex, characters, got))
    assert not wrong
    assert len(CLASSES) > 300
