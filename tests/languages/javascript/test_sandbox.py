"""What a script can do in its sandbox, and what it cannot."""

import base64
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from identitysync.errors import InvalidParameter, JavaScriptError, MissingExtra
from identitysync.languages.javascript import Limits, Sandbox, check_source, decode_source, sandbox


@pytest.fixture
def start():
    started = []

    def make(source, **limits):
        started.append(Sandbox(source, Limits(**limits)))
        return started[-1]

    yield make
    for each in started:
        each.close()


def given(outcome):
    assert outcome.fault is None, outcome.fault
    return [each.record for each in outcome.given]


def given_by(start, source, *records):
    return [given(outcome) for outcome in start(source).run(list(records))]


def test_what_process_returns_goes_on_and_null_and_undefined_are_dropped(start):
    source = "function process(record) { if (record.n === 1) return null; if (record.n === 2) return; return record }"
    assert given_by(start, source, {"n": 0}, {"n": 1}, {"n": 2}) == [[{"n": 0}], [], []]


@pytest.mark.parametrize(
    "declaration",
    [
        "function process(record, ctx, logger, next, error) {",
        "const process = (record, ctx, logger, next, error) => {",
        "let process = function (record, ctx, logger, next, error) {",
        "process = function process(record, /* not ctx, */ logger, ctx, error, next) {",
        "function process(record, error = null, next, logger, ctx) { // in any order",
        "function process(r, c, l, n, e) { const [record, ctx, logger, next, error] = arguments;",
        "var process = function ({ n }, ctx, logger, next, error) { const record = { n };",
    ],
)
def test_arguments_are_given_by_their_names_and_else_by_their_order(start, declaration):
    source = f"""{declaration}
      ctx.setSharedVariable("seen", (ctx.getSharedVariable("seen") || 0) + record.n);
      logger.info("seen", ctx.getSharedVariable("seen"));
      next.accept({{ extra: record.n }});
      error.accept({{ wrong: record.n }}, record);
      return null;
    }}"""
    first, second = start(source).run([{"n": 1}, {"n": 2}])

    assert (first.said, second.said) == ([["info", "seen 1"]], [["info", "seen 3"]])
    assert [(each.record, each.wrong) for each in first.given] == [({"extra": 1}, False), ({"wrong": 1}, True)]


def test_the_older_generation_has_records_and_fields(start):
    source = """
      function process(record, next, ctx, logger) {
        var child = new Record(), made = new Record();
        child.addField("city", "Rome");
        made.addField("name", record.getField("name").getValue());
        made.addField("places", child, true);
        made.getField("places").addValue(child);
        made.addField("none", null, true);
        made.addField("missing", record.containsField("nothing") || record.getField("nothing"));
        made.addField("deep", record.getField("profile").getValueAsRecord().getField("age").getValue());
        record.removeField("name");
        record.getField("profile").getValueAsRecord().addField("seen", true);
        logger.log(made.getFieldNames().join());
        next.accept(made);
        next.accept(record);
      }"""
    (outcome,) = start(source).run([{"name": "Ada", "profile": {"age": 36}}])

    assert given(outcome) == [
        {"name": "Ada", "places": [{"city": "Rome"}] * 2, "none": [], "missing": None, "deep": 36},
        {"profile": {"age": 36, "seen": True}},
    ]
    assert outcome.said == [["info", "name,places,none,missing,deep"]]


def test_an_older_script_that_returns_what_it_accepted_gives_it_once(start):
    assert given_by(start, "function process(record, next) { next.accept(record); return record }", {"a": 1}) == [
        [{"a": 1}]
    ]
    assert given_by(start, "function process(record, next) { return record }", {"a": 1}) == [[{"a": 1}]]


def test_a_record_is_taken_as_it_is_when_it_is_accepted(start):
    source = "function process(record, ctx, logger, next) { for (record.n of [1, 2]) next.accept(record); return null }"
    assert given_by(start, source, {}) == [[{"n": 1}, {"n": 2}]]


def test_the_language_is_the_new_one_whatever_the_generation(start):
    source = "function process(record) { return { ...record, a: record?.b?.c ?? [1, 2].at(-1), s: `${2 ** 3}` } }"
    assert given_by(start, source, {"x": None}) == [[{"x": None, "a": 2, "s": "8"}]]


