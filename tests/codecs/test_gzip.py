"""Gzip, told apart from everything else, whole or not at all."""

import gzip as stdlib
import io
import os
import subprocess
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.codecs import gzip
from identitysync.errors import FormatError, InvalidParameter

TEXT = 'id,name\r\n1,"Zoë 🙂"\r\n'.encode() * 999


def packed(content, level=6):
    target = io.BytesIO()
    gzip.compress(io.BytesIO(content), target, level)
    return target.getvalue()


def unpacked(content, **caps):
    target = io.BytesIO()
    gzip.decompress(io.BytesIO(content), target, **caps)
    return target.getvalue()


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize(
    "content", [b"", b"x", TEXT, os.urandom(3 * gzip.BLOCK + 1)], ids=["empty", "x", "text", "noise"]
)
def test_every_level_comes_back_here_and_elsewhere(level, content):
    made = packed(content, level)
    assert stdlib.decompress(made) == content
    assert unpacked(made) == content


def test_the_system_tool_agrees(tmp_path):
    for level in (1, 9):
        path = tmp_path / f"{level}.gz"
        path.write_bytes(packed(TEXT, level))
        subprocess.run(["gzip", "-t", str(path)], check=True)
    made = subprocess.run(["gzip", "-c"], input=TEXT, check=True, capture_output=True).stdout
    assert unpacked(made) == TEXT


@pytest.mark.parametrize("level", [0, 1, 3, 4, 9])
def test_equal_content_gives_equal_bytes_without_name_or_time(level):
    made = packed(TEXT, level)
    assert made == packed(TEXT, level)
    assert made[:4] == b"\x1f\x8b\x08\x00"  # no name, no comment, no extra field
    assert made[4:8] == bytes(4)  # no time


@pytest.mark.parametrize("level", [-1, 10, 99])
def test_other_levels_are_refused(level):
    with pytest.raises(InvalidParameter, match=rf"0 to 9; found {level}"):
        packed(b"", level)


@given(
    parts=st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 9), st.integers(0, 20)), min_size=1, max_size=4),
    block=st.sampled_from([1, 2, 3, 7, 64, 1 << 20]),
)
def test_members_and_padding_are_read_as_one_whatever_the_blocks(parts, block):
    made = b"".join(packed(content, level) + bytes(zeros) for content, level, zeros in parts)
    before, gzip.BLOCK = gzip.BLOCK, block
    try:
        assert unpacked(made) == b"".join(content for content, _, _ in parts)
    finally:
        gzip.BLOCK = before


def test_members_with_names_comments_and_extra_fields_are_read():
    body = packed(TEXT)
    flags = 0x04 | 0x08 | 0x10
    header = body[:3] + bytes([flags]) + body[4:10] + b"\x04\0EXTR" + b"name.csv\0" + b"comment\0"
    assert unpacked(header + body[10:]) == TEXT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not gzip: the file is empty"),
        (b"\x1f", "not gzip: it starts with 1f"),
        (b"id,name\n", "not gzip: it starts with 69 64 2c 6e"),
        (b"PK\x03\x04zip", "not gzip: it is a zip file"),
        (b"BZh9", "not gzip: it is a bzip2 file"),
        (b"\xfd7zXZ\0", "not gzip: it is an xz file"),
        (b"\x28\xb5\x2f\xfd", "not gzip: it is a zstd file"),
        (zlib.compress(b""), "not gzip: it starts with 78 9c 03 00"),
    ],
)
def test_what_is_not_gzip_is_told_by_its_first_bytes(content, said):
    with pytest.raises(FormatError) as told:
        unpacked(content)
    assert str(told.value) == said


def test_a_cut_at_any_byte_is_told():
    made = packed(TEXT[:90]) + packed(TEXT[:50])
    whole = {0, len(packed(TEXT[:90]))}
    for end in set(range(len(made))) - whole:
        with pytest.raises(
            FormatError, match=rf"cut off after {end} bytes|it starts with 1f|something else follows"
        ) as told:
            unpacked(made[:end])
        assert told.value.reason


