"""What one step's JavaScript sets, the JavaScript of other steps sees: in chains, branches, replays and further attempts."""

import json

import pytest

import identitysync as idx

S = idx.Step

COUNT = "ctx.setSharedVariable('count', (ctx.getSharedVariable('count') ?? 0) + 1);"
SHOW = "function process(record, ctx) { record.seen = ctx.getSharedVariable('count'); return record; }"


def js(id, script, next=(), error=(), **params):
    return S(id, "record.evaluate", {"script": script, **params}, next=next, error=error)


def flow(*steps, name="shared"):
    return idx.Dataflow(name=name, steps=[S("in", "file.parse.json", next=[steps[0].id]), *steps])


def run(steps, records, *ends, **options):
    out = {end: [] for end in ends}
    job = idx.run(flow(*steps), inputs={"in": records}, outputs=out, **options)
    return out, job


def test_a_later_step_sees_what_an_earlier_one_has_made_of_all_records_of_its_batch_and_those_before():
    counting = f"function process(record, ctx) {{ {COUNT} return record; }}"
    out, job = run([js("a", counting, ["b"]), js("b", SHOW)], [{"n": n} for n in range(2500)], "b")

    assert job.status == "succeeded"
    assert [each["seen"] for each in out["b"]] == [1000] * 1000 + [2000] * 1000 + [2500] * 500


def test_an_earlier_step_sees_what_a_later_one_has_set_in_the_batches_before():
    counting = f"function process(record, ctx) {{ {COUNT} return record; }}"
    out, _ = run([js("a", SHOW, ["b"]), js("b", counting)], [{"n": n} for n in range(2500)], "b")

    assert [each["seen"] for each in out["b"]] == [None] * 1000 + [1000] * 1000 + [2000] * 500


def test_branches_of_both_generations_share_and_the_last_branch_to_set_wins():
    first = """function process(record, ctx) {
      ctx.setSharedVariable("who", "first");
      ctx.setSharedVariable("owner", { UID: record.UID });
      return { ...record, was: ctx.getSharedVariable("older") };
    }"""
    second = """function process(record, next, ctx, logger) {
      var made = new Record(), owner = ctx.getSharedVariable("owner");
      made.addField("UID", record.getField("UID").getValue());
      ctx.setSharedVariable("older", made);
      made.addField("who", ctx.getSharedVariable("who"));
      made.addField("owner", owner.UID);
      ctx.setSharedVariable("who", "second");
      next.accept(made);
    }"""
    end = """function process(record, next, ctx, logger) {
      record.addField("who", ctx.getSharedVariable("who"));
      record.addField("older", ctx.getSharedVariable("older").getField("UID").getValue());
      next.accept(record);
    }"""
    steps = [
        S("fork", "field.remove", {"fields": ["x"]}, next=["1", "2"]),
        js("1", first),
        js("2", second, ["3"]),
        js("3", end),
    ]
    out, job = run(steps, [{"UID": str(n)} for n in range(1001)], "1", "3")

    assert job.status == "succeeded", job.status_details
    assert (out["1"][0]["was"], out["1"][1000]["was"]) == (None, {"UID": "999", "who": "second", "owner": "999"})
    # the first branch carried its batch to the end before the second began
    assert out["3"][0] == {"UID": "0", "who": "second", "owner": "999", "older": "999"}
    assert out["3"][1000] == {"UID": "1000", "who": "second", "owner": "1000", "older": "1000"}


def test_the_last_call_of_a_step_is_heard_by_the_last_call_of_the_next():
    total = "let n = 0; function process(record, ctx) { if (record) { n++; return null } ctx.setSharedVariable('total', n) }"
    report = "function process(record, ctx) { return record ?? { total: ctx.getSharedVariable('total') } }"
    out, _ = run([
        js("a", total, ["b"], notifyLastRecord=True), js("b", report, notifyLastRecord=True),
    ], [{}] * 1500, "b")  # fmt: skip
    assert out["b"] == [{"total": 1500}]


