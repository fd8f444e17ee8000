"""Three fates for every record, and no fourth."""

import json
import stat

from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from tests.executor.flows import Many, Mark, Picky, Route, run

S = idx.Step


def balanced(job):
    return all(each.received == each.passed + each.dropped + each.rejected for each in job.steps.values())


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.integers()}, optional={"bad": st.just(1), "dull": st.just(1), "ugly": st.just(1)}
        ),
        max_size=30,
    )
)
def test_received_is_passed_and_dropped_and_rejected(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("dead")
    job, out = run([S("picky", Picky)], records, ["picky"], dead_letters=folder)
    count = job.steps["picky"]

    bad = [record for record in records if record.get("bad") or record.get("ugly")]
    assert job.status == "succeeded"
    assert balanced(job)
    assert (count.received, count.rejected, count.passed) == (len(records), len(bad), len(out["picky"]))
    assert job.total_records == job.processed_records == len(records)
    kept = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()] if bad else []
    assert [letter["record"] for letter in kept] == bad


def test_a_reject_goes_along_its_edge_as_it_entered_with_the_reason(tmp_path):
    steps = [
        S("picky", Picky, next=["good"], error=["bad"]),
        S("good", Mark, {"with": "g"}),
        S("bad", Mark, {"with": "b"}),
    ]
    job, out = run(steps, [{"id": 1}, {"id": 2, "bad": 1, "deep": {"x": [1]}}], ["good", "bad"], dead_letters=tmp_path)

    (rejected,) = out["bad"]
    details = {"errorCode": "bad", "errorMessage": "it is bad", "step": "picky"}
    assert rejected == {"id": 2, "bad": 1, "deep": {"x": [1]}, "_errorDetails": details, "marks": ["b"]}
    assert job.dead_letters is None
    assert list(tmp_path.iterdir()) == []
    assert job.rejects[0].routed


def test_dead_letters_are_private_and_can_be_replayed_from_the_step_that_rejected(tmp_path):
    folder = tmp_path / "letters"
    steps = [
        S("mark", Mark, {"with": "once"}, next=["picky"]),
        S("picky", Picky, next=["end"]),
        S("end", Mark, {"with": "end"}),
    ]
    flow = idx.Dataflow(name="my flow / x", steps=[S("read", "file.parse.json", next=["mark"]), *steps])
    job = idx.run(flow, inputs={"read": [{"id": 1, "bad": 1}, {"id": 2}]}, outputs={"end": []}, dead_letters=folder)

    assert stat.S_IMODE(job.dead_letters.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    letter = json.loads(job.dead_letters.read_text())
    assert letter == {
        "step": "picky",
        "code": "bad",
        "message": "it is bad",
        "record": {"id": 1, "bad": 1, "marks": ["once"]},
    }

    mended = flow.replace(S("picky", Mark, {"with": "mended"}))
    out = []
    again = idx.replay(mended, job.dead_letters, outputs={"end": out})

    assert out == [{"id": 1, "bad": 1, "marks": ["once", "mended", "end"]}]
    assert again.steps["picky"].received == 1
    assert "mark" not in again.steps


def test_a_replayed_row_is_parsed_under_its_own_header(tmp_path):
    flow = idx.Dataflow(name="rows", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.csv")}, next=["parse"]),
        S("parse", "file.parse.dsv", {"columnSeparator": ","}),
    ])  # fmt: skip
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3;4\n")
    job = idx.run(flow, outputs={"parse": []}, dead_letters=tmp_path / "dead")
    assert job.steps["parse"].rejected == 1

    out = []
    mended = flow.replace(S("parse", "file.parse.dsv", {"columnSeparator": ";"}))
    letters = job.dead_letters.read_text().replace('"_header":"a,b"', '"_header":"a;b"')
    job.dead_letters.write_text(letters)
    idx.replay(mended, job.dead_letters, outputs={"parse": out})

    assert out == [{"a": "3", "b": "4"}]


