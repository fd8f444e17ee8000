"""Listings of many servers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import RemoteError
from identitysync.remotes.ftp.listing import Found, moment, read_facts, read_lines

UNIX = [
    ("-rw-r--r--    1 1000     1000           11 Nov 24 22:41 a.csv", Found("a.csv", 11)),
    ("-rw-r--r--   1 idx  domain users  12345678901 Jan  3  1994  two  blanks ", Found(" two  blanks ", 12345678901)),
    ("-rwxr-xr-x+  1 owner    group           5 Nov 24 2026 x", Found("x", 5)),
    ("-rw-r--r--. 1 root root 7 2026-11-24 22:41 iso.csv", Found("iso.csv", 7)),
    ("lrwxrwxrwx    1 0        0               7 Nov 24 22:41 link -> a.csv", Found("link", None, link=True)),
    ("-rw-r--r-- 1 ftp ftp 3 Nov 24 22:41 12 Nov 24 22:41 x", Found("12 Nov 24 22:41 x", 3)),
]
DOS = [
    ("11-24-26  10:41PM                   11 a.csv", Found("a.csv", 11)),
    ("11-24-2026  22:41                 1234 two  blanks.csv", Found("two  blanks.csv", 1234)),
]


@pytest.mark.parametrize(("line", "found"), UNIX + DOS)
def test_a_line_of_a_listing_is_understood(line, found):
    assert list(read_lines(f"{line}\r\n".encode())) == [found]


NAMES = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)


@given(name=NAMES, size=st.integers(0, 10**15), owner=st.sampled_from(["0", "idx", "domain users", "1000"]))
def test_any_name_and_size_come_out_of_a_line_as_they_went_in(name, size, owner):
    found = [Found(name, size)]
    if name not in {".", ".."}:
        unix = f"-rw-r--r--    1 {owner} {owner} {size:>12} Nov 24 22:41 {name}\r\n"
        assert list(read_lines(unix.encode())) == found
        facts = f"modify=20261124224107;size={size};type=file;unique=1g2; {name}\r\n"
        moment = datetime(2026, 11, 24, 22, 41, 7, tzinfo=UTC)
        assert list(read_facts(facts.encode())) == [Found(name, size, moment)]
    if not name.startswith(" "):  # dir puts as many blanks there as it likes
        dos = f"11-24-26  10:41PM {size:>20} {name}\r\n"
        assert list(read_lines(dos.encode())) == found


@pytest.mark.parametrize(
    "line",
    ["total 4", "drwxr-xr-x 2 ftp ftp 4096 Nov 24 22:41 in box", "11-24-26  10:41PM       <DIR>          in box",
     "crw-rw-rw- 1 root root 1, 3 Nov 24 22:41 null", ""],
)  # fmt: skip
def test_folders_devices_and_totals_are_no_files(line):
    assert list(read_lines(f"{line}\r\n".encode())) == []


@pytest.mark.parametrize("line", ["hello", "-rw-r--r-- 1 ftp ftp", "\udcff"])
def test_another_line_is_said_to_be(line):
    with pytest.raises(RemoteError, match="is not understood"):
        list(read_lines(line.encode("utf-8", "surrogateescape")))


def test_facts_are_understood():
    listing = (
        b"type=cdir;modify=20261124000000; .\r\n"
        b"type=dir; sub\r\n"
        b"Type=file;Size=11;Modify=20261124224107.250;UNIX.mode=0644;  leading; and = odd\r\n"
        b"type=OS.unix=slink:/target;size=7; link\r\n"
        b"size=3; caf\xe9\r\n"
    )
    assert list(read_facts(listing)) == [
        Found(" leading; and = odd", 11, datetime(2026, 11, 24, 22, 41, 7, 250_000, UTC)),
        Found("link", None, link=True),
        Found("caf\udce9", 3),
    ]
    with pytest.raises(RemoteError, match="MLSD"):
        list(read_facts(b"nothing\r\n"))


@pytest.mark.parametrize("text", ["", "20261301000000", "2026", "x"])
def test_what_is_no_time_is_none(text):
    assert moment(text) is None
