"""Files are put in order."""

from datetime import UTC, datetime

import pytest

from identitysync.remotes import Entry, Order, SortBy, sorted_entries

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
ENTRIES = [Entry("b", "b", 5, LATE), Entry("c", "c", 1, EARLY), Entry("a", "a", 5, EARLY), Entry("d", "d", 9, None)]


@pytest.mark.parametrize(
    ("by", "order", "names"),
    [
        (SortBy.TIME, Order.ASCENDING, "dacb"),
        (SortBy.TIME, Order.DESCENDING, "bcad"),
        (SortBy.NAME, Order.ASCENDING, "abcd"),
        (SortBy.NAME, Order.DESCENDING, "dcba"),
        (SortBy.SIZE, Order.ASCENDING, "cabd"),
        (SortBy.SIZE, Order.DESCENDING, "dbac"),
    ],
)
def test_entries_are_sorted_by_what_is_asked_and_then_by_name(by, order, names):
    assert "".join(entry.name for entry in sorted_entries(ENTRIES, by, order)) == names
