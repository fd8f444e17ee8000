"""What runs natively, seen from outside: the order of fields, objects that may be missing, and barriers in the middle."""

import json
from importlib import import_module

import pytest

import identitysync as idx
from identitysync.native import kernel
from tests.compiler.flows import chain, outcome
from tests.compiler.opaque import Opaque

pytestmark = pytest.mark.skipif(kernel() is None, reason="the native kernel was not built: there is no C compiler")

program = import_module("identitysync.compiler.program")
cutting = import_module("identitysync.scripts.parse.cutting")

PLAIN = {"UID": "1", "p": {"a": 1, "b": ["x", "é"]}, "d": {"x": None}, "end": True}
RENAME = ("rename", "field.rename", {"fields": [{"sourceField": "p.a", "targetField": "q.a"}]})
ADD = ("add", "field.add", {"fields": [{"field": "new", "value": 1}]})
JSON = ("json", "file.format.json", {"fileName": "out.json", "lines": True})
PARSE = ("parse", "file.parse.json", {})


@pytest.fixture
def natively(monkeypatch):
    """Tell which of the blocks, and of the batches behind barriers, ran natively, and how many records were odd."""
    monkeypatch.setattr(cutting, "BLOCK", 2000)
    ran = []

    def watched(method):
        def run(self, given):
            made = method(self, given)
            ran.append(None if made is None else made.odd)
            return made

        return run

    for name in ("_run_table", "_run_whole"):
        monkeypatch.setattr(program.Program, name, watched(getattr(program.Program, name)))
    return ran


