"""What a flat-mapper may give besides records, and how that counts."""

import identitysync as idx
from identitysync import FlatMapper, Record, Rejected, script
from identitysync.contract import KEPT, Note
from tests.executor.flows import run

S = idx.Step


@script("test.talk", summary="Say something, keep odd records, give them at the end.")
class Talk(FlatMapper):
    stateful = True

    def open(self):
        return Worker()

    def expand(self, record: Record):
        raise NotImplementedError


class Worker:
    def __init__(self):
        self.kept = []

    def expand(self, record):
        yield Note(f"saw {record['n']}", "debug" if record["n"] == 4 else "info")
        if record["n"] % 2:
            self.kept.append(record)
            yield KEPT
        elif record["n"] != 2:
            yield record

    def finish(self):
        yield Note("the end", "error")
        yield from self.kept
        yield Rejected({"late": True}, "too late", "late")


def test_what_is_kept_counts_as_passed_and_notes_reach_the_trace():
    steps = [
        S("talk", Talk, next=["out"], error=["bad"]),
        S("out", "field.remove", {"fields": ["x"]}),
        S("bad", "field.remove", {"fields": ["x"]}),
    ]
    job, out = run(steps, [{"n": n} for n in range(5)], ["out", "bad"])
    count = job.steps["talk"]

    assert [each["n"] for each in out["out"]] == [0, 4, 1, 3]
    assert out["bad"][0]["_errorDetails"]["errorCode"] == "late"
    assert (count.received, count.passed, count.dropped, count.rejected, count.emitted) == (6, 4, 1, 1, 4)
    said = [line.split(" ", 2)[2] for line in job.trace if " talk: " in line]
    assert said == [
        "info talk: saw 0",
        "info talk: saw 1",
        "info talk: saw 2",
        "info talk: saw 3",
        "error talk: the end",
    ]


@script("test.endless", summary="Give very many records at the end.")
class Endless(FlatMapper):
    def expand(self, record: Record):
        return ()

    def finish(self):
        for number in range(10_000):
            yield {"number": number}


def test_what_comes_at_the_end_comes_batch_by_batch():
    sizes = []

    @script("test.sizes", summary="Note how many come at once.")
    class Sizes(FlatMapper):
        def open(self):
            return self

        def expand(self, record: Record):
            return [record]

        def expand_all(self, records):
            sizes.append(len(records))
            return [[record] for record in records]

    job, _ = run([S("endless", Endless, next=["sizes"]), S("sizes", Sizes)], [{}], ["sizes"])

    assert job.steps["sizes"].emitted == sum(sizes) == 10_000
    assert max(sizes) < 10_000


def test_a_batch_that_is_answered_too_seldom_fails_the_job():
    @script("test.few", summary="Answer once.")
    class Few(FlatMapper):
        def expand(self, record: Record):
            return [record]

        def expand_all(self, records):
            return [[records[0]]]

    job, _ = run([S("few", Few)], [{}, {}], ["few"])

    assert job.status == "failed"
    assert "few expanded 2 records into 1 answers" in job.status_details


def test_a_batch_that_is_answered_too_often_fails_the_job():
    @script("test.many", summary="Answer for ever.")
    class Many(FlatMapper):
        def expand(self, record: Record):
            return [record]

        def expand_all(self, records):
            while True:
                yield [records[0]]

    job, _ = run([S("many", Many)], [{}, {}], ["many"])

    assert job.status == "failed"
    assert "many expanded 2 records into 3 or more answers" in job.status_details


@script("test.loud", summary="Say something of each record, at a level that it names.")
class Loud(FlatMapper):
    def expand(self, record: Record):
        yield Note(f"saw {record['n']}", record["level"])
        yield record


def test_notes_reach_the_trace_from_whole_blocks_of_a_file_too(tmp_path):
    (tmp_path / "in.json").write_text(
        "".join(f'{{"n": {n}, "level": "{("info", "error", "debug")[n]}"}}\n' for n in range(3))
    )
    flow = idx.Dataflow(name="loud", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["loud"]),
        S("loud", Loud, next=["route"]),
        S("route", "record.route", {"routes": [{"expression": "n > 0", "next": "out"}]}, next=["out"]),
        S("out", "file.format.json", {"fileName": "out.json", "lines": True}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path)}),
    ])  # fmt: skip
    job = idx.run(flow, log_level="debug")
    said = [line.split(" ", 2)[2] for line in job.trace if " loud: saw" in line]

    assert job.status == "succeeded", job.status_details
    assert said == ["info loud: saw 0", "error loud: saw 1", "debug loud: saw 2"]
    assert (tmp_path / "out.json").read_text().count("\n") == 2
    assert [each["n"] for each in idx.stream(flow, until="route")] == [1, 2]


@script("test.tally", summary="Number the records of all steps of the run.")
class Tally(FlatMapper):
    stateful = True

    def open(self):
        return Tallying()

    def expand(self, record: Record):
        raise NotImplementedError


@script("test.loner", summary="Number the records by itself.")
class Loner(Tally):
    stateful = False


class Tallying:
    def __init__(self):
        self.common = {"n": 100}

    def share_in_run(self, common):
        self.common = common

    def expand(self, record):
        self.common["n"] = self.common.get("n", 0) + 1
        yield {**record, "tally": [*record.get("tally", []), self.common["n"]]}

    def finish(self):
        return ()


def test_stateful_steps_of_a_run_have_something_in_common_and_others_have_nothing():
    steps = [S("one", Tally, next=["loner"]), S("loner", Loner, next=["two"]), S("two", Tally, next=["out"])]
    out = S("out", "field.remove", {"fields": ["x"]})
    for _ in range(2):  # nothing is left of the run before
        _, given = run([*steps, out], [{}, {}], ["out"])
        assert [each["tally"] for each in given["out"]] == [[1, 101, 3], [2, 102, 4]]
