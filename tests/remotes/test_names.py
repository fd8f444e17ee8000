"""Names from outside never lead outside."""

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identitysync.errors import UnsafeName
from identitysync.remotes.names import MAX_BYTES, safe_name, temporary_name

PIECES = st.lists(
    st.sampled_from(["..", ".", "/", "\\", "a", "C:", "~", "\0", "\n", "ü", "🙂", "\udcff", " "]), max_size=9
)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "/", "//", "../x", "a/../b", "a/..", "/etc/passwd", "\\windows", "\\\\host\\share", "C:\\x", "c:x",
        "a\\..\\..\\b", "..\\b", "a\0b", "a\nb", "a\rb", "a\x1bb", "a\x7fb", "a\u2028b", "a/", "a/.", "\udcff.csv",
        "\udc80🙂", "ü" * 128, "ok/" + "x" * 256,
    ],
)  # fmt: skip
def test_unsafe_names_are_refused_and_shown(name):
    with pytest.raises(UnsafeName) as told:
        safe_name(name)
    assert repr(name) in str(told.value)
    str(told.value).encode()  # it can be printed


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x.json", "x.json"), ("success/x.json", "success/x.json"), ("a//b", "a/b"), ("./a/./b", "a/b"), ("...", "..."),
        ("..a", "..a"), ("a..", "a.."), ("~$book.xlsx", "~$book.xlsx"), ("-rf", "-rf"), (" a ", " a "), ("x" * 255,) * 2,
        ("a\\b", "a\\b"), ("a/b:c", "a/b:c"),
    ],
)  # fmt: skip
def test_other_names_are_kept(name, kept):
    assert safe_name(name) == kept


@given(st.one_of(st.text(), PIECES.map("".join)))
@example("a\\..\\b")
def test_an_accepted_name_stays_below_its_folder(name):
    try:
        kept = safe_name(name)
    except UnsafeName:
        return
    root = Path("/srv/folder")
    place = Path(root / kept)
    assert place != root
    assert place.resolve().is_relative_to(root)
    windows = PureWindowsPath("D:/root") / kept
    assert windows.is_relative_to("D:/root")
    assert ".." not in windows.parts
    assert safe_name(kept) == kept


@given(st.text(min_size=1).filter(lambda name: "/" not in name))
def test_temporary_names_are_hidden_distinct_and_short(name):
    name = name.encode(errors="ignore").decode() or "x"
    first, second = temporary_name(name), temporary_name(name)
    assert first != second
    assert first.startswith(".")
    assert first.endswith(".part")
    assert len(first.encode()) <= MAX_BYTES
