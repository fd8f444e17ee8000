"""run, start, preview, stream: what callers rely on."""

import threading
import time

import pytest

import identitysync as idx
from identitysync.errors import InvalidDataflow, InvalidParameter, JobFailed
from identitysync.report import JobEnded, JobStarted, Progressed

S = idx.Step


def flow(url="nowhere", **more):
    return idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": url}, next=["parse"]),
        S("parse", "file.parse.json", next=["move"]),
        S("move", "field.move", {"fields": ["b"]}, next=["json"]),
        S("json", "file.format.json", {"fileName": "o.json", "lines": True}, next=["write"]),
        S("write", "datasource.write.file", {"url": "out-that-must-not-be"}),
    ], **more)  # fmt: skip


RECORDS = [{"a": n, "b": -n} for n in range(25)]


def test_what_only_feeds_a_given_output_is_neither_run_nor_opened():
    out = []
    job = idx.run(flow(url="{{to fill in}}"), inputs={"parse": RECORDS}, outputs={"write": out})

    assert job.status == "succeeded"
    assert set(job.steps) == {"parse", "move", "json", "write"}
    assert len(out) == 1


def test_files_can_be_given_as_bytes_paths_and_files(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"a":2}')
    found = []
    given = [b'{"a":1}', path, str(path), idx.File("n", b'{"a":3}')]
    idx.run(flow(), inputs={"read": given}, outputs={"write": found.append})

    assert found[0].name == "o.json"
    assert [record["a"] for record in idx.stream(flow(), until="parse", inputs={"read": given})] == [1, 2, 2, 3]


def test_a_limit_counts_entering_records_and_marks_the_job():
    job = idx.run(flow(), limit=7, inputs={"parse": RECORDS}, outputs={"write": []})

    assert job.sampled
    assert job.total_records == job.processed_records == 7
    assert not idx.run(flow(), inputs={"parse": RECORDS}, outputs={"write": []}).sampled


def test_a_limit_stops_the_source_early():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield {"a": len(taken)}

    job = idx.run(flow(), limit=5, inputs={"parse": endless()}, outputs={"write": []})

    assert job.total_records == 5
    assert len(taken) <= 6


def test_an_invalid_flow_raises_with_all_its_diagnostics():
    with pytest.raises(InvalidDataflow) as caught:
        idx.run(flow().connect("json", "read"))
    assert caught.value.diagnostics


@pytest.mark.parametrize("options", [{"limit": -1}, {"limit": True}, {"max_rejects": "many"}, {"max_rejects": "1.5"}, {"workers": 0}, {"log_level": "loud"}, {"outputs": {"nope": []}}, {"outputs": {"move": []}}, {"inputs": {"nope": []}}])  # fmt: skip
def test_an_odd_argument_is_refused_before_anything_runs(options):
    with pytest.raises((InvalidParameter, InvalidDataflow)):
        idx.run(flow(), **options)


def test_events_tell_the_story_in_order():
    events = []
    idx.run(flow(), inputs={"parse": RECORDS}, outputs={"write": []}, on_event=events.append)

    assert isinstance(events[0], JobStarted)
    assert isinstance(events[-1], JobEnded)
    last = [event for event in events if isinstance(event, Progressed)][-1]
    assert last.total_records == 25
    assert last.steps["json"].received == 25


def test_an_embedded_run_can_be_watched_and_waited_for():
    with idx.start(flow(), inputs={"parse": RECORDS}, outputs={"write": []}) as running:
        kinds = {type(event).__name__ for event in running.events()}
        job = running.wait(10)

    assert {"JobStarted", "JobEnded"} <= kinds
    assert job.status == "succeeded"


def test_an_embedded_run_can_be_cancelled_and_publishes_nothing():
    started = threading.Event()

    def slow():
        for number in range(10_000):
            started.set()
            time.sleep(0.001)
            yield {"a": number}

    out = []
    with idx.start(flow(), inputs={"parse": slow()}, outputs={"write": out}) as running:
        assert started.wait(10)
        running.cancel()
        job = running.wait(20)

    assert job.status == "killed"
    assert out == []


def test_ctrl_c_cleans_up_and_is_raised_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    events = []

    def interrupted():
        yield {"a": 1}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        idx.run(flow(), inputs={"parse": interrupted()}, outputs={"write": []}, on_event=events.append)
    assert events[-1].status == "killed"
    assert list(tmp_path.iterdir()) == []


