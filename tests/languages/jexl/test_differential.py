"""Generated expressions, given to the engine itself and to ours: the live engine where Java is, its kept answers anywhere."""

import copy
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from tests.languages.jexl.generate import RECORD, Maker
from tests.languages.jexl.oracle import REFUSED, alike

KEPT = json.loads((Path(__file__).parent.parent / "jexl_generated.json").read_text(encoding="utf-8"))
COUNT = 3000

# What differs on purpose, as the docs say: how a difference of generated expressions is told to be one of these.
REASONS = {
    "an array is no list": lambda text: re.search(r"(?<![\w\])])\[", text) or "split(" in text,
    "characters": lambda text: "charAt" in text,
    "texts of arrays and objects": lambda text: "`" in text or "+" in text,
    "functions as results": lambda text: "->" in text or "function" in text,
}


def ours(text):
    record = copy.deepcopy(RECORD)
    try:
        answer = {"value": jexl.compile(text)(record)}
    except ExpressionError as fault:
        answer = {"error": fault.reason}
    assert record == RECORD, f"{text} changed the record"
    return answer


def generated(seed, count):
    maker = Maker(seed)
    return [maker.program(2) if i % 4 == 0 else maker.value(i % 4) for i in range(count)]


def test_nearly_all_generated_expressions_mean_what_they_mean_to_the_engine(engine):
    texts = generated(2026, COUNT)
    compared = differing = 0
    unexplained = []
    for text, answer in zip(texts, engine.ask([[text, RECORD] for text in texts]), strict=True):
        if answer.get("error") in REFUSED:
            continue
        compared += 1
        got = ours(text)
        if not alike(answer, got):
            differing += 1
            if not any(explains(text) for explains in REASONS.values()):
                unexplained.append((text, answer, got))
    assert compared > COUNT * 0.95
    assert differing <= compared * 0.01
    assert not unexplained


def test_kept_answers_of_the_engine_to_generated_expressions_are_ours():
    wrong = [(text, answer, got) for text, answer in KEPT["rows"] if not alike(answer, got := ours(text))]
    assert len(KEPT["rows"]) > 1000
    assert not wrong


def test_the_kept_answers_are_of_every_kind():
    kinds = Counter("error" if "error" in answer else answer["type"] for _, answer in KEPT["rows"])
    assert kinds.keys() >= {
        "error",
        "null",
        "Boolean",
        "Integer",
        "Long",
        "BigInteger",
        "Double",
        "String",
        "ArrayList",
        "HashMap",
    }
    assert kinds["error"] > 100


@pytest.mark.parametrize(
    "text", ["a ?? b", "m?.k", "1e3", "1 << 2", "~/a/ == 'a'", "x -> { x }; 1 2", "var f = x -> x; f(1)"]
)
def test_what_the_engine_refuses_is_an_extension(engine, text):
    (answer,) = engine.ask([[text, RECORD]])
    assert answer["error"] in REFUSED
