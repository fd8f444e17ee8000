import contextlib
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from identitysync.contract.lowering import Unfit
from identitysync.errors import ExpressionError, PluginError
from identitysync.languages import pyjexl
from identitysync.languages.jexl.expression import FAULTS

RECORD = {
    "profile": {"email": "Ann@x.org", "age": 30},
    "people": [{"name": "Ann", "age": 30, "likes": [1, 2]}, {"name": "Bob", "age": None, "likes": []}],
    "limit": 17, "text": "abc", "none": None, "data.flag": "yes", "data": {"other": 1},
}  # fmt: skip


def value(text, **transforms):
    return pyjexl.compile(text, transforms or None)(RECORD)


def test_arguments_of_transforms_see_the_record():
    assert value("text|pair(limit)", pair=lambda *given: list(given)) == ["abc", 17]
    assert value("people[.age > 17]|pair(people[.age == limit + 13].name)", pair=lambda _, other: other) == "Ann"


@pytest.mark.parametrize(
    "text",
    ["nope", "nope.a.b", "none.a", "text.a", "limit.a.b", "people.nope.x", "nope[0]", "none['a']", "limit[1]", "people['a']",
     "profile[0]", "people[9]", "people[9].name.first", "people[1].likes[0]", "people[false]", "null"],
)  # fmt: skip
def test_what_is_not_there_is_null(text):
    assert value(text) is None


def test_a_filter_looks_at_elements_and_a_member_of_an_array_is_that_of_the_first():
    assert value("people[.age > limit]") == [RECORD["people"][0]]
    assert value("people[.name == 'Bob'].likes") == []
    assert value("people[[.name] == ['Bob']].likes") == []
    assert value("people[{n: .name} == {n: 'Bob'}].likes") == []
    assert value("people.name") == "Ann"
    assert value("profile[.age > 17].email") == "Ann@x.org"
    assert value("nope[.age > 17]") == []
    assert value("people[.nope.deeper == null].name") == "Ann"
    assert value("[{k: 1}, {k: 2}][.k > 1]") == [{"k": 2}]


def test_a_filter_may_stand_within_a_filter():
    record = {"groups": [{"members": [{"age": 3}]}, {"id": 2, "members": [{"age": 30}, {"age": 4}]}], "n": 18}
    assert pyjexl.compile("groups[.members[.age > n] != []].id")(record) == 2


def test_names_may_begin_like_words_of_the_language():
    record = {"trueName": 1, "falsePositive": 2, "inside": 3, "nullable": 4}
    assert pyjexl.compile("[trueName, falsePositive, inside, nullable]")(record) == [1, 2, 3, 4]
    assert pyjexl.compile("inside in [3]")(record) is True
    with pytest.raises(ExpressionError, match="not understood"):
        pyjexl.compile("1 inside")


def test_null_is_neither_less_nor_greater_than_anything():
    assert [value(f"nope {sign} 3") for sign in ("<", "<=", ">", ">=")] == [False] * 4
    assert value("people[.age > 17 || .age < 18].name") == "Ann"
    assert value("limit in nope") is False


def test_fields_are_found_as_in_the_other_language():
    assert value("data.flag") == "yes"
    assert value("data.other") == 1
    assert value("profile_email") == "Ann@x.org"


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("limit +", 7, "not understood"),
        ("(1 + 2", 6, "not understood"),
        ("", 1, "too early"),
        ("text|uper", 5, "did you mean 'upper'?"),
        ("[text|nothing(1)]", 6, "there is no transform 'nothing'"),
        ("limit + (text * none)", 10, "cannot be repeated"),
        ("limit\n  - text", 1, "is no number"),
        ("1 + (limit / 0)", 6, "divided by zero"),
        ("1 < text", 1, "cannot be compared"),
        (".age", 2, "outside of a filter"),
        ("'\\ud800'", 1, "half a character"),
        ("text % 3", 1, "is no number"),
        ("(-8) ^ 0.5", 1, "no such root"),
    ],
)  # fmt: skip
def test_every_failure_points_at_its_place(text, column, reason):
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert reason in caught.value.reason
    assert caught.value.column == column
    assert "^" in str(caught.value)


HOSTILE = [
    "9" + "^9" * 500,
    "9^99999999",
    "2.0^99999",
    "'x' * 99999999999",
    "[1] * 99999999999",
    "text" + " * 1000" * 5,
    "(" * 2000 + "1" + ")" * 2000,
    "[" * 2000,
    "{a:" * 600,
    "!" * 4000 + "a",
    "1" + "+1" * 2000,
    "a ? b : " * 500 + "c",
    "a." * 2000 + "b",
    "a" + "|lower" * 600,
    "a" + "[0]" * 1300,
    "x" * 5000,
    "a" + "[.b" * 20 + "]" * 20,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:16])
def test_hostile_expressions_end_soon_and_cleanly(text):
    began = time.process_time()
    with contextlib.suppress(ExpressionError):
        pyjexl.compile(text)({"a": {"b": 1}, "text": "abc"})
    assert time.process_time() - began < 10


def test_filters_within_filters_end_within_the_budget():
    record = {"l": [{"v": number} for number in range(1000)]}
    with pytest.raises(ExpressionError, match="more than 100000 rounds"):
        pyjexl.compile("l[.v == l[.v == 5000]]")(record)


