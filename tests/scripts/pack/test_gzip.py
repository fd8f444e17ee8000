"""Files into gzip and back: every level, names, and what is no gzip."""

import gzip
import io
import subprocess
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.errors import FormatError, InvalidParameter
from identitysync.scripts.pack.gunzip import UncompressGzip
from identitysync.scripts.pack.gzip import CompressGzip


def through(script, data):
    target = io.BytesIO()
    script.convert(io.BytesIO(data), target)
    return target.getvalue()


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 9000], ids=["empty", "small", "large"])
def test_every_level_is_gzip_that_others_read_and_equal_for_equal_files(level, data):
    packed = through(CompressGzip(compression_level=level), data)

    assert gzip.decompress(packed) == data
    assert packed == through(CompressGzip(compression_level=level), data)
    assert packed[4:8] == b"\0\0\0\0", "the time is told"
    assert packed[3] == 0, "the name is told"


@given(st.binary(max_size=200), st.integers(0, 9))
def test_what_was_compressed_comes_back(data, level):
    assert through(UncompressGzip(), through(CompressGzip(compression_level=level), data)) == data
    assert through(UncompressGzip(), gzip.compress(data) + gzip.compress(b"more")) == data + b"more"


def members(packed):
    count = 0
    while packed:
        unpacking = zlib.decompressobj(wbits=31)
        unpacking.decompress(packed)
        packed, count = unpacking.unused_data, count + 1
    return count


def test_what_several_blocks_became_is_a_file_of_several_members_that_everybody_reads_as_one(tmp_path):
    people = [{"id": str(number), "note": "é" * 500} for number in range(5000)]
    flow = idx.Dataflow(name="f", steps=[
        idx.Step("in", "file.parse.json", next=["dsv"]),
        idx.Step("dsv", "file.format.dsv", {"fileName": "a.csv", "columnSeparator": ","}, next=["gzip"]),
        idx.Step("gzip", "file.compress.gzip", next=["write"]),
        idx.Step("write", "datasource.write.file", {"url": str(tmp_path)}),
    ])  # fmt: skip
    idx.run(flow, inputs={"in": people}).raise_for_status()
    packed = (tmp_path / "a.csv.gz").read_bytes()
    assert members(packed) > 1

    back = idx.Dataflow(name="b", steps=[
        idx.Step("in", "datasource.read.file", {"url": str(tmp_path)}, next=["gunzip"]),
        idx.Step("gunzip", "file.uncompress.gzip", next=["dsv"]),
        idx.Step("dsv", "file.parse.dsv", {"columnSeparator": ","}),
    ])  # fmt: skip
    assert list(idx.stream(back, until="dsv")) == people
    lines = subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(lines) == 5001


@given(st.binary(max_size=100))
def test_whatever_bytes_come_nothing_but_a_format_error_is_raised(data):
    packed = gzip.compress(b"some text" * 20)
    for bad in (data, packed[: len(data)], packed + data, packed[:30] + data):
        with suppress(FormatError):
            through(UncompressGzip(), bad)


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", b"PK\x03\x04", gzip.compress(b"x" * 999, mtime=0)[:-5], gzip.compress(b"x", mtime=0) + b"y"],
    ids=["empty", "text", "zip", "cut", "more behind it"],
)
def test_what_is_no_whole_gzip_file_is_refused(data):
    with pytest.raises(FormatError):
        through(UncompressGzip(), data)


def test_a_file_that_grows_beyond_its_limit_is_refused():
    with pytest.raises(FormatError, match="bomb"):
        through(UncompressGzip(max_size=1), gzip.compress(b"\0" * 3_000_000))
    assert len(through(UncompressGzip(max_size=4), gzip.compress(b"\0" * 3_000_000))) == 3_000_000


@pytest.mark.parametrize(
    ("packed", "bare"),
    [
        ("a.csv.gz", "a.csv"),
        ("in/a.GZ", "in/a"),
        ("a.csv", "a.csv"),
        (".gz", ".gz"),
        ("in/.gz", "in/.gz"),
        ("gz", "gz"),
        ("a.tgz", "a.tgz"),
    ],
)
def test_gz_goes_off_the_name_where_it_is_one(packed, bare):
    assert UncompressGzip().rename(packed) == bare


def test_gz_is_added_to_the_name():
    assert CompressGzip().rename("in/a.csv") == "in/a.csv.gz"


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("file.compress.gzip", {"compressionLevel": 10}),
        ("file.compress.gzip", {"compressionLevel": "-1"}),
        ("file.compress.gzip", {"compressionLevel": 1.5}),
        ("file.uncompress.gzip", {"maxSize": 0}),
        ("file.uncompress.gzip", {"maxSize": "1000000001"}),
    ],
)
def test_parameters_are_judged_before_anything_runs(type, params):
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", type, params)])
    assert [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]


def test_a_level_may_come_as_text():
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", "file.compress.gzip", {"compressionLevel": "9"})])
    assert not [fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params")]


def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(InvalidParameter, match="0 to 9"):
        through(CompressGzip(compression_level=10), b"")
