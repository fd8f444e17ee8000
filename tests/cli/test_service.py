"""The service on the command line: everything that Python has, for people and for machines."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from identitysync.cli import main


@pytest.fixture
def cli(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IDENTITYSYNC_STORE", str(tmp_path / "store.db"))

    def call(*args, code=0):
        ran = CliRunner().invoke(main, list(args))
        assert ran.exit_code == code, (args, ran.output, ran.exception)
        return ran.output

    return call


@pytest.fixture
def flow(tmp_path):
    steps = [
        {"id": "read", "type": "datasource.read.file", "params": {"url": str(tmp_path / "in.json")}, "next": ["parse"]},
        {"id": "parse", "type": "file.parse.json", "next": ["json"]},
        {"id": "json", "type": "file.format.json", "params": {"fileName": "out.json"}, "next": ["write"]},
        {"id": "write", "type": "datasource.write.file", "params": {"url": str(tmp_path / "out")}},
    ]
    (tmp_path / "in.json").write_text('[{"a": 1}, {"a": 2}]')
    (tmp_path / "flow.json").write_text(json.dumps({"name": "f", "steps": steps}))
    return tmp_path / "flow.json"


def test_a_flow_is_created_given_set_copied_and_deleted(cli, flow, tmp_path):
    id = cli("service", "dataflow", "create", "flow.json", "--set", "json.fileName=x.json").strip()
    (tmp_path / "got.json").write_text(cli("service", "dataflow", "get", id))

    assert json.loads((tmp_path / "got.json").read_text())["steps"][2]["params"] == {"fileName": "x.json"}
    assert cli("service", "dataflow", "set", "got.json") == "nothing has changed\n"
    assert cli("service", "dataflow", "set", "flow.json", "--id", id) == "version 2\n"
    assert json.loads(cli("service", "dataflow", "set", "got.json", "--json")) == {
        "id": id,
        "version": 3,
        "changed": True,
    }
    assert '"out.json"' in cli("service", "dataflow", "get", id, "--version", "2")
    copy = json.loads(cli("service", "dataflow", "duplicate", id, "--name", "g", "--json"))["id"]
    assert "2 of 2" in cli("service", "search", "SELECT id, name FROM dataflow")
    cli("service", "dataflow", "delete", copy)
    assert json.loads(cli("service", "search", "SELECT id FROM dataflow", "--json"))["result"] == [{"id": id}]
    draft = cli("service", "draft", "create", "flow.json").strip()
    assert '"draft"' in cli("service", "draft", "get", draft)


def test_a_flow_is_scheduled_run_and_looked_at(cli, flow, tmp_path):
    id = cli("service", "dataflow", "create", "flow.json").strip()
    words = ["--name", "nightly", "--frequency", "day", "--interval", "2", "--time-zone", "Europe/Vienna"]
    scheduling = cli("service", "scheduling", "create", id, *words).strip()
    assert "f: succeeded" in cli("service", "pending")
    assert cli("service", "pending") == "nothing is due\n"
    kept = json.loads(cli("service", "scheduling", "get", scheduling))
    assert (kept["frequencyInterval"], kept["timeZone"], kept["schedulingStatus"]) == (2, "Europe/Vienna", "ready")
    (status,) = json.loads(cli("service", "status", "--json"))
    assert status["nextRun"] == kept["nextJobStartTime"]
    assert "lastSuccessfulRun" in cli("service", "status", id)
    job = json.loads(cli("service", "job", kept["jobId"], "--json"))
    assert job["schedulingId"] == scheduling
    assert "reading the last schedule period" in cli("service", "job", job["id"], "--trace")
    (tmp_path / "s.json").write_text(json.dumps(kept | {"enabled": False}))
    assert cli("service", "scheduling", "set", "s.json") == f"{scheduling} is set\n"
    assert json.loads(cli("service", "scheduling", "delete", scheduling, "--json")) == {
        "id": scheduling,
        "deleted": True,
    }


def test_a_test_that_fails_exits_with_1_and_is_resumed(cli, flow, tmp_path):
    id = cli("service", "dataflow", "create", "flow.json").strip()
    (tmp_path / "in.json").rename(tmp_path / "away.json")
    failed = json.loads(cli("service", "test", id, "--json", code=1))
    (tmp_path / "away.json").rename(tmp_path / "in.json")
    resumed = json.loads(cli("resume", failed["id"], "--json"))

    assert (resumed["id"], resumed["status"], resumed["attemptNumber"]) == (failed["id"], "succeeded", 2)
    assert "has ended already" in cli("service", "stop", failed["id"], code=2)


def test_run_remembers_in_the_same_store(cli, flow):
    cli("run", "flow.json", "--store", "store.db")
    assert "since the last successful run" in cli("run", "flow.json", "--store", "store.db", "--trace")
    assert "2 of 2" in cli("service", "search", "SELECT id, status FROM idx_job_status")


def test_reach_tells_permissions_and_hosts(cli, tmp_path):
    steps = [
        {"id": "read", "type": "datasource.read.gigya.account", "params": {"select": "*", "dataCenter": "eu1"}, "next": ["json"]},
        {"id": "json", "type": "file.format.json", "params": {"fileName": "o"}, "next": ["sftp"]},
        {"id": "sftp", "type": "datasource.write.sftp", "params": {"host": "sftp.example.com", "username": "u"}},
    ]  # fmt: skip
    (tmp_path / "flow.json").write_text(json.dumps({"name": "f", "steps": steps}))
    told = json.loads(cli("reach", "flow.json", "--json"))

    assert told["permissions"] == ["_idx_application_viewers"]
    assert {"host": "accounts.eu1.gigya.com", "port": 443, "step": "read"} in told["addresses"]
    shown = cli("reach", "flow.json")
    assert "_idx_application_viewers" in shown
    assert "sftp.example.com" in shown


def test_sites_come_from_a_file(cli, tmp_path, monkeypatch):
    from identitysync.testing import GigyaEmulator, generate_accounts

    steps = [{"id": "read", "type": "datasource.read.gigya.account", "params": {"select": "UID"}}]
    (tmp_path / "flow.json").write_text(json.dumps({"name": "f", "steps": steps}))
    with GigyaEmulator("3_a", accounts=generate_accounts(3)) as gigya:
        monkeypatch.setenv("SITE_SECRET", gigya.site.secret.reveal())
        site = {"apiKey": "3_a", "userKey": gigya.site.user_key, "secret": "${env:SITE_SECRET}", "url": gigya.url}
        (tmp_path / "sites.json").write_text(json.dumps([site]))
        with_sites = ("--sites", "sites.json")
        id = cli("service", "dataflow", "create", "flow.json", "--api-key", "3_a", *with_sites).strip()
        assert json.loads(cli("service", "test", id, "--json", *with_sites))["totalRecords"] == 3
    assert "no-site" in cli("service", "dataflow", "create", "flow.json", code=3)
    (tmp_path / "sites.json").write_text('{"apiKey": "x"}')
    assert "is no file of sites" in cli("service", "status", *with_sites, code=2)


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("service", "dataflow", "get", "nobody"), 2, "no dataflow 'nobody'"),
        (("service", "search", "SELECT * FROM jobs"), 3, "there is no table jobs"),
        (("service", "scheduling", "create", "nobody", "--name", "n"), 2, "not stored"),
        (("service", "status", "--store", "/proc/no/store.db"), 6, "cannot be opened"),
        (("resume", "nobody"), 2, "no job 'nobody'"),
    ],
)
def test_a_fault_is_a_sentence_and_an_exit_code(cli, args, code, words):
    told = cli(*args, code=code)
    assert words in told
    assert "Traceback" not in told


def test_serving_ends_cleanly_by_sigterm_and_prints_each_job_on_a_line(cli, flow, tmp_path):
    id = cli("service", "dataflow", "create", "flow.json").strip()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "identitysync", "service", "serve", "--poll", "0.05", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ,
    )  # fmt: skip
    try:
        cli("service", "scheduling", "create", id, "--name", "now")
        job = json.loads(process.stdout.readline())
        time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, job["status"], job["dataflowName"]) == (0, "succeeded", "f")
    assert "Traceback" not in told
