"""A service on a store of its own, with a clock that stands still, and flows that read and write a folder."""

import json
from datetime import UTC, datetime

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts
from identitysync.world import FixedClock
from tests.world.test_http import certificate, context  # noqa: F401 - fixtures

S = idx.Step


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC))


@pytest.fixture
def make(place, clock):
    """Make a service on the store."""
    made = []

    def make(**more):
        service = idx.IdentitySync(place, **({"clock": clock} | more))
        made.append(service)
        return service

    yield make
    for service in made:
        service.close()


@pytest.fixture
def service(make):
    return make()


@pytest.fixture
def flow(tmp_path):
    """A flow that turns a file of JSON into another: fine, until its file is taken away."""
    (tmp_path / "in.json").write_text(json.dumps([{"n": number} for number in range(25)]))
    return idx.Dataflow(name="copy", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "out_${now}.json"}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ])  # fmt: skip


@pytest.fixture
def slow_flow(tmp_path, monkeypatch):
    """A flow that takes its time without taking the machine's: a thousand accounts of a Gigya that answers slowly."""
    with GigyaEmulator("3_slow", accounts=generate_accounts(1000)) as gigya:
        gigya.faults.add("slow", method="accounts.search", times=-1, seconds=0.15)
        site = {"API_KEY": "3_slow", "USER_KEY": gigya.site.user_key, "SECRET": gigya.site.secret.reveal()}
        for name, value in (site | {"URL": gigya.url}).items():
            monkeypatch.setenv(f"GIGYA_{name}", value)
        yield idx.Dataflow(name="slow", steps=[
            S("read", "datasource.read.gigya.account", {"select": "UID", "batchSize": 100}, next=["json"]),
            S("json", "file.format.json", {"fileName": "${jobId}.json"}, next=["write"]),
            S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
        ])  # fmt: skip


@pytest.fixture
def secret_flow(tmp_path):
    """A flow with a secret in clear, and one that is a reference."""
    return idx.Dataflow(name="secret", steps=[
        S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["parse"]),
        S("parse", "file.parse.json", next=["json"]),
        S("json", "file.format.json", {"fileName": "out.json"}, next=["sftp", "other"]),
        S("sftp", "datasource.write.sftp", {"host": "127.0.0.1", "port": 9, "username": "u", "password": "planted-canary-secret"}),
        S("other", "datasource.write.sftp", {"host": "127.0.0.1", "username": "u", "password": "${env:OTHER}"}),
    ])  # fmt: skip
