"""Every emulator that ships can be played from the command line, and tells what a step needs to find it."""

import json
import signal
import subprocess
import sys

import pytest

import identitysync as idx
from identitysync import testing
from identitysync.cli.emulators import PLAYED, playing


def test_no_emulator_is_forgotten():
    emulators = {name for name in testing.__all__ if name.endswith("Emulator")} - {"GigyaEmulator"}
    assert {each.emulator for each in PLAYED.values()} == emulators, "add a line to cli/emulators.py"
    assert list(PLAYED) == sorted(PLAYED)


def scripts(name):
    types = (f"datasource.{direction}.{name}" for direction in ("read", "write"))
    return [idx.scripts()[type].spec for type in types if type in idx.scripts()]


@pytest.mark.parametrize("name", [name for name in PLAYED if name != "http"])
def test_what_is_told_are_parameters_and_a_reader_that_needs_no_more_signs_in(name):
    with playing(name) as told:
        known = {each.wire for spec in scripts(name) for each in spec.params}
        assert set(told) - known <= {"url"}
        for spec in scripts(name):
            given = {**told, "podNumber": "1"}  # of no account in particular
            given = {each.wire: given[each.wire] for each in spec.params if each.wire in given}
            needed = {each.wire for each in spec.params if each.required}
            if ".read." in spec.type and needed <= set(given):
                flow = idx.Dataflow(name="try", steps=[idx.Step("read", spec.type, given)])
                job = idx.run(flow, full_extract=True, progress=False)
                assert (job.status, job.total_records) == ("succeeded", 0), job.status_details


def test_the_rest_store_opens_to_its_token():
    with playing("http") as params:
        auth = {"kind": "bearer", "key": params["token"]}
        step = idx.Step(
            "r", "datasource.read.external.generic", {"url": f"{params['url']}/x", "recordsPath": "data", "auth": auth}
        )
        assert idx.run(idx.Dataflow(steps=[step]), full_extract=True, progress=False).status == "succeeded"


def test_the_command_tells_it_and_ends_with_ctrl_c():
    command = [sys.executable, "-u", "-m", "identitysync", "emulator", "http", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        lines = process.stdout.readline()
        while not lines.rstrip().endswith("}"):
            lines += process.stdout.readline()
        assert set(json.loads(lines)) == {"url", "token"}
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        process.stdout.close()
