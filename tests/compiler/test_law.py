"""The law of the compiler: what comes out is what comes out step by step, for every flow and every input."""

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from tests.compiler.flows import chain, outcome
from tests.compiler.strategies import DSV, ENDS, STEPS, alike, dsv, lines_of

work = import_module("identitysync.executor.block_work")
chain_stage = import_module("identitysync.executor.chain_stage")
cutting = import_module("identitysync.scripts.parse.cutting")


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    """Make blocks so small that a few records are several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "BLOCK", 200)
        patch.setattr(work, "_TIMED", 5)
        patch.setattr(chain_stage, "_TIMED", 3)
        patch.setattr(chain_stage, "_FEW", 1)
        yield


def same(flow, folder, **options):
    stepwise, _ = outcome(flow, folder, compiled=False, **options)
    compiled, job = outcome(flow, folder, compiled=True, **options)
    assert compiled == stepwise
    return job


def numbered(steps):
    return [(f"s{number}", type, params) for number, (type, params) in enumerate(steps)]


@given(alike(), st.lists(STEPS, max_size=4), ENDS, st.booleans(), st.booleans())
def test_json(tmp_path_factory, records, steps, end, gzip, array):
    folder = tmp_path_factory.mktemp("law")
    text = lines_of(records * 3)
    (folder / "in.jsonl").write_bytes(b"[" + text.strip().replace(b"\n", b",") + b"]" if array else text)
    ends = [("end", *end), *([("gzip", "file.compress.gzip", {})] if gzip else [])]
    same(chain(folder / "in.jsonl", ("parse", "file.parse.json", {}), *numbered(steps), *ends), folder)


@given(dsv(), st.lists(STEPS, max_size=4), ENDS, st.booleans(), st.booleans())
def test_rows(tmp_path_factory, text, steps, end, infer, name):
    folder = tmp_path_factory.mktemp("law")
    (folder / "in.csv").write_bytes(text)
    parse = ("parse", "file.parse.dsv", {"columnSeparator": ",", "inferTypes": infer, "addFilename": name})
    same(chain(folder / "in.csv", parse, *numbered(steps), ("end", *end)), folder)


@given(
    alike(),
    st.lists(STEPS, max_size=2),
    st.lists(STEPS, max_size=2),
    st.lists(STEPS, max_size=2),
    DSV,
    ENDS,
    st.booleans(),
)
def test_branches_and_error_routes(tmp_path_factory, records, before, left, right, one, other, meet):
    folder = tmp_path_factory.mktemp("law")
    (folder / "in.jsonl").write_bytes(lines_of(records * 2) + b"{broken\n[1]\n")
    steps = [idx.Step("read", "datasource.read.file", {"url": str(folder / "in.jsonl")}, next=["parse"])]

    def add(prefix, made, then):
        ids = [f"{prefix}{number}" for number in range(len(made))]
        for number, (type, params) in enumerate(made):
            steps.append(
                idx.Step(ids[number], type, params, next=ids[number + 1 : number + 2] or then, error=["errors"])
            )
        return ids[:1] or then

    rights = add("r", right, ["one"] if meet else ["other"])
    lefts = add("l", left, ["one"])
    starts = add("b", before, sorted({*lefts, *rights}))
    steps.append(idx.Step("parse", "file.parse.json", next=starts, error=["errors"]))
    steps.append(idx.Step("one", one[0], one[1], next=["write1"], error=["errors"]))
    if not meet:
        steps.append(idx.Step("other", other[0], other[1], next=["write2"], error=["errors"]))
        steps.append(idx.Step("write2", "datasource.write.file", {"url": "x"}))
    steps.append(idx.Step("errors", "file.format.json", {"fileName": "errors.json"}, next=["write3"]))
    steps += [
        idx.Step("write1", "datasource.write.file", {"url": "x"}),
        idx.Step("write3", "datasource.write.file", {"url": "x"}),
    ]
    same(idx.Dataflow(name="law", steps=steps), folder)


@given(alike(), st.lists(STEPS, max_size=2), ENDS, st.integers(0, 20))
def test_limits(tmp_path_factory, records, steps, end, limit):
    folder = tmp_path_factory.mktemp("law")
    (folder / "in.jsonl").write_bytes(lines_of(records * 2))
    same(
        chain(folder / "in.jsonl", ("parse", "file.parse.json", {}), *numbered(steps), ("end", *end)),
        folder,
        limit=limit,
    )
