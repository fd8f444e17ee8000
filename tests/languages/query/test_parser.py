import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, QueryError
from identitysync.languages.query import (
    Aggregate,
    Among,
    And,
    Compare,
    Contains,
    Everything,
    Field,
    Filter,
    FitsRegex,
    Function,
    IsNull,
    Not,
    Or,
    Order,
    Path,
    Query,
    parse_condition,
    parse_path,
    parse_query,
    parse_select,
)
from identitysync.languages.query.conditions import RESERVED


def path(text):
    return Path(tuple(text.split(".")))


def _is_path(names):
    try:
        Path(names)
    except InvalidParameter:
        return False
    return True


segments = st.sampled_from(
    ["UID", "profile", "data", "größe", "terms-v1", "@timestamp", "$x", "0", "2fa", "from", "NULL"]
)
paths = st.lists(segments, min_size=1, max_size=3).map(tuple).filter(_is_path).map(Path)
literals = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
simple = (
    st.builds(Compare, paths, st.sampled_from(["=", "!="]), literals)
    | st.builds(
        Compare, paths, st.sampled_from(["<", "<=", ">", ">="]), literals.filter(lambda v: not isinstance(v, bool))
    )
    | st.builds(Contains, paths, literals, st.booleans())
    | st.builds(Among, paths, st.lists(literals, min_size=1, max_size=3).map(tuple), st.booleans())
    | st.builds(IsNull, paths, st.booleans())
    | st.builds(FitsRegex, paths, st.sampled_from(["", r"^\d+$", "'\"\\\\", "a|b"]), st.booleans())
)
conditions = st.recursive(
    simple,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
aliases = st.none() | st.sampled_from(["name", "_UID", "min", "été"])
measures = st.sampled_from([function for function in Function if function is not Function.COUNT])
select_items = (
    st.just(Everything())
    | st.builds(Field, paths, aliases)
    | st.builds(Aggregate, st.just("count"), st.none(), aliases)
    | st.builds(Aggregate, measures, st.just(path("profile.age")), aliases)
)
counts = st.none() | st.integers(0, 2**70)
queries = st.builds(
    Query,
    st.lists(select_items, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["accounts", "emailAccounts", "data.userAccounts", "idx_job_status", "global-config"]),
    st.none() | conditions,
    st.none() | st.builds(Filter, conditions, st.none() | paths),
    st.lists(paths, max_size=2).map(tuple),
    st.lists(st.builds(Order, paths, st.booleans()), max_size=2).map(tuple),
    counts,
    counts,
)


@given(queries)
def test_a_query_written_as_text_is_read_back_as_the_same_query(query):
    again = parse_query(str(query))
    assert again == query
    assert repr(again) == repr(query)  # == takes 1, 1.0 and True for the same


@given(conditions)
def test_a_condition_written_as_text_is_read_back_as_the_same_condition(condition):
    assert repr(parse_condition(str(condition))) == repr(condition)


@given(queries)
def test_a_query_can_be_pickled(query):
    assert pickle.loads(pickle.dumps(query)) == query


pieces = st.sampled_from(["select", "a", "from", "(", ")", "=", "'x'", '"', "and", "or", "not", ",", "*", "1", "regex"])


@given(st.text() | st.lists(pieces).map(" ".join))
def test_any_text_is_a_query_or_a_query_error_whose_place_lies_in_the_text(text):
    for parse in (parse_query, parse_select, parse_condition, parse_path):
        place = 0
        try:
            parse(text)
        except QueryError as fault:
            place = fault.offset
        assert 0 <= place <= len(text)


def test_words_of_the_language_are_read_in_any_case():
    query = parse_query(
        "SeLeCt UID As id FROM accounts wHeRe a IS NoT nUlL gRoUp By b order By updateTime desc, c ASC StArT 2 LiMiT 5"
    )
    assert query == Query(
        (Field(path("UID"), "id"),),
        "accounts",
        where=IsNull(path("a"), negated=True),
        group_by=(path("b"),),
        order_by=(Order(path("updateTime"), descending=True), Order(path("c"))),
        start=2,
        limit=5,
    )


def test_and_binds_before_or_and_not_before_both():
    a, b, c = (Compare(path(name), "=", 1) for name in "abc")
    assert parse_condition("a = 1 or b = 1 and not c = 1") == Or((a, And((b, Not(c)))))
    assert parse_condition("(a=1 or b=1) and c=1") == And((Or((a, b)), c))
    assert parse_condition("not (a=1 and b=1)") == Not(And((a, b)))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("age>=18", Compare(path("age"), ">=", 18)),
        ("age = -1.5e3", Compare(path("age"), "=", -1500.0)),
        ("vip = TRUE", Compare(path("vip"), "=", True)),
        ("data.cities contains 'Rome'", Contains(path("data.cities"), "Rome")),
        ("data.cities not contains 'Rome'", Contains(path("data.cities"), "Rome", negated=True)),
        ("!a = 1", Not(Compare(path("a"), "=", 1))),
        ("!(!a = 1)", Not(Not(Compare(path("a"), "=", 1)))),
        ('UID in ("a", "b")', Among(path("UID"), ("a", "b"))),
        ("UID not in(1,2)", Among(path("UID"), (1, 2), negated=True)),
        ("UID regex('^a')", FitsRegex(path("UID"), "^a")),
        ("UID = regex('^a')", FitsRegex(path("UID"), "^a")),
        ("UID != regex ( '^a' )", FitsRegex(path("UID"), "^a", negated=True)),
        ("UID not regex('^a')", FitsRegex(path("UID"), "^a", negated=True)),
        ("regex = 'x'", Compare(path("regex"), "=", "x")),
        ("data.from = 'x'", Compare(path("data.from"), "=", "x")),
        ("profile.education.0.degree = 'x'", Compare(path("profile.education.0.degree"), "=", "x")),
        ("@timestamp > '2026-01-01'", Compare(path("@timestamp"), ">", "2026-01-01")),
    ],
)
def test_every_operator_is_read(text, condition):
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("*", (Everything(),)),
        (
            "UID , profile.firstName  as  name,data",
            (Field(path("UID")), Field(path("profile.firstName"), "name"), Field(path("data"))),
        ),
        ("count(*), AVG(age) as mean", (Aggregate("count"), Aggregate("avg", path("age"), "mean"))),
        ("count, min", (Field(path("count")), Field(path("min")))),
    ],
)
def test_every_selected_item_is_read(text, items):
    assert parse_select(text) == items


