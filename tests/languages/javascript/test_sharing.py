"""Scripts of one run share their variables as if they ran in one engine, batch after batch."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.languages.javascript.test_crossing import exact, names, values

from identitysync.errors import JavaScriptError
from identitysync.languages.javascript import Limits, Sandbox, SharedVariables

SERVE = """(record) => {
  const { op, name, value } = record, found = ctx.getSharedVariable(name);
  if (op === "set") ctx.setSharedVariable(name, value);
  if (op === "Record") { const made = new Record(); made.addField("v", value); ctx.setSharedVariable(name, [made]); }
  if (op === "change" && Array.isArray(found)) found.push(value);
  else if (op === "change" && found instanceof Object) found.changed = value;
  if (op === "throw") { ctx.setSharedVariable(name, value); throw "after it was set"; }
  return { found, kind: found instanceof Array ? "array" : typeof found, older: found?.[0] instanceof Record };
}"""
NEWER = f"function process(record, ctx, logger, next, error) {{ return ({SERVE})(record) }}"
OLDER = f"function process(record, next, ctx, logger) {{ return ({SERVE})(record.toJSON()) }}"


@pytest.fixture
def start():
    started = []

    def make(*sources, room=64_000_000, **limits):
        variables = SharedVariables(room)
        for source in sources:
            started.append(Sandbox(source, Limits(**limits)))
            started[-1].share(variables)
        return started[-len(sources) :]

    yield make
    for each in started:
        each.close()


def given_by(box, *records):
    outcomes = box.run(list(records))
    assert [each.fault for each in outcomes] == [None] * len(records)
    return [each.record for outcome in outcomes for each in outcome.given]


def setter(value):
    return f"function process(record, ctx) {{ ctx.setSharedVariable('x', {value}); return record }}"


GETTER = """function process(record, ctx) {
  const x = ctx.getSharedVariable('x');
  return { x, kind: typeof x };
}"""

operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["set", "get", "change", "Record", "throw"]), "name": names, "value": values}
) | st.fixed_dictionaries({"op": st.sampled_from(["set", "get", "change"]), "name": st.sampled_from("ab")})


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1), st.lists(operations, min_size=1, max_size=4)), max_size=8))
def test_two_engines_answer_batch_after_batch_what_one_would_answer(work):
    variables = SharedVariables()
    boxes = [Sandbox(source) for source in (NEWER, OLDER, NEWER)]
    *several, one = boxes
    for box in several:
        box.share(variables)
    try:
        for which, batch in work:
            made, wanted = several[which].run(batch), one.run(batch)
            assert [(str(a.fault), [exact(each.record) for each in a.given]) for a in made] == [
                (str(b.fault), [exact(each.record) for each in b.given]) for b in wanted
            ]
    finally:
        for box in boxes:
            box.close()


def test_a_value_of_any_type_arrives_as_it_was_set(start):
    script = """function process(record, ctx) {
      const values = { big: 2n ** 70n, minus: -5n, half: 0.5, whole: 2 ** 60, zero: -0, nan: NaN, odd: [Infinity, -Infinity],
        none: null, missing: undefined, yes: true, text: "é\\ud800", list: [[], {}], date: new Date(0), "": { "__proto__": null } };
      for (const name in values) ctx.setSharedVariable(name, values[name]);
    }"""
    look = """const show = (value) => typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : String(value);
    function process(record, ctx) {
      const get = (name) => ctx.getSharedVariable(name);
      return { shown: ["big", "minus", "half", "whole", "zero", "nan", "odd", "none", "missing", "yes", "date"].map((name) =>
          `${typeof get(name)} ${show(get(name))}`), text: get("text"), list: get("list"), nothing: get("nothing") };
    }"""
    first, second = start(script, look)
    given_by(first, {})
    assert given_by(second, {}) == [
        {
            "shown": [
                f"bigint {2**70}n", "bigint -5n", "number 0.5", "number 1152921504606847000", "number -0", "number NaN",
                "object Infinity,-Infinity", "object null", "undefined undefined", "boolean true",
                "string 1970-01-01T00:00:00.000Z",
            ],
            "text": "é\ud800",
            "list": [[], {}],
            "nothing": None,
        }
    ]  # fmt: skip


def test_a_batch_sees_what_batches_before_it_have_left_and_the_last_one_to_set_wins(start):
    first, second = start(setter("record.n"), GETTER)
    given_by(first, {"n": 1}, {"n": 2})
    assert given_by(second, {}, {}) == [{"x": 2, "kind": "number"}] * 2
    given_by(first, {"n": 3})
    assert given_by(second, {}) == [{"x": 3, "kind": "number"}]
    another_run, _ = start(GETTER, GETTER)
    assert given_by(another_run, {}) == [{"x": None, "kind": "object"}]


def test_what_changes_in_place_is_told_even_when_it_was_kept_and_never_asked_for_again(start):
    keeper = """let kept = null;
    function process(record, ctx) {
      if (kept === null) ctx.setSharedVariable("x", kept = []);
      kept.push(record.n);
    }"""
    first, second = start(keeper, GETTER)
    given_by(first, {"n": 1})
    assert given_by(second, {})[0]["x"] == [1]
    given_by(first, {"n": 2}, {"n": 3})
    assert given_by(second, {})[0]["x"] == [1, 2, 3]


def test_what_was_got_from_another_step_may_be_changed_in_place_and_set_back(start):
    changing = "function process(record, ctx) { ctx.getSharedVariable('x').list.push(record.n); }"
    first, second, third = start(setter("{ list: [record.n] }"), changing, GETTER)
    given_by(first, {"n": 1})
    given_by(second, {"n": 2})
    given_by(second, {"n": 3})
    assert given_by(third, {})[0]["x"] == {"list": [1, 2, 3]}
    given_by(first, {"n": 1})
    assert given_by(third, {})[0]["x"] == {"list": [1]}


def test_a_script_whose_values_never_end_can_be_stopped_and_loses_none_of_them(start):
    endless = """class Endless { toJSON() { while (true); } }
    function process(record, ctx) {
      for (let n = 0; n < 50; n++) ctx.setSharedVariable(n, new Endless());
      return { here: ctx.getSharedVariable(49) instanceof Endless };
    }"""
    first, second = start(
        endless, "function process(record, ctx) { return ctx.getSharedVariable(record.n) }", seconds=0.2
    )
    began = time.monotonic()
    assert given_by(first, {}) == [{"here": True}]
    assert time.monotonic() - began < 5
    assert {each.fault.reason.rpartition(": ")[2] for each in second.run([{"n": n} for n in range(50)])} == {
        "it takes too long to write it as JSON"
    }


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("new Map()", "the field x is a Map, which no record can hold"),
        ("{ a: [() => 1] }", "the field x.a.0 is a function, which no record can hold"),
        ("Symbol()", "the field x is a symbol"),
        ("(() => { const a = {}; return a.a = a })()", "Maximum call stack size exceeded"),
        ("{ a: new (class { toJSON() { throw null } })() }", "it cannot be written as JSON"),
        ("{ a: new (class { toJSON() { while (true); } })() }", "it takes too long to write it as JSON"),
        ("10n ** 5000n", "an integer of 5001 digits"),
        ("new Array(100).fill('x'.repeat(1e6))", "out of memory"),
    ],
)
def test_what_cannot_cross_stays_in_its_step_and_whoever_else_asks_for_it_is_told_why(start, value, reason):
    script = f"""function process(record, ctx) {{
      if (!record.again) ctx.setSharedVariable("x", {value});
      ctx.setSharedVariable("y", "crosses");
      return {{ here: ctx.getSharedVariable("x") !== null }};
    }}"""
    other = "function process(record, ctx) { return { y: ctx.getSharedVariable('y'), x: ctx.getSharedVariable('x') } }"
    first, second = start(script, other, seconds=0.3, memory=32_000_000)
    assert given_by(first, {}, {"again": 1}) == [{"here": True}] * 2
    assert given_by(first, {"again": 1}) == [{"here": True}]
    (outcome,) = second.run([{}])
    assert "the shared variable x cannot leave its step: " in outcome.fault.reason
    assert reason in outcome.fault.reason


def test_values_of_all_steps_together_have_bounded_room(start):
    first, _ = start(
        "function process(r, ctx) { ctx.setSharedVariable(r.n, 'x'.repeat(r.size)) }", GETTER, room=100_000
    )
    given_by(first, *({"n": 1, "size": 90_000},) * 3)  # the same one again and again
    given_by(first, {"n": 1, "size": 1})
    given_by(first, {"n": 2, "size": 90_000})
    with pytest.raises(JavaScriptError, match="all scripts together need more than 0 MB"):
        first.run([{"n": 3, "size": 90_000}])


def test_a_script_that_is_alone_shares_with_nobody_and_may_keep_anything(start):
    (alone,) = start("""function process(record, ctx) {
      const seen = ctx.getSharedVariable("seen") ?? new Set();
      ctx.setSharedVariable("seen", seen.add(record.n));
      return { size: seen.size };
    }""")  # fmt: skip
    assert [each["size"] for each in given_by(alone, {"n": 1}, {"n": 1}) + given_by(alone, {"n": 2})] == [1, 1, 2]


def test_a_script_that_spoils_what_it_tells_of_its_variables_is_told_so(start):
    spoilt = """function process(record, ctx) {
      ctx.setSharedVariable("x", 1);
      Array.prototype.toJSON = () => [7];
    }"""
    first, _ = start(spoilt, GETTER)
    with pytest.raises(JavaScriptError, match="its answers cannot be read"):
        first.run([{}, {}])