def test_stream_gives_what_a_step_gives_and_runs_nothing_after_it():
    assert list(idx.stream(flow(), until="move", inputs={"parse": RECORDS[:2]})) == [
        {"b": 0, "a": 0},
        {"b": -1, "a": 1},
    ]
    (file,) = idx.stream(flow(), until="json", inputs={"parse": RECORDS[:1]})
    assert file.name == "o.json"


def test_stream_keeps_no_more_than_a_batch_in_memory():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield {"a": len(taken)}

    stream = idx.stream(flow(), until="move", inputs={"parse": endless()})
    assert next(stream) == {"a": 1}
    stream.close()
    assert len(taken) <= 1001


def test_preview_shows_every_step_and_calls_no_writer(tmp_path):
    wrote = []

    @idx.script("test.write", summary="Write.")
    class Write(idx.RecordWriter):
        def write(self, records, services):
            wrote.extend(records)
            return list(records)

    steps = [
        S("parse", "file.parse.json", next=["move"]),
        S("move", "field.move", {"fields": ["b"]}, next=["w"]),
        S("w", Write, next=["json"]),
        S("json", "file.format.json", {"fileName": "o.json"}),
    ]
    shown = idx.preview(idx.Dataflow(name="p", steps=steps), 3, inputs={"parse": RECORDS})

    assert wrote == []
    assert len(shown["move"].records) == 3
    assert len(shown["w"].records) == 3
    assert shown["json"].files[0].name == "o.json"
    assert "o.json" in repr(shown)
    assert "<table>" in shown._repr_html_()


def test_a_preview_escapes_data_and_keeps_no_dead_letters(tmp_path):
    nasty = [{"a": "<script>alert(1)</script>", "b": 1}]
    shown = idx.preview(flow(), inputs={"parse": nasty})

    assert "<script>" not in shown._repr_html_()


def test_a_preview_that_cannot_read_says_why():
    with pytest.raises(JobFailed, match="no file or folder"):
        idx.preview(flow(url="does-not-exist"))


def test_since_last_runtime_is_said_in_the_trace():
    from datetime import UTC, datetime

    job = idx.run(flow(last_runtime=datetime(2026, 1, 2, tzinfo=UTC)), inputs={"parse": []}, outputs={"write": []})
    assert "2026-01-02" in job.trace[0]


def test_secrets_are_in_no_text_that_a_job_leaves(tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY", "planted-canary-secret")
    source = idx.Dataflow(name="s", steps=[
        S("read", "datasource.read.sftp", {"host": "127.0.0.1", "port": 9, "username": "u", "password": "${env:CANARY}", "timeout": 2}, next=["parse"]),
        S("parse", "file.parse.json"),
    ])  # fmt: skip
    events = []
    job = idx.run(source, on_event=events.append, log_level="debug", dead_letters=tmp_path)

    assert job.status == "failed"
    texts = [str(job), str(job.to_dict()), job.summary(), repr(events), source.to_json()]
    assert not any("planted-canary-secret" in text for text in texts)


def test_secrets_are_masked_in_the_reasons_of_rejects_too(tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY", "planted-canary-secret")

    @idx.script("test.leaky", summary="Tell the secret.")
    class Leaky(idx.Mapper):
        key: idx.Secret = idx.param(doc="The key.", secret=True)

        def map(self, record):
            raise idx.RecordRejected(f"refused with {self.key.reveal()}")

    source = idx.Dataflow(
        name="s", steps=[S("s", "file.parse.json", next=["leaky"]), S("leaky", Leaky, {"key": "${env:CANARY}"})]
    )
    events = []
    job = idx.run(source, inputs={"s": [{"a": 1}]}, on_event=events.append, dead_letters=tmp_path)
    texts = [repr(job.rejects), repr(events), job.dead_letters.read_text(), job.summary()]

    assert not any("planted-canary-secret" in text for text in texts)
    assert all("refused with ********" in text for text in texts)


def test_a_missing_secret_is_named(monkeypatch):
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    source = idx.Dataflow(
        name="s",
        steps=[S("read", "datasource.read.sftp", {"host": "h", "username": "u", "password": "${env:NO_SUCH_SECRET}"})],
    )
    job = idx.run(source)

    assert job.status == "failed"
    assert "NO_SUCH_SECRET" in job.status_details
    assert "password" in job.status_details
