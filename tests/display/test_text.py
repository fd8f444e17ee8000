"""Tables for terminals."""

import time

from hypothesis import given
from hypothesis import strategies as st

from identitysync.display import record_table, table
from identitysync.display.measure import cell_width
from identitysync.values import MISSING

cells = st.text(max_size=60) | st.integers() | st.none() | st.lists(st.integers(), max_size=40) | st.booleans()


def test_columns_are_aligned_whatever_the_letters():
    drawn = table(("name", "n"), [("東京", 1), ("a\nb\x07", 22), ("x" * 99, 3), ("é",)], right=(1,), widest=10)

    assert drawn.splitlines() == [
        "name         n",
        "──────────  ──",
        "東京         1",
        "a␊b␇        22",
        "xxxxxxxxx…   3",
        "é",
    ]


@given(st.lists(st.lists(cells, max_size=3), max_size=5))
def test_a_row_is_a_line_and_none_is_wider_than_it_may_be(rows):
    lines = table(("a", "b", "c"), rows, widest=12).split("\n")

    assert len(lines) == len(rows) + 2
    assert all(cell_width(line) <= 3 * 12 + 4 for line in lines)


def test_records_show_all_their_fields_and_tell_null_empty_and_missing_apart():
    drawn = record_table([{"a": None, "b.c": {"d": [1, 2**70]}}, {"a": "", "z": True}])

    assert [line.split() for line in drawn.splitlines()[::2]] == [
        ["a", "b.c", "z"],
        ["null", '{"d":[1,1180591620717411303424]}'],
    ]
    assert drawn.splitlines()[3].split() == ['""', "true"]


def test_what_no_file_could_hold_is_shown_all_the_same():
    assert record_table([{"a": 1j, "b": MISSING}]).endswith("1j")
    assert "\\ud800" in record_table([{"a": "\ud800"}])


def test_a_huge_value_costs_no_time():
    began = time.process_time()
    drawn = table(("a",), [("é" * 10_000_000,)] * 20)

    assert drawn.endswith("…")
    assert time.process_time() - began < 1


def test_no_records_and_no_columns_are_nothing():
    assert record_table([]) == ""
    assert table(("a",), []) == "a\n─"
