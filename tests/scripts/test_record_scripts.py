"""The scripts that look at whole records: what each does with nasty ones."""

import base64
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.errors import InvalidDataflow
from identitysync.scripts.records.deduplicate import key_of
from identitysync.scripts.records.spill import LatestRecords, SeenKeys
from identitysync.values import FieldPath, copy_records

S = idx.Step


def through(type, params, records, ends=("x",), error=(), **options):
    """Run records through one step; give what came out of it, or of each step behind it, and the job."""
    out = {end: [] for end in (*ends, *error)}
    behind = [end for end in (*ends, *error) if end != "x"]
    ways = [end for end in ends if end != "x"]
    flow = idx.Dataflow(name="f", steps=[
        S("s", "file.parse.json", next=["x"]),
        S("x", type, params, next=ways, error=error),
        *(S(end, "field.remove", {"fields": ["no such field"]}) for end in behind),
    ])  # fmt: skip
    job = idx.run(flow, inputs={"s": records}, outputs=out, **options)
    assert job.status == "succeeded", job.status_details
    return out.get("x", out), job


# ---- record.evaluate ----


def test_a_script_decides_the_fate_of_each_record_and_speaks_in_the_trace(tmp_path):
    script = """/******** the mask of secrets, <b> and {{braces}} mean nothing here ********/
    function process(record, ctx, logger, next, error) {
      logger.info("record", record.n);
      if (record.n === 1) return null;
      if (record.n === 2) { error.accept({ own: 2, _errorDetails: { errorMessage: "no good", errorCode: 17, more: [1] } }, record); return null; }
      if (record.n === 3) throw new Error("bad luck");
      if (record.n === 4) next.accept({ extra: 4 });
      return record;
    }"""
    params = {
        "script": base64.b64encode(script.encode()).decode(),
        "ECMAScriptVersion": "12",
        "notifyLastRecord": False,
    }
    records = [{"n": n} for n in range(5)]
    out, job = through("record.evaluate", params, records, ends=("good",), error=("bad",))
    count = job.steps["x"]

    assert out["good"] == [{"n": 0}, {"extra": 4}, {"n": 4}]
    assert (count.received, count.passed, count.dropped, count.rejected, count.emitted) == (5, 2, 1, 2, 3)
    assert out["bad"][0] == {
        "own": 2,
        "_errorDetails": {"errorCode": 17, "errorMessage": "no good", "step": "x", "more": [1]},
    }
    assert out["bad"][1]["n"] == 3
    assert "Error: bad luck at line 6" in out["bad"][1]["_errorDetails"]["errorMessage"]
    assert [line.partition(" info x: ")[2] for line in job.trace if " info x: " in line] == [
        f"record {n}" for n in range(5)
    ]

    out, job = through("record.evaluate", {"script": script}, records, dead_letters=tmp_path)
    letters = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]
    assert [letter["record"] for letter in letters] == [{"n": 2}, {"n": 3}]  # as they entered, to be replayed
    assert letters[0]["error"]["more"] == [1]


def test_a_record_that_a_script_rejected_is_replayed_as_it_entered(tmp_path):
    def flow(script):
        steps = [S("s", "file.parse.json", next=["x"]), S("x", "record.evaluate", {"script": script})]
        return idx.Dataflow(name="f", steps=steps)

    strict = (
        "function process(r, ctx, logger, next, error) { r.seen = 1; if (r.n) throw 'no'; error.accept({ own: 1 }, r) }"
    )
    records = [{"n": 0, "f": 3.0}, {"n": 1, "id": 2**60 + 1}]
    job = idx.run(flow(strict), inputs={"s": records}, outputs={"x": []}, dead_letters=tmp_path)
    out = []
    idx.replay(flow("function process(record) { return record }"), job.dead_letters, outputs={"x": out})

    assert out == records


def test_all_records_that_a_script_sends_along_the_error_edge_arrive_and_count_once():
    script = (
        "function process(r, ctx, logger, next, error) { error.accept({ half: 1 }, r); error.accept({ half: 2 }, r) }"
    )
    out, job = through("record.evaluate", {"script": script}, [{"n": 1}], ends=(), error=("bad",))

    assert [each["half"] for each in out["bad"]] == [1, 2]
    assert job.steps["x"].rejected == 1