def test_what_a_failing_record_has_set_stays_set_as_all_variables_of_a_script_do(tmp_path):
    failing = f"""function process(record, ctx, logger, next, error) {{
      {COUNT}
      if (record.n === 1) throw "no";
      if (record.n === 2) error.accept(record);
      return record.n === 2 ? null : record;
    }}"""
    out, job = run(
        [js("a", failing, ["b"], ["bad"]), js("b", SHOW), js("bad", SHOW)], [{"n": n} for n in range(4)], "b", "bad",
    )  # fmt: skip
    assert job.steps["a"].rejected == 2
    assert [(each["n"], each["seen"]) for each in out["b"] + out["bad"]] == [(0, 4), (3, 4), (1, 4), (2, 4)]


def test_a_value_that_is_no_data_rejects_who_asks_for_it_elsewhere(tmp_path):
    keeping = "function process(record, ctx) { ctx.setSharedVariable('count', new Map()); return record }"
    out, job = run([js("a", keeping, ["b"]), js("b", SHOW)], [{"n": 1}], "b", dead_letters=tmp_path)
    assert (out["b"], job.steps["b"].rejected) == ([], 1)
    assert "the shared variable count cannot leave its step: the field count is a Map" in job.rejects[0].message


def test_a_preview_and_a_replay_begin_with_no_variable(tmp_path):
    failing = f"function process(record, ctx) {{ {COUNT} if (record.n % 2) throw 'odd'; return record }}"
    steps = [js("a", failing, ["b"]), js("b", SHOW)]
    _, job = run(steps, [{"n": n} for n in range(4)], "b", dead_letters=tmp_path)
    shown = idx.preview(flow(*steps), inputs={"in": [{"n": 0}, {"n": 2}]})
    mended = flow(js("a", failing.replace("throw 'odd'", "record.n++"), ["b"]), steps[1])
    out = []
    replayed = idx.replay(mended, job.dead_letters, outputs={"b": out})

    assert [each["seen"] for each in shown["b"].records] == [2, 2]
    assert (replayed.status, out) == ("succeeded", [{"n": 2, "seen": 2}, {"n": 4, "seen": 2}])


@pytest.mark.parametrize("workers", [1, 2])
def test_records_that_other_processes_have_parsed_share_as_all_others(workers):
    counting = f"function process(record, ctx) {{ {COUNT} return record; }}"
    both = idx.Dataflow(name="file", steps=[
        S("read", "datasource.read.file", {"url": "memory"}, next=["parse"]), S("parse", "file.parse.dsv", {"columnSeparator": ","}, next=["clean"]),
        S("clean", "field.remove", {"fields": ["x"]}, next=["a"]), js("a", counting, ["b"]), js("b", SHOW),
    ])  # fmt: skip
    text = "n,x\n" + "".join(f"{n},{'y' * 500}\n" for n in range(20_000))
    out = []
    job = idx.run(both, inputs={"read": [idx.File("in.csv", text.encode())]}, outputs={"b": out}, workers=workers)
    seen = [each["seen"] for each in out]

    assert (job.status, len(seen), seen[-1]) == ("succeeded", 20_000, 20_000)
    assert all(count > at for at, count in enumerate(seen))
    assert seen == sorted(seen)


def test_a_further_attempt_of_a_job_reads_anew_and_begins_with_no_variable(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps([{"n": n} for n in range(3)]))
    counting = f"function process(record, ctx) {{ {COUNT} return record; }}"
    failing = "function process(record, ctx) { if (!record) throw `counted ${ctx.getSharedVariable('count')}`; return record }"
    fails = idx.Dataflow(name="fails", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["a"]), js("a", counting, ["b"]), js("b", failing, notifyLastRecord=True),
    ])  # fmt: skip
    with idx.IdentitySync(str(tmp_path / "idx.db")) as service:
        first = service.run_test(service.create_dataflow(fails))
        again = service.resume_job(first.id)

    assert (first.status, again.attempt_number) == ("failed", 2)
    assert all("counted 3 (in the call after the last record)" in job.status_details for job in (first, again))
