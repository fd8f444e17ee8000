"""What is registered, and what is wrong with it."""

import json
import subprocess
import sys

import pytest

import identitysync as idx
from identitysync.errors import PluginError
from identitysync.registry.registry import Offer, Registry


def test_every_built_in_script_loads_under_its_own_type():
    for type, description in idx.scripts().items():
        assert description.problem == ""
        assert description.spec.type == type


def test_every_default_bears_its_own_check():
    """A default is looked at as what a flow gives is: it may deserve a warning, and is never a fault."""
    for type, description in idx.scripts().items():
        for param in description.params:
            if param.check is not None and not param.required and param.default is not None:
                for finding in param.check(param.default) or ():
                    assert finding.severity != "error", f"{type}.{param.wire}"


def test_the_call_stays_a_call_when_scripts_are_imported():
    import importlib

    importlib.import_module("identitysync.scripts.fields.rename")
    from identitysync.scripts.fields.rename import Rename

    assert callable(idx.scripts)
    assert idx.scripts()["field.rename"].spec.cls is Rename


def test_a_broken_plugin_is_named_and_harms_nobody_else():
    registry = Registry({
        "broken.import": (Offer("bad-package", "no_such_module:X"),),
        "broken.class": (Offer("odd-package", "json:dumps"),),
        "field.rename": (Offer("identitysync", "identitysync.scripts.fields.rename:Rename"),),
        "twice": (Offer("one", "a:A"), Offer("two", "b:B")),
        "other.name": (Offer("liar", "identitysync.scripts.fields.rename:Rename"),),
    })  # fmt: skip

    assert "bad-package" in registry["broken.import"].problem
    assert "odd-package" in registry["broken.class"].problem
    assert "one" in registry["twice"].problem
    assert "two" in registry["twice"].problem
    assert "liar" in registry["other.name"].problem
    assert registry["field.rename"].problem == ""
    with pytest.raises(PluginError):
        registry["twice"].spec  # noqa: B018 - loading it is the question


def test_types_are_found_whatever_their_case_and_suggested_when_they_are_wrong():
    registry = idx.scripts()

    assert registry["FIELD.rename "].type == "field.rename"
    assert "field.rename" in registry.suggest("field.renmae")
    with pytest.raises(TypeError):
        registry["x"] = 1  # type: ignore[index]


def test_a_class_or_a_function_of_this_process_is_enough():
    @idx.script("note.upper", summary="Write in capitals.")
    def upper(record: idx.Record, *, field: str = idx.param(doc="The field.")) -> idx.Record:
        record[field] = record[field].upper()
        return record

    @idx.script("note.split", summary="Give one record for each word.")
    def words(record: idx.Record):
        for word in record["name"].split():
            yield {"name": word}

    out = []
    flow = idx.Dataflow(name="n", steps=[
        idx.Step("read", "file.parse.json", next=["upper"]),
        idx.Step("upper", upper, {"field": "name"}, next=["words"]),
        idx.Step("words", words),
    ])  # fmt: skip
    job = idx.run(flow, inputs={"read": [{"name": "ada lovelace"}, {"name": 3}]}, outputs={"words": out})

    assert out == [{"name": "ADA"}, {"name": "LOVELACE"}]
    assert job.steps["upper"].rejected == 1
    assert job.steps["words"].emitted == 2


@pytest.mark.timeout(300)
def test_the_example_package_is_built_installed_and_run(tmp_path):
    from pathlib import Path

    package = Path(__file__).parents[2] / "examples" / "acme-scripts"
    root = Path(__file__).parents[2]
    site = tmp_path / "site"
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "dist"),
        str(package),
    ]
    subprocess.run(build, check=True, capture_output=True, timeout=200)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=200)
    flow = {"name": "acme", "steps": [
        {"id": "read", "type": "datasource.read.file", "params": {"url": str(tmp_path / "in.json")}, "next": ["parse"]},
        {"id": "parse", "type": "file.parse.json", "next": ["shout"]},
        {"id": "shout", "type": "acme.shout", "params": {"field": "name"}, "next": ["halves"]},
        {"id": "halves", "type": "acme.halves", "params": {"field": "n"}, "next": ["mirror"]},
        {"id": "mirror", "type": "field.evaluate", "next": ["out"], "params": {
            "language": "pyjexl", "fields": [{"field": "name", "expression": "name|mirror('-')"}]}},
        {"id": "out", "type": "file.format.json", "params": {"fileName": "o.json", "lines": True}, "next": ["write"]},
        {"id": "write", "type": "datasource.write.file", "params": {"url": str(tmp_path / "out")}},
    ]}  # fmt: skip
    (tmp_path / "in.json").write_text('[{"name": "ada", "n": 4}, {"name": 7, "n": 1}]')
    (tmp_path / "flow.json").write_text(json.dumps(flow))
    environment = {
        "PYTHONPATH": f"{site}:{root / 'src'}",
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "NO_LIVE_PROGRESS": "1",
    }
    command = [sys.executable, "-m", "identitysync", "run", str(tmp_path / "flow.json"), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)

    assert ran.returncode == 0, ran.stderr
    job = json.loads(ran.stdout)
    assert job["steps"]["shout"]["rejected"] == 1
    assert (tmp_path / "out" / "o.json").read_text().splitlines() == [
        '{"name":"ADA-ADA","n":2.0,"part":1}', '{"name":"ADA-ADA","n":2.0,"part":2}',
    ]  # fmt: skip
