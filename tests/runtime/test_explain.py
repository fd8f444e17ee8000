"""What is told of a flow before it runs is what happens when it does."""

import json

import pytest

import identitysync as idx
from identitysync import Mapper, Record, script
from identitysync.native import kernel


@script("test.opaque", summary="Do something that nobody can look into.")
class Opaque(Mapper):
    def map(self, record: Record) -> Record:
        record["x"] = 1
        return record


def flow(tmp_path, *middle, parse=("file.parse.json", {}), columns=("UID", "name")):
    steps = [
        ("read", "datasource.read.file", {"url": str(tmp_path / "in")}),
        ("parse", *parse),
        *middle,
        ("dsv", "file.format.dsv", {"fileName": "out.csv", "columnSeparator": ",", "columns": list(columns)}),
        ("gzip", "file.compress.gzip", {}),
        ("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ]
    ids = [step[0] for step in steps]
    return idx.Dataflow(name="explained", steps=[
        idx.Step(id, type, params, next=ids[number + 1 : number + 2]) for number, (id, type, params) in enumerate(steps)
    ])  # fmt: skip


RENAME = ("rename", "field.rename", {"fields": [{"sourceField": "profile.name", "targetField": "name"}]})
FILTER = ("filter", "record.filter", {"expression": "profile.age > 17"})


def test_a_chain_is_told_as_one_function_with_what_it_reads(tmp_path):
    told = idx.explain(flow(tmp_path, FILTER, RENAME))

    assert {step.id: step.how for step in told.steps} == {
        "read": "edge", "parse": "blocks", "filter": "fused", "rename": "fused", "dsv": "fused", "gzip": "blocks", "write": "edge",
    }  # fmt: skip
    (part,) = told.parts
    assert part.steps == ("filter", "rename", "dsv")
    assert part.reads == ("profile.age", "profile.name", "UID")
    assert part.split
    compile(part.source, "explained", "exec")
    assert "profile" not in part.source, "no text of a flow stands in the code"


def test_a_barrier_is_told_with_its_reason(tmp_path):
    told = idx.explain(flow(tmp_path, ("opaque", Opaque, {}), RENAME))

    opaque = next(step for step in told.steps if step.id == "opaque")
    assert (opaque.how, opaque.why) == ("barrier", "its script has no emit: it is called with whole records")
    if kernel() is None:
        assert told.parts[0].records == "any"
        assert "needs whole records" in told.parts[0].why
    else:
        (behind,) = told.parts
        assert (behind.steps, behind.takes_from) == (("rename", "dsv"), "opaque")


@pytest.mark.skipif(kernel() is None, reason="the native kernel was not built: there is no C compiler")
def test_what_stands_before_a_barrier_makes_whole_records_for_it(tmp_path):
    told = idx.explain(flow(tmp_path, FILTER, ("opaque", Opaque, {}), RENAME))

    before, behind = told.parts
    assert (before.steps, before.gives_to) == (("filter",), ("opaque",))
    assert (behind.steps, behind.takes_from) == (("rename", "dsv"), "opaque")
    assert "made whole for opaque by the native kernel" in str(told)
    assert "taken from the records of opaque and written" in str(told)
    assert "several processes can share it" in str(told)


def test_what_cannot_be_split_is_told(tmp_path):
    steps = [
        idx.Step("read", "datasource.read.file", {"url": "in"}, next=["parse"]),
        idx.Step("parse", "file.parse.dsv", {"columnSeparator": ","}, next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": [{"sourceField": "a", "targetField": "b"}]}, next=["remove"]),
        idx.Step("remove", "field.remove", {"fields": ["c"]}, next=["write"]),
        idx.Step("write", "datasource.write.gigya.account"),
    ]
    told = idx.explain(idx.Dataflow(name="import", steps=steps))

    assert [part.steps for part in told.parts] == [("rename", "remove")]
    assert not told.parts[0].split
    assert "records leave it" in told.parts[0].why_not_split


def test_measured_times_stand_beside_what_was_estimated(tmp_path):
    (tmp_path / "in").write_text(
        "".join(json.dumps({"UID": str(n), "profile": {"name": "x", "age": 20}}) + "\n" for n in range(100))
    )
    given = flow(tmp_path, RENAME)
    job = idx.run(given, progress=False).raise_for_status()
    told = idx.explain(given, job)

    assert all(step.measured is not None for step in told.steps)
    assert "measured" in str(told)
    assert "<table>" in told._repr_html_()
    json.dumps(told.to_dict())


def test_a_flow_that_cannot_run_is_not_explained():
    with pytest.raises(idx.InvalidDataflow):
        idx.explain(idx.Dataflow(name="empty"))


def test_compiling_thirty_steps_takes_less_than_a_moment(tmp_path):
    import time

    middle = [
        (
            f"e{n}",
            "field.evaluate",
            {"language": "jexl", "fields": [{"field": f"f{n}", "expression": "a eq 'x' ? b : c"}]},
        )
        for n in range(26)
    ]
    given = flow(tmp_path, *middle)
    idx.explain(given)
    began = time.process_time()
    told = idx.explain(given)

    assert len(told.parts[0].steps) == 27
    assert time.process_time() - began < 2  # milliseconds are for the benchmark