def test_what_is_said_is_told_with_its_level_and_never_without_end(start):
    source = """function process(record, ctx, logger) {
      console.log("a", { b: 1 }, null, undefined, 12n); logger.error(new Error("c")); console.debug([1]); logger.warn("d");
      for (let i = 0; i < record.lines; i++) logger.info("x".repeat(20000));
    }"""
    few, many = start(source).run([{"lines": 0}, {"lines": 5000}])

    assert few.said == [["info", 'a {"b":1} null undefined 12'], ["error", "Error: c"], ["debug", "[1]"], ["info", "d"]]
    assert len(many.said) == 1001
    assert many.said[-1] == ["info", "… and more, which is left out"]
    assert len(many.said[-2][1]) == 10_000


def test_a_fault_rejects_its_record_alone_with_line_column_and_caret(start):
    source = (
        "function process(record) {\n  helper(record);\n  return record;\n}\nfunction helper(r) { return r.a.b.c; }"
    )
    good, bad = start(source).run([{"a": {"b": {}}}, {"a": {}}])

    assert given(good) == [{"a": {"b": {}}}]
    assert (bad.fault.line, bad.fault.column) == (5, 29)
    assert str(bad.fault).startswith("TypeError: cannot read property 'c' of undefined at line 5, column ")
    assert str(bad.fault).splitlines()[1:] == ["  function helper(r) { return r.a.b.c; }", "  " + " " * 28 + "^"]


def test_a_record_that_fails_has_given_nothing_but_has_spoken(start):
    source = (
        "function process(record, ctx, logger, next) { next.accept({ a: 1 }); logger.info('here'); throw { code: 7 } }"
    )
    (outcome,) = start(source).run([{}])

    assert list(outcome.given) == []
    assert outcome.said == [["info", "here"]]
    assert outcome.fault.reason == '{"code":7}'


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("3", "process returned a number, where a record is due"),
        ("[record]", "process returned an array, where a record is due"),
        ("({ a: { b: () => 1 } })", "the field a.b is a function, which no record can hold"),
        ("({ a: [new Map()] })", "the field a.0 is a Map, which no record can hold"),
        ("Promise.resolve(record)", "what came out is a Promise, which no record can hold"),
        ("(record.self = record)", "Maximum call stack size exceeded"),
        ("next.accept(null)", "next.accept was given null, where a record is due"),
    ],
)
def test_what_no_record_can_hold_is_refused_and_never_lost(start, result, reason):
    (outcome,) = start(f"function process(record, ctx, logger, next) {{ return {result} }}").run([{"x": 1}])
    assert reason in outcome.fault.reason


def test_dates_become_texts_and_undefined_is_missing(start):
    source = "function process(record) { return { d: new Date(0), u: undefined, l: [undefined], n: Number(3) } }"
    assert given_by(start, source, {}) == [[{"d": "1970-01-01T00:00:00.000Z", "l": [None], "n": 3}]]


@pytest.mark.parametrize(
    "source",
    [
        "let x = ;\nfunction process(record) {}",
        "function process(record) {",
        "let process = 3",
        "throw new Error('no process here')",
        "function other() {}",
        "function process() {} while (true) {}",
        "function process() {} let x = []; while (true) x.push(new Array(1000).fill(1))",
    ],
)
def test_a_script_that_cannot_begin_is_refused(source):
    with pytest.raises(JavaScriptError):
        Sandbox(source, Limits(seconds=0.3, memory=16_000_000))


def test_a_record_that_takes_too_long_is_rejected_and_the_script_goes_on(start):
    source = """let seen = 0;
    function process(record, ctx, logger) {
      seen++;
      logger.info("before");
      try { while (record.loop) {} } catch (e) { return { caught: true } } finally { while (record.loop) {} }
      if (record.regex) /(a+)+$/.test("a".repeat(50) + "b");
      return { seen };
    }"""
    before, loop, regex, after = start(source, seconds=0.3).run([{}, {"loop": 1}, {"regex": 1}, {}])

    assert (given(before), given(after)) == ([{"seen": 1}], [{"seen": 4}])
    assert loop.fault.reason == regex.fault.reason == "the script took longer than 0.3 seconds"
    assert loop.said == [["info", "before"]]


