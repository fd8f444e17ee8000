"""A run that shall stop does not wait for the end of a block of records, however slow its scripts are."""

import json
import time

import pytest

import identitysync as idx

RECORDS = 4000


@pytest.mark.parametrize("script", ["a barrier", "step by step"])
def test_a_stop_is_heard_in_the_middle_of_a_block(script, tmp_path):
    seen = []

    @idx.script("stop.slow", summary="Take a while for each record.")
    class Slow(idx.Mapper):
        def map(self, record):
            seen.append(record)
            time.sleep(0.002 if record["number"] > RECORDS // 2 else 0)
            return record

    @idx.script("stop.many", summary="Give each record twice, so that nothing becomes one function.")
    class Many(idx.FlatMapper):
        def expand(self, record):
            return [record, record]

    # the first block teaches the shape, the second one is slow: a block has half a megabyte
    lines = [json.dumps({"number": number, "text": "x" * 300}) for number in range(RECORDS)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    more = [idx.Step("many", Many, next=["json"])] if script == "step by step" else []
    flow = idx.Dataflow(
        name="slow",
        steps=[
            idx.Step("read", "datasource.read.file", {"url": str(tmp_path / "in.jsonl")}, next=["parse"]),
            idx.Step("parse", "file.parse.json", next=["slow"]),
            idx.Step("slow", Slow, next=["many" if more else "json"]),
            *more,
            idx.Step("json", "file.format.json", {"fileName": "out.json", "lines": True}, next=["write"]),
            idx.Step("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
        ],
    )
    with idx.start(flow, workers=1) as running:
        deadline = time.monotonic() + 30
        while len(seen) <= RECORDS // 2 + 10 and time.monotonic() < deadline:
            time.sleep(0.001)
        running.cancel()
        job = running.wait(60)

    assert job.status == "killed"
    assert len(seen) < RECORDS // 2 + 1000
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())
