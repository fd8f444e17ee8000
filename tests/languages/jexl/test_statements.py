import time

import pytest

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from identitysync.languages.jexl.budget import MAX_STEPS
from identitysync.languages.jexl.coercion import MAX_TEXT


def value(text, **record):
    return jexl.compile(text)(record)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("var t = ''; for (var p : people) { if (p.age >= 18) t = t + p.name + ';' } t", "Ann;Cid;"),
        ("var m = {:}; for (var p : people) m[p.name] = p.age; m", {"Ann": 30, "Bob": 3, "Cid": 18}),
        ("var l = []; for (var p : people) l.add(p.name.toUpperCase()); l.join('+')", "ANN+BOB+CID"),
        ("var oldest = null; for (var p : people) { if (oldest == null || p.age > oldest.age) oldest = p; } oldest.name", "Ann"),
        ("var n = 0; while (people[n] != null) n += 1; n", 3),
        ("var n = 0; for (;;) { n++; if (n > 7) break; } n", 8),
        ("var n = 0; do { n++ } while (n < 0); n", 1),
        ("for (var p : people) { if (p.age < 10) return p.name; } 'none'", "Bob"),
        ("var f = (p) -> p.name + ' ' + p.age; f(people[2])", "Cid 18"),
        ("var twice = function(f, x) { f(f(x)) }; twice(x -> x * 3, 2)", 18),
        ("var fib = (n) -> { n < 2 ? n : fib(n - 1) + fib(n - 2) }; fib(12)", 144),
        ("var a = 1; var b; [a, b]", [1, None]),
        ("if (people.size() > 2) 'many'; else 'few'", "many"),
        ("if (empty(people)) { 'none' } else if (people.size() == 3) { 'three' } else { 'some' }", "three"),
        ("x = 5; x + 1", 6),
        ("x = y = 2; x + y", 4),
        ("var i = 5; [i++, i, ++i, i--, i]", [5, 6, 7, 7, 6]),
        ("var l = [1, 2, 3]; l[1] += 10; l[0]++; l", [2, 12, 3]),
        ("data.count += 1; data", {"count": 5, "tags": ["a"]}),
        ("data.tags.add('b'); data.tags", ["a", "b"]),
        ("foreach (p in people) p.name", "Cid"),
        ("for (var i : 3..1) i", 1),
        ("var s = 0; for (var i : 1..1000) s += i; s", 500500),
        ("`Dear ${people[0].name}, you are ${people[0].age >= 18 ? 'grown up' : `only #{people[0].age}`}.`", "Dear Ann, you are grown up."),
        ("`costs $5 and \\${x}`", "costs $5 and ${x}"),
        ("['a b', 'c'].get(0) =~ ~/a\\sb/", True),
        ("Math.round(2.5) + Math.min(1, 2.5) + Math.pow(2, 10)", 1028.0),
        ("[Math.floor(-1.5), Math.ceil(-1.5), Math.abs(-3), Math.signum(-2), Math.sqrt(9)]", [-2.0, -1.0, 3, -1.0, 3.0]),
        ("{ var x = 1; x; } ", 1),
        ("(a, b) -> { [a, b] }", [None, None]),
        ("var x = 1; var f = (y) -> { x + y }; x = 2; f(1)", 2),
        ("var n = 0; var f = (x) -> { n = n + x }; f(1); f(2); n", 0),
        ("var g = (x) -> (y) -> x + y; var add2 = g(2); add2(5)", 7),
        ("var e = 1; var f = 2; e == 1 ? f : e", 2),
    ],
)  # fmt: skip
def test_statements(text, expected):
    people = [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 3}, {"name": "Cid", "age": 18}]
    record = {"people": people, "data": {"count": 4, "tags": ["a"]}}
    before = repr(record)
    found = jexl.compile(text)(record)
    assert (found, type(found)) == (expected, type(expected))
    assert repr(record) == before


@pytest.mark.parametrize(
    "text",
    ["x = 5", "a = 5", "a.b = 5", "l[0] = 5", "l.add(1)", "m.put('q', 1)", "m.clear()", "l.remove(0)", "for (a : l) a", "m.l.add(1)",
     "var x = m; x.q = 1", "var x = l; x[0] = 9", "`${a = 7}`", "l[1]++", "l.set(0, 9)", "m.putAll(m)", "l.addAll(l)"],
)  # fmt: skip
def test_nothing_changes_the_record(text):
    record = {"a": {"b": 1}, "l": [1, 2], "m": {"k": 1, "l": []}}
    jexl.compile(text)(record)
    assert record == {"a": {"b": 1}, "l": [1, 2], "m": {"k": 1, "l": []}}


