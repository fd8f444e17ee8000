"""Zip archives: of one file and of several, whole or not at all, and never a bomb."""

import io
import os
import shutil
import struct
import subprocess
import tracemalloc
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.codecs import zip as codec
from identitysync.errors import FormatError, InvalidParameter

needs_zip = pytest.mark.skipif(
    not (shutil.which("zip") and shutil.which("unzip")), reason="zip is not installed: apt-get install zip unzip"
)
TEXT = 'id,name\r\n1,"Zoë 🙂"\r\n'.encode() * 999


def packed(content, name="a.csv", level=6, size=None):
    size = len(content) if size is None else size
    return b"".join(codec.compress([(name, io.BytesIO(content), size)], level))


def unpacked(archive, **caps):
    return [(name, b"".join(blocks)) for name, blocks in codec.members(io.BytesIO(archive), **caps)]


def archive_of(files, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize(
    "content", [b"", b"x", TEXT, os.urandom(3 * codec.BLOCK + 1)], ids=["empty", "x", "text", "noise"]
)
def test_every_level_comes_back_here_and_elsewhere_and_equal_files_give_equal_archives(level, content):
    made = packed(content, "Zoë.csv", level)

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {"Zoë.csv": content}
    assert unpacked(made) == [("Zoë.csv", content)]
    assert made == packed(content, "Zoë.csv", level)


@needs_zip
def test_the_system_tools_agree(tmp_path):
    for size in (None, 3 << 30):  # the latter asks for what large files need
        (tmp_path / "ours.zip").write_bytes(packed(TEXT, size=size))
        subprocess.run(["unzip", "-tq", "ours.zip"], cwd=tmp_path, check=True, capture_output=True)
        shown = subprocess.run(["unzip", "-p", "ours.zip"], cwd=tmp_path, check=True, capture_output=True).stdout
        assert shown == TEXT
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(TEXT)
    (tmp_path / "b.csv").write_bytes(b"")
    subprocess.run(["zip", "-rq", "theirs.zip", "in", "b.csv"], cwd=tmp_path, check=True)
    assert unpacked((tmp_path / "theirs.zip").read_bytes()) == [("in/a.csv", TEXT), ("b.csv", b"")]


@given(st.lists(st.tuples(st.sampled_from(["a", "b/c", "ü", "d/"]), st.binary(max_size=50)), max_size=5))
def test_all_files_come_in_their_order_doubles_too_and_folders_do_not(files):
    wanted = [(name, content) for name, content in files if not name.endswith("/")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile does not like doubles
        made = archive_of(files)
    if files:
        assert unpacked(made) == wanted
    assert unpacked(archive_of([])) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not zip: the file is empty"),
        (b"id,name\n", "not zip: it starts with 69 64 2c 6e"),
        (b"\x1f\x8b\x08\x00", "not zip: it is a gzip file"),
        (b"-----BEGIN PGP MESSAGE-----\n", "not zip: it is an OpenPGP file"),
    ],
)
def test_what_is_not_zip_is_told_by_its_first_bytes(content, said):
    with pytest.raises(FormatError) as told:
        unpacked(content)
    assert str(told.value) == said


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_whatever_is_broken_nothing_but_a_format_error_is_raised(tmp_path_factory, junk, where, on_disk):
    whole = archive_of([("a.csv", b"some text" * 9), ("b.csv", b"x")])
    for bad in (b"PK\x03\x04" + junk, whole[:where], whole[:where] + junk + whole[where + len(junk) :], whole + junk):
        source = io.BytesIO(bad)
        if on_disk:
            path = tmp_path_factory.getbasetemp() / "broken.zip"
            path.write_bytes(bad)
            source = path.open("rb")
        with source, suppress(FormatError):
            for _, blocks in codec.members(source):
                list(blocks)


def test_a_cut_anywhere_is_told():
    whole = archive_of([("a.csv", TEXT[:300])])
    for end in range(len(whole)):
        with pytest.raises(FormatError):
            unpacked(whole[:end])


def test_a_file_without_a_name_is_told():
    with pytest.raises(FormatError, match="has no name"):
        unpacked(archive_of([("a", b"x")]).replace(b"a", b"\0"))


def test_a_turned_bit_in_the_data_is_told():
    whole = bytearray(archive_of([("a.csv", TEXT)], zipfile.ZIP_STORED))
    whole[100] ^= 1
    with pytest.raises(FormatError, match=r"'a\.csv' in the zip file is cut off or damaged: Bad CRC-32"):
        unpacked(bytes(whole))


@needs_zip
def test_encrypted_files_and_other_methods_are_told_by_name(tmp_path):
    (tmp_path / "a.csv").write_bytes(TEXT)
    subprocess.run(["zip", "-q", "-P", "secret", "x.zip", "a.csv"], cwd=tmp_path, check=True)
    with pytest.raises(FormatError, match=r"'a\.csv' in the zip file is encrypted"):
        unpacked((tmp_path / "x.zip").read_bytes())
    with pytest.raises(FormatError, match=r"'a\.csv' in the zip file is packed by LZMA"):
        unpacked(archive_of([("a.csv", TEXT)], zipfile.ZIP_LZMA))


def test_a_bomb_is_defused_by_its_size_and_no_more_than_the_cap_comes_out():
    bomb = archive_of([("a", bytes(6_000_000)), ("b", bytes(6_000_000))])
    blocks = (block for _, each in codec.members(io.BytesIO(bomb), max_bytes=10_000_000) for block in each)
    target = io.BytesIO()
    with pytest.raises(FormatError, match="may be a bomb"):
        target.writelines(blocks)
    assert len(target.getvalue()) <= 10_000_000


def test_files_that_overlap_are_defused_by_what_comes_of_all_of_them():
    one = archive_of([("a", bytes(50_000_000))])
    end = one.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", one, end + 16)[0]
    body, entry = one[:start], one[start:end]
    count = 40
    bomb = (
        body + entry * count + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    )
    with pytest.raises(FormatError, match=r"may be a bomb|damaged"):
        sum(len(block) for _, blocks in codec.members(io.BytesIO(bomb)) for block in blocks)


def test_a_list_of_files_that_would_fill_the_memory_is_never_read():
    lie = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60000, 60000, 9_000_000, 4, 0)
    with pytest.raises(FormatError, match="the list of files in the zip file has 9000000 bytes"):
        unpacked(b"PK\x03\x04" + bytes(9_000_000) + lie)


def test_memory_does_not_grow_with_the_file():
    tracemalloc.start()
    try:
        blocks = codec.compress([("a", Zeros(200), 200 << 20)])
        made = b"".join(blocks)
        for _, blocks in codec.members(io.BytesIO(made)):
            for _ in blocks:
                pass
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [0, 1, 70_000])
def test_an_archive_holds_as_many_files_as_there_are(tmp_path, count):
    names = [f"{number}/é" for number in range(count)]
    made = b"".join(codec.compress((name, io.BytesIO(name.encode()), 9) for name in names))

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == names
    if count and shutil.which("unzip"):
        (tmp_path / "ours.zip").write_bytes(made)
        told = subprocess.run(["unzip", "-Z1", "ours.zip"], cwd=tmp_path, check=True, capture_output=True)
        assert told.stdout.decode().split() == names


def test_other_levels_are_refused():
    with pytest.raises(InvalidParameter, match="0 to 9; found 10"):
        packed(b"", level=10)


class Zeros:
    def __init__(self, blocks):
        self._left = blocks

    def read(self, count):
        self._left -= 1
        return bytes(count) if self._left >= 0 else b""