@pytest.mark.parametrize(
    ("query", "place", "reason"),
    [
        ("", "", "expected SELECT"),
        ("select", "", "the query ends"),
        ("select a, from b", "from b", "there is 'from'"),
        ("select a b from c", "b from", "expected FROM"),
        ("select a.* from b", ".* from", "name the object alone"),
        ("select min(*) from b", "*)", "name of a field"),
        ("select count(a) from b", "a)", "count takes a *"),
        ("select median(a) from b", "median", "is no function"),
        ("select min(a), max(b) from c", "max(b)", "measure the same field"),
        ("select a as b.c from d", "b.c", "without dots"),
        ("select a as from d", "from d", "one name"),
        ("select a from b where `a b` = 1", "`a b`", "a name in back quotes holds"),
        ("select a from b where `` = 1", "``", "a name in back quotes holds"),
        ("select a from b where `limit = 1", "`limit", "never closed"),
        ("select a, from b", "from b", "expected a field"),
        ("select a from b order by limit 5", "limit 5", "name of a field"),
        ("select a from b order by desc", "desc", "name of a field"),
        ("select a from b where and a = 1", "and a", "name of a field"),
        ("select a from b where order by a", "order by", "name of a field"),
        ("select a from b limit 5 where x = 1", "where", "in this order"),
        ("select a from b order by x group by y", "group", "in this order"),
        ("select a from b where x = 1 where y = 2", "where y", "once each"),
        ("select a from b having x = 1", "having", "no place"),
        ("select a from b;", ";", "means nothing"),
        ("select a from b where x == 1", "== 1", "write ="),
        ("select a from b where x <> 1", "<> 1", "write ="),
        ("select a from b where x ! 1", "! 1", "written !="),
        ("select UID from auditLog", "UID", "whole entries"),
        ("select count(*) from auditLog", "count", "whole entries"),
        ("select * from auditLog where a = 1 filter b by c = 1", "filter", "knows no FILTER"),
        ("select * from auditlog group by a", "group", "knows no GROUP BY"),
        ("select a from b where x = null", "= null", "x is null"),
        ("select a from b where x != null", "!= null", "x is not null"),
        ("select a from b where x = Rome", "Rome", "put it in quotes"),
        ("select a from b where x = 'Rome", "'Rome", "never closed"),
        ('select a from b where x = "Rome\\"', '"Rome', "never closed"),
        ("select a from b where x > true", "> true", "no order"),
        ("select a from b where x = 5x", "5x", "no number"),
        ("select a, b. from c", ". from", "a name is missing beside this dot"),
        ("select a from b where x = 1 && y = 2", "&&", "write AND"),
        ("select a from b where x = 1 || y = 2", "||", "write OR"),
        ("select a from b where x = 1e999", "1e999", "too large"),
        ("select a from b where x = '\\ud83d'", "'\\ud83d'", "surrogate"),
        ("select a from b where x in ()", ")", "a text in quotes"),
        ("select a from b where x in (1", "", "expected )"),
        ("select a from b where (x = 1", "", "expected )"),
        ("select a from b where x = 1)", ")", "no place"),
        ("select a from b where x", "", "after x one of"),
        ("select a from b where not", "", "name of a field"),
        ("select a from b where x = regex('(')", "'('", "regex is wrong"),
        ("select a from b where x > regex('a')", "> regex", "= or !="),
        ("select a from b where x = regex(1)", "1)", "pattern in quotes"),
        ("select a from b order x", "x", "expected BY"),
        ("select a from b limit -1", "-1", "whole number"),
        ("select a from b limit 1.0", "1.0", "whole number"),
        ("select a from b start 'x'", "'x'", "whole number"),
        ("select a\nfrom b\nwhere x ~ 1", "~ 1", "means nothing"),
    ],
)
def test_every_fault_is_named_and_pointed_at(query, place, reason):
    with pytest.raises(QueryError, match=" at line ") as caught:
        parse_query(query)
    assert reason in caught.value.reason
    assert query[caught.value.offset :].startswith(place)
    assert caught.value.offset == len(query) or place


