"""Fields that a platform's list has, and those that it has not."""

from identitysync.platforms.known_fields import KnownFields


def test_a_name_that_is_not_known_is_told_once_and_names_without_end_are_not_kept():
    told = []
    fields = KnownFields({"FNAME": 1}, "the audience has no such merge field", told.append)
    assert [fields.find("fname"), fields.find("x"), fields.find("x")] == [1, None, None]
    assert told == ["the field 'x' is not sent: the audience has no such merge field; it has FNAME"]
    for number in range(1000):
        assert fields.find(f"u{number}") is None
    assert len(told) == 100