def test_the_last_call_comes_once_and_its_rejects_are_counted():
    script = """let n = 0;
    function process(record, ctx, logger, next, error) {
      if (record) { n++; return null; }
      next.accept({ n }); error.accept({ late: n });
      return { done: true };
    }"""
    params = {"script": script, "notifyLastRecord": True}
    out, job = through("record.evaluate", params, [{}] * 2500, ends=("good",), error=("bad",))
    count = job.steps["x"]

    assert out["good"] == [{"n": 2500}, {"done": True}]
    assert out["bad"][0]["late"] == 2500
    assert count.received == 2501 == count.passed + count.dropped + count.rejected


def test_a_last_call_that_fails_fails_the_job_for_what_was_kept_is_lost():
    script = "let all = [];\nfunction process(record) { all.push(record.n); return null }"
    flow = idx.Dataflow(
        name="f",
        steps=[
            S("s", "file.parse.json", next=["x"]),
            S("x", "record.evaluate", {"script": script, "notifyLastRecord": True}),
        ],
    )
    job = idx.run(flow, inputs={"s": [{"n": 1}]}, outputs={"x": []})

    assert job.status == "failed"
    assert "cannot read property 'n' of null (in the call after the last record) at line 2" in job.status_details
    assert "'x'" in job.status_details


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"script": "function process(record) {\n  let x = ;\n}"}, "javascript", "line 2, column 11"),
        ({"script": "function other() {}"}, "javascript", "no function named process"),
        ({"script": base64.b64encode(b"function process( {").decode()}, "javascript", "line 1"),
        ({"script": "..."}, "to-fill-in", "left to fill in"),
        ({"script": "function process() {}", "ECMAScriptVersion": 6}, "invalid-parameter", "5.1 or 12"),
        ({}, "missing-parameter", "'script'"),
    ],
)
def test_a_faulty_script_is_found_by_check(params, code, words):
    (fault,) = [
        each
        for each in idx.check(idx.Dataflow(name="f", steps=[S("x", "record.evaluate", params)]))
        if each.code != "unreachable"
    ]
    assert fault.code == code
    assert words in str(fault)


def test_without_the_extra_check_warns_and_run_says_what_to_install(monkeypatch):
    from identitysync.languages.javascript import sandbox

    sandbox.engine_folder.cache_clear()
    monkeypatch.setattr(sandbox.importlib.util, "find_spec", lambda name: None)
    flow = idx.Dataflow(
        name="f",
        steps=[S("s", "file.parse.json", next=["x"]), S("x", "record.evaluate", {"script": "function process() {}"})],
    )
    try:
        (fault,) = [each for each in idx.check(flow) if each.code == "missing-extra"]
        job = idx.run(flow, inputs={"s": [{}]}, outputs={"x": []})
    finally:
        sandbox.engine_folder.cache_clear()

    assert fault.severity == "warning"
    assert job.status == "failed"
    assert "record.evaluate needs the extra 'javascript': pip install 'identitysync[javascript]'" in job.status_details


# ---- record.route ----

ROUTES = {
    "routes": [{"expression": "age >= 18", "next": "adults"}, {"expression": "age >= 0", "next": "minors"}],
    "otherwise": "odd",
}


def test_the_first_condition_decides_and_a_failing_one_rejects(tmp_path):
    records = [{"age": 18}, {"age": 3}, {}, {"age": "old"}, {"age": -1}]
    out, job = through("record.route", ROUTES, records, ends=("adults", "minors", "odd"), dead_letters=tmp_path)
    count = job.steps["x"]

    assert out == {"adults": [{"age": 18}], "minors": [{"age": 3}], "odd": [{}, {"age": -1}]}
    assert (count.passed, count.dropped, count.rejected) == (4, 0, 1)
    assert job.rejects[0].code == "expression"


def test_without_otherwise_the_rest_is_dropped_and_counted():
    out, job = through(
        "record.route", {"routes": ROUTES["routes"]}, [{"age": -1}, {"age": 1}], ends=("adults", "minors")
    )
    assert (out["minors"], job.steps["x"].dropped) == ([{"age": 1}], 1)


def test_a_way_that_is_not_among_next_is_found_by_check_with_its_place():
    flow = idx.Dataflow(name="f", steps=[
        S("s", "datasource.read.file", {"url": "x"}, next=["p"]), S("p", "file.parse.json", next=["x"]),
        S("x", "record.route", ROUTES, next=["adults", "odd"]),
        *(S(id, "field.remove", {"fields": ["a"]}) for id in ("adults", "odd")),
    ])  # fmt: skip
    (fault,) = idx.check(flow)

    assert (fault.code, fault.path) == ("not-next", "$.steps[2].params.routes[1].next")
    assert "'minors'" in fault.message
    with pytest.raises(InvalidDataflow):
        idx.run(flow)