def same(records, folder, *steps):
    """Run a flow compiled and step by step; give its lines."""
    (folder / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    flow = chain(folder / "in.jsonl", PARSE, *steps)
    stepwise, _ = outcome(flow, folder, compiled=False)
    compiled, _ = outcome(flow, folder, compiled=True)
    assert compiled == stepwise
    return [json.loads(line) for line in compiled["files"]["out.json"].splitlines()]


@pytest.mark.parametrize(
    "other",
    [
        {"UID": "2", "end": False},
        {"UID": "2", "p": None, "d": None, "end": None},
        {"UID": "2", "p": {}, "d": {}, "end": True},
        {"UID": "2", "p": {"b": []}, "end": True},
        {"UID": "2", "p": {"a": 2}, "end": True, "q": {"b": 2}},
    ],
    ids=["missing", "null", "empty", "parts", "more"],
)
def test_json_to_json_keeps_what_is_missing_null_or_empty(other, natively, tmp_path):
    found = same([PLAIN, PLAIN, other] * 60, tmp_path, RENAME, ADD, JSON)

    assert len(found) == 180
    assert [list(each) for each in found[:2]] == [["UID", "p", "d", "end", "q", "new"]] * 2
    assert natively.count(0) > len(natively) / 2


def test_records_with_another_order_of_fields_keep_it(natively, tmp_path):
    turned = dict(reversed(PLAIN.items()))
    records = [turned if number % 25 == 7 else PLAIN for number in range(200)]
    found = same(records, tmp_path, ADD, JSON)

    assert found == [{**each, "new": 1} for each in records]
    assert [list(each) for each in found] == [[*each, "new"] for each in records]
    assert sum(odd or 0 for odd in natively), "they went through step by step"


def test_where_too_many_records_are_odd_the_kernel_is_not_asked_any_more(natively, tmp_path):
    turned = dict(reversed(PLAIN.items()))
    same([PLAIN, turned] * 600, tmp_path, ADD, JSON)

    assert sum(odd is not None for odd in natively) < 12


@pytest.mark.parametrize("way", ["nothing", "dump", "turn", "nested", "add", "drop", "refuse", "odd", "fail"])
def test_a_script_of_which_nothing_is_known_gets_whole_records(way, natively, tmp_path):
    more = {"c": 1, **PLAIN}
    few = {"UID": "3"}
    records = [more if number % 10 == 3 else few if number % 10 == 6 else PLAIN for number in range(300)]
    same(records, tmp_path, RENAME, ("opaque", Opaque, {"way": way}), ADD, JSON)

    assert natively.count(0) > 4 or way in {"odd", "turn"}


def test_scripts_in_a_row_are_one_barrier(natively, tmp_path):
    steps = [(f"o{number}", Opaque, {"way": way}) for number, way in enumerate(["nested", "refuse", "dump", "drop"])]
    same([PLAIN, {"c": 1, **PLAIN}, {"x": 1, **PLAIN}] * 60, tmp_path, RENAME, *steps, ADD, JSON)

    assert 0 in natively


def test_values_that_a_script_left_alone_are_not_taken_for_others(tmp_path):
    """Two fields that swap their values, one that keeps its own, and one that gets an equal one."""

    @idx.script("law.swap", summary="Swap two values.")
    class Swap(idx.Mapper):
        def map(self, record):
            record["a"], record["b"] = record["b"], record["a"]
            record["d"] = "".join(record["c"])
            return {name: record[name] for name in ("c", "b", "a", "d")}

    records = [{"a": f"a{number % 7}", "b": f"b{number}", "c": f"c{number % 3}"} for number in range(300)]
    found = same(records, tmp_path, ("swap", Swap, {}), JSON)
    assert found == [{"c": each["c"], "b": each["a"], "a": each["b"], "d": each["c"]} for each in records]


def test_a_value_that_is_changed_in_place_is_written_as_it_is_then(tmp_path):
    @idx.script("law.grow", summary="Change an array and an object in place.")
    class Grow(idx.Mapper):
        def map(self, record):
            record["p"]["b"].append("new")
            record["d"]["x"] = record["p"]["b"]
            return record

    found = same([PLAIN] * 100, tmp_path, ("grow", Grow, {}), JSON)
    assert found == [{**PLAIN, "p": {"a": 1, "b": ["x", "é", "new"]}, "d": {"x": ["x", "é", "new"]}}] * 100


@pytest.mark.parametrize("block", range(190, 211, 2))
def test_a_malformed_row_is_told_with_its_line_also_behind_a_quoted_carriage_return(block, tmp_path, monkeypatch):
    monkeypatch.setattr(cutting, "BLOCK", block)
    quoted = '"","","","","say ""q"""', '"","","","say ""q""","say ""q"""', '"","","","say ""q""","cr\rhere"'
    over = '"","","say ""q""","say ""q""","say ""q"""', '"","","say ""q""","two\nlines","two\nlines"'
    text = "\r\n".join(('"a","b","a.b","c","a_b"', *quoted, *over, "x\n"))
    (tmp_path / "in.csv").write_bytes(text.encode())
    flow = chain(tmp_path / "in.csv", ("parse", "file.parse.dsv", {"columnSeparator": ","}), JSON)
    stepwise, _ = outcome(flow, tmp_path, compiled=False)
    compiled, _ = outcome(flow, tmp_path, compiled=True)

    assert compiled == stepwise
    assert "line 10:" in compiled["rejects"][0].message


def test_columns_of_which_only_odd_records_could_tell_the_place_are_not_made_up(tmp_path, natively):
    """An expression that gives an object makes columns of its fields, and none of its own."""
    records = [{"b": "", "p": {"b": ""}, "a": {"b": 2**70}}] * 60
    make = ("make", "field.evaluate", {"language": "jexl", "fields": [{"field": "a", "expression": "{'k': b}"}]})
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    end = ("dsv", "file.format.dsv", {"fileName": "out.csv", "columnSeparator": ","})
    flow = chain(tmp_path / "in.jsonl", PARSE, make, end)
    stepwise, _ = outcome(flow, tmp_path, compiled=False)
    compiled, _ = outcome(flow, tmp_path, compiled=True)

    assert compiled == stepwise
    assert compiled["files"]["out.csv"].startswith(b"b,p.b,a.k\n")


def test_a_field_that_is_selected_twice_stands_where_it_is_known_to_stand(tmp_path, natively):
    records = [{"c": "", "é": ""}] * 60 + [{"c": [], "é": ""}, {"c": [1], "é": ""}] * 30
    found = same(records, tmp_path, ("select", "field.select", {"fields": ["c.0", "é", "c"]}), JSON)
    assert [list(each) for each in found[:1] + found[-1:]] == [["é", "c"], ["c", "é"]]


def test_a_text_stays_where_nothing_is_moved_into_it(natively, tmp_path):
    """The field on the way is a text where the source of the move is missing, and null where it is there."""
    text, null = {"a": "text"}, {"a": None, "s": "moved"}
    records = [text] * 3 + [null] * 100 + [text, {"a": None}] * 4 + [null] * 100
    move = ("move", "field.rename", {"fields": [{"sourceField": "s", "targetField": "a.b"}]})
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    end = ("dsv", "file.format.dsv", {"fileName": "out.csv", "columnSeparator": ","})
    flow = chain(tmp_path / "in.jsonl", PARSE, move, end)
    stepwise, _ = outcome(flow, tmp_path, compiled=False)
    compiled, _ = outcome(flow, tmp_path, compiled=True)

    assert compiled == stepwise
    assert compiled["files"]["out.csv"].count(b"text") == 7
    assert any(each is not None for each in natively)
