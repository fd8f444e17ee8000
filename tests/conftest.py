"""What all tests share: all cores, no skip on CI, laws that do not depend on how busy the machine is, a private home."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from identitysync.world import SystemClock

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=5000)
settings.load_profile("default")


def pytest_xdist_auto_num_workers(config):
    """Run folders of tests on all cores, and named files or tests in this process, where a debugger reaches them."""
    named = any("::" in each or each.endswith(".py") for each in config.args)
    return 0 if named or config.option.usepdb or config.option.capture == "no" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get("IDENTITYSYNC_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be: {call.excinfo and call.excinfo.value}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _quick_folders(tmp_path_factory):
    """Name new folders at random: pytest numbers them by reading all names, of which there are thousands here."""
    base = tmp_path_factory.getbasetemp()

    def mktemp(name, numbered=True):
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base)) if numbered else made(name, numbered=False)

    made = tmp_path_factory.mktemp
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tmp_path_factory, "mktemp", mktemp)
        yield


@pytest.fixture(autouse=True)
def _private_home(tmp_path_factory, monkeypatch):
    """Keep dead letters and known hosts of the machine's user out of the tests, and the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("NO_LIVE_PROGRESS", "1")
    for name in [name for name in os.environ if name.startswith("GIGYA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def hurried(monkeypatch):
    """Let pauses be over after a twentieth of their time; whoever measures them by the same clock sees them whole."""
    sleep, monotonic = time.sleep, time.monotonic
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: sleep(max(0.0, seconds) / 20))
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: monotonic() * 20)


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server."""
    from tests.stores.databases import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """A place for a store, in each database."""
    if request.param == "sqlite":
        return str(tmp_path / "idx.db")
    return request.getfixturevalue("postgres").new_database()
