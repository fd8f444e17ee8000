from hypothesis import given
from hypothesis import strategies as st

from identitysync.languages.query import Order, Path, order_key, parse_query, sort_documents


def ordered(text, documents):
    return [
        document["id"]
        for document in sort_documents(parse_query(f"select * from t order by {text}").order_by, documents)
    ]


PEOPLE = [
    {"id": 1, "age": 30, "name": "b"},
    {"id": 2, "name": "a"},
    {"id": 3, "age": 30, "name": "a"},
    {"id": 4, "age": None},
    {"id": 5, "age": 7.5, "name": "é"},
    {"id": 6, "age": "8", "name": "Z"},
    {"id": 7, "age": True},
]


def test_documents_without_the_field_come_last_in_both_directions():
    assert ordered("age", PEOPLE) == [5, 1, 3, 6, 7, 2, 4]
    assert ordered("age desc", PEOPLE) == [7, 6, 1, 3, 5, 2, 4]


def test_the_second_field_decides_where_the_first_is_equal():
    assert ordered("age desc, name asc", PEOPLE)[2:4] == [3, 1]
    assert ordered("age, name desc", PEOPLE)[1:3] == [1, 3]


def test_texts_are_sorted_by_code_point():
    assert ordered("name", PEOPLE)[:5] == [6, 2, 3, 1, 5]


def test_an_array_counts_by_its_least_or_greatest_value():
    documents = [{"id": 1, "a": {"b": [5, 1]}}, {"id": 2, "a": [{"b": 3}, {"b": 4}]}, {"id": 3, "a": []}]
    assert ordered("a.b", documents) == [1, 2, 3]
    assert ordered("a.b desc", documents) == [1, 2, 3]


values = st.sampled_from([None, True, False, 0, -1, 2.5, 1e300, 2**70, "", "a", "é", [], [2, "a"], [None], {"x": 1}])
documents = st.lists(st.fixed_dictionaries({}, optional={"x": values, "y": values}), max_size=8)


@given(documents, st.booleans(), st.booleans())
def test_any_documents_can_be_sorted_and_nothing_is_lost(found, down, up):
    order_by = (Order(Path(("x",)), down), Order(Path(("y",)), up))
    once = sort_documents(order_by, found)
    assert sorted(map(repr, once)) == sorted(map(repr, found))
    assert sort_documents(order_by, once) == once
    keys = [order_key(order_by[0])(document) for document in once]
    assert keys == sorted(keys, reverse=down)