def test_a_program_in_a_larger_function_is_a_call():
    expression = jexl.compile("var s = 0; for (var x : l) s += x; s")
    source, constants = expression.emit("row", "e_")
    assert eval(source, constants, {"row": {"l": [1, 2, 3]}}) == 6
    assert expression.reads == {"l"}


def test_programs_read_what_they_may_read():
    text = "var a = b; for (var i : c.d) { if (e) { f = g_h } } var q = (z) -> { z + i + j }; a.k = m; `${n}`"
    assert jexl.compile(text).reads == {"b", "c.d", "e", "f", "g_h", "g.h", "j", "m", "n"}


def test_who_writes_into_an_object_looks_at_it():
    assert jexl.compile("a.b = 5; a.b").reads == {"a", "a.b"}
    assert jexl.compile("a.b = 5; a.b")({"a": 7}) is None


ENDLESS = [
    "while (true) {}",
    "for (;;) 1",
    "do 1; while (true)",
    "var f = (x) -> { f(x) }; f(1)",
    "var f = (n) -> { n < 2 ? n : f(n - 1) + f(n - 2) }; f(90)",
    "var l = [1]; for (var x : 1..100000) l.addAll(l)",
    "var l = [1]; for (var x : 1..60) l = [l, l]; l",
    "var l = [1]; for (var x : 1..60) l = [l, l]; l.toString()",
    "var l = [1]; for (var x : 1..60) l = [l, l]; l + ''",
    "var l = [1]; var m = [1]; for (var x : 1..60) { l = [l, l]; m = [m, m] } l == m",
    "var l = []; l.add(l); l",
    "var l = []; l.add(l); `x${l}`",
    "var m = {:}; m.m = m; m",
    "var s = 'x'; while (true) s += s",
    "var s = 'x'.repeat(1000000); var l = []; while (true) l.add(s + 'y')",
    "var l = []; while (true) l.add('x'.repeat(100000).split(''))",
    "var n = 2; while (true) n = n * n",
    "var l = []; for (var x : 1..200) l = [l]; l",
    "1..99999999",
    "for (var i : 1..999999999999) i",
    "empty(" * 30 + "x" + ")" * 30 + "; while (true) empty(f = 1)",
    "var f = () -> { while (true) {} }; while (true) empty(f())",
    "x = 1;" * 2000 + "while (true) x",
    "[" + ", ".join(["'ab'.repeat(500000)"] * 700) + "]",
    "var f = (x) -> x; f",
    "if (a) " * 200 + "b",
    "{" * 200 + "a;" + "}" * 200,
    "for (var a : b) " * 30 + "c",
    "`${" * 50 + "a" + "}`" * 50,
    "a = " * 2000 + "1",
    "(a) -> " * 300 + "1",
    "var a = 1; " + "1 + (" * 60 + "a = 2" + ")" * 60,
]


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:40])
def test_what_would_not_end_or_grow_without_bound_ends_with_one_error(text):
    began = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        jexl.compile(text)({"a": 1, "b": [1], "x": ""})
    assert caught.value.reason
    assert time.process_time() - began < 10


def test_a_failure_in_a_loop_points_at_its_place():
    with pytest.raises(ExpressionError) as caught:
        value("var s = 0;\nfor (var x : l) {\n  s = s - x;\n}\ns", l=[1, "a"])
    assert (caught.value.line, caught.value.column) == (3, 9)
    with pytest.raises(ExpressionError, match=f"more than {MAX_STEPS} rounds") as caught:
        value("var s = 0;\nwhile (true) { s }")
    assert caught.value.line == 2


def test_texts_are_bounded_alike_in_expressions_and_statements():
    assert len(value("'a'.repeat(n)", n=MAX_TEXT)) == MAX_TEXT
    for text in (
        "'a'.repeat(n + 1)",
        "'a'.repeat(n) + 'b'",
        "var s = 'a'.repeat(n); s + 'b'",
        "`${'a'.repeat(n)}b`",
        "''.join('b', 'a'.repeat(n), 'a')",
    ):
        with pytest.raises(ExpressionError, match="characters"):
            value(text, n=MAX_TEXT)
