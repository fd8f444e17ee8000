"""A run that shall stop does not wait for the end of a block of records, however slow its scripts are."""

import json
import os
import time
from importlib import import_module

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


def test_a_stop_is_heard_while_another_process_works(monkeypatch, tmp_path):
    monkeypatch.setattr(import_module("identitysync.scripts.parse.cutting"), "BLOCK", 1 << 16)
    started = tmp_path / "started"

    @idx.script("stop.elsewhere", summary="Take for ever in another process, and no time in this one.")
    class Elsewhere(idx.Mapper):
        here: int = idx.param(doc="The process of the run.", example=1)

        def map(self, record):
            import os
            import time
            from pathlib import Path

            if os.getpid() != self.here:
                Path(record["started"]).touch()
                time.sleep(600)
            return record

    line = json.dumps({"started": str(started), "text": "x" * 300}) + "\n"
    (tmp_path / "in.jsonl").write_text(line * 150_000)
    flow = idx.Dataflow(
        name="elsewhere",
        steps=[
            idx.Step("read", "datasource.read.file", {"url": str(tmp_path / "in.jsonl")}, next=["parse"]),
            idx.Step("parse", "file.parse.json", next=["slow"]),
            idx.Step("slow", Elsewhere, {"here": os.getpid()}, next=["json"]),
            idx.Step("json", "file.format.json", {"fileName": "out.json", "lines": True}, next=["write"]),
            idx.Step("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
        ],
    )
    with idx.start(flow, workers=2) as running:
        deadline = time.monotonic() + 60
        while not started.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert started.exists(), "no other process has begun"
        time.sleep(1)  # until nothing is left that this process could do instead of waiting
        running.cancel()
        began = time.monotonic()
        assert running.wait(100).status == "killed"
    assert time.monotonic() - began < 30, "it did not wait for the other process, which sleeps for ten minutes"