def test_transforms_that_fail_are_named():
    def broken(value):
        raise RuntimeError("no luck")

    with pytest.raises(ExpressionError, match="the transform 'broken' failed on the text 'abc': no luck") as caught:
        value("1 == (text|broken)", broken=broken)
    assert caught.value.column == 11


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text|upper|lower", "abc"), ("' x '|trim", "x"), ("'a-b'|split('-')", ["a", "b"]), ("people.likes|join('+')", "1+2"),
        ("nope|default('d')", "d"), ("''|default(1)", 1), ("0|default(1)", 0), ("people|size", 2), ("nope|size", 0),
        ("people|last", RECORD["people"][1]), ("nope|first", None), ("profile|keys", ["email", "age"]), ("profile|values", ["Ann@x.org", 30]),
        ("'12'|number + 1", 13), ("' 2.5'|number", 2.5), ("12|text", "12"), ("nope|upper", None), ("nope|join", None),
    ],
)  # fmt: skip
def test_the_built_in_transforms(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["'1_000'|number", "'nan'|number", "''|number", "'1e'|number", "text|split('')", "limit|size", "limit|keys"]
)
def test_the_built_in_transforms_fail_with_one_error(text):
    with pytest.raises(ExpressionError, match=r"the transform '(number|split|size|keys)' failed on"):
        value(text)


def installed(folder, lines):
    """Install a package with transforms into a folder."""
    info = folder / "shouts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[identitysync.transforms]\n" + lines)
    (folder / "shouts.py").write_text("def shout(value, mark='!'):\n    return str(value).upper() + mark\n")


def test_packages_add_transforms_by_entry_points(tmp_path):
    installed(tmp_path, "shout = shouts:shout\nupper = shouts:shout\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from identitysync.languages import pyjexl\n"
        "print(pyjexl.compile(\"a|shout('?') + (a|upper)\")({'a': 'x'}), 'shout' in pyjexl.transforms())\n"
        "import identitysync as idx\n"
        "step = idx.Step('e', 'field.evaluate', {'language': 'pyjexl', 'fields': [{'field': 'b', 'expression': 'a|shout'}]})\n"
        "out = []\n"
        "idx.run(idx.Dataflow(name='f', steps=[idx.Step('s', 'file.parse.json', next=['e']), step]),\n"
        "        inputs={'s': [{'a': 'y'}]}, outputs={'e': out}).raise_for_status()\n"
        "print(out)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["X?X! True", "[{'a': 'y', 'b': 'Y!'}]"], done.stderr


class Point:
    def __init__(self, load):
        self.load, self.value, self.dist = load, "shouts:shout", None


def test_a_package_whose_transform_cannot_be_loaded_or_is_offered_twice_is_named():
    def missing():
        raise ImportError("no module named shouts")

    for points in ((Point(missing),), (Point(lambda: 5),), (Point(str), Point(str))):
        offered = pyjexl.Transforms({}, {"shout": points})
        with pytest.raises(PluginError, match="the transform 'shout'"):
            pyjexl.compile("a|shout", offered)
        assert pyjexl.compile("a", offered)({"a": 1}) == 1


def test_the_code_can_be_put_into_a_larger_function():
    texts = [
        "profile.age > limit ? 'old' : 'young'",
        "people[.age > limit].name|upper",
        "people[.likes[.x == limit] == []].name",
    ]
    lines, namespace = ["def f(row):"], {}
    for number, text in enumerate(texts):
        source, constants = pyjexl.compile(text).emit("row", f"e{number}_")
        assert not constants.keys() & namespace.keys()
        assert not any(word in source for word in ("profile", "limit", "old", "people"))
        namespace |= constants
        lines.append(f"    v{number} = {source}")
    exec("\n".join([*lines, "    return [v0, v1, v2]"]), namespace)
    assert namespace["f"](RECORD) == [value(text) for text in texts] == ["old", "ANN", "Ann"]


def test_emitted_code_fails_with_what_fault_explains():
    expression = pyjexl.compile("1 + text")
    source, constants = expression.emit("r", "k")
    with pytest.raises(FAULTS) as caught:
        eval(source, constants, {"r": RECORD})
    assert "cannot be added" in expression.fault(caught.value).reason


def test_reads_names_every_field_that_may_be_read():
    text = "people[.age > data.limit].name|pair(a_b, c[d]) in {k: [e, !f]} ? g : h.i"
    assert pyjexl.compile(text, {"pair": max}).reads == {
        "people", "data.limit", "a_b", "a.b", "c", "d", "e", "f", "g", "h.i",
    }  # fmt: skip


def test_an_expression_can_be_pickled():
    expression = pickle.loads(pickle.dumps(pyjexl.compile("people[.age > 17].name|upper")))
    assert expression(RECORD) == "ANN"


def test_nothing_of_python_can_be_reached():
    for owner in ("text", "people", "profile", "limit"):
        for name in ("__class__", "__len__", "keys", "format", "mro"):
            assert value(f"{owner}.{name}") is None
            assert value(f"{owner}['{name}']") is None


def test_importing_the_language_loads_no_parser():
    code = "import sys, identitysync.languages.pyjexl; print('parsimonious' in sys.modules, 'pyjexl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False False"


def test_the_docs_name_every_transform():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "pyjexl.md").read_text(encoding="utf-8")
    assert [name for name in pyjexl.transforms() if f"`{name}`" not in page and f"`{name}(" not in page] == []


def test_the_code_can_be_put_where_there_is_no_record():
    for text in ("people.name", "people[.age > limit].name|upper", "limit + 1", "nope.a.b"):
        expression = pyjexl.compile(text)
        source, constants = expression.emit("", "e_", lambda parts: f"found({'.'.join(parts)!r})")
        namespace = {**constants, "found": RECORD.get}
        exec(f"def f():\n    return {source}", namespace)
        assert namespace["f"]() == expression(RECORD)
    with pytest.raises(Unfit):
        pyjexl.compile("people[.likes[.x == 1] == []]").emit("", "e_", lambda parts: "None")
