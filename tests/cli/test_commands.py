"""The command line, as a person or a script meets it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from identitysync.cli import main


@pytest.fixture
def cli(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*args):
        return CliRunner().invoke(main, list(args))

    return call


@pytest.fixture
def flow(tmp_path):
    steps = [
        {"id": "read", "type": "datasource.read.file", "params": {"url": "in.csv"}, "next": ["parse"]},
        {"id": "parse", "type": "file.parse.dsv", "params": {"columnSeparator": ","}, "next": ["json"]},
        {"id": "json", "type": "file.format.json", "params": {"fileName": "out.json"}, "next": ["write"]},
        {"id": "write", "type": "datasource.write.file", "params": {"url": "out"}},
    ]
    (tmp_path / "flow.json").write_text("// my flow\n" + json.dumps({"name": "f", "steps": steps}))
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3\n")
    return tmp_path / "flow.json"


def test_run_prints_the_job_and_keeps_the_reject(cli, flow, tmp_path):
    ran = cli("run", "flow.json", "--dead-letters", "dead")

    assert ran.exit_code == 0, ran.output
    assert "rejected: 1" in ran.output
    assert "line 3" in ran.output
    assert json.loads((tmp_path / "out" / "out.json").read_text()) == [{"a": "1", "b": "2"}]
    (letters,) = (tmp_path / "dead").iterdir()
    again = cli("replay", "flow.json", str(letters), "--json")
    assert json.loads(again.output)["steps"]["parse"]["received"] == 1


def test_json_is_for_machines(cli, flow):
    assert json.loads(cli("run", "flow.json", "--json", "--dead-letters", "d").output)["status"] == "succeeded"
    assert json.loads(cli("check", "flow.json", "--json").output) == {"flow.json": []}
    assert json.loads(cli("preview", "flow.json", "--json").output)["parse"]["records"] == [{"a": "1", "b": "2"}]
    assert "field.rename" in json.loads(cli("scripts", "--json").output)
    assert json.loads(cli("show", "field.rename", "--json").output)["params"][0]["name"] == "fields"


def test_people_see_outlines_pictures_and_pages(cli, flow, tmp_path):
    assert cli("graph", "flow.json").output == "read > parse > json > write\n"
    assert cli("graph", "flow.json", "--format", "mermaid").output.startswith("flowchart LR")
    cli("graph", "flow.json", "--format", "svg", "-o", "f.svg")
    assert (tmp_path / "f.svg").read_text().startswith("<svg")
    assert "`sourceField`" in cli("show", "field.rename").output
    assert "── parse (file.parse.dsv)" in cli("preview", "flow.json").output
    assert "file.format.dsv" in cli("scripts").output


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("run", "nowhere.json"), 2, "cannot read the flow nowhere.json"),
        (("check", "broken.json"), 3, "line 1, column"),
        (("run", "wrong.json"), 3, "field.renam"),
        (("check", "wrong.json"), 3, "did you mean"),
        (("show", "field.renam"), 2, "field.rename"),
        (("run", "flow.json", "--set", "pars.x=1"), 2, "pars"),
        (("run", "flow.json", "--set", "noequals"), 2, "STEP.PARAM=VALUE"),
        (("run", "flow.json", "--max-rejects", "0"), 1, "max_rejects is 0"),
        (("run", "flow.json", "--set", "read.url=missing"), 1, "no file or folder"),
        (("replay", "flow.json", "nowhere.jsonl"), 2, "no dead letters"),
    ],
)
def test_a_fault_is_a_sentence_and_an_exit_code(cli, flow, tmp_path, args, code, words):
    (tmp_path / "broken.json").write_text("{broken")
    (tmp_path / "wrong.json").write_text('{"steps": [{"id": "a", "type": "field.renam"}]}')
    ran = cli(*args)

    assert ran.exit_code == code, ran.output
    assert words in ran.output
    assert "Traceback" not in ran.output


def test_checking_thirty_steps_takes_less_than_half_a_second_and_more_than_nothing(tmp_path):
    ids = [f"s{number}" for number in range(30)]
    fields = [{"field": "a", "expression": "b eq 'x' ? true : false"}]
    steps = [
        {"id": "r", "type": "datasource.read.file", "params": {"url": "x"}, "next": ["p"]},
        {"id": "p", "type": "file.parse.json", "next": ["s0"]},
    ]
    steps += [
        {
            "id": id,
            "type": "field.evaluate",
            "params": {"language": "jexl", "fields": fields},
            "next": ids[n + 1 : n + 2],
        }
        for n, id in enumerate(ids)
    ]
    (tmp_path / "f.json").write_text(json.dumps({"steps": steps}))
    command = [sys.executable, "-m", "identitysync", "check", str(tmp_path / "f.json")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert ran.returncode == 0, ran.stderr
    assert "no errors" in ran.stdout


def test_ctrl_c_ends_with_130_and_cleans_up(tmp_path, flow):
    import os
    import signal

    with (tmp_path / "in.csv").open("w") as big:
        big.write("a,b\n")
        big.writelines("1,2\n" for _ in range(3_000_000))
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "identitysync", "run", "flow.json"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + 20
    while not any((tmp_path / "tmp").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)

    assert process.returncode == 130, told
    assert b"Traceback" not in told
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_the_emulator_answers_until_it_is_stopped():
    import signal
    from urllib.request import urlopen

    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "identitysync", "emulator", "--accounts", "3"], stdout=subprocess.PIPE, text=True
    )
    try:
        url = process.stdout.readline().split("answers at ")[1].split(";")[0]
        answer = json.loads(urlopen(f"{url}/accounts.search", timeout=10).read())
        assert answer["errorCode"] == 400002
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        process.stdout.close()


def test_the_readme_and_the_command_line_page_name_every_command():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text()

    for name in main.commands:
        assert f"`identitysync {name}" in page, name
