"""The memory of delivered files."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest

from identitysync.contract import SourceFile
from identitysync.errors import StoreError
from identitysync.stores import open_store
from tests.stores.test_schema import VERSION_1

MOMENT = datetime(2026, 11, 24, 22, 41, 7, 123_456, UTC)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "idx.db")
    yield store
    store.close()


def test_what_was_delivered_is_known_as_long_as_nothing_of_it_changes(store):
    file = SourceFile("sftp://host:22/in/a 🙂'.csv", 11, MOMENT)
    store.files.remember("flow", [file])
    others = [
        SourceFile(file.address, 12, MOMENT), SourceFile(file.address, 11, MOMENT + timedelta(microseconds=1)),
        SourceFile(file.address, 11, None), SourceFile("sftp://host:22/in/b", 11, MOMENT),
    ]  # fmt: skip
    assert store.files.known("flow", [file, *others]) == {file}
    assert store.files.known("other flow", [file]) == set()
    elsewhere = SourceFile(file.address, 11, MOMENT.astimezone(timezone(timedelta(hours=2))))
    assert store.files.known("flow", [elsewhere]) == {file}


def test_the_latest_one_counts(store):
    older, newer = SourceFile("a", 1, None), SourceFile("a", 2, None)
    for files in ([older], [newer]):
        store.files.remember("flow", files)
    assert store.files.known("flow", [older, newer]) == {newer}


def test_very_many_files_are_asked_for_and_remembered(store):
    files = [SourceFile(f"s3://bucket/{number}", number, MOMENT) for number in range(2_345)]
    store.files.remember("flow", files[::2])
    assert store.files.known("flow", files) == set(files[::2])
    assert store.files.known("flow", []) == set()


OLD_TABLE = "CREATE TABLE delivered_file (flow TEXT NOT NULL, address TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT, PRIMARY KEY (flow, address)) WITHOUT ROWID"  # fmt: skip


@pytest.mark.parametrize("had", [False, True])
def test_a_store_of_before_learns_to_remember_files_or_keeps_what_it_knows(tmp_path, had):
    path = tmp_path / "idx.db"
    base = sqlite3.connect(path)
    for statement in (
        *VERSION_1,
        *([OLD_TABLE, "INSERT INTO delivered_file VALUES ('flow', 'b', 2, NULL)"] if had else []),
    ):
        base.execute(statement)
    base.commit()
    base.close()
    store = open_store(path)
    store.files.remember("flow", [SourceFile("a", 1, None)])
    both = {SourceFile("a", 1, None), SourceFile("b", 2, None)}
    assert store.files.known("flow", list(both)) == (both if had else {SourceFile("a", 1, None)})
    store.close()


def test_trouble_is_said_as_that_of_the_store(tmp_path):
    store = open_store(tmp_path / "idx.db")
    store.close()
    with pytest.raises(StoreError, match=r"idx\.db cannot be used"):
        store.files.remember("flow", [SourceFile("a", 1, None)])
