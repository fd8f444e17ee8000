"""Every template is sound, says what it leaves open, and runs from end to end once that is filled in."""

import gzip
import json

import pytest

import identitysync as idx
from identitysync.cli import main
from identitysync.templates import Templates, find, left_open
from tests.templates.conftest import COUNT
from tests.templates.world import put_incoming

NAMES = list(idx.templates())


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_sound_but_for_what_it_leaves_open(name):
    flow = idx.templates()[name]

    assert {fault.code for fault in idx.check(flow)} <= {"to-fill-in"}
    assert flow.name
    assert flow.description.endswith(".")
    assert not flow.id
    assert name.rpartition("-")[2] in {"in", "out"} or "-to-" in name
    assert idx.Dataflow.from_json(flow.to_json()) == flow


@pytest.mark.parametrize("name", NAMES)
def test_a_template_runs_once_it_is_filled_in(name, world, tmp_path):
    flow = idx.templates()[name]
    values = {f"{step.id}.{param}": value for step in flow.steps for param, value in world.values_for(step).items()}
    filled = flow.fill(values)
    uids = [account["UID"] for account in world.gigya.accounts][:10]
    put_incoming(world, flow, uids)

    assert {fault.code for fault in idx.check(filled)} <= {"clear-secret", "plaintext"}
    job = idx.run(filled, site=world.gigya.site, full_extract=True, dead_letters=tmp_path / "dead")

    assert job.status == "succeeded", job.status_details
    assert job.rejects == ()
    if name.endswith("-in"):
        assert job.total_records == len(uids)
        found = [world.gigya.site.account(uid) for uid in uids]
        if "datasource.write.gigya.delete" in {step.type for step in flow.steps}:
            assert found == [None] * len(uids)
        else:
            assert all("Łódź" in json.dumps(account["profile"], ensure_ascii=False) for account in found)
    else:
        assert job.total_records == COUNT
    if name.endswith("-out"):
        assert world.outgoing(flow)
        assert all(content or file.endswith(".ok") for file, content in world.outgoing(flow).items())


def test_what_goes_out_by_sftp_is_all_of_the_accounts_in_columns(world):
    flow = idx.templates()["sftp-out"]
    flow = flow.fill({f"sftp.{name}": value for name, value in world.values_for(flow.step("sftp")).items()})
    idx.run(flow, site=world.gigya.site, full_extract=True).raise_for_status()
    (content,) = world.outgoing(flow).values()
    header = gzip.decompress(content).decode().splitlines()[0]

    assert header == '"UID","email","first_name","last_name","city","country"'


def test_what_gigya_refuses_comes_back_as_a_report(world):
    flow = idx.templates()["sftp-json-in"]
    values = {
        f"{id}.{param}": value for id in ("sftp", "errors") for param, value in world.values_for(flow.step(id)).items()
    }
    put_incoming(world, flow, [next(iter(world.gigya.accounts))["UID"], "unknown"])
    job = idx.run(flow.fill(values), site=world.gigya.site)
    (report,) = world.outgoing(flow).values()

    assert (job.status, job.steps["gigya"].rejected) == ("succeeded", 1)
    assert report.decode().splitlines()[1].startswith("unknown,403005")


def test_one_site_becomes_as_the_other_and_gets_the_accounts_that_it_lacks(world):
    original = list(world.gigya.accounts)[3]
    world.other.put({**original, "profile": {**original["profile"], "city": "Nowhere"}})
    assert world.other.count() == COUNT // 2
    flow = idx.templates()["gigya-to-gigya"]
    values = {f"{step.id}.{param}": value for step in flow.steps for param, value in world.values_for(step).items()}
    idx.run(flow.fill(values), full_extract=True).raise_for_status()

    assert world.other.account(original["UID"])["profile"]["city"] == original["profile"]["city"] != "Nowhere"
    assert {account["UID"] for account in world.other.accounts} == {account["UID"] for account in world.gigya.accounts}


def test_the_mapping_cannot_be_changed_and_gives_equal_flows():
    templates = idx.templates()
    with pytest.raises(TypeError):
        templates["x"] = 1
    with pytest.raises(KeyError):
        templates["../secrets"]
    assert templates["sftp-out"] == Templates()["sftp-out"]
    assert "sftp-out" in repr(templates)
    assert callable(idx.templates)


def test_a_wrong_name_is_answered_with_a_close_one():
    with pytest.raises(idx.InvalidParameter, match="did you mean 'sftp-out'"):
        find("sftp_out")


def test_what_is_left_open_is_named():
    flow = idx.templates()["file-out"]
    assert left_open(flow) == ["file.url"]
    assert left_open(flow.fill({"file.url": "out"})) == []


def test_the_command_line_lists_prints_and_fills_in():
    from click.testing import CliRunner

    listed = CliRunner().invoke(main, ["templates"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in NAMES)
    told = json.loads(CliRunner().invoke(main, ["templates", "--json"]).output)
    assert list(told) == NAMES

    made = CliRunner().invoke(main, ["templates", "sftp-out", "--set", "sftp.host=h"])
    assert made.exit_code == 0
    assert idx.Dataflow.from_json(made.stdout).step("sftp").params["host"] == "h"
    assert "left to fill in: sftp.username" in made.stderr
    wrong = CliRunner().invoke(main, ["templates", "nothing"])
    assert wrong.exit_code == 2
