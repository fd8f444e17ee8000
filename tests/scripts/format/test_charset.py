"""Text into bytes: which charsets there are, their marks, and what they lack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.format.charset import Charset, check_charset


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "ISO-8859-1", "windows-1252", "UTF-16", "UTF-16LE", "Shift_JIS"])
def test_charsets_go_by_the_names_that_people_write(name):
    check_charset(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "auto-detect", "klingon", "base64", "rot13", "undefined", "utf-8\0", "\ud800"),
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "Unicode-Escape"),
    ],
)
def test_what_is_no_charset_is_refused(name):
    with pytest.raises(InvalidParameter, match="there is no charset"):
        check_charset(name)


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-7", "gb18030", "cp037"])
@given(pieces=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(lambda text: text + "\n")))
def test_pieces_with_one_mark_before_them_are_the_text(name, pieces):
    charset = Charset.of(name)
    try:
        data = charset.mark + b"".join(map(charset.encode, pieces))
    except RecordRejected:
        assert name == "cp037"
        return
    text = "".join(pieces)
    if charset.mark or not text.startswith("\ufeff"):
        assert data.decode(name) == text


@pytest.mark.parametrize(("name", "text", "sign"), [("latin-1", "a€", "U+20AC"), ("utf-8", "\udc80", "U+DC80")])
def test_a_character_that_is_lacking_is_named(name, text, sign):
    with pytest.raises(RecordRejected) as caught:
        Charset.of(name).encode(text)
    assert sign in caught.value.message
    assert caught.value.code == "charset"
