"""The benchmark measures what it says: the same work, on the accounts it promises."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

SPEED = Path(__file__).parents[2] / "benchmarks" / "speed"
RECORDS = 2_500


@pytest.fixture
def speed(monkeypatch):
    monkeypatch.syspath_prepend(str(SPEED))
    import accounts
    import verify

    yield accounts, verify
    del sys.modules["accounts"], sys.modules["verify"]


@pytest.mark.parametrize("flow", ["A", "B"])
def test_the_library_writes_what_straightforward_python_writes(flow, speed, tmp_path):
    accounts, verify = speed
    source = tmp_path / "accounts"
    (accounts.write_json_lines if flow == "A" else accounts.write_csv)(source, RECORDS)

    targets = tmp_path / "by hand", tmp_path / "ours"
    for script, target, options in zip(("by_hand.py", "ours.py"), targets, ([], ["--opaque"]), strict=True):
        target.mkdir()
        command = [sys.executable, str(SPEED / "contestants" / script), flow, str(source), str(target), *options]
        subprocess.run(command, check=True, timeout=60)

    assert verify.compare(flow, *targets) == "equal bytes"


def test_rows_that_differ_are_counted_and_order_and_added_columns_do_not_count(speed, tmp_path):
    _, verify = speed
    lines = {
        "expected": ['{"a": 1, "b": {"c": 2}}', '{"a": null, "b": {}}', '{"a": 3}'],
        "same": ['{"a":3, "_id": 1}', '{"a":null,"b":{}}', '{"b":{"c":2},"a":1}'],
        "other": ['{"a": 1, "b": {"c": 2}}', '{"a": "", "b": {}}', '{"a": 3, "b": {}}'],
    }
    for name, texts in lines.items():
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "b.json.gz", "wt", encoding="utf-8") as target:
            target.writelines(f"{text}\n" for text in texts)

    assert verify.compare("B", tmp_path / "expected", tmp_path / "same") == "equal rows"
    assert verify.compare("B", tmp_path / "expected", tmp_path / "other") == "2 of 3 rows differ"


def test_accounts_are_the_same_in_every_run_of_the_promised_size_and_one_in_a_hundred_is_nasty(speed, tmp_path):
    accounts, _ = speed
    for name in ("one", "two"):
        accounts.write_json_lines(tmp_path / name, RECORDS)

    text = (tmp_path / "one").read_bytes()
    assert text == (tmp_path / "two").read_bytes()
    assert 440 <= len(text) / RECORDS <= 470
    read = [json.loads(line) for line in text.splitlines()]
    assert sum(account["UID"].startswith("nasty") for account in read) == RECORDS / 100