def test_ways_follow_when_a_step_is_renamed_and_nothing_else_does():
    steps = [
        S("x", "record.route", {**ROUTES, "note": "odd"}, next=["adults", "minors", "odd"]),
        *(S(id, "field.remove") for id in ("adults", "minors", "odd")),
    ]
    flow = idx.Dataflow(name="f", steps=steps).rename_step("odd", "others").rename_step("minors", "children")

    assert flow.step("x").params == {
        "routes": [{"expression": "age >= 18", "next": "adults"}, {"expression": "age >= 0", "next": "children"}],
        "otherwise": "others",
        "note": "odd",
    }
    assert flow.step("x").next == ("adults", "children", "others")

    behind = S("mark", "field.add", {"fields": [{"field": "m", "value": 1}]}, next=["adults"])
    longer = idx.Dataflow(name="f", steps=[*flow.rename_step("adults", "mark").steps, S("adults", "field.remove")])
    assert longer.replace(behind).remove("mark").step("x").params == flow.step("x").params


def test_a_preview_shows_what_a_route_gives_even_where_nothing_follows_in_the_run():
    flow = idx.Dataflow(name="f", steps=[
        S("s", "file.parse.json", next=["x"]), S("x", "record.route", ROUTES, next=["adults", "minors", "odd"]),
        *(S(id, "field.remove", {"fields": ["a"]}) for id in ("adults", "minors", "odd")),
    ])  # fmt: skip
    records = [{"age": 3}, {"age": 30}]

    assert list(idx.stream(flow, until="x", inputs={"s": records})) == records[::-1]  # way by way
    assert list(idx.stream(flow, until="adults", inputs={"s": records})) == [{"age": 30}]


def test_a_way_that_nothing_leads_to_is_a_warning():
    params = {"routes": [{"expression": "true", "next": "a"}]}
    steps = [S("x", "record.route", params, next=["a", "b"]), S("a", "field.remove"), S("b", "field.remove")]
    (fault,) = [each for each in idx.check(idx.Dataflow(name="f", steps=steps)) if each.code == "no-way"]

    assert (fault.path, fault.severity) == ("$.steps[0].next[1]", "warning")


# ---- record.deduplicate ----


def test_records_are_told_by_something():
    flow = idx.Dataflow(name="f", steps=[S("x", "record.deduplicate", {"fields": []})])
    assert "invalid-parameter" in {fault.code for fault in idx.check(flow)}


keys = st.sampled_from([1, 1.0, "1", True, None, [], {}, {"a": 1}, "é", 2**70, -0.0, 0])
some = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), keys, max_size=3), max_size=12)


@given(some, st.sampled_from([["a"], ["a", "b"]]), st.sampled_from(["first", "last"]))
def test_exactly_one_of_the_records_that_are_alike_stays_and_the_others_are_counted(records, fields, keep):
    paths = [FieldPath.parse(each) for each in fields]
    order = records if keep == "first" else records[::-1]
    wanted, seen = [], set()
    for record in order:
        key = key_of(record, paths)
        if key is None or key not in seen:
            wanted.append(record)
            seen.add(key)
    out, job = through("record.deduplicate", {"fields": fields, "keep": keep}, copy_records(records))

    assert json.dumps(out) == json.dumps(wanted if keep == "first" else wanted[::-1])
    count = job.steps["x"]
    assert (count.received, count.passed, count.dropped) == (len(records), len(wanted), len(records) - len(wanted))


def test_records_without_a_key_all_stay():
    records = [{"UID": None, "n": 1}, {"n": 2}, {"UID": None, "n": 3}, {"UID": "", "n": 4}, {"UID": "", "n": 5}]
    for keep, kept in (("first", [1, 2, 3, 4]), ("last", [1, 2, 3, 5])):
        out, _ = through("record.deduplicate", {"fields": ["UID"], "keep": keep}, records)
        assert [each["n"] for each in out] == kept


