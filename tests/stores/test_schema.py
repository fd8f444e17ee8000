"""Tables: those of every earlier version become the present ones, and what is no store is left alone."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

import identitysync as idx
from identitysync.errors import MissingExtra, StoreError
from identitysync.stores import open_service_store, open_store
from identitysync.stores.schema import VERSION
from identitysync.stores.sqlite import SqliteDatabase
from identitysync.values import json_bytes

VERSION_1 = (
    "CREATE TABLE job (id TEXT PRIMARY KEY, flow TEXT NOT NULL, status TEXT NOT NULL, row BLOB NOT NULL)",
    "CREATE INDEX job_flow ON job (flow)",
    "CREATE TABLE watermark (flow TEXT PRIMARY KEY, last_runtime TEXT NOT NULL)",
    "PRAGMA user_version=1",
)
"""The tables as version 1 of the library made them."""


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "idx.db"
    base = sqlite3.connect(path)
    for statement in VERSION_1:
        base.execute(statement)
    rows = [
        {"id": "j1", "dataflowId": "f", "status": "succeeded", "createTime": "2026-01-01T00:00:00.123456Z", "updateTime": "2026-01-01T00:00:01.000Z", "trace": ["a", "b"]},
        {"id": "j2", "status": "running", "createTime": "2026-01-02T00:00:00.000Z", "updateTime": "2026-01-02T00:00:00.000Z"},
    ]  # fmt: skip
    for row in rows:
        base.execute("INSERT INTO job VALUES (?, 'f', ?, ?)", (row["id"], row["status"], json_bytes(row)))
    base.execute("INSERT INTO watermark VALUES ('f', '2026-01-01T00:00:00.123456+00:00')")
    base.commit()
    base.close()
    return path


def tables(path):
    base = sqlite3.connect(path)
    found = base.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    base.close()
    return {name: " ".join(sql.split()) for name, sql in found}


def test_a_store_of_version_1_keeps_its_jobs_and_watermarks_and_gets_the_tables_of_a_new_one(old, tmp_path):
    with idx.IdentitySync(old) as service:
        first, second = service.search("SELECT * FROM idx_job_status ORDER BY createTime")
        assert service.search("SELECT id FROM idx_job_status WHERE dataflowId = 'f'") == [{"id": "j1"}]
        assert (first.trace, first.status, second.status) == (("a", "b"), "succeeded", "running")
        assert first.create_time == datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)
    store = open_store(old)
    assert store.last_runtime("f") == datetime(2026, 1, 1, 0, 0, 0, 123456, UTC)
    open_store(tmp_path / "new.db").close()
    assert tables(old) == tables(tmp_path / "new.db")


def test_a_job_of_version_1_whose_process_is_gone_is_given_up_a_minute_later(old):
    open_store(old).close()
    store = open_service_store(old)
    assert store.claims.give_up(datetime.now(UTC), lambda *_: None) == []
    (given_up,) = store.claims.give_up(datetime.now(UTC) + timedelta(minutes=2), lambda *_: None)
    assert given_up["id"] == "j2"


def test_a_store_is_brought_forward_once_and_as_a_whole(old, monkeypatch):
    from identitysync.stores import schema

    def fails(tx, words):
        tx.change("DROP TABLE job")
        raise StoreError("the disk is full")

    before = tables(old)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_FORWARD", {1: fails})
        with pytest.raises(StoreError, match="full"):
            open_store(old)
    assert tables(old) == before
    open_store(old).close()
    assert open_store(old).job("j1")["id"] == "j1"


def test_a_store_of_a_newer_version_is_refused(place):
    store = open_service_store(place)
    base = store.runs._base
    with base.transaction() as tx:
        tx.set_version(VERSION + 1)
    store.close()
    with pytest.raises(StoreError, match="update the library"):
        open_store(place)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is no database, however long one looks at it" * 100, "no SQLite file"), (None, "damaged|malformed|cannot be used")],
)  # fmt: skip
def test_a_broken_file_is_said_to_be_broken_and_left_alone(tmp_path, content, words):
    path = tmp_path / "idx.db"
    if content is None:
        store = open_service_store(path)
        for number in range(200):
            store.flows.add("dataflow", f"{number}", {"name": "x" * 2000})
        store.close()
        content = bytearray(path.read_bytes())
        content[4096 : len(content)] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=words) as told, idx.IdentitySync(path) as service:
        service.search("SELECT * FROM dataflow")
    assert str(path) in str(told.value)
    assert path.read_bytes() == bytes(content)


def test_a_store_that_another_process_holds_is_said_to_be_held(tmp_path):
    path = tmp_path / "idx.db"
    open_store(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    base = SqliteDatabase(path, patience=0.1)
    with pytest.raises(StoreError, match=r"another process has held it for 0\.1 seconds"), base.transaction():
        pass
    holder.execute("ROLLBACK")
    with base.transaction() as tx:
        assert tx.version() == VERSION
    base.close()
    holder.close()


def test_the_password_of_a_database_is_in_no_text(postgres):
    from tests.stores.databases import PASSWORD

    store = open_service_store(postgres.new_database())
    assert PASSWORD not in store.place
    store.close()
    with pytest.raises(StoreError, match="does not exist") as told:
        open_store(postgres.url("nowhere"))
    assert PASSWORD not in str(told.value)


def test_a_place_that_is_no_address_is_refused():
    with pytest.raises(StoreError, match="no address"):
        open_store("postgresql://user@host:port/x")


def test_a_database_whose_packages_are_missing_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"identitysync\[postgres\]"):
        open_store("postgresql://host/db")


def test_a_server_that_restarts_is_waited_for(postgres):
    import threading

    store = open_service_store(postgres.new_database())
    store.flows.add("dataflow", "1", {"name": "a"})
    postgres.stop()
    threading.Timer(0.5, postgres.start).start()
    assert store.flows.get("dataflow", "1") == {"name": "a"}
    store.close()
