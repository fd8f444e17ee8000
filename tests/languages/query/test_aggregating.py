import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.query import aggregate, group_documents, parse_query, parse_select

ALL = parse_select("count(*), sum(x), min(x), max(x), avg(x), sum_of_squares(x), variance(x), std(x)")


def test_the_functions_count_numbers_alone():
    row = aggregate(
        ALL, [{"x": 2}, {"x": None}, {}, {"x": "9"}, {"x": True}, {"x": [4, 4.0]}, {"x": 4}, {"x": [5, 5, 7, 9]}]
    )
    assert row == {
        "count(*)": 8,
        "sum(x)": 40,
        "min(x)": 2,
        "max(x)": 9,
        "avg(x)": 5,
        "sum_of_squares(x)": 232,
        "variance(x)": 4,
        "std(x)": 2,
    }


def test_without_any_number_the_sum_is_nothing_and_the_rest_unknown():
    assert list(aggregate(ALL, []).values()) == [0, 0, "infinity", "-infinity", None, 0, None, None]


def test_an_alias_names_the_result():
    assert aggregate(parse_select("count(*) as n, max(a.b) as top"), [{"a": {"b": 3}}]) == {"n": 1, "top": 3}


def test_large_whole_numbers_are_summed_exactly():
    assert aggregate(parse_select("sum(x)"), [{"x": 2**64}, {"x": 1}]) == {"sum(x)": 2**64 + 1}
    assert aggregate(parse_select("std(x), max(x)"), [{"x": 10**400}]) == {"std(x)": None, "max(x)": 10**400}


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=20))
def test_the_functions_agree_with_the_standard_library(numbers):
    row = aggregate(ALL, [{"x": number} for number in numbers])
    assert row["avg(x)"] == pytest.approx(statistics.fmean(numbers))
    assert row["variance(x)"] == pytest.approx(statistics.pvariance(numbers))
    assert row["std(x)"] == pytest.approx(statistics.pstdev(numbers))


def test_groups_are_told_apart_by_value_and_type():
    query = parse_query("select p.x, count(*) from t group by p.x")
    documents = [{"p": {"x": value}} for value in (1, "1", True, 1, None, 1.5, [1])] + [{}]
    rows = group_documents(query.group_by, query.select, documents)
    assert [(row.get("p", {}).get("x"), row["count(*)"]) for row in rows] == [
        (1, 2), ("1", 1), (True, 1), (None, 2), (1.5, 1), ([1], 1),
    ]  # fmt: skip
