"""Fields that a platform's list has, and those that it has not."""

from identitysync.platforms.known_fields import KnownFields


def test_fields_are_found_in_any_case_and_others_are_told_of_once():
    told = []
    fields = KnownFields({"Email": 1}, "the list has no such field", told.append)
    assert [fields.find(name) for name in ("EMAIL", "email", "city", "city")] == [1, 1, None, None]
    assert told == ["the field 'city' is not sent: the list has no such field; it has Email"]


def test_a_field_for_each_person_fills_neither_the_memory_nor_the_log():
    told = []
    fields = KnownFields({}, "the list has no such field", told.append)
    assert not any(fields.find(f"f{n}") for n in range(1000))
    assert (len(told), len(fields._unknown)) == (100, 100)
