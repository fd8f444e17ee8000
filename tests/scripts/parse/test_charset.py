"""Bytes into text: what is believed, what is guessed, and where a fault is."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import FormatError, InvalidParameter
from identitysync.scripts.parse import charset as module
from identitysync.scripts.parse.charset import check_charset, decoded, recognize


def read(data, told="UTF-8"):
    stream = io.BytesIO(data)
    found = recognize(stream, told, "f")
    return "".join(decoded(stream, found, "f")), found


@pytest.mark.parametrize(
    "name",
    [
        "UTF-8",
        "utf8",
        "ISO-8859-1",
        "windows-1252",
        "Cp1252",
        "UTF-16LE",
        "auto-detect",
        "AUTO-DETECT",
        "Shift_JIS",
        "UTF-8-sig",
    ],
)
def test_charsets_go_by_the_names_that_people_write(name):
    check_charset(name)


@pytest.mark.parametrize(
    "name",
    ["", "klingon", "base64", "rot13", "hex", "zlib", "idna", "unicode_escape", "undefined", "utf-8\0", "\ud800"],
)
def test_what_is_no_charset_is_refused(name):
    with pytest.raises(InvalidParameter, match="there is no charset"):
        check_charset(name)


@pytest.mark.parametrize("told", ["UTF-16", "utf_16", "U16", "auto-detect"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_the_mark_of_utf_16_tells_the_order(told, order):
    text, found = read("\ufeffUID;é😀\n".encode(f"utf-16-{order}"), told)
    assert (text, found.name, found.mark) == ("UID;é😀\n", f"utf-16-{order}", 2)


@pytest.mark.parametrize(("width", "order"), [(16, "le"), (16, "be"), (32, "le"), (32, "be")])
def test_without_a_mark_the_zeros_tell_the_order(width, order):
    assert read("UID;é😀\n".encode(f"utf-{width}-{order}"), f"UTF-{width}")[0] == "UID;é😀\n"


def test_without_mark_and_zeros_utf_16_is_big_endian():
    assert read("漢字".encode("utf-16-be"), "UTF-16")[0] == "漢字"


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-32"])
def test_marks_are_dropped_and_only_at_the_beginning(charset):
    assert read("\ufeff\ufeffa\ufeff".encode("utf-8"))[0] == "\ufeffa\ufeff"
    assert read("a".encode(charset), charset)[0] == "a"
    assert read(b"a", "utf-8-sig")[0] == "a"


@pytest.mark.parametrize("told", ["ISO-8859-1", "UTF-16", "utf-16-be", "UTF-32", "Shift_JIS"])
def test_the_mark_of_utf_8_is_believed_whatever_the_flow_says(told):
    text, found = read("\ufeffé".encode(), told)
    assert text == "é"
    assert f"read as that, not {told}" in found.note


@pytest.mark.parametrize(("charset", "name"), [("utf-16", "UTF-16"), ("utf-32", "UTF-32")])
def test_another_mark_in_a_file_that_is_said_to_be_utf_8_says_what_to_do(charset, name):
    with pytest.raises(
        FormatError, match=f"f: line 1: the file begins with the mark of {name}; give fileCharset {name}"
    ):
        read("a".encode(charset))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "utf-8"),
        (b"abc", "utf-8"),
        ("é".encode(), "utf-8"),
        (b"\xe9", "windows-1252"),
        ("é".encode()[:1], "windows-1252"),
        (b"\xef\xbb\xbf\xe9", "utf-8"),
        (b"a" * ((1 << 20) - 1) + "é".encode(), "utf-8"),  # the first MiB ends inside a character
        (b"a" * (1 << 20) + b"\xe9", "utf-8"),
    ],
)
def test_auto_detect_goes_by_the_mark_then_by_the_first_mebibyte_and_says_so(data, name):
    stream = io.BytesIO(data)
    found = recognize(stream, "auto-detect", "f")
    assert found.name == name
    assert found.note == f"f is taken for {name}"
    assert stream.tell() == found.mark


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [1, 5, 1 << 18])
def test_a_wrong_byte_is_told_with_its_line_and_place(charset, ends, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    good = ends.join(["aé", "Ċ", "x"]).encode(charset)  # Ċ is 0x010A: in UTF-16 it holds what looks like a line feed
    bad = b"\xd8\x00\x00\x41" if charset == "utf-16-be" else b"\x00\xd8\x41\x00" if charset == "utf-16" else b"\xff"
    with pytest.raises(FormatError) as caught:
        read(good + bad + b"rest", charset)

    assert caught.value.line == 3
    assert f"byte {len(good)}, 0x" in str(caught.value)
    assert "fileCharset" in str(caught.value)


def test_a_file_that_ends_inside_a_character_is_wrong():
    with pytest.raises(FormatError, match=r"line 2: byte 2, 0xc3, is no UTF-8 \(unexpected end of data\)"):
        read(b"a\n\xc3")


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["utf-8", "utf-16", "utf-32-be", "utf-7", "gb18030"]),
    st.integers(1, 9),
)
def test_text_comes_back_wherever_blocks_end(text, charset, block):
    if text.startswith("\ufeff"):
        return
    before = module.BLOCK
    module.BLOCK = block
    try:
        assert read(text.encode(charset), charset)[0] == text
    finally:
        module.BLOCK = before


@given(
    st.binary(max_size=30),
    st.sampled_from(["utf-8", "utf-16", "utf-7", "gb18030", "auto-detect", "shift_jis", "iso2022_jp"]),
)
def test_whatever_bytes_come_nothing_but_a_format_error_is_raised(data, charset):
    try:
        read(data, charset)
    except FormatError as fault:
        assert fault.line >= 1  # noqa: PT017 - most bytes raise, some do not