@given(st.lists(st.tuples(st.integers(0, 6) | st.none(), st.integers()), max_size=40), st.integers(1, 400))
def test_what_spills_to_the_disk_is_as_what_stays_in_memory(items, held):
    seen, latest = SeenKeys(held=max(1, held // 50)), LatestRecords(held=held)
    plain, order = {}, 0
    try:
        for key, value in items:
            order += 1
            told = b"%d" % key if key is not None else None
            known = told in plain
            plain.pop(told, None)
            plain[order if told is None else told] = {"v": value}
            assert latest.put(told, {"v": value}) is not known
            if told is not None:
                assert seen.add(told) is not known
            assert len(seen._new) < max(2, held // 50)
            assert latest._size < held
        assert list(latest.records()) == list(plain.values())
    finally:
        seen.close()
        latest.close()


def test_what_is_no_plain_data_cannot_be_kept_until_the_end():
    latest = LatestRecords()
    with pytest.raises(idx.RecordRejected):
        latest.put(b"", {"a": object()})


MANY = """
import resource
from identitysync.scripts.records.deduplicate import Deduplicate, Keep
from identitysync.values import FieldPath

worker = Deduplicate(fields=[FieldPath.parse("id")], keep=Keep.LAST).open()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for number in range(60_000):
    worker.expand({"id": number % 50_000, "text": f"{number:04000d}"})
count = sum(1 for _ in worker.finish())
worker.close()
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_keeping_the_last_of_many_records_needs_little_memory():
    told = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, check=True, timeout=100)
    count, megabytes = map(int, told.stdout.split())

    assert count == 50_000
    assert megabytes < 90  # the records are 200 MB


# ---- record.nest ----


@pytest.mark.parametrize(
    ("record", "nested"),
    [
        ({"a.0.b": 1, "z": 0, "a.1.b": 2, "a.0.c": 3}, {"a": [{"b": 1, "c": 3}, {"b": 2}], "z": 0}),
        ({"l.2": "c", "l.0": "a"}, {"l": ["a", None, "c"]}),
        ({"a": {"x": {"y": 1}}, "a.x.z": 2}, {"a": {"x": {"y": 1, "z": 2}}}),
        ({"a.x": 1, "a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ({"a": None, "a.x": 1, "b.x": 1, "b": None}, {"a": {"x": 1}, "b": {"x": 1}}),
        ({"a": {}, "a.0": 1}, {"a": {"0": 1}}),
        ({"a..b": 1, "c.": 2, ".d": 3, ".": 4, "": 5}, {"a..b": 1, "c.": 2, ".d": 3, ".": 4, "": 5}),
        ({"'x.y'.z": 1}, {"x.y": {"z": 1}}),
        ({"profile.email": None}, {"profile": {"email": None}}),
    ],
)
def test_columns_go_where_their_names_say(record, nested):
    out, _ = through("record.nest", {}, [record])
    assert json.dumps(out) == json.dumps([nested])


@pytest.mark.parametrize(
    "record",
    [
        {"a": 1, "a.b": 2},
        {"a.b": 2, "a": 1},
        {"a.b": 1, "a.b.c": 2},
        {"a.0": 1, "a.b": 2},
        {"a.0": 1, "a.00": 2},
        {"a.10000": 1},
        {"a": {"b": 1}, "a.b": 2},
        {"a": {"x": 1}, "a.y": 1, "a.x": 2},
        {"a.0": None, "a": [1]},
    ],
)
def test_two_values_for_one_place_reject_the_record_as_it_entered(record, tmp_path):
    out, job = through("record.nest", {}, [record], dead_letters=tmp_path)
    (letter,) = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]

    assert (out, letter["code"]) == ([], "path-conflict")
    assert json.dumps(letter["record"]) == json.dumps(record)


def test_only_the_columns_that_are_named_are_nested():
    out, _ = through("record.nest", {"fields": ["a.b", "missing.x"]}, [{"a.b": 1, "a.c": 2}])
    assert out == [{"a": {"b": 1}, "a.c": 2}]


@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=3).map(".".join),
        st.none() | st.integers() | st.just({"a": 1}) | st.just([1]),
        max_size=6,
    )
)
def test_nesting_loses_nothing_or_rejects(tmp_path_factory, record):
    out, job = through("record.nest", {}, [record], dead_letters=tmp_path_factory.mktemp("d"))

    assert len(out) + job.steps["x"].rejected == 1
    for made in out:
        for name, value in record.items():
            if value is not None and not isinstance(value, dict | list):
                assert FieldPath.parse(name).get(made) == value
