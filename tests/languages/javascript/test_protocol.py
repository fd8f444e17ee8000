"""What crosses between the engine's process and the run is judged on both sides, whatever a script does."""

import json
import time
from pathlib import Path

import pytest

from identitysync.errors import JavaScriptError
from identitysync.languages.javascript import Limits, Sandbox, child


@pytest.fixture
def start():
    started = []

    def make(source, **limits):
        started.append(Sandbox(source, Limits(**limits)))
        return started[-1]

    yield make
    for each in started:
        each.close()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("function process() { return new Date(0) }", 'JSON writes as "1970-01-01T00:00:00.000Z"'),
        ("class A { toJSON() { return 5 } }\nfunction process() { return new A() }", "JSON writes as 5"),
        ("class A { toJSON() {} }\nfunction process(r, c, l, next) { next.accept(new A()) }", "writes as undefined"),
        ("function process() { throw '' }", "an empty text was thrown"),
        ("function process() { throw null }", "null was thrown, or the script needs more than 256 MB"),
        ("function process() { throw undefined }", "undefined"),
    ],
)
def test_what_is_no_record_is_a_fault_that_says_what_it_is(start, source, told):
    for outcome in start(source).run([{"a": 1}, {"a": 2}]):
        assert list(outcome.given) == []
        assert told in outcome.fault.reason


@pytest.mark.parametrize(
    "spoilt",
    [
        "'hacked'",
        "'[[1]],'",
        "'[[],[[\"next\",5,[]]],null],'",
        "'[[[7]],[],null],'",
        "'[[],[],5],'",
        "'[[],[],null],' + 1",
    ],
)
def test_a_script_that_spoils_its_own_answers_is_told_so(start, spoilt):
    source = f"function process(record) {{ Array.prototype.join = () => {spoilt}; return record }}"
    with pytest.raises(JavaScriptError, match="its answers cannot be read"):
        start(source).run([{"a": 1}, {"a": 2}])


def test_slow_records_are_answered_as_they_are_done_each_once_and_in_order(start):
    source = """let seen = 0;
    function process(record) { const end = Date.now() + 60; while (Date.now() < end); return {n: record.n, seen: seen++} }"""
    box = start(source)
    began = time.monotonic()
    outcomes = box.outcomes([{"n": n} for n in range(20)])
    first = next(outcomes)
    assert time.monotonic() - began < 1
    assert [each.given[0].record for each in (first, *outcomes)] == [{"n": n, "seen": n} for n in range(20)]


def test_builtins_that_scripts_replace_are_not_those_of_the_driver(start):
    source = """JSON.stringify = () => "x"; JSON.parse = Object.keys = null; Array.isArray = () => true;
      Array.prototype.last = function () { return this[this.length - 1] };
      function process(record) { return { a: record.a.last() } }"""
    (outcome,) = start(source).run([{"a": [1, 2]}])
    assert outcome.given[0].record == {"a": 2}


def test_one_batch_cannot_give_without_end(start):
    source = "function process(record) { record.x = 'x'.repeat(3e6); return record }"
    box = start(source, output=10_000_000)
    assert len(box.run([{}] * 3)) == 3
    with pytest.raises(JavaScriptError, match="gives more than 10 MB for one batch"):
        box.run([{}] * 4)
    assert len(box.run([{}] * 3)) == 3


def test_an_interruption_between_two_records_rejects_neither(start):
    driver = Path(child.__file__).with_name("driver.js").read_text()
    engine = child.Engine(driver, "function process(r) { return r }", seconds=5, memory=64_000_000, output=10_000)
    drive, interrupted = engine._drive, []

    def once(verb, *more):
        if verb == "go" and not interrupted:
            interrupted.append(drive("fail", "InternalError: interrupted"))
            return True
        return drive(verb, *more)

    engine._drive = once
    count, changes, told = engine.answer('{"records": [{"a": 1}, {"a": 2}], "numbers": []}').split("\n")
    answers = json.loads(told)
    assert interrupted
    assert (count, changes) == ("2", "")
    assert answers == [[[], [["next", {"a": n}, []]], None] for n in (1, 2)]