def test_many_short_records_may_take_longer_together_than_one_may_alone(start):
    source = "function process(record) { const end = Date.now() + 30; while (Date.now() < end); return record }"
    assert len(given_by(start, source, *({"n": n} for n in range(20)))) == 20
    outcomes = start(source, seconds=0.25).run([{"n": n} for n in range(20)])
    assert [given(each) for each in outcomes] == [[{"n": n}] for n in range(20)]


@pytest.mark.parametrize(
    "work",
    [
        "'x'.repeat(1e9)",
        "let a = []; while (true) a.push('x' + a.length)",
        "new ArrayBuffer(1e9)",
        "JSON.parse('['.repeat(1e6))",
    ],
)
def test_a_record_that_needs_too_much_memory_or_depth_is_rejected_and_the_script_goes_on(start, work):
    source = f"function process(record) {{ if (record.bad) {{ {work} }} return record }}"
    bad, good = start(source, memory=16_000_000).run([{"bad": 1}, {"n": 1}])

    assert bad.fault is not None
    assert given(good) == [{"n": 1}]


def test_endless_recursion_is_an_error_of_its_record(start):
    source = "function process(record) { return record.bad ? process(record) : record }"
    bad, good = start(source).run([{"bad": 1}, {"n": 1}])
    assert "call stack" in bad.fault.reason
    assert given(good) == [{"n": 1}]


def test_a_builtin_that_nothing_interrupts_ends_the_process_and_not_the_run(start):
    source = "function process(record) { return { at: 'a'.repeat(2e7).indexOf('a'.repeat(1e6) + 'b') } }"
    with pytest.raises(InvalidParameter, match=r"took longer than 0\.2 seconds inside a builtin"):
        start(source, seconds=0.2).run([{}])


def test_a_script_that_fills_its_memory_for_good_fails_and_does_not_hang(start):
    source = "const all = []; function process(record) { all.push('x'.repeat(1e6) + all.length); return record }"
    box = start(source, memory=16_000_000)
    outcomes = box.run([{"n": n} for n in range(50)])
    assert "more than 16 MB" in outcomes[-1].fault.reason


def test_records_that_are_too_large_together_are_asked_about_apart(start):
    source = "function process(record) { return { size: record.text.length, text: record.text } }"
    sizes = [6_000_000, 1, 6_000_000, 20_000_000, 2, 6_000_000]
    outcomes = start(source, memory=32_000_000).run([{"text": "x" * size} for size in sizes])

    assert [given(each)[0]["size"] for each in outcomes if not each.fault] == [size for size in sizes if size < 1e7]
    assert outcomes[3].fault.reason == "the script needs more than 32 MB of memory"


def test_what_comes_out_may_be_much_larger_than_what_the_engine_holds(start):
    source = (
        "function process(record, c, l, next) { for (let i = 0; i < 5; i++) next.accept({ i, t: 'x'.repeat(1e6) }) }"
    )
    outcomes = start(source, memory=32_000_000).run([{}] * 10)
    assert [each["i"] for outcome in outcomes for each in given(outcome)] == [0, 1, 2, 3, 4] * 10


def test_a_script_sees_nothing_of_the_world(start, monkeypatch):
    monkeypatch.setenv("PLANTED", "secret")
    source = """function process(record) {
      return { found: ["std", "os", "require", "fetch", "XMLHttpRequest", "Deno", "importScripts", "load", "setTimeout"]
        .filter((name) => typeof globalThis[name] !== "undefined") };
    }"""
    box = start(source)
    assert given(box.run([{}])[0]) == [{"found": []}]
    environment = Path(f"/proc/{box._process.pid}/environ")
    assert not environment.exists() or b"PLANTED" not in environment.read_bytes()


def test_what_a_script_does_to_the_builtins_harms_nobody(start):
    source = """
      JSON.stringify = () => "broken"; JSON.parse = null; Date.now = null; eval = null; Map.prototype.get = null;
      Array.prototype.push = undefined; String = null; Object.keys = null;
      function process(record, ctx, logger) { logger.info("fine"); return record }"""
    (outcome,) = start(source).run([{"a": [1]}])
    assert outcome.fault is not None or given(outcome) == [{"a": [1]}]


