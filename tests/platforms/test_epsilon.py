"""What arrives for Epsilon: a JSON file of plain ASCII with dotted names, and the marker behind it, on OpenSSH's server."""

import json
from datetime import UTC, datetime

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts

FIELDS = ["profile.gender", "profile.birthYear", "profile.city", "data.user.location", "data.personas.Food.aboutMe"]
DOUBTFUL = r"(\|)|(\n)|(||)"
"""The original's regular expression, which lost its unprintable characters: its last group finds nothing everywhere."""


def flow_to(sshd, folder, breaks=r"[|\r\n]"):
    """The original's flow, with its names of steps and files."""
    login = {"host": "127.0.0.1", "port": sshd.port, "username": sshd.user, "privateKey": sshd.private_key,
             "hostKeyFingerprint": sshd.fingerprints["ed25519"], "remotePath": folder}  # fmt: skip
    replaced = [
        {"field": "*", "regex": breaks, "replacement": " "},
        {"field": "*", "regex": r"[^\x00-\x7F]", "replacement": ""},
    ]
    renames = [{"sourceField": name, "targetField": f"'{name}'"} for name in FIELDS]
    return idx.Dataflow(name="Epsilon", steps=[
        idx.Step("account", "datasource.read.gigya.account", {"select": "UID,profile,data"}, next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": renames}, next=["remove"]),
        idx.Step("remove", "field.remove", {"fields": ["profile", "data"]}, next=["replace"]),
        idx.Step("replace", "field.replace", {"fields": replaced}, next=["json", "empty"]),
        idx.Step("json", "file.format.json", {"fileName": "gigya-${now:yyyy}.json"}, next=["sftp"]),
        idx.Step("empty", "file.empty", {"fileName": "gigya.ok"}, next=["sftp"]),
        idx.Step("sftp", "datasource.write.sftp", {**login, "temporaryUploadExtension": True}),
    ])  # fmt: skip


@pytest.fixture
def folder(sshd, tmp_path):
    (sshd.root / tmp_path.name).mkdir()
    return sshd.root / tmp_path.name


@pytest.fixture
def gigya():
    with GigyaEmulator("3_a", "AKa", accounts=generate_accounts(200)) as gigya:
        for number, account in enumerate(list(gigya.accounts)):
            personas = {"Food": {"aboutMe": f"Crème | brûlée\nno. {number}"}}
            gigya.site.put(account | {"data": {"user": {"location": "Łódź"}, "personas": personas}})
        yield gigya


def test_every_account_arrives_and_the_marker_behind_it(sshd, folder, gigya):
    flow = flow_to(sshd, folder.name)
    assert {fault.code for fault in idx.check(flow)} <= {"clear-secret"}
    idx.run(flow, site=gigya.site, full_extract=True).raise_for_status()

    data, marker = sorted(folder.iterdir(), key=lambda path: path.name == "gigya.ok")
    assert (marker.name, marker.read_bytes()) == ("gigya.ok", b"")
    assert marker.stat().st_ctime_ns >= data.stat().st_ctime_ns
    people = json.loads(data.read_bytes().decode("ascii"))
    assert {each["UID"] for each in people} == {account["UID"] for account in gigya.accounts}
    assert {each["data.personas.Food.aboutMe"] for each in people} == {f"Crme   brle no. {n}" for n in range(200)}
    for each in people:
        assert set(each) <= {"UID", *FIELDS}
        assert each["data.user.location"] == "d"


def test_there_is_no_marker_without_the_file(sshd, folder, gigya):
    (folder / f"gigya-{datetime.now(UTC):%Y}.json" / "in the way").mkdir(parents=True)
    job = idx.run(flow_to(sshd, folder.name), site=gigya.site, full_extract=True)

    assert job.status == "failed"
    assert [path.name for path in folder.iterdir()] == [f"gigya-{datetime.now(UTC):%Y}.json"]


def test_the_originals_regular_expression_is_doubted_and_does_as_java_does(sshd, folder, gigya):
    flow = flow_to(sshd, folder.name, DOUBTFUL)
    (doubt,) = (fault for fault in idx.check(flow) if fault.code == "matches-empty")
    assert doubt.path == "$.steps[3].params.fields[0].regex"
    job = idx.run(flow, inputs={"rename": [{"UID": "ab|c"}]})

    assert job.status == "succeeded", job.status_details
    (data,) = folder.glob("gigya-*.json")
    assert json.loads(data.read_bytes()) == [{"UID": " a b  c "}]
