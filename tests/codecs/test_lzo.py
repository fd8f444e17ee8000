"""LZO, with lzop as the other side: both ways, several members, damage at every byte, and the index."""

import io
import os
import shutil
import struct
import subprocess
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.codecs import lzo
from identitysync.errors import FormatError, MissingExtra

TEXT = 'id,name\r\n1,"Zoë 🙂"\r\n'.encode() * 99_999
needs_lzop = pytest.mark.skipif(shutil.which("lzop") is None, reason="lzop is not installed: apt-get install lzop")
CONTENTS = pytest.mark.parametrize(
    "content", [b"", b"x", TEXT, os.urandom(lzo.BLOCK * 2 + 1)], ids=["empty", "x", "text", "noise"]
)


def packed(content, offsets=None):
    return b"".join(lzo.compress(io.BytesIO(content), offsets))


def unpacked(content, **caps):
    return b"".join(lzo.blocks(io.BytesIO(content), **caps))


def lzop(*arguments, data):
    return subprocess.run(["lzop", *arguments], input=data, capture_output=True, check=True).stdout


@CONTENTS
def test_what_was_compressed_comes_back_and_equal_files_give_equal_results(content):
    assert unpacked(packed(content)) == content
    assert packed(content) == packed(content)


@needs_lzop
@CONTENTS
def test_lzop_reads_what_we_write(content):
    made = packed(content)
    assert lzop("-dc", data=made) == content
    lzop("-t", data=made)


@needs_lzop
@CONTENTS
@pytest.mark.parametrize("how", [["-1"], ["-3"], ["-9"], ["--crc32"], ["-F"]])
def test_we_read_what_lzop_writes(how, content):
    assert unpacked(lzop("-c", *how, data=content)) == content


@needs_lzop
def test_names_and_times_in_the_header_are_passed_over(tmp_path):
    (tmp_path / "Zoë.csv").write_bytes(TEXT)
    subprocess.run(["lzop", "-N", "Zoë.csv"], cwd=tmp_path, check=True)
    made = (tmp_path / "Zoë.csv.lzo").read_bytes()
    assert unpacked(made) == TEXT
    assert unpacked(made + packed(b"more")) == TEXT + b"more"
    (tmp_path / "b").write_bytes(b"more")
    several = subprocess.run(["lzop", "-c", "Zoë.csv", "b"], cwd=tmp_path, check=True, capture_output=True).stdout
    assert unpacked(several) == TEXT + b"more"


def test_the_index_tells_where_each_block_begins():
    offsets = []
    content = os.urandom(lzo.BLOCK) + bytes(lzo.BLOCK) + b"end"
    made = packed(content, offsets)
    found = struct.unpack(">3Q", lzo.index(offsets))

    assert found == tuple(offsets)
    lengths = [struct.unpack_from(">2L", made, offset) for offset in offsets]
    assert [plain for plain, _ in lengths] == [lzo.BLOCK, lzo.BLOCK, 3]
    ends = [offset + 12 + size for offset, (_, size) in zip(offsets, lengths, strict=True)]
    assert [*ends[:-1]] == offsets[1:]
    assert made[ends[-1] :] == bytes(4)
    assert lzo.is_index(io.BytesIO(lzo.index(offsets)))
    assert lzo.is_index(io.BytesIO(b""))
    for other in (made, TEXT, lzo.index(offsets)[:-1], lzo.index(offsets[::-1])):
        assert not lzo.is_index(io.BytesIO(other))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not LZO: the file is empty"),
        (b"\x89LZO", "the LZO file is cut off: its end is missing"),
        (b"id,name\n", "not LZO: it starts with 69 64 2c 6e"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\0", "not LZO: it is a gzip file"),
        (b"PK\x03\x04", "not LZO: it is a zip file"),
    ],
)
def test_what_is_not_lzo_is_told_by_its_first_bytes(content, said):
    with pytest.raises(FormatError) as told:
        unpacked(content)
    assert str(told.value) == said


def test_a_cut_at_any_byte_is_told_and_a_turned_bit_never_gives_other_bytes():
    content = TEXT[:3000]
    made = packed(content)
    for end in range(len(made)):
        with pytest.raises(FormatError):
            unpacked(made[:end])
    for place in range(len(made)):
        for bit in (0, 7):
            bad = bytearray(made)
            bad[place] ^= 1 << bit
            with suppress(FormatError):
                assert unpacked(bytes(bad)) == content, place


@given(st.binary(max_size=80), st.integers(0, 200))
def test_whatever_is_broken_nothing_but_a_format_error_is_raised(junk, where):
    made = packed(TEXT[:300])
    for bad in (lzo._MAGIC + junk, made[:where] + junk + made[where + len(junk) :], made[:-4] + junk):
        with suppress(FormatError):
            unpacked(bad)


def test_what_follows_the_last_member_is_told():
    with pytest.raises(FormatError, match="has ended, and something else follows: it is a gzip file"):
        unpacked(packed(TEXT) + b"\x1f\x8b\x08\0\0\0\0\0\0")


def test_a_bomb_is_defused_by_its_size_and_a_block_is_never_larger_than_it_says():
    with pytest.raises(FormatError, match="may be a bomb"):
        unpacked(packed(bytes(20_000_000)), max_bytes=10_000_000)
    whole = packed(bytes(lzo.BLOCK))
    header, block = whole[:38], whole[50:-4]
    lie = header + struct.pack(">3L", len(block) + 1, len(block), zlib.adler32(b"")) + block + bytes(4)
    with pytest.raises(FormatError, match="its length or checksum is wrong"):
        unpacked(lie)
    with pytest.raises(FormatError, match="larger than 1048576 bytes"):
        unpacked(header + struct.pack(">3L", 2 << 20, 1 << 20, 0) + bytes(1 << 20))


def test_other_ways_to_pack_are_told():
    made = packed(b"x")
    for place, value in ((9, 0), (15, 9), (13, 0x20)):
        bad = bytearray(made)
        bad[place] = value
        with pytest.raises(FormatError, match=r"which is not read here|way that is not read"):
            unpacked(bytes(bad))


def test_memory_does_not_grow_with_the_file():
    whole = packed(bytes(1 << 20))
    many = whole[:38] + whole[38:-4] * 100 + bytes(4)
    tracemalloc.start()
    try:
        assert sum(map(len, lzo.blocks(io.BytesIO(many)))) == 100 << 20
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_missing_library_is_one_clear_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lzallright", None)
    with pytest.raises(MissingExtra, match=r"pip install 'identitysync\[lzo\]'"):
        unpacked(b"x")
