"""The model and its JSON."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.errors import InvalidDataflow, InvalidParameter, JobFailed
from identitysync.model import read_window
from identitysync.report import DeliveredFile, RejectSample, StepReport

names = st.text(min_size=1, max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
unknown = st.dictionaries(
    st.text(min_size=1, max_size=6).map(lambda key: f"x-{key}"), values.filter(lambda v: v is not None), max_size=2
)
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
steps = st.builds(
    idx.Step, id=names, type=names.map(str.strip).filter(bool), params=st.dictionaries(names, values, max_size=3),
    next=st.lists(names, max_size=3), error=st.lists(names, max_size=2), extra=unknown,
)  # fmt: skip
flows = st.builds(
    idx.Dataflow, name=st.text(max_size=9), steps=st.lists(steps, max_size=4), description=st.text(max_size=9),
    id=st.text(max_size=9), last_runtime=st.none() | moments, status=st.none() | st.sampled_from(["draft", "published"]),
    version=st.none() | st.integers(1, 99), site_id=st.none() | st.integers(1), create_time=st.none() | moments, extra=unknown,
)  # fmt: skip


@given(flows)
def test_a_flow_survives_the_way_to_json_and_back(flow):
    assert idx.Dataflow.from_json(flow.to_json()) == flow
    assert idx.Dataflow.from_dict(flow.to_dict()) == flow


@given(st.builds(
    idx.Scheduling, name=names, frequency_type=st.sampled_from(["once", "hour", "month"]), limit=st.none() | st.integers(1),
    frequency_interval=st.none() | st.integers(1, 99), next_job_start_time=st.none() | moments, enabled=st.booleans(),
    full_extract=st.booleans(), days_of_week=st.none() | st.lists(st.integers(1, 7) | names, min_size=1, max_size=3), extra=unknown,
))  # fmt: skip
def test_a_scheduling_survives_the_way_to_json_and_back(scheduling):
    assert idx.Scheduling.from_dict(scheduling.to_dict()) == scheduling


def test_a_job_status_survives_the_way_to_json_and_back():
    job = idx.JobStatus(
        "1", status="failed", start_time=datetime(2026, 1, 2, tzinfo=UTC), steps={"a": StepReport(3, 2, 0, 1, 2, 9, 0.5)},
        files=(DeliveredFile("w", "n", "file", 3, "ab"),), rejects=(RejectSample("a", "c", "m", False),), trace=("x", "y"),
    )  # fmt: skip

    assert idx.JobStatus.from_dict(job.to_dict()) == job


def test_comments_trailing_commas_and_unknown_keys_are_read_and_kept():
    text = """{ // a comment with "quotes"
      "name": "http://not-a-comment", /* another */ "mystery": [1, 2,],
      "steps": [{"id": "a", "type": " field.move", "color": "red",},],
    }"""

    flow = idx.Dataflow.from_json(text)

    assert flow.name == "http://not-a-comment"
    assert flow.steps[0].type == "field.move"
    assert flow.to_dict()["mystery"] == [1, 2]
    assert flow.to_dict()["steps"][0]["color"] == "red"


def test_every_fault_of_a_malformed_flow_is_named_with_its_path():
    with pytest.raises(InvalidDataflow) as caught:
        idx.Dataflow.from_dict({
            "name": 1, "version": "2", "status": "lost", "lastRuntime": "yesterday",
            "steps": [{"id": "a", "type": "t", "next": "b"}, {"id": 3, "params": []}, 7],
        })  # fmt: skip

    places = {fault.path for fault in caught.value.diagnostics}
    assert places == {
        "$.name", "$.version", "$.status", "$.lastRuntime", "$.steps[0].next", "$.steps[1].id", "$.steps[1].type",
        "$.steps[1].params", "$.steps[2]",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "{", "[]", '{"steps": [', b"\xff\xfe", '{"a": 1} x', "nul"])
def test_text_that_is_no_flow_is_refused_with_its_place(text):
    with pytest.raises(InvalidDataflow):
        idx.Dataflow.from_json(text)


def test_integers_beyond_64_bits_survive():
    flow = idx.Dataflow.from_json(
        '{"steps": [{"id": "a", "type": "t", "params": {"n": 123456789012345678901234567890}}]}'
    )

    assert flow.steps[0].params["n"] == 123456789012345678901234567890
    assert idx.Dataflow.from_json(flow.to_json()) == flow


def test_times_are_read_in_both_spellings_and_text_is_no_boolean():
    given_ = {
        "name": "n",
        "nextJobStartTime": "2021-12-01 10:03:14",
        "frequencyInterval": "12",
        "frequencyType": "hour",
    }
    scheduling = idx.Scheduling.from_dict(given_)

    assert scheduling.next_job_start_time == datetime(2021, 12, 1, 10, 3, 14, tzinfo=UTC)
    assert scheduling.frequency_interval == 12
    with pytest.raises(InvalidParameter, match="enabled"):
        idx.Scheduling.from_dict({"enabled": "false"})


def flow_of(text):
    parts = text.split(" > ")
    return idx.Dataflow(name="f", steps=[
        idx.Step(id, "field.move", next=parts[number + 1 : number + 2]) for number, id in enumerate(parts)
    ])  # fmt: skip


def test_edits_give_new_flows_and_leave_the_old_one_alone():
    flow = flow_of("a > b > c")
    before = flow.to_json()

    assert flow.insert_after("a", idx.Step("x", "t")).outline() == "a > x > b > c"
    assert flow.remove("b").outline() == "a > c"
    assert flow.rename_step("b", "z").outline() == "a > z > c"
    assert flow.replace(idx.Step("b", "other")).step("b").next == ("c",)
    assert flow.connect("a", "c", error=True).step("a").error == ("c",)
    assert flow.fill({"b.after": "x"}).step("b").params == {"after": "x"}
    assert flow.to_json() == before


def test_edits_of_steps_that_do_not_exist_suggest_what_was_meant():
    flow = flow_of("account > rename")
    with pytest.raises(InvalidParameter, match="did you mean 'rename'"):
        flow.remove("renam")
    with pytest.raises(InvalidParameter, match="unique"):
        flow.insert_after("account", idx.Step("rename", "t"))


@pytest.mark.parametrize(
    ("edges", "line"),
    [
        ({"account": ["rename"], "rename": ["dsv", "json"], "dsv": ["gzip"], "gzip": ["sftp"], "json": ["sftp"]},
         "account > rename > { dsv > gzip ; json } > sftp"),
        ({"a": ["c"], "b": ["c"], "c": []}, "{ a ; b } > c"),
        ({"a": ["b"], "b": ["a"]}, "a > b > -> a"),
        ({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}, "a > { b > d ; c }"),
    ],
)  # fmt: skip
def test_the_outline_nests_what_can_be_nested(edges, line):
    ids = dict.fromkeys([*edges, *(target for targets in edges.values() for target in targets)])
    flow = idx.Dataflow(steps=[idx.Step(id, "t", next=edges.get(id, [])) for id in ids])

    assert flow.outline() == line


def test_a_picture_escapes_what_it_shows_and_draws_broken_flows():
    flow = idx.Dataflow(
        name="<script>", steps=[idx.Step("<b onload='x'>", "t", next=["nowhere"], error=["<b onload='x'>"])]
    )
    picture = flow.svg()

    assert "<b onload" not in picture
    assert "<script>" not in picture
    assert "missing" in picture
    assert picture == flow._repr_mimebundle_()["image/svg+xml"]


def test_a_failed_job_raises_only_when_it_is_asked_to():
    assert idx.JobStatus("1", status="succeeded").raise_for_status().id == "1"
    with pytest.raises(JobFailed, match="the disk is full"):
        idx.JobStatus("1", status="failed", status_details="the disk is full").raise_for_status()


NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "interval", "since"),
    [
        ("once", None, NOW - timedelta(hours=24)),
        ("minute", 30, NOW - timedelta(minutes=30)),
        ("hour", 12, NOW - timedelta(hours=12)),
        ("day", 1, NOW - timedelta(days=1)),
        ("week", 1, NOW - timedelta(days=7)),
        ("month", 1, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("month", 13, datetime(2025, 2, 28, 12, tzinfo=UTC)),
    ],
)
def test_a_first_run_reads_a_day_or_one_period(kind, interval, since):
    scheduling = idx.Scheduling(frequency_type=kind, frequency_interval=interval)

    assert read_window(NOW, scheduling=scheduling).since == since


def test_the_window_is_everything_when_asked_else_since_the_last_success():
    last = NOW - timedelta(days=3)
    full = idx.Scheduling(full_extract=True)

    assert read_window(NOW, full_extract=True, last_runtime=last).since is None
    assert read_window(NOW, last_runtime=last, scheduling=full).since is None
    assert read_window(NOW, full_extract=False, last_runtime=last, scheduling=full).since == last
    assert read_window(NOW, last_runtime=last).since == last
    assert read_window(NOW).since is None
    assert "everything" in read_window(NOW).reason
