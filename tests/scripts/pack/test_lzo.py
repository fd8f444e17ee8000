"""LZO in a flow: the index is laid beside the file, and left out on the way back."""

import sys

import pytest

from tests.scripts.pack.flows import contents, through


def test_a_file_comes_back_and_its_index_does_not():
    packed, _, job = through(
        "file.compress.lzo", {"createIndexFile": "true"}, [("out/a.csv", b"1" * 300_000), ("b", b"")]
    )
    assert job.status == "succeeded", job.status_details
    assert [file.name for file in packed] == ["out/a.csv.lzo", "out/a.csv.lzo.index", "b.lzo", "b.lzo.index"]
    assert [file.size for file in packed][1::2] == [16, 0]

    back, _, job = through("file.uncompress.lzo", {}, [(file.name, file.open().read()) for file in packed])
    assert contents(back) == {"out/a.csv": b"1" * 300_000, "b": b""}
    count = job.steps["x"]
    assert (count.received, count.passed, count.dropped, count.rejected) == (4, 2, 2, 0)


@pytest.mark.parametrize(
    ("type", "params", "library"),
    [
        ("file.compress.lzo", {}, "lzallright"),
        ("file.uncompress.lzo", {}, "lzallright"),
        ("file.sign.pgp", {"signingKey": "x"}, "pysequoia"),
        ("file.decrypt.pgp", {"privateKey": "x"}, "pysequoia"),
    ],
)
def test_what_is_not_installed_is_told_before_anything_is_read(type, params, library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    _, _, job = through(type, params, [("a", b"1")])

    assert job.status == "failed"
    assert f"pip install 'identitysync[{type.rpartition('.')[2]}]'" in job.status_details
    assert not job.steps


def test_without_being_asked_there_is_no_index():
    packed, _, _ = through("file.compress.lzo", {}, [("a", b"1")])
    assert [file.name for file in packed] == ["a.lzo"]


@pytest.mark.parametrize("name", ["a.lzo", "a.lzo.index", "a.csv"])
def test_another_kind_of_file_is_a_clear_error_whatever_its_name(name):
    _, refused, job = through("file.uncompress.lzo", {}, [(name, b"id,name\n1,x\n")], error=True)
    assert contents(refused) == {name: b"id,name\n1,x\n"}
    assert any(f"{name}: not LZO: it starts with" in line for line in job.trace)
