"""What the engine itself answered: Commons JEXL 3.1 on Java 17, lenient and not silent (see Oracle.java)."""

import copy
import json
from pathlib import Path

import pytest

from identitysync.errors import ExpressionError
from identitysync.languages import jexl

TABLE = json.loads((Path(__file__).parent.parent / "jexl_oracle.json").read_text(encoding="utf-8"))


def alike(one, other):
    """Compare type by type, all the way down: 1, 1.0 and true are three things, NaN is itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    return one == other or (one != one and other != other)


@pytest.mark.parametrize("name", TABLE["records"])
def test_every_expression_gives_what_the_engine_gives(name):
    record = TABLE["records"][name]
    wrong = []
    asked = 0
    for text, where, answer in TABLE["rows"]:
        if where != name:
            continue
        asked += 1
        given = copy.deepcopy(record)
        try:
            got = {"value": jexl.compile(text)(given)}
        except ExpressionError as fault:
            got = {"error": fault.reason}
        if ("value" in answer) != ("value" in got) or ("value" in answer and not alike(answer["value"], got["value"])):
            wrong.append((text, answer, got))
        assert given == record, f"{text} changed the record"
    assert asked
    assert not wrong


# What we do otherwise, on purpose. The engine's own answer stands behind each.
OTHERWISE = [
    ("[1, 2] == [1, 2]", {}, True),  # false: it compares arrays by identity
    ("l == [1, 2]", {"l": [1, 2]}, True),  # false: to it, these are two types
    ("'x' + l", {"l": [1, None]}, "x[1,null]"),  # x[1, null]: our text of a value is JSON
    ("a_b", {"a": {"b": 1}}, 1),  # null: the underscores are IdentitySync's own
    ("a.b", {"a.b": 1, "a": {"b": 2}}, 1),  # 2: our paths take the literal key first
    ("l['1']", {"l": [1, 2]}, 2),  # null: a numeric segment of a path indexes an array
    ("'abc'.charAt(0) == 'a'", {}, True),  # an error: its character is no text
    ("n < 1.0e300", {"n": 10**25}, True),  # false: beyond 64 bits its comparison is wrong
    ("[1, 2].subList(0, 1)", {}, [1]),  # an error: that array is no list to it
    ("{'1': 'x'}[1]", {}, "x"),  # null: keys are texts here
    ("(1..3)[0]", {}, 1),  # null: a range is no list to it
    ("1.1B + 2.2B", {}, 1.1 + 2.2),  # 3.3: it has decimals
    ("`$`", {}, "$"),  # an error: a template without an end
    ("z ?? 5", {"z": None}, 5),  # a later version has it
    ("m?.k", {"m": None}, None),  # a later version has it
    ("s =~ ~/a.c/", {"s": "abc"}, True),  # a later version has it
    ("var f = x -> x + 1; f(2)", {}, 3),  # a later version has a body that is a value
    ("1e3 + (1 << 4) + (-1 >>> 60)", {}, 1031.0),  # later versions have them
    ("var s = ''; for (var i = 0; i < 3; i++) s += i + '!'; s", {}, "0!1!2!"),  # later versions have it
    ("var n = 9; do { n-- } while (n > 3); n", {}, 3),  # later versions have it
    ("Math.max(2, Math.abs(-5))", {}, 5),  # null: nobody put the class there
]


# What we refuse, on purpose, and the engine does.
REFUSED_HERE = [
    "// a remark", "var m = {'f': x -> { x * 2 }}; m.f(4)", "var l = [x -> { x * 2 }]; l[0](4)", "'abc'.subSequence(1, 3)",
    "'😀'.charAt(0)", "{'k': 1}.entrySet()", "nothing(1)", "'a'.nothing()", "new('java.lang.String', 'x')", "'a'.getClass()",
]  # fmt: skip


def test_what_is_refused_here_is_done_by_the_engine(engine):
    answers = engine.ask([[text, {}] for text in REFUSED_HERE])
    assert [text for text, answer in zip(REFUSED_HERE, answers, strict=True) if "value" not in answer] == []
    for text in REFUSED_HERE:
        with pytest.raises(ExpressionError):
            jexl.compile(text)({})


def test_what_is_otherwise_is_otherwise(engine):
    answers = engine.ask([[text, record] for text, record, _ in OTHERWISE])
    same = [row for row, answer in zip(OTHERWISE, answers, strict=True) if alike(answer.get("value", ...), row[2])]
    assert not same


@pytest.mark.parametrize(("text", "record", "expected"), OTHERWISE, ids=[row[0] for row in OTHERWISE])
def test_on_purpose_some_things_are_otherwise(text, record, expected):
    assert alike(jexl.compile(text)(record), expected)