def test_a_cut_in_a_large_file_is_told_after_what_was_there():
    made = packed(os.urandom(3 * gzip.BLOCK))
    target = io.BytesIO()
    with pytest.raises(FormatError, match=f"cut off after {len(made) - 5} bytes"):
        gzip.decompress(io.BytesIO(made[:-5]), target)


@pytest.mark.parametrize("where", [-1, -5, 40, 2])
def test_a_turned_bit_is_told(where):
    made = bytearray(packed(TEXT))
    made[where] ^= 0x10
    with pytest.raises(FormatError, match="damaged near byte"):
        unpacked(bytes(made))


@pytest.mark.parametrize("zeros", [0, 1, 600])
@pytest.mark.parametrize("garbage", [b"x", b"garbage", b"\x1f\x8c", b"PK\x03\x04"])
def test_what_follows_the_last_member_is_told_with_its_place(garbage, zeros):
    made = packed(TEXT)
    with pytest.raises(FormatError, match=f"ends at byte {len(made) + zeros}, and something else follows"):
        unpacked(made + bytes(zeros) + garbage)


def test_a_bomb_is_defused_by_its_size():
    bomb = packed(bytes(50_000_000), 9)
    with pytest.raises(FormatError, match="may be a bomb"):
        unpacked(bomb, max_bytes=10_000_000)


def test_a_bomb_is_defused_by_its_ratio():
    bomb = packed(bytes(50_000_000), 9)
    with pytest.raises(FormatError, match="may be a bomb"):
        unpacked(bomb, max_ratio=100)
    assert len(unpacked(bomb)) == 50_000_000
    assert unpacked(packed(TEXT), max_ratio=1, max_bytes=len(TEXT)) == TEXT  # small files may be as they are


def test_a_bomb_of_members_is_defused_too():
    bomb = packed(bytes(1_000_000)) * 50
    with pytest.raises(FormatError, match="may be a bomb"):
        unpacked(bomb, max_bytes=10_000_000)


def test_no_more_than_the_cap_is_written():
    target = io.BytesIO()
    with pytest.raises(FormatError):
        gzip.decompress(io.BytesIO(packed(bytes(50_000_000))), target, max_bytes=10_000_000)
    assert len(target.getvalue()) <= 10_000_000


def test_a_reader_reads_as_far_as_somebody_reads():
    source = Counting(packed(os.urandom(8 * gzip.BLOCK)))
    reader = gzip.open_reader(source)
    assert len(reader.read(10)) == 10
    assert source.tell() <= 3 * gzip.BLOCK


def test_a_reader_gives_lines_and_closes_its_source():
    source = Counting(packed(TEXT) + packed(b"last line"))
    with gzip.open_reader(source) as reader:
        lines = list(reader)
    assert b"".join(lines) == TEXT + b"last line"
    assert lines[-1] == b"last line"
    assert source.closed


def test_a_reader_raises_what_is_wrong():
    with pytest.raises(FormatError, match="cut off"):
        gzip.open_reader(io.BytesIO(packed(TEXT)[:-1])).read()
    with pytest.raises(FormatError, match="not gzip"):
        gzip.open_reader(io.BytesIO(b"text")).read(1)
    with pytest.raises(FormatError, match="bomb"):
        gzip.open_reader(io.BytesIO(packed(bytes(9_000_000))), max_bytes=1_000_000).read()


def test_memory_does_not_grow_with_the_file():
    made = packed(bytes(100_000_000))
    tracemalloc.start()
    try:
        gzip.decompress(io.BytesIO(made), Nowhere())
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


class Counting(io.BytesIO):
    pass


class Nowhere(io.BytesIO):
    def write(self, block):
        return len(block)

    def writelines(self, blocks):
        for block in blocks:
            self.write(block)
