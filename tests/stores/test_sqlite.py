"""The store: what a run remembers, and what it does when it cannot."""

import sqlite3
import stat
from datetime import UTC, datetime

import pytest

import identitysync as idx
from identitysync.errors import InvalidParameter, StoreError
from identitysync.stores import open_store
from identitysync.testing import GigyaEmulator, generate_accounts

S = idx.Step


@pytest.fixture
def gigya():
    with GigyaEmulator("3_a", accounts=generate_accounts(20)) as emulator:
        yield emulator


def flow(**more):
    return idx.Dataflow(
        **{
            "name": "people",
            "steps": [S("read", "datasource.read.gigya.account", {"select": "UID, lastUpdatedTimestamp"})],
            **more,
        }
    )


def read(store, gigya, flow_=None, **options):
    out = []
    job = idx.run(flow_ or flow(), site=gigya.site, outputs={"read": out}, store=store, **options)
    return job, out


def test_the_second_run_reads_only_what_has_changed_since_the_first_began(tmp_path, gigya):
    store = tmp_path / "idx.db"
    first, all_of_them = read(store, gigya)
    uid = all_of_them[3]["UID"]
    gigya.site.put({**gigya.account(uid), "lastUpdatedTimestamp": int(datetime.now(UTC).timestamp() * 1000)})
    second, changed = read(store, gigya)

    assert len(all_of_them) == 20
    assert [record["UID"] for record in changed] == [uid]
    assert "everything" in first.trace[0]
    assert "since the last successful run" in second.trace[0]
    assert len(read(store, gigya, full_extract=True)[1]) == 20


def test_sampled_and_failed_runs_never_move_the_watermark(tmp_path, gigya):
    store = tmp_path / "idx.db"
    read(store, gigya, limit=5)
    bad = idx.Site("3_a", "AKemulated", "d3Jvbmc=", url=gigya.url)
    assert idx.run(flow(), site=bad, store=store).status == "failed"

    assert open_store(store).last_runtime("people") is None
    assert len(read(store, gigya)[1]) == 20


def test_the_row_of_a_job_is_kept_and_reads_back(tmp_path, gigya):
    store = tmp_path / "idx.db"
    job, _ = read(store, gigya)
    kept = open_store(f"sqlite:///{store}").job(job.id)

    assert idx.JobStatus.from_dict(kept) == job
    assert open_store(store).job("nobody") is None
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_flows_are_remembered_by_id_else_by_name_and_one_must_be_there(tmp_path, gigya):
    store = tmp_path / "idx.db"
    read(store, gigya, flow(id="1"))

    assert open_store(store).last_runtime("1") is not None
    assert open_store(store).last_runtime("people") is None
    with pytest.raises(InvalidParameter, match="id or its name"):
        idx.run(flow(name=""), store=store)


@pytest.mark.parametrize("content", [b"this is no database, however long one looks at it" * 100])
def test_what_is_no_store_is_said_to_be_and_left_alone(tmp_path, content):
    path = tmp_path / "idx.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"idx\.db"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_store_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "idx.db"
    open_store(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version=99")
    base.commit()
    base.close()
    with pytest.raises(StoreError, match="update the library"):
        open_store(path)


@pytest.mark.parametrize("place", ["mysql://host/db", "/proc/no/such/place/idx.db"])
def test_a_place_that_cannot_be_is_refused(place):
    with pytest.raises(StoreError):
        open_store(place)
