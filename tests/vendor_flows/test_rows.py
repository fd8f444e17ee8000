"""Every flow that the vendor offered or a customer was seen to run: spelt as it was, slips and all, loaded, checked, run.

A flow is a file of ``flows``; tokens such as ``{{script:nest}}`` are replaced as the vendor's toolkit does before it
uploads a flow. Flows of platforms whose scripts are not registered yet are only loaded; the day they are, they are run.
"""

import base64
import re
from pathlib import Path

import attrs
import pytest

import identitysync as idx
from tests.templates.conftest import COUNT
from tests.vendor_flows.cases import CASES, Case

HERE = Path(__file__).parent
ROWS = {
    "Export from Gigya to SFTP": ["export-to-sftp"],
    "Adobe Audience Manager": ["adobe-audience-manager"],
    "Epsilon": ["epsilon"],
    "Azure - SAS": ["azure-sas"],
    "Bluekai": ["bluekai"],
    "Campaign Monitor in / out": ["campaign-monitor-in", "campaign-monitor-out"],
    "Constant Contact in / out": ["constant-contact-in", "constant-contact-out"],
    "Game Mechanics": ["game-mechanics"],
    "Import from SFTP to Gigya": ["import-from-sftp"],
    "Krux": ["krux"],
    "Mailchimp in / out": ["mailchimp-in", "mailchimp-out"],
    "Marketo in / out": ["marketo-in", "marketo-out"],
    "Salesforce": ["salesforce"],
    "SF Marketing Cloud (ExactTarget) out": ["exacttarget"],
    "Silverpop in / out": ["silverpop-in", "silverpop-out"],
    "Import accounts (docs error sample)": ["import-accounts"],
    "Toolkit full-account import (Azure)": ["toolkit-full-account-import"],
    "Toolkit lite-account import": ["toolkit-lite-account-import"],
    "toolkit fixture": ["toolkit-fixture"],
    "Master provisioning": ["master-provisioning"],
    "Lite import / Reset password / Bulk delete": ["lite-import", "reset-password", "bulk-delete"],
    "Comments / streams export": ["comments-export", "streams-export"],
    "User Deletion (AWS)": ["user-deletion"],
    "SFTP-in-the-middle ESPs": [
        f"{esp}-{way}" for esp in ("selligent", "responsys", "adobe-campaign") for way in ("out", "in")
    ],
}
FLOWS = sorted(path.stem for path in (HERE / "flows").glob("*.json"))


def loaded(name):
    """Load a flow, its scripts put in."""
    text = (HERE / "flows" / f"{name}.json").read_text("utf-8").replace("{{readFileNameRegex}}", r".*\\.csv")
    return idx.Dataflow.from_json(re.sub(r"\{\{script:(\w+)\}\}", script, text))


def script(token):
    return base64.b64encode((HERE / "scripts" / f"{token[1]}.js").read_bytes()).decode()


def missing(flow):
    return {step.type for step in flow.steps} - set(idx.scripts())


def mended(flow):
    """Do what a check says about names of parameters that are not known, and tell which these were."""
    slips = {}
    for fault in idx.check(flow):
        found = re.fullmatch(r"\$\.steps\[(\d+)\]\.params\.(\w+)", fault.path)
        meant = re.search(r"did you mean '?(\w+)'?", fault.hint)
        if fault.code == "unknown-parameter" and found and meant:
            step = flow.steps[int(found[1])]
            params = {meant[1] if name == found[2] else name: value for name, value in step.params.items()}
            flow, slips[found[2]] = flow.replace(attrs.evolve(step, params=params)), meant[1]
    return flow, slips


def filled(flow, world, more):
    """Fill in what a flow leaves open, and the addresses of the servers."""
    for step in flow.steps:
        values = {**world.values_for(step), **more.get(step.id, {})}
        if values:
            flow = flow.replace(attrs.evolve(step, params={**step.params, **values}))
    return flow


def test_every_row_is_a_flow_and_every_flow_stands_in_a_row():
    assert sorted(name for names in ROWS.values() for name in names) == FLOWS
    assert set(CASES) <= set(FLOWS)


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_loaded_as_it_is_spelt_and_only_what_is_open_is_a_fault(name):
    flow = loaded(name)
    types = {step.type for step in flow.steps}

    assert idx.Dataflow.from_json(flow.to_json()) == flow
    assert all(type == type.strip() for type in types)
    faults = [fault for fault in idx.check(flow) if fault.severity == "error"]
    assert {fault.code for fault in faults} <= {"unknown-type" if missing(flow) else "missing-parameter"}


@pytest.mark.parametrize("name", [name for name in FLOWS if not missing(loaded(name))])
def test_a_flow_runs_once_it_is_filled_in(name, world, tmp_path):
    case = CASES.get(name, Case())
    for kind, make in case.ends.items():
        world.ends.use(kind, make())
    flow, slips = mended(loaded(name))
    assert slips in ({}, case.slips)  # a slip is accepted, or named with a hint
    flow = filled(flow, world, case.values)
    uids = [account["UID"] for account in world.gigya.accounts][:10]
    case.put(world, flow, uids)
    doubts = {fault.code for fault in idx.check(flow)} - {"clear-secret", "plaintext"}
    assert doubts == case.doubts

    job = idx.run(flow, site=world.gigya.site, full_extract=True, dead_letters=tmp_path / "dead")

    assert job.status == "succeeded", job.status_details
    assert [line for path in (tmp_path / "dead").glob("*.jsonl") for line in path.open()] == []
    case.check(world, job, world.outgoing(flow), uids)
    if name.endswith("-in"):
        (writer,) = (step.id for step in flow.steps if step.type == "datasource.write.gigya.account")
        assert (job.total_records, job.steps[writer].passed) == (len(uids), len(uids))
    if name.endswith("-out"):
        assert job.total_records == COUNT
        assert world.outgoing(flow)
