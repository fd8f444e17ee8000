from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.query import execute, find_documents, parse_query

PEOPLE = [
    {"UID": "u1", "profile": {"age": 30, "city": "Rome"}, "counters": [{"class": "a", "n": 1}, {"class": "b", "n": 2}]},
    {"UID": "u2", "profile": {"age": 40, "city": "Bonn"}},
    {"UID": "u3", "profile": {"age": 20, "city": "Rome"}, "counters": [{"class": "b", "n": 3}, "odd"]},
]


def answer(text):
    return execute(parse_query(text), PEOPLE)


def test_all_clauses_work_together():
    assert answer("select UID as id from t where profile.age >= 20 order by profile.age desc start 1 limit 1") == [
        {"id": "u1"}
    ]


def test_without_a_limit_everything_is_given():
    assert answer("select * from t") == PEOPLE


def test_limit_zero_gives_nothing():
    assert answer("select * from t limit 0") == []


def test_functions_tell_of_what_fits():
    assert answer("select count(*), max(profile.age) from t where profile.city = 'Rome'") == [
        {"count(*)": 2, "max(profile.age)": 30}
    ]


def test_groups_can_be_sorted_by_their_results():
    assert answer("select profile.city, count(*) as n from t group by profile.city order by n desc limit 1") == [
        {"profile": {"city": "Rome"}, "n": 2}
    ]
    assert answer("select profile.city from t group by profile.city order by profile.age") == [
        {"profile": {"city": "Rome"}},
        {"profile": {"city": "Bonn"}},
    ]


def test_filter_by_keeps_only_the_fitting_elements_of_an_array():
    assert answer("select UID, counters from t filter counters by class = 'b'") == [
        {"UID": "u1", "counters": [{"class": "b", "n": 2}]},
        {"UID": "u2"},
        {"UID": "u3", "counters": [{"class": "b", "n": 3}]},
    ]
    assert len(PEOPLE[0]["counters"]) == 2


def test_filter_without_a_path_is_a_second_where():
    assert answer("select UID from t where profile.city = 'Rome' filter profile.age < 25") == [{"UID": "u3"}]


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_start_and_limit_cut_a_slice_of_what_was_found(numbers, start, limit):
    query = parse_query(f"select x from t where x > 2 order by x start {start} limit {limit}")
    documents = [{"x": number} for number in numbers]
    found = sorted(number for number in numbers if number > 2)
    assert [row["x"] for row in execute(query, documents)] == found[start : start + limit]
    assert len(list(find_documents(query, documents))) == len(found)