def test_nesting_and_length_have_a_limit():
    assert parse_condition("(" * 50 + "a=1" + ")" * 50) == parse_condition("a=1")
    for deep in ("(" * 51 + "a=1" + ")" * 51, "not " * 100_000 + "a=1"):
        with pytest.raises(QueryError, match="nested deeper"):
            parse_condition(deep)
    with pytest.raises(QueryError, match="characters long"):
        parse_condition("a = '" + "x" * 1_000_001)


@pytest.mark.parametrize(
    "nasty", ['a = "' + "\\" * 200_001, "a = '" + "''" * 100_000, "a" + ".b" * 100_000 + ".", "9" * 200_000]
)
def test_hostile_texts_are_refused_quickly(nasty):
    began = time.process_time()
    with pytest.raises(QueryError):
        parse_condition(nasty)
    assert time.process_time() - began < 2


WORDS = sorted({*RESERVED, "regex", "count"})


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_language_is_a_name_in_back_quotes_everywhere(word):
    name = f"`{word}`"
    query = parse_query(
        f"SELECT {name}, a.x AS {name}, max({name}) FROM {name} WHERE NOT {name} = 1 AND {name} IN (1) OR {name} IS NULL"
        f" FILTER {name} BY {name} contains 'x' GROUP BY {name} ORDER BY {name} DESC, {name} LIMIT 5"
    )
    path = Path((word,))
    assert [item.path for item in query.select] == [path, Path(("a", "x")), path]
    assert (query.select[1].alias, query.select[2].name) == (word, f"max({word})")
    assert (query.table, query.filter.path, query.group_by) == (word, path, (path,))
    assert [order.path for order in query.order_by] == [path, path]
    assert parse_query(str(query)) == query


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_language_is_a_name_where_it_can_mean_nothing_else(word):
    query = parse_query(f"SELECT {word}, a FROM t WHERE {word} = 5 AND ({word} != 'x')")
    assert query.select[0].path == Path((word,))
    assert {condition.path for condition in query.where.conditions} == {Path((word,))}


@pytest.mark.parametrize("word", ["limit", "order", "start", "group", "filter", "contains", "from", "where"])
def test_a_clause_may_begin_behind_a_field_that_is_named_like_one(word):
    text = f"SELECT {word} FROM t WHERE {word} IS NULL AND {word} CONTAINS 'x' ORDER BY {word} DESC, {word} LIMIT 5"
    query = parse_query(text)
    assert [order.path for order in query.order_by] == [Path((word,))] * 2
    assert query.limit == 5
    assert parse_path(word) == Path((word,))


def test_back_quotes_may_hold_a_whole_path_or_parts_of_one():
    paths = {parse_path(text) for text in ("data.order", "`data.order`", "data.`order`", "`data`.`order`")}
    assert paths == {Path(("data", "order"))}


@pytest.mark.parametrize(
    "names", [(), ("",), ("a b",), ("li`mit",), ("a", ""), ("a.1 b",), ("1",), ("a", "x=1 or y"), ("a", "-")]
)
def test_a_tree_built_by_hand_cannot_smuggle_syntax(names):
    with pytest.raises(InvalidParameter):
        Path(names)
    with pytest.raises(InvalidParameter):
        Query((Everything(),), ".".join(names))
    if len(names) == 1:
        with pytest.raises(InvalidParameter):
            Field(path("a"), names[0])


def test_a_path_alone_is_read_or_refused():
    assert parse_path(" lastUpdatedTimestamp ") == path("lastUpdatedTimestamp")
    with pytest.raises(QueryError):
        parse_path("lastUpdatedTimestamp > 0 or UID")