def test_the_last_call_gives_what_was_kept_and_another_record_may_go_wrong_then(start):
    source = """const kept = [];
    function process(record, ctx, logger, next, error) {
      if (record === null) { error.accept({ late: true }, kept[0]); return { count: kept.length } }
      kept.push(record);
    }"""
    box = start(source)
    box.run([{"n": 1}, {"n": math.inf}])
    (last,) = box.run([None])

    assert [(each.record, each.wrong, each.original) for each in last.given] == [
        ({"late": True}, True, {"n": 1}),
        ({"count": 2}, False, None),
    ]


def test_a_sandbox_may_be_asked_by_another_thread_than_the_one_that_began_it(start):
    box = start("function process(record) { return record }")
    found = []
    thread = threading.Thread(target=lambda: found.append(given(box.run([{"n": 1}])[0])))
    thread.start()
    thread.join()
    assert found == [[{"n": 1}]]


def test_the_process_ends_with_its_sandbox(start):
    box = start("function process(record) { return record }")
    box.close()
    assert box._process.returncode is not None


def test_no_process_outlives_the_one_that_began_it():
    code = (
        "import os; from identitysync.languages.javascript import Sandbox; "
        "box = Sandbox('function process() {}'); print(box._process.pid, flush=True); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    end = time.monotonic() + 20
    while _lives(int(told.stdout)):
        assert time.monotonic() < end
        time.sleep(0.02)


def _lives(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")  # what has ended and was not yet waited for is a zombie
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_page_names_the_limits_and_methods_that_there_are(start):
    page = (Path(__file__).parents[3] / "docs" / "reference" / "javascript.md").read_text("utf-8")
    limits = Limits()
    assert f"| {limits.seconds:g} seconds of work" in page
    assert f"| {limits.memory // 1_000_000} MB, all variables included" in page
    source = """function process(record, ctx, logger, next, error) {
      const own = (value) => Object.getOwnPropertyNames(Object.getPrototypeOf(value)).filter((name) => name !== "constructor");
      const made = new Record();
      return { names: [...own(made), ...own(made.addField("a", 1)), ...Object.keys({ ...ctx, ...logger, ...next, ...error })] };
    }"""
    (outcome,) = start(source).run([{}])
    (found,) = given(outcome)
    assert [
        name
        for name in found["names"]
        if name != "toJSON" and f"{name}(" not in page and f"`{name}`" not in page and f".{name}`" not in page
    ] == []


def test_a_missing_extra_is_one_sentence(monkeypatch):
    sandbox.engine_folder.cache_clear()
    monkeypatch.setattr(sandbox.importlib.util, "find_spec", lambda name: None)
    try:
        with pytest.raises(MissingExtra, match=r"record.evaluate needs the extra 'javascript': pip install"):
            Sandbox("function process() {}")
    finally:
        sandbox.engine_folder.cache_clear()


def test_a_source_is_base64_or_plain():
    source = "function process(record) { return 'é' }"
    coded = base64.b64encode(source.encode()).decode()
    assert decode_source(source) == decode_source(coded) == decode_source(f"{coded[:20]}\n {coded[20:]}\n") == source
    for text in ("process", "AAA", base64.b64encode(b"\xff\xfe\xff").decode()):
        with pytest.raises(JavaScriptError):
            decode_source(text)


def test_checking_reads_a_source_and_runs_none_of_it():
    check_source("while (true) {}\nfunction process(record) { return record }")
    check_source("throw new Error('process')")
    with pytest.raises(JavaScriptError) as caught:
        check_source("function process(record) { return record;; } let 1x = 2")
    assert (caught.value.line, caught.value.column) == (1, 50)
    with pytest.raises(JavaScriptError, match="the script ends too early at line 2, column 9"):
        check_source("function process(record) {\n  return")
    for source in (
        "function process(record) {\n  return 'a\n}",
        "",
        "let process = 1\0",
        "}); while (true) {} (function process() {",
    ):
        with pytest.raises(JavaScriptError):
            check_source(source)
