"""The marker: an empty file, whatever comes, published last."""

from tests.scripts.format.encoding import encoded

from identitysync.scripts.format.empty import Empty


def test_the_file_is_empty_whatever_records_come():
    assert encoded(Empty(file_name="gigya.ok"), [[{"a": 1}], [{"b": float("nan")}]]) == (b"", [])
    assert encoded(Empty(file_name="gigya.ok"), []) == (b"", [])


def test_it_is_there_without_records_and_is_published_after_all_others():
    assert Empty.marker
    assert Empty(file_name="gigya.ok").create_empty_file