def test_a_flat_mapper_counts_records_and_what_it_gives_apart(tmp_path):
    job, out = run([S("many", Many)], [{"n": 3}, {"n": 0}, {"n": 1, "bad": 1}], ["many"], dead_letters=tmp_path)
    count = job.steps["many"]

    assert (count.received, count.passed, count.dropped, count.rejected, count.emitted) == (3, 1, 1, 1, 5)
    assert out["many"][-1] == {"last": True}


def test_a_router_sends_copies_and_drops_what_goes_nowhere():
    steps = [S("route", Route, next=["a", "b"]), S("a", Mark, {"with": "a"}), S("b", Mark, {"with": "b"})]
    job, out = run(steps, [{"to": ["a", "b"]}, {"to": []}, {"to": ["b"]}], ["a", "b"])

    assert out["a"] == [{"to": ["a", "b"], "marks": ["a"]}]
    assert [each["marks"] for each in out["b"]] == [["b"], ["b"]]
    assert job.steps["route"].dropped == 1


def test_a_split_gives_each_branch_a_copy_and_a_merge_gets_all():
    steps = [
        S("split", Mark, {"with": "s"}, next=["a", "b"]), S("a", Mark, {"with": "a"}, next=["end"]),
        S("b", Mark, {"with": "b"}, next=["end"]), S("end", Mark, {"with": "e"}),
    ]  # fmt: skip
    job, out = run(steps, [{"id": 1}], ["end"])

    assert sorted(each["marks"] for each in out["end"]) == [["s", "a", "e"], ["s", "b", "e"]]
    assert job.steps["end"].received == 2


def test_inputs_are_copied_before_they_are_changed():
    given_ = [{"id": 1, "deep": {}}]
    run([S("picky", Picky)], given_, ["picky"])

    assert given_ == [{"id": 1, "deep": {}}]


def test_too_many_rejects_fail_the_run(tmp_path):
    records = [{"bad": 1}] * 3 + [{}] * 97
    for limit, status in ((2, "failed"), (3, "succeeded"), ("2%", "failed"), ("3%", "succeeded")):
        job, _ = run([S("picky", Picky)], records, ["picky"], dead_letters=tmp_path, max_rejects=limit)
        assert job.status == status, limit


def test_debug_shows_at_most_three_records_of_each_step_and_loses_none(tmp_path):
    job, out = run([S("mark", Mark, {"with": "m"})], [{"id": n} for n in range(9)], ["mark"], log_level="debug")

    assert len([line for line in job.trace if " debug mark gives " in line]) == 3
    assert len(out["mark"]) == 9


def test_a_script_that_answers_for_too_few_records_fails_the_job():
    @idx.script("test.lazy", summary="Answer once.")
    class Lazy(idx.RecordWriter):
        def write(self, records, services):
            return records[:1]

    flow = idx.Dataflow(name="f", steps=[S("s", "file.parse.json", next=["w"]), S("w", Lazy)])
    job = idx.run(flow, inputs={"s": [{}, {}]})

    assert job.status == "failed"
    assert "one answer each" in job.status_details
    assert "'w'" in job.status_details


def test_a_row_of_another_charset_is_replayed_as_it_was(tmp_path):
    (tmp_path / "in.csv").write_bytes("näme,b\nZoë,2\nJosé;4\n".encode("latin-1"))
    params = {"columnSeparator": ",", "fileCharset": "ISO-8859-1"}
    flow = idx.Dataflow(name="rows", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.csv")}, next=["parse"]), S("parse", "file.parse.dsv", params),
    ])  # fmt: skip
    job = idx.run(flow, outputs={"parse": []}, dead_letters=tmp_path / "dead")
    job.dead_letters.write_text(job.dead_letters.read_text().replace("José;4", "José,4"))
    out = []
    idx.replay(flow, job.dead_letters, outputs={"parse": out})

    assert out == [{"näme": "José", "b": "4"}]
